"""How a simulated quarter is planned: by earliest deadline, by `plan solve`, or as the product proposes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from itertools import count
from types import MappingProxyType

from missing_coord.domain.records import Weekday, WorkingHours
from missing_coord.planning.desk import Desk
from missing_coord.planning.fields import Point
from missing_coord.planning.instance import Instance, Interview, Pin, Worker
from missing_coord.planning.propose import by_deadline
from missing_coord.planning.situation import Absence, Earlier, ExistingVisit, OpenInterview, WorkerSituation
from missing_coord.planning.solve import solve
from missing_coord.planning.whole_plan import plan_around
from tests.benchmarks.planning_quarter import LENGTH, STAFF, Case, Quarter, Staff

LOOKS = 10
"""Looks at the clock in which a plan of `plan solve` is searched, so that the same seeds give the same answer."""
STEPS = 300
"""Steps in which the proposals are searched where somebody would be late."""
HORIZON = timedelta(hours=48)
WAITING_COST = 2.0
WEEKDAYS = tuple(Weekday)


class Solved:
    """Plans two days ahead with `plan solve`: by earliest deadline alone, or searched."""

    def __init__(self, *, searching: bool, waiting_cost: float = 0) -> None:
        """Say whether to search, and what an hour of waiting costs."""
        self._seconds = 1.0 if searching else 0.0
        self._waiting_cost = waiting_cost

    def __call__(self, world: Quarter, waiting: Sequence[Case], now: datetime) -> Iterator[Pin]:
        """Return the visits of the plan."""
        looks = count()
        instance = Instance(
            now=now,
            workers=tuple(_worker(world, each, now) for each in STAFF),
            interviews=tuple(_interview(case, now) for case in waiting),
            pinned=tuple(case.visit for case in waiting if case.visit),
            waiting_cost=self._waiting_cost,
        )
        plan = solve(instance, seconds=self._seconds, monotonic=lambda: next(looks) / LOOKS)
        for visit in plan.visits:
            yield Pin(interview=visit.interview, worker=visit.worker, start=visit.start)


class Proposed:
    """Plans as the product does: what was proposed and not agreed yet stays, the rest around it."""

    def __init__(self) -> None:
        """Begin without proposals."""
        self._earlier: Mapping[str, Earlier] = MappingProxyType({})

    def __call__(self, world: Quarter, waiting: Sequence[Case], now: datetime) -> Iterator[Pin]:
        """Return what is proposed for the children without a visit."""
        booked = [(case.visit, case.place) for case in waiting if case.visit]
        looks = count()
        plan = plan_around(
            Desk([_situation(world, each, now, booked) for each in STAFF], now),
            by_deadline([_open(case, now) for case in waiting if case.visit is None], now),
            self._earlier,
            lambda: next(looks) / STEPS,
        )
        made = [(each.interview_id, each.worker_id, each.starts_at) for each in plan.made]
        pins = [Pin(interview=name, worker=who, start=at) for name, who, at in made if who and at]
        self._earlier = {pin.interview: Earlier(worker_id=pin.worker, starts_at=pin.start) for pin in pins}
        yield from sorted(pins, key=lambda pin: (pin.start, pin.worker))


WAYS_OF_A_QUARTER = {
    "earliest deadline first": lambda: Solved(searching=False),
    "plan solve": lambda: Solved(searching=True, waiting_cost=WAITING_COST),
    "proposals": Proposed,
}


def _interview(case: Case, now: datetime) -> Interview:
    """Return a child as `plan solve` is told; a deadline that can be met in the days planned weighs three times."""
    due = case.due(now)
    return Interview(
        id=case.id,
        place=case.place,
        earliest=case.free_from,
        due=due,
        skills=case.skills,
        excluded_workers=case.refused,
        preferred_worker=case.preferred,
        priority=3 if now < due <= now + HORIZON else 1,
    )


def _worker(world: Quarter, staff: Staff, now: datetime) -> Worker:
    """Return a worker with what is left of the week; on a day after the last shift that is the next week's."""
    shifts = world.shifts(staff, now, now + HORIZON + timedelta(hours=12))
    this_week = any(
        each.end > now and each.start.isocalendar()[:2] == now.isocalendar()[:2] for each in shifts
    )
    return Worker(
        id=staff.id,
        base=staff.base,
        shifts=shifts,
        capacity=max(0, staff.capacity - (world.used(staff.id, now) if this_week else 0)),
        skills=staff.skills,
    )


def _open(case: Case, now: datetime) -> OpenInterview:
    return OpenInterview(
        interview_id=case.id,
        child_ref=case.id,
        due_at=case.due(now),
        earliest_at=case.free_from,
        place=case.place,
        skills=case.skills,
        previous_worker_id=case.preferred,
        refused_worker_ids=case.refused,
    )


def _situation(
    world: Quarter, staff: Staff, now: datetime, booked: Sequence[tuple[Pin, Point]]
) -> WorkerSituation:
    midnight = now.replace(hour=0)
    ill = Absence(starts_at=midnight, ends_at=midnight + timedelta(days=1))
    leave = Absence(starts_at=staff.leave, ends_at=staff.leave + timedelta(days=7))
    mine = [
        ExistingVisit(starts_at=pin.start, ends_at=pin.start + LENGTH, place=place)
        for pin, place in booked
        if pin.worker == staff.id
    ]
    weeks = Counter(visit.starts_at.isocalendar()[:2] for visit in mine)
    weeks[now.isocalendar()[:2]] += world.used(staff.id, now)
    return WorkerSituation(
        worker_id=staff.id,
        weekly_target=staff.capacity,
        booked=weeks,
        working_days=frozenset(WEEKDAYS[day] for day in staff.days),
        working_hours=WorkingHours(time(staff.starts), time(staff.starts + staff.hours)),
        absences=(leave, ill) if world.ill(staff.id, now) else (leave,),
        base=staff.base,
        skills=staff.skills,
        visits=tuple(mine),
    )
