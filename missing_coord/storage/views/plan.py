"""What the plan page shows beside the queue's rows: how much of each worker's week is used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from missing_coord.domain.london import london_day
from missing_coord.planning.situation import WorkerSituation
from missing_coord.planning.weeks import week_number, weekly_allowance, weekly_capacity
from missing_coord.storage.unit_of_work import SqlUnitOfWork
from missing_coord.storage.views.interviews import QueueRow


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekUse:
    """One worker's week: visits that count in it, visits proposed for it, and the whole visits it allows."""

    monday: date
    booked: int
    proposed: int
    allowed: int

    @property
    def left(self) -> int:
        """The visits that the week still has room for; never below zero."""
        return max(0, self.allowed - self.booked)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerUse:
    """A worker with the use of some weeks, in the order of the weeks."""

    worker_id: str
    name: str
    weeks: tuple[WeekUse, ...]


async def worker_uses(uow: SqlUnitOfWork, rows: Iterable[QueueRow], *, weeks: int = 2) -> list[WorkerUse]:
    """Return for each worker the use of this week and those after it, by name; `rows` bring the proposals."""
    today = london_day(uow.now)
    mondays = [today + timedelta(days=7 * each - today.weekday()) for each in range(weeks)]
    proposed = Counter(
        (row.proposal.worker_id, _monday(london_day(row.proposal.starts_at)))
        for row in rows
        if row.proposal is not None and row.proposal.starts_at is not None
    )
    workers = await uow.planning.workers()
    return [
        WorkerUse(worker_id=each.worker_id, name=each.name, weeks=_weeks(each, mondays, proposed))
        for each in sorted(workers, key=lambda worker: (worker.name, worker.worker_id))
    ]


def _weeks(
    worker: WorkerSituation, mondays: Sequence[date], proposed: Counter[tuple[str, date]]
) -> tuple[WeekUse, ...]:
    capacity = weekly_capacity(worker.fte, worker.weekly_target)
    return tuple(
        WeekUse(
            monday=monday,
            booked=worker.booked.get(monday.isocalendar()[:2], 0),
            proposed=proposed[worker.worker_id, monday],
            allowed=weekly_allowance(capacity, week_number(monday)),
        )
        for monday in mondays
    )


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
