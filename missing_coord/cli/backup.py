"""Saves a database to a file with PostgreSQL's own tools, and restores it into an empty one."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import make_url, text
from sqlalchemy.engine import create_engine
from sqlalchemy.pool import NullPool

from missing_coord.domain.errors import PermanentError
from missing_coord.settings import Settings
from missing_coord.storage import migrate
from missing_coord.storage.embedded.binaries import find_binaries
from missing_coord.storage.embedded.cluster import open_embedded
from missing_coord.storage.embedded.roles import DATABASE

SAME_IN_EVERY_DATABASE = frozenset({"alembic_version"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A database as its keeper sees it; `admin_url` passes by row-level security, as a backup must."""

    owner_url: str = field(repr=False)
    admin_url: str = field(repr=False)
    tools: Path


@contextmanager
def open_server(settings: Settings) -> Iterator[Server]:
    """Open the embedded server, or the configured one by its owner's address; PermanentError without one."""
    if settings.embedded:
        with open_embedded(settings.home, system_folder=settings.server_folder) as postgres:
            admin = make_url(postgres.admin_url).set(database=DATABASE).render_as_string(hide_password=False)
            yield Server(owner_url=postgres.owner_url, admin_url=admin, tools=postgres.tools)
    elif settings.owner_database_url:
        owner = settings.owner_database_url
        yield Server(owner_url=owner, admin_url=owner, tools=find_binaries().folder)
    else:
        raise PermanentError(
            "Set MISSING_COORD_OWNER_DATABASE_URL: this needs the role that owns the tables, not the application's."
        )


def save(server: Server, file: Path) -> int:
    """Write the whole database to a new file that only this account can read; return its size in bytes."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise PermanentError(f"{file} exists already: name a new file") from None
    try:
        _run(server, "pg_dump", "--format=custom", "--no-owner", stdout=descriptor)
        return os.fstat(descriptor).st_size
    except BaseException:
        file.unlink(missing_ok=True)
        raise
    finally:
        os.close(descriptor)


def load(server: Server, file: Path) -> None:
    """Restore a saved database, all or nothing; PermanentError where there is data or the file is no backup."""
    with file.open("rb") as stream:
        if stream.read(5) != b"PGDMP":
            raise PermanentError(f"{file} was not written by `missing-coord db backup`")
    held = tables_with_rows(server.admin_url)
    if held:
        raise PermanentError(
            f"The database is not empty ({', '.join(held[:3])}): restore only into a new one, such as another"
            " MISSING_COORD_HOME. Nothing was changed."
        )
    migrate.upgrade(server.owner_url)  # makes the roles that the saved rights name
    _drop_everything(server.owner_url)
    role = make_url(server.owner_url).username or ""
    try:
        _run(
            server,
            "pg_restore",
            "--no-owner",
            f"--role={role}",
            "--single-transaction",
            "--exit-on-error",
            str(file),
        )
    finally:
        migrate.upgrade(server.owner_url)


def tables_with_rows(url: str) -> list[str]:
    """Return the names of the tables that hold anything, in the order of their names."""
    engine = create_engine(url, poolclass=NullPool)
    try:
        with engine.connect() as connection:
            there = set(
                connection.scalars(text("select tablename from pg_tables where schemaname = 'public'"))
            )
            return [
                name
                for name in sorted(there - SAME_IN_EVERY_DATABASE)
                if connection.scalar(text(f'select exists (select from public."{name}")'))
            ]
    finally:
        engine.dispose()


def _drop_everything(url: str) -> None:
    engine = create_engine(url, poolclass=NullPool)
    try:
        with engine.begin() as connection:
            connection.execute(text("drop schema public cascade"))
            connection.execute(text("create schema public"))
    finally:
        engine.dispose()


def _run(server: Server, tool: str, *arguments: str, stdout: int | None = None) -> None:
    """Run one of PostgreSQL's tools on the database; PermanentError with its last line when it fails."""
    url = make_url(server.admin_url)
    host, port = url.query.get("host") or url.host or "", url.query.get("port") or str(url.port or 5432)
    target = [f"--host={host}", f"--port={port}", f"--username={url.username}", f"--dbname={url.database}"]
    environment = {**os.environ, "PGPASSWORD": url.password or "", "LC_MESSAGES": "C"}
    done = subprocess.run(
        [server.tools / tool, *target, "--no-password", *arguments],
        env=environment,
        stdout=stdout if stdout is not None else subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
    )
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().splitlines() or [
            f"it ended with {done.returncode}"
        ]
        raise PermanentError(f"{tool} failed: {said[0]}")
