"""What time it is where the database looks at its own clock, so that a test cannot take just any instant for now."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

from missing_coord.domain.clock import Clock, RehearsalClock, SystemClock

WEDNESDAY = 2
LATER = timedelta(days=int(os.environ.get("DAYS_LATER", "0")))
"""How far from today the tests pretend to be, to find dates in them that will not hold."""
IN_NOVEMBER = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
"""When the notices of tests/builders/reviews.py are some days old: now for whoever writes fixed dates."""


def midweek_noon() -> datetime:
    """Return noon of the last Wednesday in UTC: a week ago at most, and neither at night nor near a weekend."""
    now = SystemClock().now()
    noon = now.replace(hour=12, minute=0, second=0, microsecond=0)
    noon -= timedelta(days=(noon.weekday() - WEDNESDAY) % 7)
    return LATER + (noon if noon <= now else noon - timedelta(weeks=1))


def clock_from(begin: datetime) -> Clock:
    """Return a clock on which it is `begin` now, and that goes on like any other."""
    now = SystemClock().now()
    return RehearsalClock(since=now, ahead=begin - now)
