"""How many children will come back on which weekday and in which area, from how many did, and how far off that was."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from missing_coord.domain.london import london_day

TRIED_WEEKS = 4
"""On how many of the last weeks the forecast is tried, each from the weeks before it alone."""
LEAST_WEEKS = 2
SHARE_WITHIN = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class DayForecast:
    """Returns expected on a weekday (0 is Monday), in all and by area; four in five such days lie within the range."""

    weekday: int
    expected: float
    at_least: int
    at_most: int
    by_area: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """The days of a week from so many whole weeks; `error` is how many returns a day it was off when tried.

    `naive_error` is how far off "as on the same day a week before" was on the same days; None where history is short.
    """

    weeks: int
    days: tuple[DayForecast, ...]
    error: float | None
    naive_error: float | None

    @property
    def expected(self) -> float:
        """Return the returns that are expected in a week."""
        return sum(day.expected for day in self.days)


def forecast(returns: Sequence[tuple[datetime, str]], *, until: datetime, weeks: int) -> Forecast:
    """Return the forecast from the returns, each with its area, of the whole weeks before `until`.

    The expected number is the mean over the weeks, the range that of Poisson arrivals.
    """
    last = london_day(until)
    days = [(london_day(at), area) for at, area in returns]
    first = last - timedelta(days=7 * weeks)
    kept = [(day, area) for day, area in days if first <= day < last]
    by_weekday = Counter(day.weekday() for day, _ in kept)
    by_area = Counter((day.weekday(), area) for day, area in kept)
    areas = sorted({area for _, area in kept})
    found = tuple(
        _day(d, by_weekday[d] / weeks, {area: by_area[d, area] / weeks for area in areas}) for d in range(7)
    )
    error, naive = _tried([day for day, _ in kept], last, weeks)
    return Forecast(weeks=weeks, days=found, error=error, naive_error=naive)


def _day(weekday: int, expected: float, by_area: dict[str, float]) -> DayForecast:
    tail = (1 - SHARE_WITHIN) / 2
    return DayForecast(
        weekday=weekday,
        expected=expected,
        at_least=poisson_quantile(expected, tail),
        at_most=poisson_quantile(expected, 1 - tail),
        by_area=by_area,
    )


def poisson_quantile(mean: float, share: float) -> int:
    """Return the least number that a Poisson count of this mean does not exceed with this probability."""
    number, chance = 0, math.exp(-mean)
    total = chance
    while total < share and number < 10 * mean + 50:
        number += 1
        chance *= mean / number
        total += chance
    return number


def _tried(days: Sequence[date], last: date, weeks: int) -> tuple[float | None, float | None]:
    """Return the mean error of forecasts of single days of the last weeks, and that of repeating the week before."""
    if weeks < TRIED_WEEKS + LEAST_WEEKS:
        return None, None
    counts = Counter(days)
    errors, naive = [], []
    for week in range(TRIED_WEEKS):
        for ahead in range(7):
            day = last - timedelta(days=7 * (week + 1) - ahead)
            before = [counts[day - timedelta(days=7 * back)] for back in range(1, weeks - week)]
            errors.append(abs(counts[day] - sum(before) / len(before)))
            naive.append(abs(counts[day] - before[0]))
    return sum(errors) / len(errors), sum(naive) / len(naive)
