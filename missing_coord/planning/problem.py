"""The instance as the search sees it: whole seconds, numbered points, a route for each shift."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from missing_coord.domain.london import london_day
from missing_coord.planning.fields import Point
from missing_coord.planning.instance import Instance, Interview, Worker
from missing_coord.planning.travel import travel_minutes_to_each
from missing_coord.planning.weeks import monday_after, week_number

MINUTE, HOUR = 60, 3600
END_OF_TIME = 2**40
COST_UNIT = 100
"""Costs are whole hundredths of a minute of travel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What each costs in minutes of travel; all but the last are multiplied by the interview's priority.

    What an hour of waiting costs (nothing, mostly) is told by the instance.
    """

    unplanned: int = 60_000
    late: int = 30_000
    late_minute: int = 1
    other_worker: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One shift of one worker; `room` is the worker and ISO week it draws on, `next_room` from `turn` on."""

    worker: int
    start: int
    end: int
    base: int
    room: int
    next_room: int
    turn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """The compiled instance; lists are indexed by interview.

    `last` is the last feasible start of a visit, `free_until` the last end that costs nothing, waiting included.
    """

    instance: Instance
    now: int
    routes: tuple[Route, ...]
    rooms: tuple[int, ...]
    ready: tuple[int, ...]
    last: tuple[int, ...]
    due: tuple[int, ...]
    free_until: tuple[int, ...]
    length: tuple[int, ...]
    fixed: tuple[bool, ...]
    point: tuple[int, ...]
    preferred: tuple[int, ...]
    penalty: tuple[int, ...]
    late_once: tuple[int, ...]
    late_minute: tuple[int, ...]
    waiting_hour: tuple[int, ...]
    other_worker: int
    allowed: tuple[frozenset[int], ...]
    travel: TravelTable

    def time_cost(self, interview: int, end: int) -> int:
        """Return what it costs that this interview ends only at `end`: the waiting, and being late."""
        if end <= self.free_until[interview]:
            return 0
        waited = end - self.length[interview] - self.ready[interview]
        cost = waited * self.waiting_hour[interview] // HOUR
        if end <= self.due[interview]:
            return cost
        minutes = -(-(end - self.due[interview]) // MINUTE)
        return cost + self.late_once[interview] + minutes * self.late_minute[interview]

    def stranger(self, interview: int, worker: int) -> int:
        """Return what it costs that not the preferred worker goes."""
        preferred = self.preferred[interview]
        return 0 if preferred < 0 or preferred == worker else self.other_worker


class TravelTable:
    """Seconds of travel between numbered points, worked out row by row when first asked."""

    def __init__(self, points: Sequence[Point], speed_kmh: float) -> None:
        """Number `points` in their order."""
        self._points = points
        self._speed = speed_kmh
        self._rows: list[list[int] | None] = [None] * len(points)

    def row(self, start: int) -> list[int]:
        """Return the seconds from point `start` to every point."""
        row = self._rows[start]
        if row is None:
            minutes = travel_minutes_to_each(self._points[start], self._points, self._speed)
            row = [each * MINUTE for each in minutes]
            self._rows[start] = row
        return row


def compile_instance(instance: Instance, weights: Weights) -> Problem:
    """Turn an instance into numbers; infeasible wishes are kept, the search finds no place for them."""
    interviews, workers = instance.interviews, instance.workers
    worker_number = {worker.id: number for number, worker in enumerate(workers)}
    pins = {pin.interview: seconds(pin.start) for pin in instance.pinned}
    now = whole_minute(instance.now)
    routes, rooms = _routes(workers, first_base=len(interviews))
    weight = [max(1, round(item.priority * COST_UNIT)) for item in interviews]
    points = [item.place for item in interviews] + [worker.base for worker in workers]
    due = tuple(seconds(item.due) for item in interviews)
    ready = tuple(pins[i.id] if i.id in pins else earliest_start(i, instance.now) for i in interviews)
    length = tuple(item.minutes * MINUTE for item in interviews)
    first_end = (begin + lasts for begin, lasts in zip(ready, length, strict=True))
    return Problem(
        instance=instance,
        now=now,
        routes=routes,
        rooms=rooms,
        ready=ready,
        last=tuple(pins[i.id] if i.id in pins else last_start(i) for i in interviews),
        due=due,
        free_until=tuple(map(min, due, first_end)) if instance.waiting_cost else due,
        length=length,
        fixed=tuple(item.id in pins for item in interviews),
        point=tuple(range(len(interviews))),
        preferred=tuple(worker_number.get(item.preferred_worker or "", -1) for item in interviews),
        penalty=tuple(weights.unplanned * each for each in weight),
        late_once=tuple(weights.late * each for each in weight),
        late_minute=tuple(weights.late_minute * each for each in weight),
        waiting_hour=tuple(round(instance.waiting_cost * each) for each in weight),
        other_worker=weights.other_worker * COST_UNIT,
        allowed=tuple(_allowed(item, workers) for item in interviews),
        travel=TravelTable(points, instance.speed_kmh),
    )


def seconds(instant: datetime) -> int:
    """Return whole seconds since 1970, fractions cut off."""
    return math.floor(instant.timestamp())


def instant(seconds: int) -> datetime:
    """Return the UTC instant of whole seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC)


def whole_minute(instant: datetime) -> int:
    """Return the first whole minute at or after `instant`, in seconds."""
    return math.ceil(instant.timestamp() / MINUTE) * MINUTE


def earliest_start(interview: Interview, now: datetime) -> int:
    """Return the first second at which a visit that is not agreed yet may start."""
    return max(whole_minute(now), whole_minute(interview.earliest or now))


def last_start(interview: Interview) -> int:
    """Return the last second at which the visit may start and still end by `latest`."""
    return END_OF_TIME if interview.latest is None else seconds(interview.latest) - interview.minutes * MINUTE


def _allowed(interview: Interview, workers: Sequence[Worker]) -> frozenset[int]:
    return frozenset(
        number
        for number, worker in enumerate(workers)
        if interview.skills <= worker.skills and worker.id not in interview.excluded_workers
    )


def _routes(workers: Sequence[Worker], *, first_base: int) -> tuple[tuple[Route, ...], tuple[int, ...]]:
    room_of: dict[tuple[int, int], int] = {}
    routes = []
    for number, worker in enumerate(workers):
        for start, end in _shifts(worker):
            week = week_number(london_day(start))
            routes.append(
                Route(
                    worker=number,
                    start=math.ceil(start.timestamp()),
                    end=seconds(end),
                    base=first_base + number,
                    room=room_of.setdefault((number, week), len(room_of)),
                    next_room=room_of.setdefault((number, week + 1), len(room_of)),
                    turn=seconds(monday_after(start)),
                )
            )
    return tuple(routes), tuple(workers[number].capacity for number, _ in room_of)


def _shifts(worker: Worker) -> Iterator[tuple[datetime, datetime]]:
    """Yield the shifts in order; where two overlap, the time belongs to the earlier one."""
    free_from: datetime | None = None
    for shift in sorted(worker.shifts, key=lambda each: (each.start, each.end)):
        start = shift.start if free_from is None else max(shift.start, free_from)
        if start < shift.end:
            free_from = shift.end
            yield start, shift.end
