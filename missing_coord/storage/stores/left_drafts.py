"""Drafts that nobody can submit any more, in PostgreSQL: marked, unmarked and ended by the system."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from missing_coord.domain.interviews import RECORDABLE_STATES
from missing_coord.services.interviews.left_drafts import LeftDraft

_RECORDABLE = sorted(state.value for state in RECORDABLE_STATES)
# A worker writes of an interview that is theirs and was held, or is open, until 28 days after it was closed.
_WRITABLE = """
    exists (select from interviews i where i.interview_id = d.interview_id and i.worker_id = d.worker_id
        and i.state = any(:recordable)
        and (i.closed_at is null or i.closed_at > cast(:now as timestamptz) - interval '28 days'
             or waits_for_rework(i.interview_id)))
"""
_MARK = text(f"""
    update record_drafts d set left_at = :now where d.left_at is null and not {_WRITABLE}
    returning d.interview_id::text, d.worker_id, d.left_at
""")
_UNMARK = text(f"update record_drafts d set left_at = null where d.left_at is not null and {_WRITABLE}")
_END = text("""
    delete from record_drafts d where d.left_at < :before returning d.interview_id::text, d.worker_id, d.left_at
""")


class SqlLeftDrafts:
    """Drafts that nobody can submit any more."""

    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def newly_left(self) -> list[LeftDraft]:
        """Mark drafts that are left behind since the last look, take the mark off others, and return the new."""
        values = {"now": self._now, "recordable": _RECORDABLE}
        await self._connection.execute(_UNMARK, values)
        return await self._found(_MARK, values)

    async def end(self, *, before: datetime) -> list[LeftDraft]:
        """Remove the drafts that were left behind before a time, and return which."""
        return await self._found(_END, {"before": before})

    async def _found(self, statement: TextClause, values: dict[str, object]) -> list[LeftDraft]:
        result = await self._connection.execute(statement, values)
        return [LeftDraft(**row) for row in result.mappings()]
