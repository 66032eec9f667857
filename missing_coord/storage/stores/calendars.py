"""Visits for calendars in PostgreSQL, where a trigger keeps them in step with the interviews."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Text, cast, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from missing_coord.domain.errors import NotFound
from missing_coord.services.ports.calendar import Invite
from missing_coord.storage.mappers import from_row
from missing_coord.storage.tables.records import calendar_feeds, visit_invites

_WORKER_OF = text("""
    select f.worker_id from calendar_feeds f where f.secret_hash = :secret_hash
        and exists (select from users u where u.worker_id = f.worker_id and u.disabled_at is null)
""")
_TO_COME = text(
    "select 1 from visit_invites where worker_id = :worker and interview_id::text = :id and starts_at > :now"
)


class SqlCalendars:
    """Visits of workers, and the secrets of their feeds."""

    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def invites(self, worker_id: str, *, since: datetime) -> list[Invite]:
        """Return a worker's visits that begin after `since`, gone ones too."""
        own = visit_invites.c.worker_id == worker_id
        statement = select(visit_invites).where(own, visit_invites.c.starts_at > since)
        result = await self._connection.execute(
            statement.order_by(visit_invites.c.starts_at, visit_invites.c.interview_id)
        )
        return [from_row(Invite, dict(row)) for row in result.mappings()]

    async def invite(self, interview_id: str, worker_id: str) -> Invite:
        """Return one visit; raises NotFound."""
        statement = select(visit_invites).where(
            cast(visit_invites.c.interview_id, Text) == interview_id, visit_invites.c.worker_id == worker_id
        )
        row = (await self._connection.execute(statement)).mappings().one_or_none()
        if row is None:
            raise NotFound("There is no visit of this interview.")
        return from_row(Invite, dict(row))

    async def is_to_come(self, interview_id: str, worker_id: str) -> bool:
        """Say whether a worker has, or had, a visit of this interview at a time that is still to come."""
        values = {"id": interview_id, "worker": worker_id, "now": self._now}
        found = await self._connection.execute(_TO_COME, values)
        return found.one_or_none() is not None

    async def keep_feed(self, worker_id: str, secret_hash: str) -> None:
        """Keep the hash of a worker's link in place of the one before."""
        row: dict[str, Any] = {"worker_id": worker_id, "secret_hash": secret_hash, "made_at": self._now}
        statement = insert(calendar_feeds).values(**row)
        await self._connection.execute(
            statement.on_conflict_do_update(index_elements=["worker_id"], set_=row)
        )

    async def worker_of(self, secret_hash: str) -> str | None:
        """Return whose link it is, None for no link and for a worker whose account is disabled."""
        result = await self._connection.execute(_WORKER_OF, {"secret_hash": secret_hash})
        worker_id: str | None = result.scalar_one_or_none()
        return worker_id
