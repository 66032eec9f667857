"""What a council's earlier records need from storage."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from missing_coord.domain.cases import InterviewEvent
from missing_coord.domain.past_records import PastEpisode, PastInterview
from missing_coord.services.ports.received import Received


class HistoryStore(Protocol):
    """Past episodes and past interviews, kept as evidence."""

    async def save_episodes(self, rows: Sequence[tuple[PastEpisode, Received]]) -> list[bool]:
        """Keep past episodes as versions; return for each whether anything changed."""
        ...

    async def save_interviews(self, rows: Sequence[tuple[PastInterview, Received]]) -> list[bool]:
        """Keep past interviews as versions; return for each whether anything changed."""
        ...

    async def interviews_about(self, incident_ids: Sequence[str]) -> dict[str, list[PastInterview]]:
        """Return the past interviews about the past episodes of these incidents, in the order of their keys."""
        ...

    async def forget(self, interview_ids: Iterable[str]) -> None:
        """Take back what was written of these interviews from the earlier records: timelines, then what is empty."""
        ...

    async def rewrite_entries(self, interview_ids: Sequence[str], entries: Sequence[InterviewEvent]) -> None:
        """Put these entries in place of what was written from the earlier records on the timelines of interviews."""
        ...
