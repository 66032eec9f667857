"""What deciding whose incident it is needs from storage, beside the ports of every use case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from missing_coord.domain.cases import MatchVerdict
from missing_coord.services.ports.work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptDecision:
    """A decision in force, with what hung on which record before it was made."""

    decision_id: int
    verdict: MatchVerdict
    before: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A timeline entry: where it hangs, and the incidents that its interview was about when it was written."""

    event_no: int
    interview_id: str
    kind: str
    about: frozenset[str]


class ReviewStore(Protocol):
    """Remembered decisions about one incident, and the timeline entries that go with its episodes."""

    async def standing(self, child_ids: Iterable[str]) -> dict[str, str]:
        """Return the register status of those of the children that are on the register."""
        ...

    async def decisions(self, incident_id: str) -> list[KeptDecision]:
        """Return the decisions in force about one incident itself, the oldest first."""
        ...

    async def remember(self, verdict: MatchVerdict, before: Mapping[str, Any]) -> None:
        """Keep a decision with the state that it was made on."""
        ...

    async def undo(self, decision_id: int, *, by: str, reason: str) -> None:
        """Mark one decision as undone, and keep why."""
        ...

    async def entries(self, interview_ids: Iterable[str]) -> list[Entry]:
        """Return every timeline entry of the interviews, the oldest first."""
        ...

    async def move_entries(self, numbers: Sequence[int], *, target: str) -> None:
        """Move timeline entries to another interview."""
        ...


class ReviewWork(UnitOfWork, Protocol):
    """A transaction in which a person's decision is followed by what only the system may write."""

    @property
    def reviews(self) -> ReviewStore:
        """Remembered decisions and timeline entries."""
        ...

    def as_system(self) -> AbstractAsyncContextManager[None]:
        """Write derived rows; the person's own role is back when the block is left."""
        ...
