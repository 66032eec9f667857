"""Making, starting, watching and stopping the server process of a private PostgreSQL."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from missing_coord.storage.embedded.binaries import EmbeddedPostgresError, ServerBinaries
from missing_coord.storage.embedded.places import SOCKET_NAME, Account, Cluster, open_private

ADMIN = "missing_coord_admin"
START_SECONDS = 120.0  # recovery after a crash included
STOP_SECONDS = 60.0
POLL_SECONDS = 0.03
LARGEST_LOG = 10 * 1024 * 1024  # bytes
BUILTIN_LOCALE_SINCE = 17  # major version of PostgreSQL

# For a machine with two cores and 4 GiB. Parallel workers need more shared memory than a container has.
# Errors reach the program itself; in the log they could repeat a child's name.
SERVER_OPTIONS: Mapping[str, str] = {
    "listen_addresses": "",
    "shared_buffers": "256MB",
    "max_connections": "60",
    "max_locks_per_transaction": "512",
    "synchronous_commit": "on",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    "random_page_cost": "1.1",
    "max_wal_size": "1GB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    "log_checkpoints": "off",
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """The programs and places that one server process needs."""

    binaries: ServerBinaries
    cluster: Cluster
    log: Path

    def initialise(self) -> None:
        """Make the data folder; an attempt that was cut short is thrown away and begun again."""
        if (self.cluster.data / "PG_VERSION").exists():
            self._refuse_other_version()
            return
        staging = Path(self.cluster.folder) / "data.new"
        password = Path(self.cluster.folder) / "password"
        shutil.rmtree(staging, ignore_errors=True)
        try:
            self._write_for_server(password, content=self.cluster.admin_password)
            self._run(self._initdb_command(staging, password=password))
            staging.rename(self.cluster.data)
        finally:
            password.unlink(missing_ok=True)

    def start(self, *, options: Mapping[str, str]) -> None:
        """Start the server and wait until it takes connections."""
        self._remove_misleading_pid_file()
        deadline = time.monotonic() + START_SECONDS
        while True:
            offset = self.log.stat().st_size if self.log.exists() else 0
            pid = self._launch(options=options)
            if self._wait_until_ready(pid, deadline=deadline):
                return
            words = self._log_since(offset)
            if not _dying_predecessor(words) or time.monotonic() > deadline:
                raise EmbeddedPostgresError(f"PostgreSQL did not start; {self.log} ends with: {words[-800:]}")
            time.sleep(0.2)

    def wait_until_ready(self) -> bool:
        """Wait for a server that another process has started; False when it goes away or never answers."""
        pid = self.pid()
        return pid is not None and self._wait_until_ready(pid, deadline=time.monotonic() + START_SECONDS)

    def stop(self) -> None:
        """End every connection and stop the server; harmless when it is not running."""
        for kind in (signal.SIGINT, signal.SIGQUIT):
            pid = self.pid()
            if pid is None:
                return
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, kind)
            if self._wait_until_gone(pid):
                return
        raise EmbeddedPostgresError(
            f"PostgreSQL (process {pid}) did not stop within {2 * STOP_SECONDS:.0f} seconds"
        )

    def pid(self) -> int | None:
        """Return the process id of the running server of this data folder, or None."""
        lines = self._pid_file_lines()
        if not lines or not lines[0].strip().isdigit():
            return None
        pid = int(lines[0])
        return pid if _alive(pid) and _serves(pid, data=self.cluster.data) else None

    def socket_exists(self) -> bool:
        """Say whether the server can be reached: someone may have tidied the folder away."""
        return (Path(self.cluster.socket) / SOCKET_NAME).exists()

    def _launch(self, *, options: Mapping[str, str]) -> int:
        settings = [
            part
            for name, value in {**SERVER_OPTIONS, **options}.items()
            for part in ("-c", f"{name}={value}")
        ]
        command = [
            str(self.binaries.program("postgres")),
            *("-D", str(self.cluster.data)),
            *("-k", self.cluster.socket),
            *settings,
        ]
        # The shell leaves at once, so that the server is nobody's child: anyone of us may stop it.
        started = self._run(["/bin/sh", "-c", '"$@" >&2 </dev/null & echo $!', "sh", *command])
        return int(started)

    def _run(self, command: Sequence[str]) -> str:
        """Run one program as the server's account, in a session of its own, and return what it printed."""
        descriptor = open_private(self.log)
        offset = os.fstat(descriptor).st_size
        other = _other_account(self.cluster.account)
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=descriptor,
                cwd="/",
                env=_environment(),
                start_new_session=True,
                umask=0o077,
                user=other.uid if other else None,
                group=other.gid if other else None,
                extra_groups=[] if other else None,
                check=False,
            )
        except OSError as error:
            raise EmbeddedPostgresError(
                f"account {self.cluster.account.uid} cannot run {command[0]}: {error}; when run as "
                "root, MISSING_COORD_SERVER_FOLDER must be a folder that this account may enter"
            ) from error
        finally:
            os.close(descriptor)
        if done.returncode:
            raise EmbeddedPostgresError(f"{Path(command[0]).name} failed: {self._log_since(offset)[-800:]}")
        return done.stdout.decode()

    def _initdb_command(self, folder: Path, *, password: Path) -> list[str]:
        if self._major() >= BUILTIN_LOCALE_SINCE:
            locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        else:
            locale = ["--locale=C.UTF-8"]
        return [
            str(self.binaries.program("initdb")),
            *("-D", str(folder)),
            *("-U", ADMIN),
            "--auth=scram-sha-256",
            f"--pwfile={password}",
            "--encoding=UTF8",
            *locale,
        ]

    def _write_for_server(self, path: Path, *, content: str) -> None:
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(content)
        other = _other_account(self.cluster.account)
        if other:
            os.chown(path, other.uid, other.gid)

    def _major(self) -> int:
        words = self._run([str(self.binaries.program("postgres")), "--version"])
        return int("".join(character if character.isdigit() else " " for character in words).split()[0])

    def _refuse_other_version(self) -> None:
        written = int((self.cluster.data / "PG_VERSION").read_text().strip())
        if written != self._major():
            raise EmbeddedPostgresError(
                f"{self.cluster.data} was written by PostgreSQL {written}, but {self.binaries.folder} is "
                f"PostgreSQL {self._major()}: back up with version {written}, then restore into a new home"
            )

    def _wait_until_ready(self, pid: int, *, deadline: float) -> bool:
        while time.monotonic() < deadline:
            lines = self._pid_file_lines()
            if len(lines) > 7 and lines[0].strip() == str(pid) and lines[7].strip() == "ready":
                return True
            if not _alive(pid):
                return False
            time.sleep(POLL_SECONDS)
        return False

    def _wait_until_gone(self, pid: int) -> bool:
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline:
            if not _alive(pid):
                return True
            time.sleep(POLL_SECONDS)
        return False

    def _remove_misleading_pid_file(self) -> None:
        """Remove a crashed server's pid file when its number now belongs to some other program.

        PostgreSQL would take that program for a server and refuse to start; after a restart of a container,
        where numbers are small, this is usual. The server's check of its shared memory still guards the data.
        """
        lines = self._pid_file_lines()
        if lines and lines[0].strip().isdigit() and _alive(int(lines[0])) and self.pid() is None:
            (self.cluster.data / "postmaster.pid").unlink(missing_ok=True)

    def _pid_file_lines(self) -> list[str]:
        try:
            return (self.cluster.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except (FileNotFoundError, NotADirectoryError):
            return []

    def _log_since(self, offset: int) -> str:
        with self.log.open("rb") as file:
            file.seek(offset)
            return file.read().decode(errors="replace").strip()


def shorten_log(log: Path) -> None:
    """Set a long log aside as `.1` before a start; only the last two are kept."""
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        log.replace(log.with_name(f"{log.name}.1"))


def _environment() -> dict[str, str]:
    """Give the server none of our variables: PG* would change it, the others may hold secrets."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def _other_account(account: Account) -> Account | None:
    return account if os.geteuid() == 0 and account.uid != 0 else None


def _dying_predecessor(words: str) -> bool:
    """Say whether the processes of a killed server are still on their way out."""
    return "pre-existing shared memory block" in words or 'lock file "postmaster.pid" already exists' in words


def _alive(pid: int) -> bool:
    """Say whether a process runs; one that has ended but was not yet collected by its parent does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2]
    except OSError:
        return not Path("/proc/self").exists()
    return not state.strip().startswith(("Z", "X"))


def _serves(pid: int, *, data: Path) -> bool:
    """Say whether the process serves this data folder; where there is no /proc, believe the pid file."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return not Path("/proc/self").exists()
    return os.fsencode(data) in command.split(b"\0")
