"""The plain rows that the monthly measures are counted from, and what of them was known at an instant."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from missing_coord.domain.interviews import InterviewState
from missing_coord.domain.population import Population


class Outcome(StrEnum):
    """What became of the duty to interview about one episode; every duty has exactly one."""

    COMPLETED = "completed"
    DECLINED_BY_CHILD = "declined_by_child"
    DECLINED_BY_PARENT = "declined_by_parent"
    CARER_INFO_ONLY = "completed_by_carer_info_only"
    NOT_REQUIRED = "not_required_manager_decision"
    NO_CONTACT = "closed_no_contact_manager_decision"
    TRANSFERRED = "transferred_to_other_authority"
    RECORDED_IN_ERROR = "cancelled_recorded_in_error"
    DECEASED = "deceased"
    OPEN_OFFERED = "open_offered"
    OPEN_NOT_OFFERED = "open_not_offered"


_OF_STATE = {
    InterviewState.COMPLETED: Outcome.COMPLETED,
    InterviewState.DECLINED_BY_CHILD: Outcome.DECLINED_BY_CHILD,
    InterviewState.DECLINED_BY_PARENT: Outcome.DECLINED_BY_PARENT,
    InterviewState.CARER_INFO_ONLY: Outcome.CARER_INFO_ONLY,
    InterviewState.NOT_REQUIRED: Outcome.NOT_REQUIRED,
    InterviewState.CLOSED_NO_CONTACT: Outcome.NO_CONTACT,
    InterviewState.TRANSFERRED: Outcome.TRANSFERRED,
    InterviewState.RECORDED_IN_ERROR: Outcome.RECORDED_IN_ERROR,
    InterviewState.DECEASED: Outcome.DECEASED,
}
IN_CARE = frozenset({Population.OWN_CARE_IN_AREA, Population.OWN_CARE_OUT_OF_AREA})


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeFact:
    """A live missing episode; `told_at` is when the council was first told of it."""

    episode_id: str
    child_id: str
    kind: str
    population: Population
    started_at: datetime
    told_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyFact:
    """The duty to interview about one ended episode.

    `returned_at` starts its clock; `told_ended_at` is when the council was told that the episode was over.
    `offered_at` and `held_at` are when it happened, `offer_recorded_at` and `resolved_at` when it was written down.
    `state` is that of the interview, which counts for this duty only once it is resolved.
    """

    episode_id: str
    child_id: str
    population: Population
    returned_at: datetime
    told_ended_at: datetime
    due_at: datetime
    offered_at: datetime | None = None
    offer_recorded_at: datetime | None = None
    held_at: datetime | None = None
    resolved_at: datetime | None = None
    state: str = InterviewState.NOT_OFFERED.value
    provider: str = ""

    @property
    def outcome(self) -> Outcome:
        """What became of it, as far as is known."""
        still_open = Outcome.OPEN_NOT_OFFERED if self.offered_at is None else Outcome.OPEN_OFFERED
        return (
            still_open if self.resolved_at is None else _OF_STATE.get(InterviewState(self.state), still_open)
        )

    @property
    def completed_in_time(self) -> bool:
        """Whether the interview was held within this episode's own 72 hours, or before the return."""
        return self.outcome is Outcome.COMPLETED and self.held_at is not None and self.held_at <= self.due_at

    @property
    def offered_in_time(self) -> bool:
        """Whether it was first offered within this episode's own 72 hours, or before the return."""
        return self.offered_at is not None and self.offered_at <= self.due_at


def known_episode(fact: EpisodeFact, as_at: datetime) -> bool:
    """Say whether the council had been told of an episode by then."""
    return fact.told_at <= as_at


def known_duty(fact: DutyFact, as_at: datetime) -> DutyFact | None:
    """Return a duty as it was known then: offers and outcomes written down later had not happened yet."""
    if fact.told_ended_at > as_at:
        return None
    if fact.offer_recorded_at is None or fact.offer_recorded_at > as_at:
        fact = replace(fact, offered_at=None)
    if fact.resolved_at is not None and fact.resolved_at > as_at:
        fact = replace(fact, resolved_at=None, held_at=None)
    return fact
