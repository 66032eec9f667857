"""Where one interview stands, for a page that is open already: read again and again, so it leaves no audit row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from missing_coord.domain.cases import Interview
from missing_coord.services.interviews.change import seen
from missing_coord.storage.unit_of_work import SqlUnitOfWork
from missing_coord.storage.views.interviews import clock_of


@dataclass(frozen=True, slots=True, kw_only=True)
class StateLine:
    """State and clock of one interview; nothing of it tells who the child is."""

    interview: Interview
    clock: str


async def interview_state(uow: SqlUnitOfWork, interview_id: str, *, now: datetime) -> StateLine:
    """Return where an interview stands; raises NotFound."""
    interview = await seen(uow, interview_id)
    return StateLine(interview=interview, clock=clock_of(interview.due_at, interview.closed_at, now=now))
