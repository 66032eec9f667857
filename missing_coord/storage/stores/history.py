"""A council's earlier records in PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Table, text
from sqlalchemy.ext.asyncio import AsyncConnection

from missing_coord.domain.cases import InterviewEvent
from missing_coord.domain.past_records import EARLIER_RECORDS, PastEpisode, PastInterview
from missing_coord.services.ports.received import Received
from missing_coord.storage.mappers import from_typed_row, to_row
from missing_coord.storage.rows import insert_all, upsert
from missing_coord.storage.stores.children import content_hash
from missing_coord.storage.tables.cases import interview_events
from missing_coord.storage.tables.history import past_episodes, past_interviews
from missing_coord.storage.versions import changed_rows, keep_versions

_ABOUT = text("""
    select p.incident_id::text as about, i.* from past_episodes p
    join past_interviews i on i.covers @> array[p.entry_key]
    where p.incident_id = any(cast(:ids as uuid[])) order by i.entry_key
""")
_FORGET_ENTRIES = text(
    "delete from interview_events where interview_id = any(cast(:ids as uuid[])) and recorded_by = :by"
)
_FORGET = text("""
    delete from interviews i where interview_id = any(cast(:ids as uuid[]))
        and not exists (select from interview_events v where v.interview_id = i.interview_id)
        and not exists (select from quality_audits q where q.interview_id = i.interview_id)
""")


class SqlHistory:
    """Past episodes and past interviews, kept as evidence."""

    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def save_episodes(self, rows: Sequence[tuple[PastEpisode, Received]]) -> list[bool]:
        """Keep past episodes as versions; return for each whether anything changed."""
        return await self._save(past_episodes, "past_episode", rows)

    async def save_interviews(self, rows: Sequence[tuple[PastInterview, Received]]) -> list[bool]:
        """Keep past interviews as versions; return for each whether anything changed."""
        return await self._save(past_interviews, "past_interview", rows)

    async def _save(self, table: Table, kind: str, rows: Sequence[tuple[Any, Received]]) -> list[bool]:
        keyed = [(record.entry_key, content_hash(record), record, how) for record, how in rows]
        changed, latest = await changed_rows(self._connection, table, "entry_key", keyed)
        kept = [{**to_row(record), "content_hash": digest} for _, digest, record, _ in latest]
        await upsert(self._connection, table, kept, key=["entry_key"])
        await keep_versions(self._connection, kind, latest, self._now)
        return changed

    async def interviews_about(self, incident_ids: Sequence[str]) -> dict[str, list[PastInterview]]:
        """Return the past interviews about the past episodes of these incidents, in the order of their keys."""
        found: dict[str, list[PastInterview]] = {}
        for row in (await self._connection.execute(_ABOUT, {"ids": list(incident_ids)})).mappings():
            told = {**row, "interview_id": str(row["interview_id"])}
            found.setdefault(row["about"], []).append(from_typed_row(PastInterview, told))
        return found

    async def forget(self, interview_ids: Iterable[str]) -> None:
        """Take back what was written of these interviews from the earlier records: timelines, then what is empty."""
        if ids := list(interview_ids):
            await self.rewrite_entries(ids, [])
            await self._connection.execute(_FORGET, {"ids": ids})

    async def rewrite_entries(self, interview_ids: Sequence[str], entries: Sequence[InterviewEvent]) -> None:
        """Put these entries in place of what was written from the earlier records on the timelines of interviews."""
        if interview_ids:
            ids = {"ids": list(interview_ids), "by": EARLIER_RECORDS}
            await self._connection.execute(_FORGET_ENTRIES, ids)
            await insert_all(self._connection, interview_events, [to_row(each) for each in entries])
