"""What a staff would have made of the returns of a period, each placed as it came in by the rules of planning."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from statistics import median, quantiles
from types import MappingProxyType

from missing_coord.domain.london import london_day
from missing_coord.planning.desk import Asked, Desk, Option, asked_for
from missing_coord.planning.diary import instant
from missing_coord.planning.situation import Absence, OpenInterview, WorkerSituation
from missing_coord.planning.weeks import week_number, weekly_allowance, weekly_capacity

ARRANGED_WITHIN = timedelta(hours=3)
"""From the return to the first minute at which a visit can be: the notice has to come in and the child be reached."""
NEXT_TRY = timedelta(hours=12)
LONGEST_WAIT_DAYS = 35

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """One return that asks for a visit; `missed` is how often the child did not attend before it.

    From `ready_at` the child can be visited, three hours after the return where nothing is known; `gone` are times in
    which the child was missing again. Nobody gets to see a child who was not `reached`. One that does not count was
    declined in the end: its visits take time all the same.
    """

    interview: OpenInterview
    area: str
    missed: int = 0
    ready_at: datetime | None = None
    gone: tuple[Span, ...] = ()
    reached: bool = True
    counts: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a staff would have made of a period: children in time, late or unseen, and visits used of those there.

    `agreed_late` of the late ones could not be visited before the deadline by any staff: the yes came too late.
    `lost` visits were made for nothing: the child did not attend or was missing again, or the worker fell ill.
    """

    needed: int
    in_time: int
    late: int
    unseen: int
    out_of_reach: int
    agreed_late: int
    lost: int
    median_hours: float | None
    most_hours: float | None
    visits: int
    visits_possible: int
    unmet_by_weekday: tuple[int, ...]
    unmet_by_area: dict[str, int]

    @property
    def unmet(self) -> int:
        """Children not seen in time."""
        return self.late + self.unseen + self.out_of_reach


def simulate(
    demand: Sequence[Demand],
    workers: Sequence[WorkerSituation],
    *,
    start: datetime,
    end: datetime,
    bank_holidays: Collection[date] = frozenset(),
    council: str | None = None,
    sudden: Mapping[str, Sequence[Absence]] = MappingProxyType({}),
) -> Outcome:
    """Replay returns with a staff whose diaries are empty at the start; the answer is the same each time.

    A visit is taken as it is placed: nobody moves it later. The absences of `workers` are known beforehand, those of
    `sudden` by worker only when they begin: a visit placed into one before is lost and placed again. So is one of a
    child who is missing again by then; one that was not attended is placed again from twelve hours after.
    """
    days = (end - start).days + LONGEST_WAIT_DAYS
    staff = [replace(each, booked={}, visits=()) for each in workers]
    desk = Desk(staff, start, bank_holidays=bank_holidays, council=council, days=days)
    replayed = _Replay(desk=desk, sudden=sudden)
    for each in demand:
        replayed.ask(each)
    replayed.run()
    return _outcome(demand, replayed, _possible(staff, start, end))


