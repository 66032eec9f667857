"""A figure of a report: what it counts, of what, what is still pending, and the rows that it opens."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from missing_coord.reporting.facts import DutyFact, EpisodeFact

Facts = Sequence[EpisodeFact] | Sequence[DutyFact]
HOUR = timedelta(hours=1)


class Unit(StrEnum):
    """What the number of a figure is: something counted, or hours."""

    COUNT = ""
    HOURS = "hours"


class Opens(StrEnum):
    """What the rows of a figure are."""

    EPISODES = "episodes"
    CHILDREN = "children"
    INTERVIEWS = "interviews"
    WORKERS = "workers"
    RECORDS = "records"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One figure: `denominator` is None for a plain count, `pending` for what cannot be waiting for anything.

    Pending duties are in neither numerator nor denominator: they can still succeed, so they have not failed. Where
    `unit` is hours the numerator is whole hours, rounded half up, and the denominator is over how many rows.
    `rows` are references behind the numerator, `base_rows` and `pending_rows` those behind the other two.
    """

    key: str
    name: str
    numerator: int
    denominator: int | None = None
    definition: str = ""
    pending: int | None = None
    unit: Unit = Unit.COUNT
    opens: Opens = Opens.EPISODES
    rows: tuple[str, ...] = ()
    base_rows: tuple[str, ...] = ()
    pending_rows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureGroup:
    """A table of the report; `parts_of_whole` when its counts add up to one total; `chart` when it is drawn too."""

    title: str
    measures: tuple[Measure, ...]
    parts_of_whole: bool = False
    chart: bool = False


def ids(facts: Facts) -> tuple[str, ...]:
    """Return the episodes of these rows, in their order."""
    return tuple(each.episode_id for each in facts)


def children(facts: Iterable[EpisodeFact] | Iterable[DutyFact]) -> int:
    """Return how many different children these rows are about."""
    return len({each.child_id for each in facts})


def counted(key: str, name: str, rows: Facts, definition: str = "", *, of: Facts | None = None) -> Measure:
    """Return the count of some rows, as a share of others when `of` is given."""
    return Measure(
        key=key,
        name=name,
        numerator=len(rows),
        denominator=None if of is None else len(of),
        definition=definition,
        rows=ids(rows),
        base_rows=() if of is None else ids(of),
    )


def counted_children(
    key: str, name: str, rows: Facts, definition: str = "", *, of: Facts | None = None
) -> Measure:
    """Return how many different children some rows are about; the figure opens their episodes."""
    return Measure(
        key=key,
        name=name,
        numerator=children(rows),
        denominator=None if of is None else children(of),
        definition=definition,
        rows=ids(rows),
        base_rows=() if of is None else ids(of),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Until when an open duty may still succeed."""

    as_at: datetime
    due: Callable[[DutyFact], datetime] = lambda duty: duty.due_at


def met_share(
    key: str,
    name: str,
    duties: Sequence[DutyFact],
    met: Callable[[DutyFact], bool],
    clock: Clock,
    definition: str,
) -> Measure:
    """Return the share of duties that were met; one not met is pending while it is open and its time is not over."""

    def waits(duty: DutyFact) -> bool:
        return not met(duty) and duty.resolved_at is None and clock.as_at <= clock.due(duty)

    yes = [each for each in duties if met(each)]
    pending = [each for each in duties if waits(each)]
    base = [each for each in duties if not waits(each)]
    return Measure(
        key=key,
        name=name,
        numerator=len(yes),
        denominator=len(base),
        definition=definition,
        pending=len(pending),
        rows=ids(yes),
        base_rows=ids(base),
        pending_rows=ids(pending),
    )


def hours_measure(
    key: str, name: str, spans: Sequence[tuple[str, timedelta]], share: float, definition: str = ""
) -> Measure:
    """Return a percentile by nearest rank (0.5: median) of the time spans, each with its episode, in whole hours."""
    ordered = sorted(spans, key=lambda each: (each[1], each[0]))
    value = timedelta(0)
    if ordered:
        value = ordered[max(0, _ceiling(share * len(ordered)) - 1)][1]
    return Measure(
        key=key,
        name=name,
        numerator=int((value + HOUR / 2) // HOUR),
        denominator=len(ordered),
        definition=definition,
        unit=Unit.HOURS,
        rows=tuple(episode_id for episode_id, _ in ordered),
        base_rows=tuple(episode_id for episode_id, _ in ordered),
    )


def _ceiling(number: float) -> int:
    whole = int(number)
    return whole if whole == number else whole + 1


def parts(
    title: str, lines: Sequence[tuple[str, str, Facts]], *, of: Facts, chart: bool = False
) -> MeasureGroup:
    """Return a table whose lines add up to the whole that they are shares of."""
    measures = tuple(counted(key, name, rows, of=of) for key, name, rows in lines)
    return MeasureGroup(title=title, measures=measures, parts_of_whole=True, chart=chart)
