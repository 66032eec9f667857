"""Half an hour of a council's notices on a clock that runs fast, with deadlines that fall due while it lasts."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from missing_coord.demo.scale import scale_notices
from missing_coord.domain.clock import RehearsalClock

LENGTH = timedelta(minutes=30)
DEADLINE = timedelta(hours=72)
TIMES = ("issued_at", "last_seen_at", "reported_at", "found_at", "returned_at")
OF_ONE_INCIDENT = 3
DUE_SHARE = 10
"""One incident in so many has its deadline within the half hour."""
Row = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class HalfHour:
    """When it begins, and how many real seconds it takes."""

    begin: datetime
    seconds: float

    @property
    def end(self) -> datetime:
        """The rehearsed instant at which it is over."""
        return self.begin + LENGTH

    @property
    def speed(self) -> float:
        """How many rehearsed seconds pass in one real one."""
        return LENGTH.total_seconds() / self.seconds

    def now(self) -> datetime:
        """Return the rehearsed instant."""
        return RehearsalClock(since=self.begin, speed=self.speed).now()

    def settings(self) -> dict[str, str]:
        """Return the variables that give every process this clock."""
        clock = f"{self.begin.isoformat()} speed={self.speed}"
        return {"MISSING_COORD_DEMO": "1", "MISSING_COORD_REHEARSAL_CLOCK": clock}

    def left(self, share: float) -> float:
        """Return the real seconds until a share of it is over."""
        return share * self.seconds - (datetime.now(UTC) - self.begin).total_seconds()


def notices_for(half_hour: HalfHour, count: int, register: Sequence[Row], chance: random.Random) -> list[Row]:
    """Return notices of the weeks before; of every tenth incident the 72 hours end within the half hour."""
    rows = [
        sent.row for sent in scale_notices(count, list(register), as_of=half_hour.begin - timedelta(hours=40))
    ]
    for first in range(0, len(rows) - OF_ONE_INCIDENT + 1, OF_ONE_INCIDENT * DUE_SHARE):
        three = rows[first : first + OF_ONE_INCIDENT]
        due = half_hour.begin + LENGTH * chance.random()
        by = due - DEADLINE - datetime.fromisoformat(three[-1]["returned_at"])
        rows[first : first + OF_ONE_INCIDENT] = [_moved(row, by) for row in three]
    return rows


def _moved(row: Row, by: timedelta) -> Row:
    moved = {
        name: (datetime.fromisoformat(row[name]) + by).isoformat(timespec="seconds")
        for name in TIMES
        if row.get(name)
    }
    return row | moved
