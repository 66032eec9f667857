"""Which figures of a report are hidden before it leaves the service, so that no small number can be worked out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from missing_coord.reporting.measures import Measure, MeasureGroup, Unit

_POPULATIONS = ("home_", "care_in_area_", "care_out_of_area_")


def hidden_figures(groups: Sequence[MeasureGroup], *, below: int) -> frozenset[str]:
    """Return the keys of the figures to hide: counts from 1 to below `below`, and what gives them away.

    Hidden with a small count are: the share whose rest is small; in a table whose parts add up, and across home and the
    two kinds of care, a second part when only one would be hidden; and a figure whose rows lie within those of another
    one that is shown and differs from it by a small number. Zero is shown.
    """
    if below <= 1:
        return frozenset()
    measures = [each for group in groups for each in group.measures]
    hidden = {each.key for each in measures if _is_telling(each, below)}
    while True:
        more = {
            *_partners(groups, hidden),
            *_across_populations(measures, hidden),
            *_differences(measures, hidden, below),
        }
        if more <= hidden:
            return frozenset(hidden)
        hidden |= more


def is_small(number: int | None, below: int) -> bool:
    """Whether a number is to be hidden by itself."""
    return number is not None and 0 < number < below


def _is_telling(measure: Measure, below: int) -> bool:
    if measure.unit is Unit.HOURS:
        return is_small(measure.denominator, below)
    rest = None if measure.denominator is None else measure.denominator - measure.numerator
    return is_small(measure.numerator, below) or is_small(rest, below)


def _partners(groups: Sequence[MeasureGroup], hidden: set[str]) -> Iterable[str]:
    for group in groups:
        if group.parts_of_whole:
            yield from _second_of(group.measures, hidden)


def _across_populations(measures: Sequence[Measure], hidden: set[str]) -> Iterable[str]:
    by_key = {each.key: each for each in measures}
    for key in by_key:
        if not key.startswith(_POPULATIONS[0]):
            continue
        ending = key.removeprefix(_POPULATIONS[0])
        same = [by_key[start + ending] for start in _POPULATIONS if start + ending in by_key]
        yield from _second_of(same, hidden)


def _second_of(family: Sequence[Measure], hidden: set[str]) -> Iterable[str]:
    """Of figures that add up to one that is shown, a single hidden one takes the next smallest with it."""
    inside = [each for each in family if each.key in hidden]
    others = [each for each in family if each.key not in hidden and each.numerator > 0]
    if len(inside) == 1 and others:
        yield min(others, key=lambda each: (each.numerator, each.key)).key


def _differences(measures: Sequence[Measure], hidden: set[str], below: int) -> Iterable[str]:
    """A shown count of rows within other shown rows must differ from theirs by nothing or by enough."""
    shown = [each for each in measures if each.key not in hidden and _counts_its_rows(each)]
    whole = [frozenset(each.rows) for each in shown]
    whole += [frozenset(each.base_rows) for each in shown if each.denominator == len(each.base_rows)]
    sizes = sorted({(len(rows), rows) for rows in whole if rows}, key=lambda each: each[0])
    secret = {frozenset(each.rows) for each in measures if each.key in hidden and _counts_its_rows(each)}
    for each in shown:
        rows = frozenset(each.rows)
        near = (other for size, other in sizes if 0 < size - len(rows) < below)
        if rows and (rows in secret or any(rows < other for other in near)):
            yield each.key


def _counts_its_rows(measure: Measure) -> bool:
    return measure.unit is Unit.COUNT and measure.numerator == len(set(measure.rows))
