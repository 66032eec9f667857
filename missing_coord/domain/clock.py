"""The only place that asks the machine what time it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Something that tells the present instant as an aware UTC datetime."""

    def now(self) -> datetime:
        """Return the present instant in UTC."""
        ...

    def at(self, instant: datetime) -> datetime:
        """Return what this clock shows when another machine, on which all hosts agree, says that it is `instant`."""
        ...


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the machine's present instant in UTC."""
        return datetime.now(UTC)

    def at(self, instant: datetime) -> datetime:
        """Return the other machine's instant."""
        return instant


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsalClock:
    """A clock that goes `speed` times as fast as the machine's from `since` on, and stands `ahead` of it."""

    since: datetime
    speed: float = 1.0
    ahead: timedelta = timedelta(0)

    def now(self) -> datetime:
        """Return the rehearsed instant in UTC; processes with the same values agree on it."""
        return self.at(datetime.now(UTC))

    def at(self, instant: datetime) -> datetime:
        """Return the rehearsed instant of a real one."""
        gone = instant - self.since
        return (self.since + gone * self.speed if gone > timedelta(0) else instant) + self.ahead


@dataclass(slots=True)
class FixedClock:
    """A clock that stands still until it is moved, for tests, rehearsals and `--as-of`."""

    instant: datetime

    def now(self) -> datetime:
        """Return the instant at which the clock stands."""
        return self.instant

    def at(self, instant: datetime) -> datetime:
        """Return the instant at which the clock stands, whatever others say."""
        return self.instant
