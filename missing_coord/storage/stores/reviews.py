"""What a review needs of the database beside the incidents: whose decision stands, and what hung where before it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from missing_coord.domain.cases import MatchVerdict
from missing_coord.services.ports.reviews import Entry, KeptDecision
from missing_coord.storage.mappers import from_row, plain, to_row
from missing_coord.storage.tables.cases import match_decisions

_STANDING = text("select child_id, status from children where child_id = any(:ids) and not provisional")
_ENTRIES = text(
    "select interview_id::text as interview_id, event_no, kind, about::text[] as about from interview_events"
    " where interview_id = any(cast(:ids as uuid[])) order by event_no"
)
_MOVE_ENTRIES = text(
    "update interview_events set interview_id = cast(:target as uuid)"
    " where event_no = any(cast(:numbers as bigint[]))"
)


class SqlReviews:
    """Remembered decisions about one incident, and the timeline entries that go with its episodes."""

    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def standing(self, child_ids: Iterable[str]) -> dict[str, str]:
        """Return the register status of those of the children that are on the register."""
        result = await self._connection.execute(_STANDING, {"ids": list(child_ids)})
        return {row[0]: row[1] for row in result}

    async def decisions(self, incident_id: str) -> list[KeptDecision]:
        """Return the decisions in force about one incident itself, the oldest first."""
        result = await self._connection.execute(
            select(match_decisions)
            .where(match_decisions.c.incident_id == incident_id, match_decisions.c.undone_at.is_(None))
            .order_by(match_decisions.c.decision_id)
        )
        return [_kept(row._mapping) for row in result]

    async def remember(self, verdict: MatchVerdict, before: Mapping[str, Any]) -> None:
        """Keep a decision with the state that it was made on."""
        await self._connection.execute(
            insert(match_decisions).values(**to_row(verdict), before=plain(before))
        )

    async def undo(self, decision_id: int, *, by: str, reason: str) -> None:
        """Mark one decision as undone, and keep why."""
        await self._connection.execute(
            match_decisions.update()
            .where(match_decisions.c.decision_id == decision_id)
            .values(undone_by=by, undone_at=self._now, undone_reason=reason)
        )

    async def entries(self, interview_ids: Iterable[str]) -> list[Entry]:
        """Return every timeline entry of the interviews, the oldest first."""
        result = await self._connection.execute(_ENTRIES, {"ids": list(interview_ids)})
        return [Entry(**{**row, "about": frozenset(row["about"])}) for row in result.mappings()]

    async def move_entries(self, numbers: Sequence[int], *, target: str) -> None:
        """Move timeline entries to another interview."""
        if numbers:
            await self._connection.execute(_MOVE_ENTRIES, {"numbers": list(numbers), "target": target})


def _kept(row: Any) -> KeptDecision:
    verdict = replace(from_row(MatchVerdict, row), incident_id=str(row["incident_id"]))
    return KeptDecision(decision_id=row["decision_id"], verdict=verdict, before=row["before"])
