"""Demand against what the interviewers can hold, and what the escalation ladder told."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction

from missing_coord.reporting.facts import DutyFact
from missing_coord.reporting.known import Capacity, PeriodFacts
from missing_coord.reporting.measures import Measure, MeasureGroup, Opens, hours_measure


def work_measures(facts: PeriodFacts) -> MeasureGroup:
    """Return demand and capacity in interviews; an interview about several episodes is one."""
    needed, held = _interviews(facts.own_duties), _interviews(e for e in facts.own_duties if e.completed)
    workers = tuple(each.worker_id for each in facts.capacity)
    net = _whole(each.net for each in facts.capacity)
    return MeasureGroup(
        title="Demand and capacity, in interviews",
        measures=(
            _of_interviews("demand", "Interviews asked for", needed, _DEMAND),
            _of_workers("capacity", "Interviews that the teams could hold", facts.capacity, workers),
            Measure(
                key="capacity_net",
                name="Interviews that they could hold after absences",
                numerator=net,
                definition=_NET,
                opens=Opens.WORKERS,
                rows=workers,
            ),
            _of_interviews("held", "Of those asked for, held", held, "", of=needed),
            Measure(
                key="unmet",
                name="Asked for beyond what they could hold",
                numerator=max(0, len(needed) - net),
                definition="Interviews asked for less those that could be held after absences.",
            ),
        ),
    )


_DEMAND = "Interviews about the episodes of own children that ended with a return in the period."
_NET = (
    "A working day is lost when its noon, London time, lies in an absence. Bank holidays are not taken off."
)


def _of_interviews(
    key: str, name: str, rows: tuple[str, ...], definition: str, *, of: tuple[str, ...] | None = None
) -> Measure:
    return Measure(
        key=key,
        name=name,
        numerator=len(rows),
        denominator=None if of is None else len(of),
        definition=definition,
        opens=Opens.INTERVIEWS,
        rows=rows,
        base_rows=of or (),
    )


def _of_workers(key: str, name: str, capacity: tuple[Capacity, ...], workers: tuple[str, ...]) -> Measure:
    return Measure(
        key=key,
        name=name,
        numerator=_whole(each.whole for each in capacity),
        definition="Full-time share times weekly target, for the days of the period; rounded down over all.",
        opens=Opens.WORKERS,
        rows=workers,
    )


def _interviews(duties: Iterable[DutyFact]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.interview_id for each in duties))


def _whole(numbers: Iterable[Fraction]) -> int:
    return math.floor(sum(numbers, Fraction(0)))


def alert_measures(facts: PeriodFacts) -> MeasureGroup:
    """Return how often the escalation ladder told somebody in the period, about own children."""
    rows = tuple(each.episode_id for each in facts.told)
    over = tuple(each.episode_id for each in facts.told if each.breach)
    seen = [each for each in facts.told if each.seen_after is not None]
    return MeasureGroup(
        title="Warnings and breaches told in the period",
        measures=(
            Measure(key="told", name="Steps of the ladder told", numerator=len(rows), rows=rows),
            Measure(
                key="told_breach",
                name="Of those, told at the deadline",
                numerator=len(over),
                denominator=len(rows),
                rows=over,
                base_rows=rows,
            ),
            Measure(
                key="told_seen",
                name="Seen by somebody who was told",
                numerator=len(seen),
                denominator=len(rows),
                rows=tuple(each.episode_id for each in seen),
                base_rows=rows,
            ),
            hours_measure(
                "told_seen_median",
                "Hours until somebody had seen it: half within",
                [(each.episode_id, each.seen_after) for each in seen if each.seen_after is not None],
                0.5,
            ),
            Measure(
                key="told_children",
                name="Children they were about",
                numerator=len({each.child_id for each in facts.told}),
                rows=tuple(dict.fromkeys(rows)),
            ),
        ),
    )
