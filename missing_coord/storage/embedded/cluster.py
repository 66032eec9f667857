"""A private PostgreSQL for one home folder, shared by all that use this home and stopped by the last."""

from __future__ import annotations

import atexit
import fcntl
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import psycopg

from missing_coord.storage.embedded.binaries import (
    EmbeddedPostgresError,
    ServerBinaries,
    find_binaries,
    reachable_binaries,
)
from missing_coord.storage.embedded.places import (
    Cluster,
    forget_cluster,
    new_cluster,
    open_private,
    prepare_home,
    recorded_cluster,
    with_socket_folder,
)
from missing_coord.storage.embedded.roles import (
    APPLICATION,
    OWNER,
    admin_connection,
    database_url,
    ensure_roles_and_database,
)
from missing_coord.storage.embedded.server import ADMIN, Server, shorten_log

__all__ = ["EmbeddedPostgres", "EmbeddedPostgresError", "discard_embedded", "open_embedded"]

SYSTEM_FOLDER = Path("/var/lib/missing-coord")
IN_USE = "postgres.lock"
STARTING = "postgres.start.lock"
LOCK_SECONDS = 300.0
POLL_SECONDS = 0.05


@dataclass(slots=True, kw_only=True)
class EmbeddedPostgres:
    """A running private server that this process holds open; `close` it, or use it as a context manager.

    `owner_url` is for migrations; `app_url` is bound by row-level security; `admin_url` is the superuser, for
    backups and tests; `tools` is the folder of `pg_dump` and its like. Opening blocks: `asyncio.to_thread`.
    """

    home: Path
    owner_url: str = field(repr=False)
    app_url: str = field(repr=False)
    admin_url: str = field(repr=False)
    tools: Path
    _server: Server = field(repr=False)
    _in_use: int | None = field(default=None, repr=False)

    def close(self) -> None:
        """Let go of the server, and stop it when no other process uses this home; may be called twice."""
        if self._in_use is None:
            return
        descriptor, self._in_use = self._in_use, None
        atexit.unregister(self.close)
        try:
            with _Starting(self.home):
                if _try_lock(descriptor, kind=fcntl.LOCK_EX):
                    self._server.stop()
        finally:
            os.close(descriptor)

    def __enter__(self) -> EmbeddedPostgres:
        """Return the open server."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it, whatever happened."""
        self.close()


def open_embedded(
    home: Path, *, system_folder: Path = SYSTEM_FOLDER, options: Mapping[str, str] | None = None
) -> EmbeddedPostgres:
    """Return the private server of this home, made and started if need be; `options` are server settings."""
    home = home.absolute()
    prepare_home(home)
    in_use = open_private(home / IN_USE)
    try:
        with _Starting(home):
            _lock(in_use, kind=fcntl.LOCK_SH, what=home / IN_USE)
            server = _running_server(home, system_folder=system_folder, options=options or {})
    except BaseException:
        os.close(in_use)
        raise
    postgres = EmbeddedPostgres(
        home=home,
        owner_url=database_url(server.cluster, role=OWNER),
        app_url=database_url(server.cluster, role=APPLICATION),
        admin_url=database_url(server.cluster, role=ADMIN, database="postgres"),
        tools=server.binaries.folder,
        _server=server,
        _in_use=in_use,
    )
    atexit.register(postgres.close)
    return postgres


def discard_embedded(home: Path, *, system_folder: Path = SYSTEM_FOLDER) -> None:
    """Stop the server of this home and delete its data for good; refused while a process uses it."""
    home = home.absolute()
    cluster = recorded_cluster(home) if home.is_dir() else None
    if cluster is None:
        return
    in_use = open_private(home / IN_USE)
    try:
        with _Starting(home):
            if not _try_lock(in_use, kind=fcntl.LOCK_EX):
                raise EmbeddedPostgresError(f"the database of {home} is in use: stop missing-coord first")
            _server_of(home, cluster=cluster, binaries=_binaries(system_folder)).stop()
            forget_cluster(home, cluster=cluster)
    finally:
        os.close(in_use)


def _running_server(home: Path, *, system_folder: Path, options: Mapping[str, str]) -> Server:
    """Reuse the server if it runs (its starter may have been killed), or else make and start it."""
    binaries = _binaries(system_folder)
    cluster = recorded_cluster(home) or new_cluster(home, system_folder=system_folder)
    server = _server_of(home, cluster=cluster, binaries=binaries)
    if server.wait_until_ready() and _answers(server):
        return server
    server.stop()
    server = _server_of(home, cluster=with_socket_folder(home, cluster=cluster), binaries=binaries)
    shorten_log(server.log)
    server.initialise()
    server.start(options=options)
    ensure_roles_and_database(server.cluster)
    return server


def _binaries(system_folder: Path) -> ServerBinaries:
    binaries = find_binaries()
    return reachable_binaries(binaries, system_folder=system_folder) if os.geteuid() == 0 else binaries


def _server_of(home: Path, *, cluster: Cluster, binaries: ServerBinaries) -> Server:
    return Server(binaries=binaries, cluster=cluster, log=home / "log" / "postgres.log")


def _answers(server: Server) -> bool:
    """Try a running server: a start that was cut short may have left it without roles or socket."""
    if not server.socket_exists():
        return False
    try:
        with admin_connection(server.cluster):
            ensure_roles_and_database(server.cluster)
    except psycopg.OperationalError:
        return False
    return True


class _Starting:
    """The lock under which one process at a time starts or stops the server of a home."""

    def __init__(self, home: Path) -> None:
        self.path = home / STARTING
        self.descriptor = -1

    def __enter__(self) -> None:
        self.descriptor = open_private(self.path)
        try:
            _lock(self.descriptor, kind=fcntl.LOCK_EX, what=self.path)
        except BaseException:
            os.close(self.descriptor)
            raise

    def __exit__(self, *_: object) -> None:
        os.close(self.descriptor)


def _lock(descriptor: int, *, kind: int, what: Path) -> None:
    deadline = time.monotonic() + LOCK_SECONDS
    while not _try_lock(descriptor, kind=kind):
        if time.monotonic() > deadline:
            raise EmbeddedPostgresError(f"another process has held {what} for {LOCK_SECONDS:.0f} seconds")
        time.sleep(POLL_SECONDS)


def _try_lock(descriptor: int, *, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
