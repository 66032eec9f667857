"""The transactional outbox: events written with the change that they tell of, read and marked by one active relay."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.exc import InterfaceError, OperationalError, PendingRollbackError
from sqlalchemy.ext.asyncio import AsyncConnection

from missing_coord.contracts.envelopes import OutgoingEvent
from missing_coord.domain.access import system_actor
from missing_coord.domain.errors import TransientError
from missing_coord.storage.database import Database, take_role

RELAY = system_actor("relay")
RELAY_LOCK = 7236003
"""The advisory lock that the active relay holds; migrations hold 7236001, the audit trail 7236002."""

# Always by "not yet sent", never "after the last one seen": positions are given before commit, and a slow transaction
# would be passed over.
_UNSENT = """
select position, event_id::text, type, topic, key, body, occurred_at, correlation_id as traceparent, attempts
from outbox where sent_at is null and key <> all(cast(:resting as text[]))
order by position limit :limit
"""


@dataclass(frozen=True, slots=True)
class OutboxLease:
    """The right to relay, held on its own connection; when that is lost, nothing more can be read or marked."""

    connection: AsyncConnection

    async def unsent(self, *, limit: int, resting: Collection[str] = ()) -> list[OutgoingEvent]:
        """Return events not yet sent in their order, leaving out those of resting keys."""
        async with _transaction(self.connection):
            result = await self.connection.execute(text(_UNSENT), {"resting": list(resting), "limit": limit})
            return [OutgoingEvent(**row._mapping) for row in result]

    async def mark_sent(self, positions: Collection[int]) -> None:
        """Say that events were delivered."""
        if positions:
            async with _transaction(self.connection):
                await self.connection.execute(
                    text("update outbox set sent_at = now() where position = any(cast(:sent as bigint[]))"),
                    {"sent": list(positions)},
                )

    async def mark_failed(self, position: int, error: str) -> None:
        """Say that an event could not be delivered; it stays first of its key and is tried again."""
        async with _transaction(self.connection):
            await self.connection.execute(
                text(
                    "update outbox set attempts = attempts + 1, last_error = :error where position = :position"
                ),
                {"error": error[:200], "position": position},
            )


@asynccontextmanager
async def lease_outbox(database: Database) -> AsyncIterator[OutboxLease | None]:
    """Lend the right to relay, or None while another relay holds it; it is given back when the block is left.

    The right ends with the connection, so a relay that was killed is followed by another at its next try.
    Raises TransientError when the database does not answer.
    """
    async with _errors(), database.engine.connect() as connection:
        try:
            taken = await connection.scalar(text("select pg_try_advisory_lock(:lock)"), {"lock": RELAY_LOCK})
            await connection.commit()
            yield OutboxLease(connection) if taken else None
        finally:
            # Closed, not returned to the pool: the lock belongs to the connection.
            await connection.invalidate()


@asynccontextmanager
async def _transaction(connection: AsyncConnection) -> AsyncIterator[None]:
    async with _errors(), connection.begin():
        await take_role(connection, RELAY)
        yield


@asynccontextmanager
async def _errors() -> AsyncIterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError, PendingRollbackError) as error:
        raise TransientError("The database did not answer the relay; it tries again.") from error
