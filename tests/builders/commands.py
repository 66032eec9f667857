"""Runs `missing-coord` as people do: a process of its own, its exit code and what it printed."""

from __future__ import annotations

import atexit
import csv
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = (sys.executable, "-m", "missing_coord.cli")


@dataclass(frozen=True, slots=True, kw_only=True)
class Commands:
    """The command on one home folder; `extra` are further environment variables."""

    home: Path
    extra: tuple[tuple[str, str], ...] = ()

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a command: nothing of ours but what is meant."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if name != "PORT" and (not name.startswith("MISSING_COORD_") or name.endswith("SERVER_FOLDER"))
        }
        return {**kept, "PYTHONPATH": str(ROOT), "MISSING_COORD_HOME": str(self.home), **dict(self.extra)}

    def run(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        """Run a command to its end in a process forked from one that has imported the program, which is quicker."""
        return _house().run([*map(str, arguments)], self.environment)

    def run_alone(self, *arguments: object, text: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run a command to its end in a fresh process, as people do."""
        return subprocess.run(
            [*PROGRAM, *map(str, arguments)],
            env=self.environment,
            input=text,
            capture_output=True,
            text=True,
            timeout=110,
            check=False,
        )

    def done(self, *arguments: object) -> str:
        """Run a command that must succeed and return what it printed."""
        ended = self.run(*arguments)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def json(self, *arguments: object) -> Any:
        """Run a command with --json that must succeed and return what it says."""
        return json.loads(self.done(*arguments, "--json"))

    def start(self, *arguments: object) -> subprocess.Popen[str]:
        """Start a command in a process group of its own."""
        return subprocess.Popen(
            [*PROGRAM, *map(str, arguments)],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            preexec_fn=_hear_ctrl_c,
        )


class _House:
    """The process that forks commands; one command at a time."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.builders.command_house"],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self._alone = Lock()

    def run(self, arguments: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
        """Run a command and return its exit code with what it printed."""
        assert self._process.stdin
        assert self._process.stdout
        with self._alone, TemporaryDirectory() as folder:
            out, err = Path(folder) / "out", Path(folder) / "err"
            asked = {"arguments": arguments, "environment": environment, "out": str(out), "err": str(err)}
            print(json.dumps(asked), file=self._process.stdin, flush=True)
            code = int(self._process.stdout.readline())
            return subprocess.CompletedProcess(arguments, code, out.read_text(), err.read_text())

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(20)
        self._process.stdout.close()


@cache
def _house() -> _House:
    house = _House()
    atexit.register(house.close)
    return house


def _hear_ctrl_c() -> None:
    """Undo what a shell does to jobs in its background: they ignore Ctrl-C, and so would all that they start."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def serving(
    commands: Commands, *arguments: object, seconds: float = 90
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run `serve` on a free port until the block is left; yields the process and its address once it answers."""
    port = free_port()
    process = commands.start("serve", "--port", port, *arguments)
    try:
        wait_until_live(process, f"http://127.0.0.1:{port}", seconds=seconds)
        yield process, f"http://127.0.0.1:{port}"
    finally:
        end(process)
        if process.stdout is not None:
            process.stdout.close()


def end(
    process: subprocess.Popen[str], *, sign: signal.Signals = signal.SIGTERM, seconds: float = 40
) -> float:
    """Stop a process and return how many seconds that took."""
    began = time.monotonic()
    if process.poll() is None:
        process.send_signal(sign)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    return time.monotonic() - began


def wait_until_live(process: subprocess.Popen[str], address: str, *, seconds: float) -> None:
    """Wait until a server answers; fails with what it printed when it ends or takes too long."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise AssertionError(f"ended with {process.returncode}: {process.communicate()[0]}")
        try:
            if status(f"{address}/live") == 200:
                return
        except OSError:
            time.sleep(0.1)
    process.kill()
    raise AssertionError(f"did not answer within {seconds} s: {process.communicate()[0]}")


def status(address: str) -> int:
    """Return the status with which an address answers, redirections followed."""
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def page(address: str) -> str:
    """Return the text of a page."""
    with urllib.request.urlopen(address, timeout=10) as answer:
        return str(answer.read().decode())


def free_port() -> int:
    """Return a port that nobody uses just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def processes_naming(words: str) -> list[str]:
    """Return the command lines of the processes in which these words stand."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if words in line:
            found.append(line)
    return found


def csv_rows(file: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file."""
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
