"""The clock that people here live by: a day begins and ends in London, and times are shown in its time."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def london_day(instant: datetime) -> date:
    """Return the day that a calendar in London shows at an instant."""
    return instant.astimezone(LONDON).date()


def london_midnight(day: date) -> datetime:
    """Return the instant, in UTC, at which a day begins in London."""
    return datetime.combine(day, time(), tzinfo=LONDON).astimezone(UTC)
