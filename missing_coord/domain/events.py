"""What has happened, in the past tense; events carry references and times, never a child's name, address or words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that has happened to one child's record; `child_id` keeps one child's events in order."""

    child_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingEpisodeOpened(Event):
    """A missing episode was opened."""

    episode_id: str
    kind: str
    started_at: datetime
    population: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingEpisodeChanged(Event):
    """Facts of an episode changed; `changed` names the fields."""

    episode_id: str
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildReturned(Event):
    """An episode ended: the child is back, found or presumed back, as `basis` says."""

    episode_id: str
    ended_at: datetime
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingEpisodeCancelled(Event):
    """An episode was cancelled or joined with another."""

    episode_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnInterviewOpened(Event):
    """A return interview became due for at least one episode."""

    interview_id: str
    due_at: datetime
    provisional: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnInterviewChanged(Event):
    """The episodes or the deadline of an open return interview changed."""

    interview_id: str
    due_at: datetime | None
    provisional: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewAssigned(Event):
    """A worker was given a return interview; `starts_at` is the visit's time where one is agreed."""

    interview_id: str
    worker_id: str
    starts_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewUnassigned(Event):
    """A worker no longer has a return interview."""

    interview_id: str
    worker_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewAttempted(Event):
    """Somebody tried to reach the child, or offered the interview (`offer` true)."""

    interview_id: str
    at: datetime
    method: str
    offer: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewStateChanged(Event):
    """An open interview moved to another open state."""

    interview_id: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewCompleted(Event):
    """A return interview was held; the episodes that it covers are named."""

    interview_id: str
    held_at: datetime
    episode_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewDeclined(Event):
    """A return interview was declined; `by` is child or parent."""

    interview_id: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewClosed(Event):
    """A return interview was closed without being held or declined; `outcome` says how."""

    interview_id: str
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewReopened(Event):
    """A closed interview was opened again."""

    interview_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewRecordSubmitted(Event):
    """A version of an interview's record was submitted; `act_now`: somebody has to act on it today."""

    interview_id: str
    number: int
    act_now: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitConditionsChanged(Event):
    """What a visit depends on has changed; `cause` is `placement`, `absence` or `wishes`.

    `interview_id` is empty where every open interview of the child may be concerned.
    """

    cause: str
    interview_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineWarned(Event):
    """A rung of the ladder before the deadline, or a reminder after it, was reached."""

    interview_id: str
    episode_id: str
    step: str
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineBreached(Event):
    """The 72 hours of an episode passed without an interview held, declined or decided."""

    interview_id: str
    episode_id: str
    step: str
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchReviewRaised(Event):
    """A notice is about a child whom the engine is not sure of; `child_id` is the provisional record."""

    incident_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchDecided(Event):
    """A person decided, or undid, whose notice it is; the incident moved from one record to another."""

    incident_id: str
    moved_from: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternProposed(Event):
    """A pattern was found and waits for the exploitation lead; `child_id` is the first child concerned.

    One found in brought-over episodes alone is proposed when a live episode carries it on.
    """

    pattern_id: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternDecided(Event):
    """A pattern was confirmed or rejected by a person."""

    pattern_id: str
    state: str
