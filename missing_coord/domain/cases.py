"""The records of a case as they are kept: incidents, episodes, return interviews and the duty that joins them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from missing_coord.domain.incidents import IncidentFacts
from missing_coord.domain.quick import quick
from missing_coord.domain.records import PoliceNotice


class MatchState(StrEnum):
    """How sure we are whose incident it is; all but the first two wait for a coordinator."""

    AUTOMATIC = "automatic"
    CONFIRMED = "confirmed"
    REVIEW = "review"
    UNMATCHED = "unmatched"
    NOT_ON_REGISTER = "not_on_register"
    STATED = "stated"


OPEN_MATCH_STATES = frozenset({MatchState.REVIEW, MatchState.UNMATCHED})


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredNotice:
    """A notice with the incident that it was counted to; one that is not kept yet has no number."""

    notice_id: int | None
    incident_id: str | None
    notice: PoliceNotice


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One person in one police reference, or one line of the council's own list, and the child it is about.

    `candidates` and `weights_version` are the engine's last word, also where a person decided after it.
    """

    incident_id: str
    source: str
    force_key: str
    reference_key: str
    signature: str
    evidence: dict[str, Any]
    facts: tuple[IncidentFacts, ...]
    facts_hash: str
    child_id: str
    match_state: MatchState
    probability: float | None
    candidates: list[dict[str, Any]]
    reasons: list[str]
    decided_by: str
    decided_at: datetime | None
    created_at: datetime
    weights_version: str = ""
    version: int = 1


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """A missing episode as kept; [started_at, ended_at) in UTC.

    What the register says of the child without a date (authority, looked after, home) is frozen once `register_known`:
    a child who moves or leaves care later changes no past episode. Placements have dates, so a late correction counts.
    """

    episode_id: str
    child_id: str
    kind: str
    status: str
    started_at: datetime
    start_known: bool
    ended_at: datetime | None
    end_basis: str
    last_seen_at: datetime | None
    reported_at: datetime | None
    found_at: datetime | None
    returned_at: datetime | None
    safe_and_well_at: datetime | None
    told_at: datetime
    told_ended_at: datetime | None
    risk: str
    population: str
    placement_id: str
    place_code: str
    provider_code: str
    provider_name: str
    urn: str
    responsible_authority: str
    host_authority: str
    distance_miles: float | None
    refs: list[str]
    flags: list[str]
    created_at: datetime
    updated_at: datetime
    register_known: bool = False
    version: int = 1


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Interview:
    """A return interview as kept; it covers one or more episodes and is open until `closed_at`."""

    interview_id: str
    child_id: str
    population: str
    state: str
    child_missing: bool
    returned_at: datetime | None
    due_at: datetime | None
    provisional: bool
    worker_id: str
    visit_starts_at: datetime | None
    visit_ends_at: datetime | None
    first_offered_at: datetime | None
    independence_basis: str
    independence_note: str
    held_at: datetime | None
    closed_at: datetime | None
    closed_by: str
    reason: str
    opened_at: datetime
    updated_at: datetime
    changed_by: str
    version: int = 1


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewEpisode:
    """The duty to interview about one episode: its own deadline, its own result, its own place on the ladder."""

    interview_id: str
    episode_id: str
    clock_from: datetime
    basis: str
    due_at: datetime
    provisional: bool
    first_offered_at: datetime | None
    breached_at: datetime | None
    resolved_at: datetime | None
    result: str
    next_step: int
    next_step_at: datetime | None
    ladder_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewEvent:
    """One entry on an interview's timeline: an assignment, attempt, offer, answer or outcome."""

    interview_id: str
    kind: str
    at: datetime
    recorded_at: datetime
    recorded_by: str
    worker_id: str = ""
    method: str = ""
    contact_with: str = ""
    answer: str = ""
    reason: str = ""
    note: str = ""
    visit_starts_at: datetime | None = None
    submission_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchVerdict:
    """A person's remembered decision about whose incident it is."""

    incident_id: str
    signature: str
    child_id: str
    verdict: str
    reason: str
    moved_from: str
    decided_by: str
    decided_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildFacts:
    """What deriving an episode needs to know of a child; grid points are OS metres."""

    child_id: str
    provisional: bool
    looked_after: bool
    responsible_authority: str
    home_grid: tuple[int, int] | None