@dataclass(slots=True, kw_only=True)
class _Replay:
    """Places visits in the order in which they can be arranged."""

    desk: Desk
    sudden: Mapping[str, Sequence[Absence]]
    seen: list[tuple[Demand, datetime]] = field(default_factory=list)
    unseen: list[Demand] = field(default_factory=list)
    visits: int = 0
    lost: int = 0
    _number: int = 0
    _waiting: list[tuple[datetime, int, int, Demand]] = field(default_factory=list)

    def ask(self, demand: Demand) -> None:
        """Take in a return; a child who was not reached waits for nobody."""
        if demand.reached:
            self._wait(demand.ready_at or demand.interview.earliest_at + ARRANGED_WITHIN, 0, demand)

    def _wait(self, ready: datetime, missed: int, demand: Demand) -> None:
        gone = [ends + ARRANGED_WITHIN for starts, ends in demand.gone if starts <= ready < ends]
        self._number += 1
        heapq.heappush(self._waiting, (max([ready, *gone]), self._number, missed, demand))

    def run(self) -> None:
        """Place until nobody waits."""
        while self._waiting:
            ready, number, missed, demand = heapq.heappop(self._waiting)
            asked = _asked(demand, ready, str(number))
            options = self.desk.options(asked)
            ill = [self._ill(each, known_at=ready) for each in options]
            fit = next((each for each, away in zip(options, ill, strict=True) if away is None), None)
            self.desk.place(asked, fit)
            self.desk.forget(str(number))
            if fit is not None:
                self._visited(fit, demand, ready, missed)
            elif options:
                self._wait(min(away.ends_at for away in ill if away and away.ends_at), missed, demand)
            else:
                self.unseen += [demand] if demand.counts else []

    def _visited(self, option: Option, demand: Demand, ready: datetime, missed: int) -> None:
        self.visits += 1
        again, ends = self._lost_until(option, demand, ready), instant(option.slot.end)
        if again is not None:
            self._wait(again, missed, demand)
        elif missed < demand.missed:
            self._wait(ends + NEXT_TRY, missed + 1, demand)
        elif demand.counts:
            self.seen.append((demand, ends))
            return
        self.lost += 1

    def _ill(self, option: Option, *, known_at: datetime) -> Absence | None:
        """Return the sudden absence that is known to be in the way of a visit."""
        absence = self._absence(option)
        return absence if absence is not None and absence.starts_at <= known_at else None

    def _absence(self, option: Option) -> Absence | None:
        """Return the sudden absence into which a visit falls."""
        starts, ends = instant(option.slot.start), instant(option.slot.end)
        return next(
            (
                each
                for each in self.sudden.get(option.diary.worker.worker_id, ())
                if each.ends_at is not None and each.starts_at < ends and each.ends_at > starts
            ),
            None,
        )

    def _lost_until(self, option: Option, demand: Demand, ready: datetime) -> datetime | None:
        """Return from when a visit has to be placed again that nobody could keep; None for one that is kept."""
        starts, ends = instant(option.slot.start), instant(option.slot.end)
        for gone, back in demand.gone:
            if gone < ends and back > starts:
                return back + ARRANGED_WITHIN
        absence = self._absence(option)
        return None if absence is None else max(ready, absence.starts_at)


def _asked(demand: Demand, ready: datetime, name: str) -> Asked:
    wanted = replace(demand.interview, interview_id=name, assigned_worker_id=None)
    return asked_for(wanted, max(ready, wanted.earliest_at))


def _outcome(demand: Sequence[Demand], replayed: _Replay, possible: int) -> Outcome:
    counted = [each for each in demand if each.counts]
    out_of_reach = [each for each in counted if not each.reached]
    late = [each for each, at in replayed.seen if at > each.interview.due_at]
    hours = [(at - each.interview.earliest_at) / timedelta(hours=1) for each, at in replayed.seen]
    unmet = [*late, *replayed.unseen, *out_of_reach]
    weekdays = Counter(london_day(each.interview.earliest_at).weekday() for each in unmet)
    return Outcome(
        needed=len(counted),
        in_time=len(replayed.seen) - len(late),
        late=len(late),
        unseen=len(replayed.unseen),
        out_of_reach=len(out_of_reach),
        agreed_late=sum(_agreed_late(each) for each in late),
        lost=replayed.lost,
        median_hours=round(median(hours), 1) if hours else None,
        most_hours=round(quantiles(hours, n=10)[-1], 1) if len(hours) > 1 else None,
        visits=replayed.visits,
        visits_possible=possible,
        unmet_by_weekday=tuple(weekdays[day] for day in range(7)),
        unmet_by_area=dict(sorted(Counter(each.area for each in unmet).items())),
    )


def _agreed_late(demand: Demand) -> bool:
    interview = demand.interview
    ready = demand.ready_at or interview.earliest_at
    return ready + timedelta(minutes=interview.minutes) > interview.due_at


def _possible(staff: Sequence[WorkerSituation], start: datetime, end: datetime) -> int:
    """Return the visits that the weekly targets allow in the weeks that begin in a period."""
    first, last = week_number(london_day(start)), week_number(london_day(end))
    capacities = [weekly_capacity(each.fte, each.weekly_target) for each in staff]
    return sum(weekly_allowance(each, week) for each in capacities for week in range(first, last))
