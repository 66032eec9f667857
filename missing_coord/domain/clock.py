"""The only place that asks the machine what time it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Something that tells the present instant as an aware UTC datetime."""

    def now(self) -> datetime:
        """Return the present instant in UTC."""
        ...


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the machine's present instant in UTC."""
        return datetime.now(UTC)


@dataclass(slots=True)
class FixedClock:
    """A clock that stands still until it is moved, for tests, rehearsals and `--as-of`."""

    instant: datetime

    def now(self) -> datetime:
        """Return the instant at which the clock stands."""
        return self.instant
