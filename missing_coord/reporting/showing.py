"""Figures as people and spreadsheets read them; small numbers can be hidden in what leaves the service."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from missing_coord.reporting.measures import Measure, MeasureGroup

HIDDEN = "c"
LEAST_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One figure in words: `c` stands for what was suppressed, empty text for what does not apply."""

    key: str
    name: str
    count: str
    base: str
    share: str
    pending: str
    definition: str


def share_of(numerator: int, denominator: int) -> str:
    """Return a share in per cent with one decimal, half up; `no base` when there is nothing to divide by."""
    if denominator == 0:
        return "no base"
    percent = (Decimal(numerator) * 100 / Decimal(denominator)).quantize(
        Decimal("0.1"), rounding=ROUND_HALF_UP
    )
    return f"{percent}%"


def shown_group(group: MeasureGroup, *, suppress_below: int = 0) -> list[Shown]:
    """Return the figures of a table; counts from 1 to below `suppress_below` are hidden, and what gives them away.

    Zero is shown. A share is hidden with its count, or when what it leaves out is a small number. In a table whose
    parts add up to a total, a single hidden part takes the next smallest with it.
    """
    hidden = _hidden(group, suppress_below)
    return [_shown(each, each.key in hidden, suppress_below) for each in group.measures]


def _is_small(number: int | None, below: int) -> bool:
    return number is not None and 0 < number < below


def _hidden(group: MeasureGroup, below: int) -> set[str]:
    if group.parts_of_whole:
        return _hidden_parts(group.measures, below)
    return {each.key for each in group.measures if _gives_away(each, below)}


def _gives_away(measure: Measure, below: int) -> bool:
    rest = None if measure.denominator is None else measure.denominator - measure.numerator
    return _is_small(measure.numerator, below) or _is_small(rest, below)


def _hidden_parts(measures: tuple[Measure, ...], below: int) -> set[str]:
    hidden = {each.key for each in measures if _is_small(each.numerator, below)}
    if len(hidden) == 1:
        others = [each for each in measures if each.key not in hidden and each.numerator > 0]
        hidden |= {each.key for each in sorted(others, key=lambda each: (each.numerator, each.key))[:1]}
    return hidden


def _shown(measure: Measure, hidden: bool, below: int) -> Shown:
    base = measure.denominator
    small_base = _is_small(base, below)
    share = "" if base is None else share_of(measure.numerator, base)
    return Shown(
        key=measure.key,
        name=measure.name,
        count=HIDDEN if hidden else str(measure.numerator),
        base="" if base is None else HIDDEN if small_base else str(base),
        share=HIDDEN if share and (hidden or small_base) else share,
        pending="" if measure.pending is None else _number(measure.pending, below),
        definition=measure.definition,
    )


def _number(number: int, below: int) -> str:
    return HIDDEN if _is_small(number, below) else str(number)
