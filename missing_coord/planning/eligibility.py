"""Who may see which child: independence first, then wishes, languages, skills, area and distance."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from missing_coord.domain.interviews import IndependenceBasis
from missing_coord.domain.plurals import plural
from missing_coord.domain.records import WorkerTeam, comparable
from missing_coord.planning.situation import OpenInterview, WorkerSituation
from missing_coord.planning.travel import travel_miles


class Wall(IntEnum):
    """What keeps a worker from a visit; the higher, the nearer the worker came to being able to go."""

    INDEPENDENCE = 1
    CHILD_REFUSED = 2
    LANGUAGE = 3
    SKILL = 4
    AREA = 5
    DISTANCE = 6
    NOT_WORKING = 7
    BANK_HOLIDAY = 8
    ABSENT = 9
    CAPACITY = 10
    DIARY_FULL = 11
    CHILD_HOURS = 12
    TOO_LATE = 13


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """The wall and its plain reason."""

    wall: Wall
    reason: str


def independence_basis(
    interview: OpenInterview, worker: WorkerSituation, *, council: str | None = None
) -> IndependenceBasis:
    """Return on what ground this worker is independent of this child; `council` is our own ONS code.

    The council's own team is independent of care, not of the responsible authority; it is allowed and
    recorded so. For a child of another authority it is independent of that authority too.
    """
    prefers = interview.child_preference_worker_id == worker.worker_id
    if _involved(interview, worker) or _works_for_provider(interview, worker):
        return IndependenceBasis.CHILD_PREFERENCE if prefers else IndependenceBasis.NOT_INDEPENDENT
    if worker.team is not WorkerTeam.IN_HOUSE or _another_authority(interview, council):
        return IndependenceBasis.INDEPENDENT_OF_PLACEMENT_AND_AUTHORITY
    return IndependenceBasis.INDEPENDENT_OF_CARE


def refusal(interview: OpenInterview, worker: WorkerSituation, basis: IndependenceBasis) -> Refusal | None:
    """Return why this worker may not see this child at any time; None when the worker may."""
    if basis is IndependenceBasis.NOT_INDEPENDENT:
        return Refusal(wall=Wall.INDEPENDENCE, reason=_why_not_independent(interview, worker))
    if worker.worker_id in interview.refused_worker_ids:
        return Refusal(wall=Wall.CHILD_REFUSED, reason="the child asked not to see this worker")
    if interview.languages and not _speaks(interview, worker):
        wanted = " or ".join(sorted(interview.languages))
        return Refusal(wall=Wall.LANGUAGE, reason=f"does not speak {wanted}")
    missing = _compared(interview.skills) - _compared(worker.skills) if interview.skills else None
    if missing:
        return Refusal(wall=Wall.SKILL, reason=f"does not have the skill {', '.join(sorted(missing))}")
    if interview.out_of_area and not (worker.out_of_authority or worker.team is WorkerTeam.SPOT_PURCHASE):
        return Refusal(wall=Wall.AREA, reason="does not make visits outside the authority's area")
    return _too_far(interview, worker)


def wished_gender(interview: OpenInterview, worker: WorkerSituation) -> bool:
    """Say whether the worker has the gender the child wished, or the child wished none."""
    wish = comparable(interview.gender_wish or "")
    return not wish or wish == comparable(worker.gender or "")


def _involved(interview: OpenInterview, worker: WorkerSituation) -> bool:
    if not interview.excluded_people:
        return False
    own = {worker.worker_id, worker.name, worker.email or ""} - {""}
    return not _compared(frozenset(own)).isdisjoint(_compared(interview.excluded_people))


def _works_for_provider(interview: OpenInterview, worker: WorkerSituation) -> bool:
    """Say whether the worker's employer runs the placement; the council's own team is judged by its team."""
    if worker.team is WorkerTeam.IN_HOUSE or not worker.employer or not interview.placement_provider:
        return False
    return comparable(worker.employer) == comparable(interview.placement_provider)


def _another_authority(interview: OpenInterview, council: str | None) -> bool:
    return bool(council and interview.responsible_authority and interview.responsible_authority != council)


def _why_not_independent(interview: OpenInterview, worker: WorkerSituation) -> str:
    if _involved(interview, worker):
        return "not independent: is this child's social worker, carer, keyworker or reviewing officer"
    return "not independent: works for the provider of the placement"


def _speaks(interview: OpenInterview, worker: WorkerSituation) -> bool:
    return not (_compared(worker.languages) | {"english"}).isdisjoint(_compared(interview.languages))


def _too_far(interview: OpenInterview, worker: WorkerSituation) -> Refusal | None:
    if worker.max_travel_miles is None or worker.base is None or interview.place is None:
        return None
    miles = travel_miles(worker.base, interview.place)
    if miles <= worker.max_travel_miles:
        return None
    reason = f"too far: {plural(round(miles), 'mile')} from base, the limit is {worker.max_travel_miles:g}"
    return Refusal(wall=Wall.DISTANCE, reason=reason)


def _compared(texts: frozenset[str]) -> frozenset[str]:
    return frozenset(comparable(text) for text in texts if text)
