"""What a staff would have made of the returns of a period, each placed as it came in by the rules of planning."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from statistics import median, quantiles

from missing_coord.planning.desk import Asked, Desk, asked_for
from missing_coord.planning.diary import instant
from missing_coord.planning.situation import OpenInterview, WorkerSituation
from missing_coord.planning.weeks import london_day, week_number, weekly_allowance, weekly_capacity

ARRANGED_WITHIN = timedelta(hours=3)
"""From the return to the first minute at which a visit can be: the notice has to come in and the child be reached."""
NEXT_TRY = timedelta(hours=12)
LONGEST_WAIT_DAYS = 35


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """One return that asks for a visit; `missed` is how often the child did not attend before it."""

    interview: OpenInterview
    area: str
    missed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a staff would have made of a period: children in time, late or unseen, and visits used of those there."""

    needed: int
    in_time: int
    late: int
    unseen: int
    median_hours: float | None
    most_hours: float | None
    visits: int
    visits_possible: int
    unmet_by_weekday: tuple[int, ...]
    unmet_by_area: dict[str, int]

    @property
    def unmet(self) -> int:
        """Children not seen in time."""
        return self.late + self.unseen


def simulate(
    demand: Sequence[Demand],
    workers: Sequence[WorkerSituation],
    *,
    start: datetime,
    end: datetime,
    bank_holidays: Collection[date] = frozenset(),
    council: str | None = None,
) -> Outcome:
    """Replay returns with a staff whose diaries are empty at the start; the answer is the same each time.

    A visit is taken as it is placed: nobody moves it later, and absences are known beforehand. A child who did not
    attend is visited again from twelve hours after.
    """
    days = (end - start).days + LONGEST_WAIT_DAYS
    staff = [replace(each, booked={}, visits=()) for each in workers]
    desk = Desk(staff, start, bank_holidays=bank_holidays, council=council, days=days)
    waiting = [(_first(each), number, 0, each) for number, each in enumerate(demand)]
    heapq.heapify(waiting)
    seen: list[tuple[Demand, datetime]] = []
    unseen: list[Demand] = []
    while waiting:
        ready, number, tries, each = heapq.heappop(waiting)
        visited = _visit(desk, each, ready, f"{number}.{tries}")
        if visited is None:
            unseen.append(each)
        elif tries < each.missed:
            heapq.heappush(waiting, (visited + NEXT_TRY, number, tries + 1, each))
        else:
            seen.append((each, visited))
    return _outcome(seen, unseen, desk, _possible(staff, start, end))


def _first(demand: Demand) -> datetime:
    return demand.interview.earliest_at + ARRANGED_WITHIN


def _visit(desk: Desk, demand: Demand, ready: datetime, name: str) -> datetime | None:
    """Place one visit and return when it ends; None where nobody who may go has room."""
    wanted = replace(demand.interview, interview_id=name, assigned_worker_id=None)
    asked: Asked = asked_for(wanted, max(ready, wanted.earliest_at))
    best = next(iter(desk.options(asked)), None)
    desk.place(asked, best)
    desk.forget(name)
    return None if best is None else instant(best.slot.end)


def _outcome(
    seen: Sequence[tuple[Demand, datetime]], unseen: Sequence[Demand], desk: Desk, possible: int
) -> Outcome:
    late = [each for each, at in seen if at > each.interview.due_at]
    hours = [(at - each.interview.earliest_at) / timedelta(hours=1) for each, at in seen]
    unmet = [*late, *unseen]
    weekdays = Counter(london_day(each.interview.earliest_at).weekday() for each in unmet)
    return Outcome(
        needed=len(seen) + len(unseen),
        in_time=len(seen) - len(late),
        late=len(late),
        unseen=len(unseen),
        median_hours=round(median(hours), 1) if hours else None,
        most_hours=round(quantiles(hours, n=10)[-1], 1) if len(hours) > 1 else None,
        visits=sum(1 + each.missed for each, _ in seen),
        visits_possible=possible,
        unmet_by_weekday=tuple(weekdays[day] for day in range(7)),
        unmet_by_area=dict(sorted(Counter(each.area for each in unmet).items())),
    )


def _possible(staff: Sequence[WorkerSituation], start: datetime, end: datetime) -> int:
    """Return the visits that the weekly targets allow in the weeks that begin in a period."""
    first, last = week_number(london_day(start)), week_number(london_day(end))
    capacities = [weekly_capacity(each.fte, each.weekly_target) for each in staff]
    return sum(weekly_allowance(each, week) for each in capacities for week in range(first, last))
