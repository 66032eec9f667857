"""A private PostgreSQL for one test run, and a fresh migrated database for each test that asks."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from missing_coord.storage.embedded.cluster import EmbeddedPostgres, discard_embedded, open_embedded
from tests.memory import folder_in_memory, server_folder

TEMPLATE = "migrated_template"
# Nothing here outlives the run, so nothing need survive a loss of power, and a password need not be slow to check.
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
    "scram_iterations": "1",
}
IN_MEMORY = {"max_wal_size": "256MB"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """One database of its own for one test, reached as owner, as the application and as superuser."""

    name: str
    owner_url: str = field(repr=False)
    app_url: str = field(repr=False)
    admin_url: str = field(repr=False)


@dataclass(slots=True, kw_only=True)
class TestServer:
    """The server of a test run; copies one migrated database as often as it is asked."""

    __test__ = False
    postgres: EmbeddedPostgres
    admin: psycopg.Connection[tuple[object, ...]]
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def named(self, name: str) -> Database:
        """Return the URLs of a database by its name."""
        return Database(
            name=name,
            owner_url=_with_database(self.postgres.owner_url, name),
            app_url=_with_database(self.postgres.app_url, name),
            admin_url=_with_database(self.postgres.admin_url, name),
        )

    def make_empty(self, name: str) -> Database:
        """Make a database without any table, owned as the real one is."""
        self._execute("CREATE DATABASE {} OWNER missing_coord_owner", name)
        return self.named(name)

    @contextmanager
    def empty(self) -> Iterator[Database]:
        """Lend an empty database, for tests of the migrations themselves."""
        database = self.make_empty(f"test_{next(self.numbers)}")
        try:
            yield database
        finally:
            self.drop(database.name)

    @contextmanager
    def migrated(self) -> Iterator[Database]:
        """Lend a copy of the migrated database and drop it afterwards, whoever is still connected."""
        name = f"test_{next(self.numbers)}"
        self._execute(
            "CREATE DATABASE {} TEMPLATE " + TEMPLATE + " OWNER missing_coord_owner STRATEGY FILE_COPY", name
        )
        try:
            yield self.named(name)
        finally:
            self.drop(name)

    def drop(self, name: str) -> None:
        """Drop a database of a test."""
        self._execute("DROP DATABASE {} WITH (FORCE)", name)

    def _execute(self, statement: LiteralString, name: str) -> None:
        self.admin.execute(sql.SQL(statement).format(sql.Identifier(name)))


@contextmanager
def running_server(home: Path, *, options: Mapping[str, str] | None = None) -> Iterator[TestServer]:
    """Run a server for as long as the tests last and leave nothing behind; without `options` it is quick, not safe."""
    system_folder = server_folder()
    if options is None:
        options = FAST | IN_MEMORY if folder_in_memory() else FAST
    try:
        with (
            open_embedded(home, system_folder=system_folder, options=options) as postgres,
            psycopg.connect(plain(postgres.admin_url), autocommit=True) as admin,
        ):
            yield TestServer(postgres=postgres, admin=admin)
    finally:
        discard_embedded(home, system_folder=system_folder)


def plain(url: str) -> str:
    """Return a SQLAlchemy URL as psycopg itself reads it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _with_database(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)
