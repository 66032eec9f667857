"""What planning needs of storage beside the interviews: children's wishes, and the booked visits it watches."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from missing_coord.domain.interview_records import RecordHead
from missing_coord.planning.child_hours import ClosedHours
from missing_coord.services.ports.escalation import MessageStore
from missing_coord.services.ports.work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildWishes:
    """What a child said of who should come and when; `closed` are hours in which the child cannot be seen.

    `set_aside` names wishes told in records that planning is not to follow.
    """

    languages: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()
    gender_wish: str = ""
    asked_for_worker_id: str = ""
    refused_worker_ids: frozenset[str] = frozenset()
    closed: tuple[ClosedHours, ...] = ()
    set_aside: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedVisit:
    """A booked visit as it was last looked at; `trouble` is why it cannot be kept, if so."""

    interview_id: str
    worker_id: str
    starts_at: datetime
    place: str
    trouble: str = ""


class WishStore(Protocol):
    """What children wish of a visit."""

    async def told(self, child_id: str) -> list[RecordHead]:
        """Return the head of the newest version of each record of the child's interviews."""
        ...

    async def get(self, child_id: str) -> tuple[ChildWishes, int]:
        """Return what is kept and its version, 0 when nothing is."""
        ...

    async def save(self, child_id: str, wishes: ChildWishes, *, expected_version: int) -> bool:
        """Keep wishes in place of those of that version; False when somebody else was faster."""
        ...


class VisitWatch(Protocol):
    """Which booked visits were seen, and how."""

    async def watched(self) -> list[WatchedVisit]:
        """Return every visit as it was last looked at."""
        ...

    async def called_off_by_others(self, interview_ids: Collection[str]) -> set[str]:
        """Return which of these interviews another than their worker changed last, or closed without its being held."""
        ...

    async def watch(self, visits: Sequence[WatchedVisit], *, no_more: Collection[str]) -> None:
        """Remember how visits look now, and forget those of these interviews."""
        ...


class PlanningWork(UnitOfWork, Protocol):
    """A transaction with what planning needs."""

    @property
    def wishes(self) -> WishStore:
        """What children wish of a visit."""
        ...

    @property
    def visits(self) -> VisitWatch:
        """The booked visits that are watched."""
        ...

    @property
    def messages(self) -> MessageStore:
        """Messages to people."""
        ...

    def as_system(self) -> AbstractAsyncContextManager[None]:
        """Write what only the system may write, as the consequence of what the person decided."""
        ...
