"""The same figures of earlier periods, and whether this one differs by more than chance would."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from missing_coord.reporting.chance import count_range, share_range
from missing_coord.reporting.facts import DutyFact, Outcome
from missing_coord.reporting.follow_up import RecordFact
from missing_coord.reporting.known import Known, PeriodFacts, facts_by_period
from missing_coord.reporting.measures import Measure, MeasureGroup
from missing_coord.reporting.measures_interviews import interview_measures, told_clock_measures
from missing_coord.reporting.measures_missing import missing_measures, repeat_measures
from missing_coord.reporting.measures_quality import record_measures, theme_measures, theme_words
from missing_coord.reporting.on_record import periods_on_record
from missing_coord.reporting.periods import Period

LEAST_EARLIER = 6
_GROUPS: tuple[Callable[[PeriodFacts], MeasureGroup], ...] = (
    missing_measures,
    repeat_measures,
    interview_measures,
    told_clock_measures,
    record_measures,
)
THEMES = ("push_", "pull_")
THEMES_SHOWN = 6
"""So many of the reasons that records give, those told most in this period, are compared with earlier ones."""
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
OF_INTERVIEWS = frozenset({"offered", "completed", "completed_72_of_eligible", "completed_told_of_eligible"})


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

    `low` and `high` are counts, or shares of 1 (see `chance`); None when there are fewer than six earlier ones.
    """

    key: str
    name: str
    points: tuple[Point, ...]
    low: float | None
    high: float | None
    verdict: str


def trends(period: Period, known: Known) -> tuple[Trend, ...]:
    """Return the key figures of this period and of those before it that are on record, all as known at one instant."""
    facts = facts_by_period([*periods_on_record(period, known), period], known)
    columns = [(each.period, _figures(each)) for each in facts]
    themes = [
        _trend(key, [(each.period, _theme(key, each, lists)) for each in facts])
        for key in _most_told(columns[-1][1])
        for lists in [_lists_with(key, known)]
    ]
    return (*(_trend(key, [(each, figures[key]) for each, figures in columns]) for key in KEYS), *themes)


def _most_told(figures: Mapping[str, Measure]) -> list[str]:
    themes = [each for key, each in figures.items() if key.startswith(THEMES)]
    themes.sort(key=lambda each: (-each.numerator, each.key))
    return [each.key for each in themes[:THEMES_SHOWN]]


def _lists_with(key: str, known: Known) -> frozenset[str]:
    """Return the versions of the council's lists that have a reason, as far as records tell: some record names it."""
    return frozenset(each.lists_version for each in known.follow_up.records if _tells(key, each))


def _theme(key: str, facts: PeriodFacts, lists: frozenset[str]) -> Measure:
    """Return how often a reason was told in a period, of the records that were written on lists that have it."""
    asked = [each for each in facts.records if each.lists_version in lists]
    told = sum(_tells(key, each) for each in asked)
    return Measure(key=key, name=theme_words(key), numerator=told, denominator=len(asked))


def _tells(key: str, record: RecordFact) -> bool:
    kind, _, code = key.partition("_")
    return code in (record.push if kind == "push" else record.pull)


def _figures(facts: PeriodFacts) -> dict[str, Measure]:
    told = replace(facts, own_duties=tuple(each for each in facts.own_duties if _on_record(each)))
    groups = [*(group(facts) for group in _GROUPS), *theme_measures(facts)]
    found = {each.key: each for group in groups for each in group.measures}
    asked = [*interview_measures(told).measures, *told_clock_measures(told).measures]
    return found | {each.key: each for each in asked if each.key in OF_INTERVIEWS}


def _on_record(duty: DutyFact) -> bool:
    """Say whether anything is known of the interview: earlier records that say nothing are not one that was missed."""
    return duty.outcome is not Outcome.NOT_RECORDED


def _trend(key: str, columns: Sequence[tuple[Period, Measure]]) -> Trend:
    points = tuple(
        Point(period=period.value, name=period.name, numerator=each.numerator, denominator=_base(key, each))
        for period, each in columns
    )
    low, high = usual_range(points[:-1], points[-1])
    return Trend(
        key=key,
        name=_name(columns[-1][1]),
        points=points,
        low=low,
        high=high,
        verdict=_verdict(points[-1], low, high),
    )


def _name(measure: Measure) -> str:
    told = {"push_": "Went away from", "pull_": "Went to"}
    of = next((words for start, words in told.items() if measure.key.startswith(start)), "")
    return f"{of}: {measure.name[:1].lower()}{measure.name[1:]}" if of else measure.name


def _base(key: str, measure: Measure) -> int | None:
    return None if key in ("over_24h", "repeat_children") else measure.denominator


def usual_range(earlier: Sequence[Point], now: Point) -> tuple[float | None, float | None]:
    """Return the range of a count or share that chance explains; none when there is too little to compare with."""
    told = [(each.numerator, each.denominator) for each in earlier if each.denominator != 0]
    if len(told) < LEAST_EARLIER:
        return None, None
    if now.denominator is None:
        return count_range([many for many, _ in told])
    return (
        share_range([(many, of or 0) for many, of in told], now.denominator)
        if now.denominator
        else (None, None)
    )


def _verdict(now: Point, low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return "too little to compare with"
    value = float(now.numerator) if now.denominator is None else now.numerator / now.denominator
    if value > high:
        return "higher than chance explains"
    return "lower than chance explains" if value < low else "within the usual range"
