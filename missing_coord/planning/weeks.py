"""ISO weeks and the whole visits that a fractional weekly capacity allows."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from fractions import Fraction

from missing_coord.domain.london import LONDON, london_day

_FIRST_MONDAY = date(1970, 1, 5)


def week_number(day: date) -> int:
    """Return the running number of the ISO week (Monday to Sunday) of `day`, counted from January 1970."""
    return (day - _FIRST_MONDAY).days // 7


def monday_after(instant: datetime) -> datetime:
    """Return the London midnight at which the ISO week after `instant` begins, as an aware local time."""
    day = london_day(instant)
    return datetime.combine(day + timedelta(days=7 - day.weekday()), datetime.min.time(), LONDON)


def weekly_capacity(fte: float, weekly_target: float) -> Fraction:
    """Return visits a week as an exact fraction: half time at 15 is 15/2, and a tenth is a tenth."""
    return Fraction(str(fte)) * Fraction(str(weekly_target))


def weekly_allowance(capacity: Fraction, week: int) -> int:
    """Return the whole visits allowed in week number `week`; over the weeks the fractions add up."""
    return math.floor(capacity * (week + 1)) - math.floor(capacity * week)
