"""A simulated quarter of the source council's load, planned in one of several ways.

Arrivals of 300 to 500 a month, 7.5 full-time equivalents at 15 visits a week with a week of leave each, three in
ten decline each time, some do not attend, workers fall ill, children go missing again. All ways meet the same
children and the same luck.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from statistics import median, quantiles

from missing_coord.planning.fields import Point
from missing_coord.planning.instance import Pin, Shift

FIRST_DAY = datetime(2026, 11, 2, 0, 0, tzinfo=UTC)
"""A Monday; all of the quarter lies in winter, when London is on UTC."""
DAYS = 91
AGREED_AHEAD = timedelta(hours=28)
DECLINES, STAYS_AWAY, MISSING_AGAIN, ILL = 0.3, 0.08, 0.08, 0.04
LENGTH = timedelta(hours=1)
SEVENTY_TWO = timedelta(hours=72)
CENTRE = (384_000.0, 398_000.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """One interviewer: base, week, hours and visits a week; on leave in one week, known beforehand."""

    id: str
    base: Point
    days: frozenset[int]
    starts: int
    hours: int
    capacity: int
    skills: frozenset[str]
    leave: datetime


@dataclass(slots=True, kw_only=True)
class Case:
    """One child to be seen; `returns` are the returns whose deadlines the visit will meet or miss."""

    id: str
    place: Point
    returns: list[datetime]
    free_from: datetime
    luck: Random
    skills: frozenset[str]
    refused: frozenset[str]
    preferred: str | None
    away: tuple[datetime, datetime] | None
    approaches: int = 0
    visit: Pin | None = None
    seen_at: datetime | None = None
    declined: bool = False

    @property
    def open(self) -> bool:
        """Say whether the child is still to be seen."""
        return self.seen_at is None and not self.declined

    def due(self, now: datetime) -> datetime:
        """Return the first deadline that can still be met, or the one that was missed first."""
        ends = [back + SEVENTY_TWO for back in self.returns]
        return min((end for end in ends if end > now), default=ends[0])


@dataclass(slots=True, kw_only=True)
class Quarter:
    """The world of one run: children to come, staff, and who is ill when."""

    seed: int
    a_month: int
    way: Way
    cases: list[Case] = field(default_factory=list)
    made: list[tuple[str, datetime]] = field(default_factory=list)

    def run(self) -> None:
        """Let the quarter pass, planning at eight and at one every day."""
        self.cases = list(_children(self.seed, self.a_month))
        for day in range(DAYS + 7):
            for hour in (8, 13):
                self._half_day(FIRST_DAY + timedelta(days=day, hours=hour))

    def shifts(self, staff: Staff, now: datetime, until: datetime) -> tuple[Shift, ...]:
        """Return when a worker will be there, as one knows it now: from yesterday on, begun before `until`."""
        found = []
        for ahead in range(-1, (until - now).days + 2):
            midnight = (now + timedelta(days=ahead)).replace(hour=0, minute=0)
            start = midnight + timedelta(hours=staff.starts)
            away = on_leave(staff, start) or (ahead <= 0 and self.ill(staff.id, start))
            if midnight.weekday() in staff.days and not away and start <= until:
                found.append(Shift(start=start, end=start + timedelta(hours=staff.hours)))
        return tuple(found)

    def used(self, worker: str, at: datetime) -> int:
        """Return the visits that a worker has made in the week of `at`."""
        week = at.isocalendar()[:2]
        return sum(name == worker and start.isocalendar()[:2] == week for name, start in self.made)

    def ill(self, worker: str, at: datetime) -> bool:
        """Say whether a worker is ill on a day; nobody knows before its morning."""
        return Random(f"{self.seed}/{worker}/{at.date()}").random() < ILL

    def _half_day(self, now: datetime) -> None:
        for case in self.cases:
            if case.open and case.returns[0] <= now:
                self._happened(case, now)
        for _ in range(2):
            if not self._plan_and_offer(now):
                return

    def _happened(self, case: Case, now: datetime) -> None:
        visit = case.visit
        if case.away and case.away[0] <= now and (visit is None or visit.start > case.away[0]):
            case.visit, visit = None, None
            case.returns.append(case.away[1])
            case.free_from, case.away = case.away[1], None
        if visit and self.ill(visit.worker, visit.start) and visit.start.date() == now.date():
            case.visit = None
        elif visit and visit.start + LENGTH <= now:
            self.made.append((visit.worker, visit.start))
            case.visit = None
            if case.luck.random() < STAYS_AWAY:
                case.free_from = visit.start + timedelta(hours=12)
            else:
                case.seen_at = visit.start + LENGTH

    def _plan_and_offer(self, now: datetime) -> bool:
        """Plan every open child, offer what comes soon; say whether a decline left a gap to fill."""
        waiting = {c.id: c for c in self.cases if c.open and c.returns[0] <= now}
        gap = False
        for pin in self.way(self, list(waiting.values()), now):
            case = waiting[pin.interview]
            if case.visit is None and pin.start <= now + AGREED_AHEAD:
                gap = not _offer(case, pin, now) or gap
        return gap


Way = Callable[[Quarter, Sequence[Case], datetime], Iterable[Pin]]
"""Plans the open children, agreed visits among them, and returns all visits in order of time."""


def on_leave(staff: Staff, at: datetime) -> bool:
    """Say whether a worker is on leave at a time."""
    return staff.leave <= at < staff.leave + timedelta(days=7)


def _staff() -> Iterator[Staff]:
    """Yield seven full-time interviewers and one half-time one; two work late, two on Saturdays."""
    random = Random("staff")
    for n in range(8):
        weekend = n in {2, 5}
        yield Staff(
            id=f"w{n}",
            base=_near_centre(random, 12_000),
            days=frozenset({1, 2, 3, 4, 5} if weekend else {0, 1, 2, 3, 4}),
            starts=12 if n in {1, 4} else 9,
            hours=4 if n == 7 else 8,
            capacity=7 if n == 7 else 15,
            skills=frozenset({"somali"} if n in {0, 3} else ()),
            leave=FIRST_DAY + timedelta(weeks=2 + n),
        )


def _children(seed: int, a_month: int) -> Iterator[Case]:
    """Yield the children who come back over the quarter, each with luck of its own."""
    random = Random(f"children {seed}")
    at, number = FIRST_DAY, 0
    while at < FIRST_DAY + timedelta(days=DAYS):
        at += timedelta(days=random.expovariate(a_month * 12 / 365))
        number += 1
        luck = Random(f"{seed}/{number}")
        gone = at + timedelta(hours=luck.uniform(6, 60))
        away = (gone, gone + timedelta(hours=luck.uniform(8, 40)))
        yield Case(
            id=f"c{number}",
            place=_near_centre(luck, 8_000 if luck.random() < 0.7 else 35_000),
            returns=[at],
            free_from=at,
            luck=luck,
            skills=frozenset({"somali"} if luck.random() < 0.04 else ()),
            refused=frozenset({f"w{luck.randrange(8)}"} if luck.random() < 0.1 else ()),
            preferred=f"w{luck.randrange(8)}" if luck.random() < 0.3 else None,
            away=away if luck.random() < MISSING_AGAIN else None,
        )


def _near_centre(random: Random, spread: float) -> Point:
    return (round(random.gauss(CENTRE[0], spread / 2)), round(random.gauss(CENTRE[1], spread / 2)))


def _offer(case: Case, pin: Pin, now: datetime) -> bool:
    """Offer a visit; a first decline waits a day for the second approach, a second one ends it."""
    case.approaches += 1
    if case.luck.random() >= DECLINES:
        case.visit = pin
        return True
    case.declined = case.approaches > 1
    case.free_from = now + timedelta(hours=20)
    return False


STAFF = tuple(_staff())


def quarter(name: str, way: Callable[[], Way], *, a_month: int, seeds: Sequence[int]) -> str:
    """Return what became of the children of several quarters under one way of planning."""
    hours, returns, in_time, seen, declined = list[float](), 0, 0, 0, 0
    for seed in seeds:
        world = Quarter(seed=seed, a_month=a_month, way=way())
        world.run()
        for case in world.cases:
            declined += case.declined
            for back in case.returns if case.seen_at else ():
                seen += 1
                hours.append((case.seen_at - back) / timedelta(hours=1))
                in_time += case.seen_at <= back + SEVENTY_TWO
            returns += len(case.returns) * (not case.declined)
    return (
        f"{a_month} a month, {name:<23} {len(seeds)} quarters: {returns} returns not declined, {seen} seen,"
        f" {in_time} within 72 h"
        f" ({100 * in_time / seen:.1f} % of seen, {100 * in_time / returns:.1f} % of not declined);"
        f" {declined} declined; hours to the visit: median {median(hours):.0f}, 90 % {quantiles(hours, n=10)[-1]:.0f}"
    )
