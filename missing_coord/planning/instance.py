"""The instance of `plan solve`: workers, interviews and agreed visits, read from a dict and checked."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from missing_coord.planning.fields import (
    InstanceError,
    Point,
    instant_at,
    list_at,
    mapping_at,
    number_at,
    optional_instant_at,
    optional_text_at,
    point_at,
    text_at,
    texts_at,
)

DEFAULT_SPEED_KMH = 40
DEFAULT_MINUTES = 60
DEFAULT_CAPACITY = 15
LONGEST_VISIT_MINUTES = 24 * 60
LONGEST_SHIFT = timedelta(days=7)
LARGEST_CAPACITY = 10_000
SLOWEST_KMH, FASTEST_KMH = 1, 200
LOWEST_PRIORITY, HIGHEST_PRIORITY = 0.01, 1000
MOST_FOR_WAITING = 10


class _Named(Protocol):
    @property
    def id(self) -> str: ...


_Item = TypeVar("_Item")
_NamedItem = TypeVar("_NamedItem", bound=_Named)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A stretch of one worker's working time; a route leaves the base and is back within it."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """An interviewer; `capacity` is whole visits in each ISO week (Europe/London)."""

    id: str
    base: Point
    shifts: tuple[Shift, ...]
    capacity: int = DEFAULT_CAPACITY
    skills: frozenset[str] = frozenset()
    employer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Interview:
    """A return interview: it may not start before `earliest`, should end by `due`, must end by `latest`."""

    id: str
    place: Point
    due: datetime
    earliest: datetime | None = None
    latest: datetime | None = None
    minutes: int = DEFAULT_MINUTES
    skills: frozenset[str] = frozenset()
    excluded_workers: frozenset[str] = frozenset()
    preferred_worker: str | None = None
    priority: float = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """An agreed visit, kept exactly as it is."""

    interview: str
    worker: str
    start: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """Everything that one run of the planner is told; each hour of waiting costs `waiting_cost` minutes of travel."""

    now: datetime
    workers: tuple[Worker, ...]
    interviews: tuple[Interview, ...]
    pinned: tuple[Pin, ...] = ()
    speed_kmh: float = DEFAULT_SPEED_KMH
    waiting_cost: float = 0


def parse_instance(source: object) -> Instance:
    """Read an instance from decoded JSON; raises InstanceError naming the field; unknown keys are ignored."""
    data = mapping_at(source, "instance")
    now = instant_at(data, "now", "")
    workers = _each(data, "workers", _worker)
    interviews = _each(data, "interviews", _interview)
    _check_ids(workers, "workers")
    _check_ids(interviews, "interviews")
    pinned = _each(data, "pinned", _pin)
    _check_pins(pinned, {item.id for item in interviews}, {item.id for item in workers})
    speed = number_at(data, "speed_kmh", "", low=SLOWEST_KMH, high=FASTEST_KMH, default=DEFAULT_SPEED_KMH)
    waiting = number_at(data, "waiting_cost", "", low=0, high=MOST_FOR_WAITING, default=0)
    return Instance(
        now=now,
        workers=workers,
        interviews=interviews,
        pinned=pinned,
        speed_kmh=speed,
        waiting_cost=waiting,
    )


def _each(
    data: Mapping[str, object], key: str, read: Callable[[Mapping[str, object], str], _Item]
) -> tuple[_Item, ...]:
    values = list_at(data, key, "", required=key != "pinned")
    paths = [f"{key}[{place}]" for place in range(len(values))]
    return tuple(read(mapping_at(value, path), path) for value, path in zip(values, paths, strict=True))


def _worker(item: Mapping[str, object], path: str) -> Worker:
    shifts = list_at(item, "shifts", path, required=True)
    capacity = number_at(item, "capacity", path, low=0, high=LARGEST_CAPACITY, default=DEFAULT_CAPACITY)
    return Worker(
        id=text_at(item, "id", path),
        base=point_at(item, "base", path),
        shifts=tuple(_shift(value, f"{path}.shifts[{place}]") for place, value in enumerate(shifts)),
        capacity=math.floor(capacity),
        skills=texts_at(item, "skills", path),
        employer=optional_text_at(item, "employer", path),
    )


def _shift(value: object, path: str) -> Shift:
    item = mapping_at(value, path)
    shift = Shift(start=instant_at(item, "start", path), end=instant_at(item, "end", path))
    if shift.end <= shift.start:
        raise InstanceError(f"{path}.end", "must be later than the start of the shift")
    if shift.end - shift.start > LONGEST_SHIFT:
        raise InstanceError(f"{path}.end", "must be within 7 days of the start; give one shift a day")
    return shift


def _interview(item: Mapping[str, object], path: str) -> Interview:
    minutes = number_at(item, "minutes", path, low=1, high=LONGEST_VISIT_MINUTES, default=DEFAULT_MINUTES)
    if minutes != int(minutes):
        raise InstanceError(f"{path}.minutes", "must be whole minutes")
    return Interview(
        id=text_at(item, "id", path),
        place=point_at(item, "place", path),
        due=instant_at(item, "due", path),
        earliest=optional_instant_at(item, "earliest", path),
        latest=optional_instant_at(item, "latest", path),
        minutes=int(minutes),
        skills=texts_at(item, "skills", path),
        excluded_workers=texts_at(item, "excluded_workers", path),
        preferred_worker=optional_text_at(item, "preferred_worker", path),
        priority=number_at(item, "priority", path, low=LOWEST_PRIORITY, high=HIGHEST_PRIORITY, default=1),
    )


def _pin(item: Mapping[str, object], path: str) -> Pin:
    start = instant_at(item, "start", path)
    if start.microsecond:
        raise InstanceError(f"{path}.start", "must be in whole seconds, so that it can be kept exactly")
    return Pin(interview=text_at(item, "interview", path), worker=text_at(item, "worker", path), start=start)


def parse_visits(source: object) -> tuple[Pin, ...]:
    """Read the visits of a plan from decoded JSON; raises InstanceError naming the field."""
    visits = _each(mapping_at(source, "plan"), "visits", _pin)
    _check_once(visits, "visits")
    return visits


def _check_ids(items: Collection[_NamedItem], key: str) -> None:
    first: dict[str, int] = {}
    for place, item in enumerate(items):
        if item.id in first:
            raise InstanceError(f"{key}[{place}].id", f"must be unique; {key}[{first[item.id]}] has it too")
        first[item.id] = place


def _check_pins(pins: Collection[Pin], interviews: Collection[str], workers: Collection[str]) -> None:
    for place, pin in enumerate(pins):
        path = f"pinned[{place}]"
        if pin.interview not in interviews:
            raise InstanceError(f"{path}.interview", "must be the id of one of the interviews")
        if pin.worker not in workers:
            raise InstanceError(f"{path}.worker", "must be the id of one of the workers")
    _check_once(pins, "pinned")


def _check_once(pins: Collection[Pin], key: str) -> None:
    first: dict[str, int] = {}
    for place, pin in enumerate(pins):
        if pin.interview in first:
            told = f"is in {key}[{first[pin.interview]}] too; keep one"
            raise InstanceError(f"{key}[{place}].interview", told)
        first[pin.interview] = place
