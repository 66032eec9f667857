"""One worker's coming weeks: when visits may be, what is in the diary, and the first gap that fits."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile
from typing import NamedTuple

from missing_coord.domain.london import LONDON, london_day
from missing_coord.planning.child_hours import WEEKDAYS, ClosedHours, first_open
from missing_coord.planning.eligibility import Refusal, Wall
from missing_coord.planning.fields import Point
from missing_coord.planning.situation import WorkerSituation
from missing_coord.planning.weeks import week_number, weekly_allowance, weekly_capacity

HORIZON_DAYS = 35
FIRST_VISIT, LAST_VISIT = time(8), time(20)
STEP = 5
"""Visits are proposed at full five minutes."""

Travel = Callable[[Point | None, Point | None], int]


class Wanted(NamedTuple):
    """A visit to find a gap for: where, how many minutes, and when the child cannot be seen."""

    place: Point | None
    length: int
    closed: tuple[ClosedHours, ...] = ()


class Slot(NamedTuple):
    """A gap that fits, in minutes since 1970, and the minutes of travel that it adds."""

    start: int
    end: int
    detour: int


class Busy(NamedTuple):
    """A visit in the diary, in minutes since 1970."""

    start: int
    end: int
    place: Point | None


@dataclass(slots=True, kw_only=True)
class Window:
    """A stretch of working time that begins and ends at the base; a visit must lie in `opens`..`closes`."""

    start: int
    end: int
    opens: int
    closes: int
    week: int
    busy: list[Busy]
    widest_gap: int = 0

    def measure(self) -> None:
        """Work out the widest gap anew."""
        free, widest = self.start, 0
        for each in self.busy:
            widest, free = max(widest, each.start - free), max(free, each.end)
        self.widest_gap = max(widest, self.end - free)


class Diary:
    """A worker's windows over the coming weeks and the visits left in each ISO week; `version` counts the changes."""

    def __init__(
        self,
        worker: WorkerSituation,
        now: datetime,
        bank_holidays: Collection[date],
        travel: Travel,
        *,
        days: int = HORIZON_DAYS,
    ) -> None:
        """Lay out the windows of so many days from `now` on."""
        self.worker = worker
        self.now = minute_up(now)
        self._travel = travel
        self._holidays = frozenset(bank_holidays)
        self._capacity = weekly_capacity(worker.fte, worker.weekly_target)
        weeks = worker.booked.items()
        self._booked = {week_number(date.fromisocalendar(*week, 1)): count for week, count in weeks}
        self._left: dict[int, int] = {}
        self.version = 0
        visits = sorted(Busy(minute_down(v.starts_at), minute_up(v.ends_at), v.place) for v in worker.visits)
        self._windows = [
            self._with_visits(window, visits) for window in self._open_windows(london_day(now), days)
        ]

    def left(self, week: int) -> int:
        """Return how many more visits the worker can take on in week number `week`."""
        if week not in self._left:
            self._left[week] = weekly_allowance(self._capacity, week) - self._booked.get(week, 0)
        return self._left[week]

    def first_slot(self, visit: Wanted, ready: int) -> Slot | None:
        """Return the first gap from `ready` on in which the visit fits, with its travel."""
        length = visit.length
        for window in self._windows:
            if window.closes - length < ready or window.widest_gap < length or self.left(window.week) < 1:
                continue
            slot = self._slot_in(window, visit, ready)
            if slot is not None:
                return slot
        return None

    def book(self, slot: Slot, place: Point | None) -> None:
        """Write a visit into the diary and count it against its week."""
        window = self._window_of(slot)
        window.busy = sorted([*window.busy, Busy(slot.start, slot.end, place)], key=lambda each: each[:2])
        self._changed(window, -1)

    def unbook(self, slot: Slot, place: Point | None) -> None:
        """Take a visit that was written into the diary out again."""
        window = self._window_of(slot)
        window.busy.remove(Busy(slot.start, slot.end, place))
        self._changed(window, 1)

    def travel_around(self, slot: Slot) -> int:
        """Return the minutes of travel on the day of a slot, from the base and home again."""
        window = self._window_of(slot)
        stops = [self.worker.base, *(each.place for each in window.busy), self.worker.base]
        return sum(map(self._travel, stops, stops[1:])) if window.busy else 0

    def _window_of(self, slot: Slot) -> Window:
        return next(each for each in self._windows if each.start <= slot.start and slot.end <= each.end)

    def _changed(self, window: Window, visits: int) -> None:
        window.measure()
        self._left[window.week] = self.left(window.week) + visits
        self.version += 1

    def why_no_slot(self, visit: Wanted, ready: int, due: int) -> Refusal:
        """Say what keeps the worker from a visit that starts at `ready` or later and ends by `due`."""
        length = visit.length
        if ready + length > due:
            return Refusal(wall=Wall.TOO_LATE, reason="too little time before the deadline for a visit")
        before = takewhile(lambda window: window.opens + length <= due, self._windows)
        windows = [w for w in before if max(w.opens, ready) + length <= min(w.closes, due)]
        if any(self.left(window.week) > 0 for window in windows):
            if visit.closed and self._would_fit(visit, ready, due):
                reason = "free only while the child is at school or cannot be seen"
                return Refusal(wall=Wall.CHILD_HOURS, reason=reason)
            return Refusal(wall=Wall.DIARY_FULL, reason="no gap before the deadline, travel included")
        if windows:
            return Refusal(wall=Wall.CAPACITY, reason="the weekly target is reached")
        if any(minute_down(a.starts_at) < due and _end_of(a.ends_at) > ready for a in self.worker.absences):
            return Refusal(wall=Wall.ABSENT, reason="absent until the deadline")
        days = _days_between(instant(ready), instant(due))
        if any(day in self._holidays and self._works_on(day) for day in days):
            return Refusal(wall=Wall.BANK_HOLIDAY, reason="bank holiday, no working day before the deadline")
        return Refusal(wall=Wall.NOT_WORKING, reason="does not work between now and the deadline")

    def _would_fit(self, visit: Wanted, ready: int, due: int) -> bool:
        slot = self.first_slot(visit._replace(closed=()), ready)
        return slot is not None and slot.end <= due

    def _slot_in(self, window: Window, visit: Wanted, ready: int) -> Slot | None:
        base, (place, length, closed) = self.worker.base, visit
        free, here, earliest = window.start, base, max(ready, window.opens)
        for following in (*window.busy, Busy(window.end, window.end, base)):
            if following.start - free >= length:
                there = self._travel(here, place)
                start = _full_step(max(earliest, max(free, self.now) + there))
                if closed:
                    start = _full_step(first_open(closed, start, length))
                onward = self._travel(place, following.place)
                if start + length <= window.closes and start + length + onward <= following.start:
                    saved = self._travel(here, following.place)
                    return Slot(start, start + length, there + onward - saved)
            if following.end >= free:
                free, here = following.end, following.place
        return None

    def _works_on(self, day: date) -> bool:
        return WEEKDAYS[day.weekday()] in self.worker.working_days

    def _open_windows(self, today: date, days: int) -> Iterator[Window]:
        hours = self.worker.working_hours
        for day in (today + timedelta(days=ahead) for ahead in range(days)):
            if hours is None or not self._works_on(day) or day in self._holidays:
                continue
            start, end = (_local_minute(day, each) for each in (hours.start, hours.end))
            opens, closes = (_local_minute(day, each) for each in (FIRST_VISIT, LAST_VISIT))
            for first, last in self._without_absences(start, end):
                yield Window(
                    start=first,
                    end=last,
                    opens=max(first, opens),
                    closes=min(last, closes),
                    week=week_number(day),
                    busy=[],
                )

    def _without_absences(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        away = sorted((minute_down(each.starts_at), _end_of(each.ends_at)) for each in self.worker.absences)
        for first, last in away:
            if first < end and last > start:
                if first > start:
                    yield start, first
                start = last
        if start < end:
            yield start, end

    def _with_visits(self, window: Window, visits: list[Busy]) -> Window:
        window.busy = [each for each in visits if each.start < window.end and each.end > window.start]
        window.measure()
        return window


def _full_step(minute: int) -> int:
    return -(-minute // STEP) * STEP


def instant(minute: int) -> datetime:
    """Return the UTC instant of a minute since 1970."""
    return datetime.fromtimestamp(minute * 60, UTC)


def minute_up(at: datetime) -> int:
    """Return the first whole minute since 1970 at or after an instant."""
    return math.ceil(at.timestamp() / 60)


def minute_down(at: datetime) -> int:
    """Return the last whole minute since 1970 at or before an instant."""
    return math.floor(at.timestamp() / 60)


def _end_of(ends_at: datetime | None) -> int:
    return 2**40 if ends_at is None else minute_up(ends_at)


def _local_minute(day: date, at: time) -> int:
    return minute_down(datetime.combine(day, at, LONDON))


def _days_between(start: datetime, end: datetime) -> Iterator[date]:
    day, last = london_day(start), london_day(end)
    while day <= last:
        yield day
        day += timedelta(days=1)
