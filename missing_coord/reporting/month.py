"""A calendar month of London, as the half-open interval of instants that it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from missing_coord.domain.errors import DomainError

LONDON = ZoneInfo("Europe/London")
_MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """[starts_at, ends_at) in UTC from London midnight to London midnight; `first` <= day < `after`."""

    value: str
    name: str
    first: date
    after: date
    starts_at: datetime
    ends_at: datetime

    def holds(self, instant: datetime) -> bool:
        """Say whether an instant falls in the month."""
        return self.starts_at <= instant < self.ends_at


def month_of(value: str) -> Month:
    """Return the month written as `2026-10`; raises DomainError for anything else."""
    found = _MONTH.fullmatch(value.strip())
    if found is None:
        raise DomainError("month_unreadable", f"month: {value!r} is not a month; write it as 2026-10.")
    year, month = int(found[1]), int(found[2])
    first = date(year, month, 1)
    after = date(year + month // 12, month % 12 + 1, 1)
    return Month(
        value=value.strip(),
        name=f"{first:%B %Y}",
        first=first,
        after=after,
        starts_at=_midnight(first),
        ends_at=_midnight(after),
    )


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=LONDON).astimezone(UTC)
