"""What followed the interviews: records and their themes, and actions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from missing_coord.reporting.follow_up import ActionFact, RecordFact
from missing_coord.reporting.known import PeriodFacts
from missing_coord.reporting.measures import Measure, MeasureGroup, Opens

Rows = tuple[str, ...]


def interviews_counted(
    key: str,
    name: str,
    rows: Rows,
    definition: str = "",
    *,
    of: Rows | None = None,
    opens: Opens = Opens.INTERVIEWS,
) -> Measure:
    """Return the count of some interviews, as a share of others when `of` is given."""
    return Measure(
        key=key,
        name=name,
        numerator=len(rows),
        denominator=None if of is None else len(of),
        definition=definition,
        opens=opens,
        rows=rows,
        base_rows=of or (),
    )


def record_measures(facts: PeriodFacts) -> MeasureGroup:
    """Return how the interviews held in the period were recorded, by their newest version."""
    records = facts.records
    every = _ids(records)
    lines: tuple[tuple[str, str, Callable[[RecordFact], bool]], ...] = (
        ("record_explained", "Confidentiality and its limits were explained", _explained),
        ("record_alone", "The child was seen alone", lambda each: each.seen_alone),
        ("record_helpline", "A helpline or safety information was given", lambda each: each.helpline_given),
        ("record_harm_asked", "Harm was asked about", lambda each: each.harm_asked),
        ("record_harm", "Harm was told of", lambda each: each.harm),
    )
    return MeasureGroup(
        title="Records of interviews, by the day they were held",
        measures=(
            interviews_counted("recorded", "Interviews with a submitted record", every, _BY_NEWEST),
            *(
                interviews_counted(
                    key, name, _ids(r for r in records if told(r)), of=every, opens=Opens.RECORDS
                )
                for key, name, told in lines
            ),
        ),
    )


_BY_NEWEST = "Own children; the newest version submitted by the time of this report."


def _explained(record: RecordFact) -> bool:
    return record.confidentiality_explained


def theme_measures(facts: PeriodFacts) -> tuple[MeasureGroup, ...]:
    """Return the reasons told in these interviews, those told most first; one interview can have several."""
    groups = (
        _themes("push", "What children went away from", facts.records, lambda each: each.push),
        _themes("pull", "What children went to", facts.records, lambda each: each.pull),
    )
    return tuple(each for each in groups if each.measures)


def _themes(
    kind: str, title: str, records: Sequence[RecordFact], told: Callable[[RecordFact], Sequence[str]]
) -> MeasureGroup:
    every = _ids(records)
    found: dict[str, list[str]] = {}
    for each in records:
        for code in dict.fromkeys(told(each)):
            found.setdefault(code, []).append(each.interview_id)
    order = sorted(found, key=lambda code: (-len(found[code]), code))
    return MeasureGroup(
        title=f"{title}, by the records of interviews held",
        measures=tuple(
            interviews_counted(
                f"{kind}_{code}", theme_words(code), tuple(found[code]), of=every, opens=Opens.RECORDS
            )
            for code in order
        ),
        chart=True,
    )


def theme_words(code: str) -> str:
    """Return a reason in words, its code with or without the kind in front."""
    text = code.removeprefix("push_").removeprefix("pull_").replace("_", " ")
    return text[:1].upper() + text[1:]


def action_measures(facts: PeriodFacts) -> MeasureGroup:
    """Return the actions that interviews asked for in the period, and what became of them."""
    actions = facts.actions
    every = _ids(actions)
    done = [each for each in actions if each.state == "done"]
    overdue = [each for each in actions if each.state == "open" and facts.as_at > each.due_at]
    return MeasureGroup(
        title="Actions that interviews asked for, by the day they were opened",
        measures=(
            interviews_counted(
                "actions", "Actions opened", every, "Own children; due at the end of its day."
            ),
            interviews_counted("actions_done", "Done", _ids(done), of=every),
            interviews_counted("actions_in_time", "Done in time", _ids(filter(_in_time, done)), of=every),
            interviews_counted("actions_overdue", "Open and overdue", _ids(overdue), of=every),
            interviews_counted(
                "actions_cancelled",
                "Cancelled, with a reason",
                _ids(each for each in actions if each.state == "cancelled"),
                of=every,
            ),
        ),
    )


def _in_time(action: ActionFact) -> bool:
    return action.closed_at is not None and action.closed_at < action.due_at


def _ids(rows: Iterable[RecordFact] | Iterable[ActionFact]) -> Rows:
    return tuple(each.interview_id for each in rows)
