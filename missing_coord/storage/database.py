"""Opens the pool of connections and the transactions on it: one role, one actor, one commit each."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import URL, make_url, text
from sqlalchemy.exc import DBAPIError, OperationalError, PendingRollbackError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from missing_coord.domain.access import Actor, system_actor
from missing_coord.domain.clock import Clock
from missing_coord.domain.errors import AnotherLayout, TransientError
from missing_coord.storage.revisions import READ_LAYOUT, Layout, fault_of
from missing_coord.storage.unit_of_work import SqlUnitOfWork

_RETRIED = {"40001", "40P01", "55P03", "57P01", "57P02", "57P03"}
_PLAN_IS_STALE = "0A000"
"""What PostgreSQL says of a statement prepared before a column was added: another release is being rolled out."""
_NOT_THERE = "42"
"""The class of what PostgreSQL says of a table, column, function or right that is not there."""
_NOT_ALLOWED_THERE = {"22023", "23514"}
"""What it says of a role that is not there, and of a word that an older list of allowed ones lacks."""
_NOT_FOR_EVER = {
    "connect_timeout": 10,
    "keepalives_idle": 20,
    "keepalives_interval": 5,
    "keepalives_count": 4,
    "tcp_user_timeout": 40_000,
}
_AT_ITS_END = {
    "tcp_keepalives_idle": 20,
    "tcp_keepalives_interval": 5,
    "tcp_keepalives_count": 4,
    "tcp_user_timeout": 40_000,
}


def not_for_ever(url: URL) -> dict[str, Any]:
    """Return how long a network that swallows everything keeps a connection to this address, at both of its ends.

    When our host loses its power, PostgreSQL would else keep its locks for hours, the relay's and those of children
    among them. In seconds, user timeouts in milliseconds; what the address itself asks for stays.
    """
    ours = " ".join(f"-c {name}={value}" for name, value in _AT_ITS_END.items())
    return {**_NOT_FOR_EVER, "options": f"{ours} {url.query.get('options', '')}".strip()}


@dataclass(slots=True)
class Database:
    """The database as the application sees it; every transaction runs as one role for one actor."""

    engine: AsyncEngine
    clock: Clock

    @classmethod
    def open(cls, url: str, *, clock: Clock, pool_size: int = 10) -> Database:
        """Open a pool on `url`, which must sign in as the application's role, not the owner."""
        engine = create_async_engine(
            url,
            pool_size=pool_size,
            max_overflow=10,
            pool_pre_ping=True,
            hide_parameters=True,
            json_deserializer=orjson.loads,
            connect_args=not_for_ever(make_url(url)),
        )
        return cls(engine=engine, clock=clock)

    @asynccontextmanager
    async def unit_of_work(self, actor: Actor) -> AsyncIterator[SqlUnitOfWork]:
        """Open a transaction as `actor`; leaving the block commits, an error rolls back.

        Its `now` is the database's, read by our clock: hosts whose clocks disagree agree on what is due.

        Raises TransientError for lost connections, deadlocks and the like: the same work may be tried again;
        AnotherLayout where the tables turn out to be those of another release.
        """
        try:
            async with self.engine.begin() as connection:
                now = self.clock.at(await take_role(connection, actor))
                unit = SqlUnitOfWork(connection=connection, actor=actor, now=now)
                yield unit
                await unit.flush()
        except (OperationalError, PendingRollbackError) as error:
            raise TransientError("The database did not answer; try again.") from error
        except DBAPIError as error:
            if error.connection_invalidated:
                raise TransientError("The connection to the database was lost; try again.") from error
            state = getattr(error.orig, "sqlstate", None)
            if state == _PLAN_IS_STALE:
                await self.engine.dispose()  # new connections have prepared nothing
            if state in _RETRIED or state == _PLAN_IS_STALE:
                raise TransientError("The database asked to try again.") from error
            await self._refuse_another_layout(state)
            raise

    async def layout(self) -> Layout:
        """Return the layout of the tables."""
        async with self.engine.connect() as connection:
            there = await connection.execute(
                text("select exists (select from pg_roles where rolname = 'mc_system')")
            )
            if not there.scalar_one():
                return Layout()
            await take_role(connection, system_actor("start"))
            if (await connection.execute(text("select to_regclass('alembic_version')"))).scalar_one() is None:
                return Layout()
            row = (await connection.execute(text(READ_LAYOUT))).one_or_none()
            return Layout.read(*row) if row else Layout()

    async def _refuse_another_layout(self, state: str | None) -> None:
        """Raise AnotherLayout where what PostgreSQL refused is explained by tables that are not ours."""
        if state is not None and (state.startswith(_NOT_THERE) or state in _NOT_ALLOWED_THERE):
            fault = fault_of(await self.layout())
            if fault:
                raise AnotherLayout(fault)

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()


_TAKE_ROLE = text(
    "select clock_timestamp(), set_config('role', :role, true),"
    " set_config('missing_coord.user_id', :user_id, true), set_config('missing_coord.worker_id', :worker_id, true)"
)


async def take_role(connection: AsyncConnection, actor: Actor) -> datetime:
    """Take the actor's database role until the transaction ends; return the database's present instant in UTC."""
    values = {"role": f"mc_{actor.role}", "user_id": actor.user_id or "", "worker_id": actor.worker_id or ""}
    instant: datetime = (await connection.execute(_TAKE_ROLE, values)).scalar_one()
    return instant.astimezone(UTC)
