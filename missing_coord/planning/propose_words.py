"""The words of a proposal: why this worker, why not another, and what stands in the way of the deadline."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from missing_coord.domain.interviews import IndependenceBasis
from missing_coord.planning.diary import Slot, instant
from missing_coord.planning.eligibility import Refusal, Wall
from missing_coord.planning.situation import OpenInterview


class ChoiceKey(NamedTuple):
    """What options rank by, first things first; smaller is better."""

    late: bool
    not_assigned: bool
    late_start: int
    not_asked_for: bool
    other_gender: bool
    unknown_to_child: bool
    spot_purchase: bool
    specialist_in_area: bool
    effort_band: int
    start: int
    worker_id: str


BASIS_WORDS = {
    IndependenceBasis.INDEPENDENT_OF_CARE: "independent of care, not of the responsible authority",
    IndependenceBasis.INDEPENDENT_OF_PLACEMENT_AND_AUTHORITY: "independent of placement and authority",
    IndependenceBasis.CHILD_PREFERENCE: "the child asked for this worker: an exception, record it",
    IndependenceBasis.NOT_INDEPENDENT: "not independent",
}

_BEHIND = {
    "late": "could only come after the deadline",
    "not_assigned": "the interview is assigned to another worker",
    "late_start": "could only come later still",
    "not_asked_for": "the child asked for somebody else",
    "other_gender": "not of the gender that the child wished for",
    "unknown_to_child": "the child knows another worker who can come in time",
    "spot_purchase": "spot purchase costs extra and a team worker can come",
    "specialist_in_area": "kept free for children outside the authority's area",
    "effort_band": "the first gap is much later",
    "start": "the first gap is later",
    "worker_id": "equally good; the first by worker id was taken",
}

_BINDING = {
    Wall.INDEPENDENCE: "no worker is independent of this child's care",
    Wall.CHILD_REFUSED: "the child asked not to see the workers who are independent",
    Wall.LANGUAGE: "no independent worker speaks a language that the child asked for",
    Wall.SKILL: "no worker who may go has the skills needed",
    Wall.AREA: "no worker who may go makes visits outside the authority's area; consider spot purchase",
    Wall.DISTANCE: "the child is too far away for every worker who may go; consider spot purchase",
    Wall.NOT_WORKING: "no worker who may go works before the deadline",
    Wall.BANK_HOLIDAY: "bank holiday: no worker who may go works before the deadline",
    Wall.ABSENT: "the workers who may go are absent until the deadline",
    Wall.CAPACITY: "every worker who may go has reached the weekly target",
    Wall.DIARY_FULL: "no worker who may go has a gap before the deadline, travel included",
    Wall.CHILD_HOURS: "the workers who may go are free only while the child is at school or cannot be seen",
    Wall.TOO_LATE: "too little time is left before the deadline for a visit",
}


def chosen_reasons(
    interview: OpenInterview,
    key: ChoiceKey,
    basis: IndependenceBasis,
    *,
    slot: Slot,
    in_time: int,
    speaks: frozenset[str],
) -> tuple[str, ...]:
    """Return why this worker and this time, the weightiest first."""
    return tuple(
        [
            _time_left(interview, slot),
            BASIS_WORDS[basis],
            *(["the interview is assigned to this worker"] if _keeps(interview, key) else []),
            *_wishes(interview, key),
            *([f"speaks {', '.join(sorted(speaks))}"] if interview.languages and speaks else []),
            _travel(interview, slot),
            f"{in_time} of the workers could come before the deadline",
        ]
    )


def why_behind(key: ChoiceKey, best: ChoiceKey, *, slot: Slot, best_slot: Slot) -> str:
    """Return the first thing in which an option is worse than the one taken, if any."""
    if key < best:
        return "could go as well; what was proposed before stays"
    first = next(name for name in ChoiceKey._fields if getattr(key, name) != getattr(best, name))
    if first == "effort_band" and slot.detour > best_slot.detour:
        return f"adds {slot.detour} min of travel, the proposed worker {best_slot.detour} min"
    return _BEHIND[first]


def alternative_reason(interview: OpenInterview, slot: Slot) -> str:
    """Return what an alternative would mean in time and travel."""
    return f"{_time_left(interview, slot)}; {_travel(interview, slot)}"


def binding_reason(interview: OpenInterview, walls: Sequence[Refusal], now: datetime) -> str:
    """Return the one thing that would have to give way for the deadline to be met."""
    if interview.due_at <= now:
        return "the deadline has passed"
    if max(now, interview.earliest_at) + timedelta(minutes=interview.minutes) > interview.due_at:
        return _BINDING[Wall.TOO_LATE]
    if not walls:
        return "there are no workers"
    return _BINDING[max(wall.wall for wall in walls)]


def _keeps(interview: OpenInterview, key: ChoiceKey) -> bool:
    return interview.assigned_worker_id == key.worker_id


def _wishes(interview: OpenInterview, key: ChoiceKey) -> Iterator[str]:
    if interview.previous_worker_id == key.worker_id:
        yield "the child knows this worker from an earlier interview"
    if interview.gender_wish:
        yield f"{'not ' if key.other_gender else ''}of the gender that the child wished for"


def _time_left(interview: OpenInterview, slot: Slot) -> str:
    minutes = int((interview.due_at - instant(slot.end)).total_seconds() // 60)
    apart = f"{abs(minutes) // 60} h {abs(minutes) % 60} min"
    return f"ends {apart} before the deadline" if minutes >= 0 else f"late: ends {apart} after the deadline"


def _travel(interview: OpenInterview, slot: Slot) -> str:
    if interview.place is None:
        return "the address is not on the map: half an hour of travel each way is assumed"
    return f"adds {slot.detour} min of travel"
