"""Rotas: who is on duty at an instant, by London wall-clock shifts, overrides and absences; and where nobody is."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from missing_coord.domain.london import LONDON, london_day

ALWAYS_FROM = date(2000, 1, 1)
ALWAYS_TO = date(2999, 12, 31)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """Somebody's regular hours; `starts` = `ends` is a whole day, `ends` before `starts` is the next morning.

    `weekdays` count from Monday 0 and are those on which the shift begins. Times are on the London wall clock.
    """

    person: str
    weekdays: tuple[int, ...]
    starts: time
    ends: time
    first_day: date = ALWAYS_FROM
    last_day: date = ALWAYS_TO


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """For [starts_at, ends_at) this person is on duty, and nobody by their regular hours."""

    person: str
    starts_at: datetime
    ends_at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """For [starts_at, ends_at) this person is not on duty, whatever else is said."""

    person: str
    starts_at: datetime
    ends_at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rota:
    """A named rota; `person` is a user name throughout. `faults` are what is wrong in one that was kept long ago."""

    name: str
    shifts: tuple[Shift, ...] = ()
    overrides: tuple[Override, ...] = ()
    absences: tuple[Absence, ...] = ()
    faults: tuple[str, ...] = ()

    def people(self) -> tuple[str, ...]:
        """Return everybody named, once."""
        regular = [each.person for each in self.shifts]
        return tuple(dict.fromkeys([*regular, *(each.person for each in self.overrides)]))


def on_duty(rota: Rota, at: datetime, *, away: Collection[str] = ()) -> tuple[str, ...]:
    """Return who is on duty at an instant, in the rota's order; `away` are people who cannot be told at all."""
    over = [each.person for each in rota.overrides if each.starts_at <= at < each.ends_at]
    people = over or [each.person for each in rota.shifts if _covers(each, at)]
    absent = {each.person for each in rota.absences if each.starts_at <= at < each.ends_at}
    return tuple(each for each in dict.fromkeys(people) if each not in absent and each not in away)


def gaps(
    rota: Rota, start: datetime, end: datetime, *, away: Collection[str] = ()
) -> list[tuple[datetime, datetime]]:
    """Return the spans of [start, end) in which nobody is on duty, joined and in order."""
    return _spans(rota, start, end, lambda at: not on_duty(rota, at, away=away))


def duty_of(rota: Rota, person: str, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """Return the spans of [start, end) in which somebody is on duty, joined and in order."""
    return _spans(rota, start, end, lambda at: person in on_duty(rota, at))


def _spans(
    rota: Rota, start: datetime, end: datetime, holds: Callable[[datetime], bool]
) -> list[tuple[datetime, datetime]]:
    """Return the spans in which something holds that changes only where a shift, an absence or an override does."""
    edges = sorted({start, end, *(each for each in _edges(rota, start, end) if start < each < end)})
    found: list[tuple[datetime, datetime]] = []
    for begin, until in itertools.pairwise(edges):
        if not holds(begin):
            continue
        if found and found[-1][1] == begin:
            found[-1] = found[-1][0], until
        else:
            found.append((begin, until))
    return found


def _covers(shift: Shift, at: datetime) -> bool:
    day = london_day(at)
    return any(
        begin <= at < until for begin, until in (_span(shift, day - timedelta(days=1)), _span(shift, day))
    )


def _span(shift: Shift, day: date) -> tuple[datetime, datetime]:
    """Return when the shift of a day begins and ends; an empty span on days without it."""
    begin = _instant(day, shift.starts)
    if day.weekday() not in shift.weekdays or not shift.first_day <= day <= shift.last_day:
        return begin, begin
    return begin, _instant(day + timedelta(days=shift.ends <= shift.starts), shift.ends)


def _instant(day: date, clock: time) -> datetime:
    """Return a London wall-clock time as an instant; one that a clock change skips is an hour later."""
    return datetime.combine(day, clock, tzinfo=LONDON).astimezone(UTC)


def _edges(rota: Rota, start: datetime, end: datetime) -> Sequence[datetime]:
    days = (end - start).days + 3
    first = london_day(start) - timedelta(days=1)
    spans = [_span(shift, first + timedelta(days=n)) for shift in rota.shifts for n in range(days)]
    spans += [(each.starts_at, each.ends_at) for each in rota.overrides]
    spans += [(each.starts_at, each.ends_at) for each in rota.absences]
    return [edge for span in spans for edge in span]
