"""Why an interview was not held in time: one cause for each episode, the first that applies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from missing_coord.reporting.facts import DutyFact, Outcome
from missing_coord.reporting.known import PeriodFacts
from missing_coord.reporting.measures import MeasureGroup, parts

LEAST_NOTICE = timedelta(hours=24)
FAR_MILES = 20.0


class Cause(StrEnum):
    """What kept an interview from being held within 72 hours of the return."""

    CHILDS_CHOICE = "childs_choice"
    CLOSED_FIRST = "closed_first"
    TOLD_LATE = "told_late"
    MISSING_AGAIN = "missing_again"
    NO_CONTACT = "no_contact"
    DISTANCE = "distance"
    CAPACITY = "capacity"
    OTHER = "other"


CAUSE_NAMES = {
    Cause.CHILDS_CHOICE: "Declined or visit missed within the 72 hours",
    Cause.CLOSED_FIRST: "Closed for another reason within the 72 hours",
    Cause.TOLD_LATE: "Told less than 24 hours before the deadline, or after it",
    Cause.MISSING_AGAIN: "Missing again before the deadline",
    Cause.NO_CONTACT: "Tried within the 72 hours, nobody reached",
    Cause.DISTANCE: "Placed more than 20 miles away",
    Cause.CAPACITY: "No worker was assigned within the 72 hours",
    Cause.OTHER: "None of these is on record",
}
_DECLINED = frozenset({Outcome.DECLINED_BY_CHILD, Outcome.DECLINED_BY_PARENT})


def cause_of(duty: DutyFact) -> Cause:
    """Return the first cause that applies to a duty that was not met in time (rules 2026-2).

    What is on record by the deadline decides; the causes are tried in the order in which they are listed.
    """
    resolved = duty.resolved_at is not None and duty.resolved_at <= duty.due_at
    tests = {
        Cause.CHILDS_CHOICE: (resolved and duty.outcome in _DECLINED) or _by(duty, duty.refused_at),
        Cause.CLOSED_FIRST: resolved,
        Cause.TOLD_LATE: duty.told_ended_at > duty.due_at - LEAST_NOTICE,
        Cause.MISSING_AGAIN: _by(duty, duty.again_at),
        Cause.NO_CONTACT: _by(duty, duty.tried_at) and not duty.offered_in_time,
        Cause.DISTANCE: duty.distance_miles is not None and duty.distance_miles > FAR_MILES,
        Cause.CAPACITY: not _by(duty, duty.assigned_at),
    }
    return next((cause for cause, applies in tests.items() if applies), Cause.OTHER)


def _by(duty: DutyFact, instant: datetime | None) -> bool:
    return instant is not None and instant <= duty.due_at


def breached(facts: PeriodFacts) -> list[DutyFact]:
    """Return the duties that were not met in time and can no longer be."""
    return [each for each in facts.own_duties if not each.completed_in_time and not _pending(each, facts)]


def _pending(duty: DutyFact, facts: PeriodFacts) -> bool:
    return duty.resolved_at is None and facts.as_at <= duty.due_at


def cause_measures(facts: PeriodFacts) -> MeasureGroup:
    """Return the episodes without an interview in time, by cause; the lines add up to all of them."""
    late: Sequence[DutyFact] = breached(facts)
    causes = {each.episode_id: cause_of(each) for each in late}
    lines = [
        (f"cause_{cause.value}", name, [each for each in late if causes[each.episode_id] is cause])
        for cause, name in CAUSE_NAMES.items()
    ]
    return parts("Not interviewed within 72 hours, by cause", lines, of=late, chart=True)
