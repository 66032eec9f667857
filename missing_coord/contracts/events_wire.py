"""Version 1 of every outgoing event on the wire; members are only ever added, a new meaning is a new version."""

from __future__ import annotations

from pydantic import AwareDatetime, BaseModel, ConfigDict

from missing_coord.contracts.events import WIRE_TYPES
from missing_coord.domain import events as domain


class EventV1(BaseModel):
    """What every event carries: the child's reference, which is also its key; unknown members are passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    child_id: str


class MissingEpisodeOpenedV1(EventV1):
    """A missing episode was opened."""

    episode_id: str
    kind: str
    started_at: AwareDatetime
    population: str


class MissingEpisodeChangedV1(EventV1):
    """Facts of an episode changed; `changed` names the fields."""

    episode_id: str
    changed: list[str]


class ChildReturnedV1(EventV1):
    """An episode ended: the child is back, found or presumed back, as `basis` says."""

    episode_id: str
    ended_at: AwareDatetime
    basis: str


class MissingEpisodeCancelledV1(EventV1):
    """An episode was cancelled or joined with another."""

    episode_id: str


class MatchReviewRaisedV1(EventV1):
    """It is not certain which child a notice is about."""

    incident_id: str


class MatchDecidedV1(EventV1):
    """A person decided, or undid, whose notice it is."""

    incident_id: str
    moved_from: str


class ReturnInterviewOpenedV1(EventV1):
    """A return interview became due for at least one episode."""

    interview_id: str
    due_at: AwareDatetime
    provisional: bool


class ReturnInterviewChangedV1(EventV1):
    """The episodes or the deadline of an open return interview changed; `due_at` is null when nothing is due."""

    interview_id: str
    due_at: AwareDatetime | None
    provisional: bool


class InterviewAssignedV1(EventV1):
    """A worker was given a return interview; `starts_at` is the visit's time where one is agreed."""

    interview_id: str
    worker_id: str
    starts_at: AwareDatetime | None


class InterviewUnassignedV1(EventV1):
    """A worker no longer has a return interview."""

    interview_id: str
    worker_id: str


class InterviewAttemptedV1(EventV1):
    """Somebody tried to reach the child, or offered the interview."""

    interview_id: str
    at: AwareDatetime
    method: str
    offer: bool


class InterviewStateChangedV1(EventV1):
    """An open interview moved to another open state."""

    interview_id: str
    state: str


class InterviewCompletedV1(EventV1):
    """A return interview was held; the episodes that it covers are named."""

    interview_id: str
    held_at: AwareDatetime
    episode_ids: list[str]


class InterviewDeclinedV1(EventV1):
    """A return interview was declined; `by` is child or parent."""

    interview_id: str
    at: AwareDatetime
    by: str


class InterviewClosedV1(EventV1):
    """A return interview was closed without being held or declined; `outcome` says how."""

    interview_id: str
    outcome: str


class InterviewReopenedV1(EventV1):
    """A closed interview was opened again."""

    interview_id: str


class InterviewRecordSubmittedV1(EventV1):
    """A version of an interview's record was submitted; `act_now`: somebody has to act on it today."""

    interview_id: str
    number: int
    act_now: bool


class VisitConditionsChangedV1(EventV1):
    """What a visit depends on changed: `cause` is `placement`, `absence` or `wishes`.

    `interview_id` is empty where every open interview of the child may be concerned.
    """

    cause: str
    interview_id: str


class DeadlineWarnedV1(EventV1):
    """A rung of the ladder before the deadline, or a reminder after it, was reached."""

    interview_id: str
    episode_id: str
    step: str
    due_at: AwareDatetime


class DeadlineBreachedV1(EventV1):
    """The 72 hours of an episode passed without an interview held, declined or decided."""

    interview_id: str
    episode_id: str
    step: str
    due_at: AwareDatetime


class PatternProposedV1(EventV1):
    """A pattern waits for the exploitation lead: it was found, or a live episode carries on one of the past."""

    pattern_id: str
    kind: str


class PatternDecidedV1(EventV1):
    """A pattern was confirmed or rejected by a person."""

    pattern_id: str
    state: str


WIRE_MODELS: dict[type[domain.Event], type[EventV1]] = {
    domain.MissingEpisodeOpened: MissingEpisodeOpenedV1,
    domain.MissingEpisodeChanged: MissingEpisodeChangedV1,
    domain.ChildReturned: ChildReturnedV1,
    domain.MissingEpisodeCancelled: MissingEpisodeCancelledV1,
    domain.MatchReviewRaised: MatchReviewRaisedV1,
    domain.MatchDecided: MatchDecidedV1,
    domain.ReturnInterviewOpened: ReturnInterviewOpenedV1,
    domain.ReturnInterviewChanged: ReturnInterviewChangedV1,
    domain.InterviewAssigned: InterviewAssignedV1,
    domain.InterviewUnassigned: InterviewUnassignedV1,
    domain.InterviewAttempted: InterviewAttemptedV1,
    domain.InterviewStateChanged: InterviewStateChangedV1,
    domain.InterviewCompleted: InterviewCompletedV1,
    domain.InterviewDeclined: InterviewDeclinedV1,
    domain.InterviewClosed: InterviewClosedV1,
    domain.InterviewReopened: InterviewReopenedV1,
    domain.InterviewRecordSubmitted: InterviewRecordSubmittedV1,
    domain.VisitConditionsChanged: VisitConditionsChangedV1,
    domain.DeadlineWarned: DeadlineWarnedV1,
    domain.DeadlineBreached: DeadlineBreachedV1,
    domain.PatternProposed: PatternProposedV1,
    domain.PatternDecided: PatternDecidedV1,
}
MODEL_OF_TYPE = {WIRE_TYPES[event]: model for event, model in WIRE_MODELS.items()}
