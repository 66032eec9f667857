"""Capacity against demand: what is to be expected, what was not met, and what another staff would have made of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from statistics import median
from typing import Protocol

from missing_coord.domain.access import Role
from missing_coord.domain.errors import DomainError
from missing_coord.domain.london import LONDON, london_day
from missing_coord.domain.records import Weekday, WorkerTeam, WorkingHours, wall_clock
from missing_coord.planning.capacity import Demand, Outcome, simulate
from missing_coord.planning.child_hours import WEEKDAYS
from missing_coord.planning.forecast import Forecast, forecast
from missing_coord.planning.situation import Absence, WorkerSituation
from missing_coord.services.capacity_losses import (
    HOUR,
    Losses,
    PastReturn,
    absences_apart,
    demand_of,
    losses_of,
)
from missing_coord.services.interviews.change import check_role
from missing_coord.services.ports.visits import PlanningWork
from missing_coord.services.ports.work import Policy

LEAST_WEEKS, MOST_WEEKS, WEEKS = 2, 52, 13
READERS = frozenset({Role.MANAGER, Role.SYSTEM})
SOON = timedelta(hours=24)
SOONER = "The staff as it is, with every family's answer within 24 hours of the notice"
FULL_DAY = WorkingHours(start=time(9), end=time(17, 30))
WORKING_WEEK = frozenset(WEEKDAYS[:5])


class History(Protocol):
    """The recorded past, as storage reads it."""

    async def returns(self, start: datetime, end: datetime) -> list[PastReturn]:
        """Return every return of a period that was no error, oldest first."""
        ...

    async def absences(self, start: datetime, end: datetime) -> dict[str, tuple[Absence, ...]]:
        """Return the absences of each worker that touch a period."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A changed working pattern of one worker; what is None stays as it is."""

    worker_id: str
    days: frozenset[Weekday] | None = None
    hours: WorkingHours | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What really became of the returns that asked for a visit; those whose deadline is to come are left out, `open`.

    `visits` are those held and those not attended.
    """

    needed: int
    in_time: int
    late: int
    not_held: int
    open: int
    visits: int
    median_hours: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """The forecast, the past as recorded, and the past as each staff would have met it, the present staff first."""

    start: datetime
    end: datetime
    weeks: int
    forecast: Forecast
    visits_a_week: float
    visits_needed_a_week: float
    recorded: Recorded
    losses: Losses
    staffs: tuple[tuple[str, Outcome], ...]


def days_of(text: str) -> frozenset[Weekday]:
    """Return the days of `Mon,Tue`; raises DomainError."""
    try:
        return frozenset(Weekday(each.strip().capitalize()) for each in text.split(","))
    except ValueError:
        raise DomainError("days_unreadable", f"days: write {text!r} as days such as Mon,Tue,Sat.") from None


def hours_of(text: str) -> WorkingHours:
    """Return the hours of `11:00-19:00`; raises DomainError."""
    first, _, last = text.partition("-")
    try:
        hours = WorkingHours(start=wall_clock(first.strip()), end=wall_clock(last.strip()))
    except ValueError:
        raise DomainError(
            "hours_unreadable", f"hours: write {text!r} as hours such as 11:00-19:00."
        ) from None
    if hours.start >= hours.end:
        raise DomainError("hours_unreadable", "hours: the second time must be later than the first.")
    return hours


async def capacity(
    uow: PlanningWork,
    history: History,
    *,
    policy: Policy,
    bank_holidays: Collection[date],
    weeks: int = WEEKS,
    patterns: Sequence[Pattern] = (),
) -> Capacity:
    """Work out capacity against demand over the whole weeks before today; a manager asks for it.

    Without `patterns` the changes tried are one worker more, one fewer, and everybody on Saturdays too; quicker answers
    of families are tried in any case.
    """
    check_role(uow, READERS)
    start, end = _whole_weeks(weeks, uow.now)
    past = await history.returns(start, end)
    over = [each for each in past if each.held_at is not None or each.due_at <= uow.now]
    absences = absences_apart(await history.absences(start, end))
    losses = losses_of(over, absences)
    cases = await uow.planning.cases([each.interview_id for each in over])
    wanted = {each.wanted.interview_id: each.wanted for each in cases}
    demand = demand_of(over, wanted, losses)
    sooner = demand_of(over, wanted, losses, answer_within=SOON)
    workers = [
        replace(each, absences=absences.known.get(each.worker_id, ()))
        for each in await uow.planning.workers()
    ]
    staffs = _staffs(workers, patterns)
    replay = partial(
        simulate,
        start=start,
        end=end,
        bank_holidays=bank_holidays,
        council=policy.council,
        sudden=absences.sudden,
    )
    tried = [*((name, demand, staff) for name, staff in staffs), (SOONER, sooner, workers)]
    outcomes = await asyncio.to_thread(_replayed, replay, tried)
    return Capacity(
        start=start,
        end=end,
        weeks=weeks,
        forecast=forecast([(each.returned_at, each.area) for each in past], until=end, weeks=weeks),
        visits_a_week=outcomes[0][1].visits_possible / weeks,
        visits_needed_a_week=sum(1 + each.missed for each in demand if each.reached) / weeks,
        recorded=_recorded(past, over),
        losses=losses,
        staffs=outcomes,
    )


def _whole_weeks(weeks: int, now: datetime) -> tuple[datetime, datetime]:
    """Return where the whole weeks before today begin and end; raises DomainError."""
    if not LEAST_WEEKS <= weeks <= MOST_WEEKS:
        raise DomainError("weeks_out_of_range", f"weeks: give a number from {LEAST_WEEKS} to {MOST_WEEKS}.")
    end = datetime.combine(london_day(now), time(), LONDON)
    return end - timedelta(days=7 * weeks), end


def _replayed(
    replay: Callable[[Sequence[Demand], Sequence[WorkerSituation]], Outcome],
    tried: Sequence[tuple[str, list[Demand], list[WorkerSituation]]],
) -> tuple[tuple[str, Outcome], ...]:
    return tuple((name, replay(demand, staff)) for name, demand, staff in tried)


def _recorded(past: Sequence[PastReturn], over: Sequence[PastReturn]) -> Recorded:
    asked = [each for each in over if each.asks_for_visit]
    held = [each for each in asked if each.held_at is not None]
    hours = [(each.held_at - each.returned_at) / HOUR for each in held if each.held_at is not None]
    in_time = sum(each.held_at <= each.due_at for each in held if each.held_at is not None)
    return Recorded(
        needed=len(asked),
        in_time=in_time,
        late=len(held) - in_time,
        not_held=len(asked) - len(held),
        open=sum(each.asks_for_visit for each in past) - len(asked),
        visits=len(held) + sum(each.missed for each in over),
        median_hours=round(median(hours), 1) if hours else None,
    )


def _staffs(
    workers: Sequence[WorkerSituation], patterns: Sequence[Pattern]
) -> list[tuple[str, list[WorkerSituation]]]:
    """Return the staffs to try, the present one first."""
    present = list(workers)
    found = [("The staff as it is", present)]
    if patterns:
        return [*found, ("With the changed pattern", _changed(present, {p.worker_id: p for p in patterns}))]
    found.append(("One full-time worker more", [*present, _one_more(present)]))
    if len(present) > 1:
        found.append(("One full-time worker fewer", _one_fewer(present)))
    saturdays = [replace(each, working_days=each.working_days | {Weekday.SAT}) for each in present]
    return [*found, ("Everybody on Saturdays too, with the same weekly target", saturdays)]


def _one_more(workers: Sequence[WorkerSituation]) -> WorkerSituation:
    """Return a worker of an unnamed charity, based amid the others, who has every language and skill of theirs."""
    bases = [each.base for each in workers if each.base is not None]
    middle = [sorted(part)[len(part) // 2] for part in zip(*bases, strict=True)]
    return WorkerSituation(
        worker_id="one more",
        team=WorkerTeam.COMMISSIONED,
        working_days=WORKING_WEEK,
        working_hours=FULL_DAY,
        base=(middle[0], middle[1]) if middle else None,
        languages=frozenset().union(*(each.languages for each in workers)),
        skills=frozenset().union(*(each.skills for each in workers)),
    )


def _one_fewer(workers: Sequence[WorkerSituation]) -> list[WorkerSituation]:
    """Return the staff without one of those who work most, the last by id."""
    leaving = max(workers, key=lambda each: (each.fte * each.weekly_target, each.worker_id))
    return [each for each in workers if each is not leaving]


def _changed(workers: Sequence[WorkerSituation], patterns: Mapping[str, Pattern]) -> list[WorkerSituation]:
    unknown = sorted(patterns.keys() - {each.worker_id for each in workers})
    if unknown:
        raise DomainError("worker_unknown", f"worker: there is no interview worker {unknown[0]!r}.")
    return [_in_pattern(each, patterns.get(each.worker_id)) for each in workers]


def _in_pattern(worker: WorkerSituation, pattern: Pattern | None) -> WorkerSituation:
    if pattern is None:
        return worker
    return replace(
        worker,
        working_days=worker.working_days if pattern.days is None else pattern.days,
        working_hours=worker.working_hours if pattern.hours is None else pattern.hours,
    )
