"""The plain rows that measures are counted from, and what of them was known at an instant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from enum import StrEnum

from missing_coord.domain.deadlines import STATUTORY_HOURS
from missing_coord.domain.interviews import InterviewState
from missing_coord.domain.london import LONDON
from missing_coord.domain.population import Population

NIGHT = time(3, 0)
"""Who is still missing at this hour of London's night was missing overnight (rules 2026-2)."""


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
    NOT_RECORDED = "not_recorded_before"
    OPEN_OFFERED = "open_offered"
    OPEN_NOT_OFFERED = "open_not_offered"


_OF_STATE: Mapping[str, Outcome] = {
    InterviewState.COMPLETED: Outcome.COMPLETED,
    InterviewState.DECLINED_BY_CHILD: Outcome.DECLINED_BY_CHILD,
    InterviewState.DECLINED_BY_PARENT: Outcome.DECLINED_BY_PARENT,
    InterviewState.CARER_INFO_ONLY: Outcome.CARER_INFO_ONLY,
    InterviewState.NOT_REQUIRED: Outcome.NOT_REQUIRED,
    InterviewState.CLOSED_NO_CONTACT: Outcome.NO_CONTACT,
    InterviewState.TRANSFERRED: Outcome.TRANSFERRED,
    InterviewState.RECORDED_IN_ERROR: Outcome.RECORDED_IN_ERROR,
    InterviewState.DECEASED: Outcome.DECEASED,
    InterviewState.NOT_RECORDED: Outcome.NOT_RECORDED,
}
IN_CARE = frozenset({Population.OWN_CARE_IN_AREA, Population.OWN_CARE_OUT_OF_AREA})
MISSING, AWAY = "M", "A"


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeFact:
    """A live missing episode; `told_at` is when the council was first told of it, `told_ended_at` of its end.

    `brought_over` says that only the council's earlier records tell of it.
    """

    episode_id: str
    child_id: str
    kind: str
    population: Population
    started_at: datetime
    told_at: datetime
    ended_at: datetime | None = None
    told_ended_at: datetime | None = None
    risk: str = ""
    place_code: str = ""
    provider: str = ""
    brought_over: bool = False

    def lasted(self, as_at: datetime) -> timedelta:
        """How long the child had been missing by then, or in all when it was over."""
        return max((self.ended_at or as_at) - self.started_at, timedelta(0))

    def overnight(self, as_at: datetime) -> bool:
        """Whether the child was missing at NIGHT of any London night."""
        local = self.started_at.astimezone(LONDON)
        night = local.replace(hour=NIGHT.hour, minute=0, second=0, microsecond=0)
        if night < local:
            night = (local + timedelta(days=1)).replace(hour=NIGHT.hour, minute=0, second=0, microsecond=0)
        return night < (self.ended_at or as_at).astimezone(LONDON)


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyFact:
    """The duty to interview about one ended episode.

    `returned_at` starts its clock; `told_ended_at` is when the council was told that the episode was over.
    `offered_at` and `held_at` are when it happened, `offer_recorded_at` and `resolved_at` when it was written down.
    `state` is that of the interview, which counts for this duty only once it is resolved. `tried_at`, `refused_at`
    and `assigned_at` are the first attempt, the first no or missed visit and the first assignment of a worker that were
    written down by the report's time; `again_at` is the start of the child's next episode, if known by then.
    """

    episode_id: str
    child_id: str
    population: Population
    returned_at: datetime
    told_ended_at: datetime
    due_at: datetime
    offered_at: datetime | None = None
    offer_recorded_at: datetime | None = None
    accepted_at: datetime | None = None
    held_at: datetime | None = None
    resolved_at: datetime | None = None
    state: str = InterviewState.NOT_OFFERED.value
    interview_id: str = ""
    team: str = ""
    supplier: str = ""
    independence: str = ""
    tried_at: datetime | None = None
    refused_at: datetime | None = None
    assigned_at: datetime | None = None
    again_at: datetime | None = None
    distance_miles: float | None = None
    place_code: str = ""
    provider: str = ""

    @property
    def outcome(self) -> Outcome:
        """What became of it, as far as is known."""
        still_open = Outcome.OPEN_NOT_OFFERED if self.offered_at is None else Outcome.OPEN_OFFERED
        return still_open if self.resolved_at is None else _OF_STATE.get(self.state, still_open)

    @property
    def told_due_at(self) -> datetime:
        """The end of 72 hours on the council's own clock: from the return, or from being told when that was later."""
        return max(self.returned_at, self.told_ended_at) + STATUTORY_HOURS

    @property
    def completed(self) -> bool:
        """Whether an interview was held."""
        return self.outcome is Outcome.COMPLETED

    @property
    def completed_in_time(self) -> bool:
        """Whether the interview was held within this episode's own 72 hours, or before the return."""
        return self.completed and self.held_at is not None and self.held_at <= self.due_at

    @property
    def completed_in_told_time(self) -> bool:
        """Whether the interview was held within 72 hours on the council's own clock."""
        return self.completed and self.held_at is not None and self.held_at <= self.told_due_at

    @property
    def offered_in_time(self) -> bool:
        """Whether it was first offered within this episode's own 72 hours, or before the return."""
        return self.offered_at is not None and self.offered_at <= self.due_at

    @property
    def offered_in_told_time(self) -> bool:
        """Whether it was first offered within 72 hours on the council's own clock."""
        return self.offered_at is not None and self.offered_at <= self.told_due_at

    @property
    def accepted(self) -> bool:
        """Whether the child said yes at some time, or was interviewed."""
        return self.accepted_at is not None or self.completed


def known_episode(fact: EpisodeFact, as_at: datetime) -> EpisodeFact | None:
    """Return an episode as it was known then: an end that nobody had told of had not happened yet."""
    if fact.told_at > as_at:
        return None
    if fact.ended_at is not None and (fact.told_ended_at is None or fact.told_ended_at > as_at):
        return replace(fact, ended_at=None)
    return fact


def known_duty(fact: DutyFact, as_at: datetime) -> DutyFact | None:
    """Return a duty as it was known then: offers and outcomes written down later had not happened yet."""
    if fact.told_ended_at > as_at:
        return None
    if fact.offered_at is not None and (fact.offer_recorded_at is None or fact.offer_recorded_at > as_at):
        fact = replace(fact, offered_at=None)
    if fact.resolved_at is not None and fact.resolved_at > as_at:
        fact = replace(fact, resolved_at=None, held_at=None)
    return fact
