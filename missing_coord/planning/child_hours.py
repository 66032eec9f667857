"""When a child can be seen: never in school hours or at times that the child or the home has ruled out."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from missing_coord.domain.london import LONDON, london_day
from missing_coord.domain.records import Weekday, WorkingHours

WEEKDAYS = tuple(Weekday)
LONGEST_LOOK = 36 * 24 * 60
"""Minutes after which a child who can never be seen is taken as not to be seen at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedHours:
    """Hours of some weekdays in which a child cannot be seen, London time; without dates, always.

    `why` is school, contact (with the family, say) or wish.
    """

    days: frozenset[Weekday]
    hours: WorkingHours
    first_day: date | None = None
    last_day: date | None = None
    why: str = "school"


def first_open(closed: Collection[ClosedHours], start: int, length: int) -> int:
    """Return the first minute since 1970, from `start` on, at which a visit touches no closed hours."""
    begin, moved = start, True
    while moved and start < begin + LONGEST_LOOK:
        moved = False
        for first, last in _closed_around(closed, start, length):
            if first < start + length and start < last:
                start, moved = last, True
    return start


def _closed_around(closed: Collection[ClosedHours], start: int, length: int) -> Iterator[tuple[int, int]]:
    first, last = (london_day(datetime.fromtimestamp(each * 60, UTC)) for each in (start, start + length))
    for ahead in range((last - first).days + 1):
        day = first + timedelta(days=ahead)
        for each in closed:
            if WEEKDAYS[day.weekday()] in each.days and _in_force(each, day):
                opens, closes = (datetime.combine(day, at, LONDON).timestamp() for at in each.hours)
                yield int(opens // 60), int(closes // 60)


def _in_force(closed: ClosedHours, day: date) -> bool:
    first, last = closed.first_day or day, closed.last_day or day
    return first <= day <= last
