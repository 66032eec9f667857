"""A stretch of whole London days that a report is about, as the half-open interval of instants that it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from missing_coord.domain.errors import DomainError
from missing_coord.domain.london import london_midnight

_MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")
_WEEK = re.compile(r"(20[0-9]{2})-W([0-5][0-9])")
_ONE_DAY = timedelta(days=1)
_OLDEST = date(2000, 1, 3)
"""The first day of the first week that can be named."""
_YEARS = range(2000, 2101)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """[starts_at, ends_at) in UTC from London midnight to London midnight; `first` <= day < `after`."""

    value: str
    name: str
    first: date
    after: date
    starts_at: datetime
    ends_at: datetime

    def holds(self, instant: datetime) -> bool:
        """Say whether an instant falls in the period."""
        return self.starts_at <= instant < self.ends_at

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.after - self.first).days


def month_of(value: str) -> Period:
    """Return the month written as `2026-10`; raises DomainError for anything else."""
    found = _MONTH.fullmatch(value.strip())
    if found is None:
        raise DomainError("month_unreadable", f"month: {value!r} is not a month; write it as 2026-10.")
    year, month = int(found[1]), int(found[2])
    first = date(year, month, 1)
    return _period(value.strip(), f"{first:%B %Y}", first, date(year + month // 12, month % 12 + 1, 1))


def week_of(value: str) -> Period:
    """Return the ISO week (Monday to Sunday) written as `2026-W45`; raises DomainError for anything else."""
    found = _WEEK.fullmatch(value.strip())
    try:
        first = date.fromisocalendar(int(found[1]), int(found[2]), 1) if found else None
    except ValueError:
        first = None
    if first is None:
        raise DomainError("week_unreadable", f"week: {value!r} is not a week; write it as 2026-W45.")
    return _period(
        value.strip(),
        f"week from {first.day} {first:%B %Y} (week {int(value.strip()[-2:])})",
        first,
        first + 7 * _ONE_DAY,
    )


def span_of(first: date, last: date) -> Period:
    """Return the days from `first` to `last`, both included; raises DomainError when they are the wrong way round."""
    if last < first:
        raise DomainError("span_backwards", "to: give a day that is not before the first one.")
    name = f"{first.day} {first:%B %Y} to {last.day} {last:%B %Y}"
    return _period(f"{first}/{last}", name, first, last + _ONE_DAY)


def period_of(value: str) -> Period:
    """Return the month (`2026-10`), week (`2026-W45`) or span (`2026-04-01/2026-06-30`) that is written."""
    text = value.strip()
    if "/" in text:
        first, _, last = text.partition("/")
        return span_of(_day(first), _day(last))
    return week_of(text) if "W" in text else month_of(text)


def before(period: Period, number: int) -> list[Period]:
    """Return the `number` periods of the same kind before this one, oldest first; none for a span."""
    found: list[Period] = []
    current = period
    for _ in range(number if "/" not in period.value else 0):
        if current.first <= _OLDEST:
            break
        current = _previous(current)
        found.append(current)
    return found[::-1]


def _previous(period: Period) -> Period:
    last = period.first - _ONE_DAY
    if "W" in period.value:
        year, week, _ = last.isocalendar()
        return week_of(f"{year:04d}-W{week:02d}")
    return month_of(f"{last:%Y-%m}")


def month_holding(day: date) -> Period:
    """Return the month of a day."""
    return month_of(f"{day:%Y-%m}")


def week_holding(day: date) -> Period:
    """Return the ISO week of a day."""
    year, week, _ = day.isocalendar()
    return week_of(f"{year:04d}-W{week:02d}")


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise DomainError("day_unreadable", f"day: {text!r} is not a day; write it as 2026-04-01.") from None
    if day.year not in _YEARS:
        raise DomainError("day_unreadable", f"day: {text!r} is out of range; give a year from 2000 to 2100.")
    return day


def _period(value: str, name: str, first: date, after: date) -> Period:
    return Period(
        value=value,
        name=name,
        first=first,
        after=after,
        starts_at=london_midnight(first),
        ends_at=london_midnight(after),
    )
