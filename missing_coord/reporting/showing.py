"""Figures as people and spreadsheets read them; small numbers can be hidden in what leaves the service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from missing_coord.domain.plurals import noun
from missing_coord.reporting.measures import Measure, MeasureGroup, Unit
from missing_coord.reporting.monthly import Report
from missing_coord.reporting.suppression import hidden_figures, is_small
from missing_coord.reporting.targets import Target, score_of
from missing_coord.reporting.trends import Point, Trend

HIDDEN = "c"
NO_TARGETS: Mapping[str, Target] = {}
LEAST_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One figure in words: `c` stands for what was suppressed, empty text for what does not apply."""

    key: str
    name: str
    count: str
    unit: str
    base: str
    share: str
    pending: str
    definition: str
    target: str = ""
    score: str = ""

    @property
    def spoken(self) -> str:
        """The count with its unit, as people read it."""
        unit = noun(1 if self.count == "1" else 2, self.unit.removesuffix("s"))
        return f"{self.count} {unit}" if self.unit and self.count else self.count


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownGroup:
    """One table in words."""

    title: str
    rows: tuple[Shown, ...]
    chart: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPoint:
    """A figure of one period in words; `height` is from 0 to 1 of the chart's scale, None when it is hidden."""

    name: str
    short: str
    count: str
    base: str
    share: str
    height: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTrend:
    """A figure over the periods in words; `low` and `high` are the usual range on the scale of the points."""

    key: str
    name: str
    points: tuple[ShownPoint, ...]
    low: float | None
    high: float | None
    usual: str
    verdict: str


def share_of(numerator: int, denominator: int) -> str:
    """Return a share in per cent with one decimal, half up; `no base` when there is nothing to divide by."""
    if denominator == 0:
        return "no base"
    percent = (Decimal(numerator) * 100 / Decimal(denominator)).quantize(
        Decimal("0.1"), rounding=ROUND_HALF_UP
    )
    return f"{percent}%"


def shown_groups(report: Report, *, suppress_below: int = 0) -> list[ShownGroup]:
    """Return the tables; counts from 1 to below `suppress_below` are hidden, and what gives them away."""
    hidden = hidden_figures(report.groups, below=suppress_below)
    targets = {each.key: each for each in report.targets}
    return [shown_group(each, hidden, suppress_below, targets) for each in report.groups]


def scorecard(groups: Sequence[ShownGroup]) -> list[Shown]:
    """Return the figures that have a target, in the order of the report."""
    return [row for group in groups for row in group.rows if row.target]


def shown_group(
    group: MeasureGroup,
    hidden: frozenset[str] = frozenset(),
    below: int = 0,
    targets: Mapping[str, Target] = NO_TARGETS,
) -> ShownGroup:
    """Return a table with these figures hidden."""
    rows = tuple(
        _with_target(_shown(each, each.key in hidden, below), each, targets.get(each.key))
        for each in group.measures
    )
    return ShownGroup(title=group.title, rows=rows, chart=group.chart)


def _with_target(shown: Shown, measure: Measure, target: Target | None) -> Shown:
    if target is None:
        return shown
    score = HIDDEN if shown.share == HIDDEN else score_of(measure, target).value
    return replace(shown, target=f"at least {target.at_least}%", score=score)


def _shown(measure: Measure, hidden: bool, below: int) -> Shown:
    base = measure.denominator
    small_base = is_small(base, below)
    is_share = base is not None and measure.unit is Unit.COUNT
    share = share_of(measure.numerator, base or 0) if is_share else ""
    nothing = measure.unit is Unit.HOURS and base == 0
    return Shown(
        key=measure.key,
        name=measure.name,
        count=HIDDEN if hidden else "" if nothing else str(measure.numerator),
        unit=measure.unit.value,
        base="" if base is None else HIDDEN if small_base else str(base),
        share=HIDDEN if share and (hidden or small_base) else share,
        pending="" if measure.pending is None else _number(measure.pending, below),
        definition=measure.definition,
    )


def _number(number: int, below: int) -> str:
    return HIDDEN if is_small(number, below) else str(number)


def shown_trends(report: Report, *, suppress_below: int = 0) -> list[ShownTrend]:
    """Return the comparison with earlier periods; what is hidden in the tables is hidden here too."""
    hidden = hidden_figures(report.groups, below=suppress_below)
    return [_shown_trend(each, each.key in hidden, suppress_below) for each in report.trends]


def _shown_trend(trend: Trend, hidden: bool, below: int) -> ShownTrend:
    values = [_value(each) for each in trend.points]
    is_share = trend.points[-1].denominator is not None
    top = 1.0 if is_share else max([*values, trend.high or 0.0, 1.0])
    last = len(trend.points) - 1
    points = tuple(
        _point(each, hidden and number == last, below, top) for number, each in enumerate(trend.points)
    )
    secret = below > 1 and any(each.height is None for each in points)
    return ShownTrend(
        key=trend.key,
        name=trend.name,
        points=points,
        low=None if trend.low is None or secret else trend.low / top,
        high=None if trend.high is None or secret else trend.high / top,
        usual="not shown" if secret else _usual(trend, is_share),
        verdict=trend.verdict,
    )


def _value(point: Point) -> float:
    if point.denominator is None:
        return float(point.numerator)
    return point.numerator / point.denominator if point.denominator else 0.0


def _point(point: Point, hidden: bool, below: int, top: float) -> ShownPoint:
    base = point.denominator
    rest = None if base is None else base - point.numerator
    hide = hidden or is_small(point.numerator, below) or is_small(rest, below) or is_small(base, below)
    return ShownPoint(
        name=point.name,
        short=_short(point.period),
        count=HIDDEN if hide else str(point.numerator),
        base="" if base is None else _number(base, below),
        share="" if base is None else HIDDEN if hide else share_of(point.numerator, base),
        height=None if hide else _value(point) / top,
    )


def _short(period: str) -> str:
    """Return a period as it fits under a column: `10/26` for a month, `W45` for a week."""
    return period[5:] if "W" in period else f"{period[5:7]}/{period[2:4]}"


def _usual(trend: Trend, is_share: bool) -> str:
    if trend.low is None or trend.high is None:
        return "not known yet"
    if is_share:
        return f"{100 * trend.low:.1f}% to {100 * trend.high:.1f}%"
    return f"{trend.low:.1f} to {trend.high:.1f}"
