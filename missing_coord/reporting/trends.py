"""The same figures of earlier periods, and whether this one differs by more than chance would."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from missing_coord.reporting.known import Known, PeriodFacts, facts_of
from missing_coord.reporting.measures import Measure, MeasureGroup
from missing_coord.reporting.measures_interviews import interview_measures, told_clock_measures
from missing_coord.reporting.measures_missing import missing_measures, repeat_measures
from missing_coord.reporting.periods import Period, before

EARLIER = 12
LEAST_EARLIER = 6
SIGMAS = 3.0
_GROUPS: tuple[Callable[[PeriodFacts], MeasureGroup], ...] = (
    missing_measures,
    repeat_measures,
    interview_measures,
    told_clock_measures,
)
KEYS = (
    "children_missing",
    "incidents",
    "over_24h",
    "repeat_children",
    "eligible",
    "offered",
    "completed",
    "completed_72_of_completed",
    "completed_72_of_eligible",
    "completed_told_of_eligible",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A figure in one period; the share is of `denominator`, None for a plain count."""

    period: str
    name: str
    numerator: int
    denominator: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """A figure over periods, oldest first and this one last, with the range that chance alone explains.

    `low` and `high` are counts, or shares of 1, three standard errors around what the earlier periods have together;
    None when there are fewer than six earlier ones.
    """

    key: str
    name: str
    points: tuple[Point, ...]
    low: float | None
    high: float | None
    verdict: str


def trends(period: Period, known: Known) -> tuple[Trend, ...]:
    """Return the key figures of this period and up to twelve before it, all as known at the same instant."""
    wanted = [each for each in before(period, EARLIER) if _has_begun(each, known)]
    columns = [(each, _figures(facts_of(each, known))) for each in [*wanted, period]]
    return tuple(_trend(key, [(each, figures[key]) for each, figures in columns]) for key in KEYS)


def _has_begun(period: Period, known: Known) -> bool:
    """Leave out what lies before the first episode on record: nothing was recorded yet."""
    first = min((each.started_at for each in known.episodes), default=None)
    return first is not None and first < period.ends_at and first <= period.starts_at


def _figures(facts: PeriodFacts) -> dict[str, Measure]:
    return {each.key: each for group in _GROUPS for each in group(facts).measures}


def _trend(key: str, columns: Sequence[tuple[Period, Measure]]) -> Trend:
    points = tuple(
        Point(period=period.value, name=period.name, numerator=each.numerator, denominator=_base(key, each))
        for period, each in columns
    )
    low, high = usual_range(points[:-1], points[-1])
    return Trend(
        key=key,
        name=columns[-1][1].name,
        points=points,
        low=low,
        high=high,
        verdict=_verdict(points[-1], low, high),
    )


def _base(key: str, measure: Measure) -> int | None:
    return None if key in ("over_24h", "repeat_children") else measure.denominator


def usual_range(earlier: Sequence[Point], now: Point) -> tuple[float | None, float | None]:
    """Return the range of a count (Poisson) or share (binomial) that chance explains: three standard errors."""
    if len(earlier) < LEAST_EARLIER:
        return None, None
    if now.denominator is None:
        mean = sum(each.numerator for each in earlier) / len(earlier)
        half = SIGMAS * math.sqrt(mean)
        return max(0.0, mean - half), mean + half
    base = sum(each.denominator or 0 for each in earlier)
    if base == 0 or now.denominator == 0:
        return None, None
    share = sum(each.numerator for each in earlier) / base
    half = SIGMAS * math.sqrt(share * (1 - share) / now.denominator)
    return max(0.0, share - half), min(1.0, share + half)


def _verdict(now: Point, low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return "too little to compare with"
    value = float(now.numerator) if now.denominator is None else now.numerator / now.denominator
    if value > high:
        return "higher than chance explains"
    return "lower than chance explains" if value < low else "within the usual range"
