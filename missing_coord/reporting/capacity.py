"""How many interviews each interviewer can hold in a period, with and without their absences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from fractions import Fraction

from missing_coord.domain.london import LONDON
from missing_coord.reporting.known import Capacity
from missing_coord.reporting.periods import Period

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
ORDINARY = frozenset(WEEKDAYS[:5])


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """What of an interviewer decides how much they can hold."""

    worker_id: str
    team: str
    fte: float
    weekly_target: int
    working_days: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """Away from `starts_at` until `ends_at`, not included."""

    worker_id: str
    starts_at: datetime
    ends_at: datetime


def capacity_of(period: Period, workers: Sequence[Worker], absences: Sequence[Absence]) -> list[Capacity]:
    """Return each interviewer's capacity, exact: a tenth is a tenth."""
    away: dict[str, list[Absence]] = defaultdict(list)
    for each in absences:
        away[each.worker_id].append(each)
    return [_one(period, worker, away[worker.worker_id]) for worker in workers]


def _one(period: Period, worker: Worker, away: Sequence[Absence]) -> Capacity:
    whole = Fraction(str(worker.fte)) * worker.weekly_target * period.days / 7
    noons = _noons(period, worker)
    there = [noon for noon in noons if not any(a.starts_at <= noon < a.ends_at for a in away)]
    net = whole * len(there) / len(noons) if noons else Fraction(0)
    return Capacity(worker_id=worker.worker_id, team=worker.team, whole=whole, net=net)


def _noons(period: Period, worker: Worker) -> list[datetime]:
    """Return noon, London time, of each day of the period on which the worker works."""
    works = set(worker.working_days) or ORDINARY
    days = [period.first + timedelta(days=number) for number in range(period.days)]
    return [datetime.combine(day, time(12), LONDON) for day in days if WEEKDAYS[day.weekday()] in works]
