"""What calendars of visits need from storage."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from missing_coord.services.ports.work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite:
    """A worker's visit as a calendar knows it; `sequence` is raised with each change, a visit that is gone is kept."""

    interview_id: str
    worker_id: str
    starts_at: datetime
    ends_at: datetime
    sequence: int
    cancelled: bool
    changed_at: datetime


class CalendarStore(Protocol):
    """Visits of workers, and the secrets of their feeds."""

    async def invites(self, worker_id: str, *, since: datetime) -> list[Invite]:
        """Return a worker's visits that begin after `since`, gone ones too."""
        ...

    async def invite(self, interview_id: str, worker_id: str) -> Invite:
        """Return one visit; raises NotFound."""
        ...

    async def is_to_come(self, interview_id: str, worker_id: str) -> bool:
        """Say whether a worker has, or had, a visit of this interview at a time that is still to come."""
        ...

    async def keep_feed(self, worker_id: str, secret_hash: str) -> None:
        """Keep the hash of a worker's link in place of the one before."""
        ...

    async def worker_of(self, secret_hash: str) -> str | None:
        """Return whose link it is, None for no link and for a worker whose account is disabled."""
        ...


class CalendarWork(UnitOfWork, Protocol):
    """A transaction that reads visits for calendars."""

    @property
    def calendars(self) -> CalendarStore:
        """Visits of workers, and the secrets of their feeds."""
        ...
