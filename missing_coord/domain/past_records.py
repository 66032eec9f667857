"""What a council's earlier records say: a row of its files, and the two kinds of evidence that a row is read as."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from missing_coord.domain.deadlines import STATUTORY_HOURS
from missing_coord.domain.interviews import ContactMethod, InterviewState
from missing_coord.domain.records import MissingType

HAPPENED = ("offered_at", "accepted_at", "declined_at", "interviewed_at", "closed_at")
"""When each thing happened with a past interview, by its column."""
_OF_INTERVIEW = ("interview_id", "episode_ids", "outcome", "offered_how", "worker", "reason")
EARLIER_RECORDS = "earlier records"
"""Who stands as the source of what was brought over, wherever a person's name would stand."""


class PastOutcome(StrEnum):
    """How a past interview ended; empty where the earlier records do not say."""

    COMPLETED = "completed"
    DECLINED_BY_CHILD = "declined_by_child"
    DECLINED_BY_PARENT = "declined_by_parent"
    CARER_INFORMATION_ONLY = "carer_information_only"
    NOT_REQUIRED = "not_required"
    NO_CONTACT = "no_contact"
    TRANSFERRED = "transferred"


STATE_OF = {
    PastOutcome.COMPLETED: InterviewState.COMPLETED,
    PastOutcome.DECLINED_BY_CHILD: InterviewState.DECLINED_BY_CHILD,
    PastOutcome.DECLINED_BY_PARENT: InterviewState.DECLINED_BY_PARENT,
    PastOutcome.CARER_INFORMATION_ONLY: InterviewState.CARER_INFO_ONLY,
    PastOutcome.NOT_REQUIRED: InterviewState.NOT_REQUIRED,
    PastOutcome.NO_CONTACT: InterviewState.CLOSED_NO_CONTACT,
    PastOutcome.TRANSFERRED: InterviewState.TRANSFERRED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRecord:
    """One row: a past episode with what became of its interview, or (`episode_ids`) a past interview by itself.

    Of an episode that is given in days `started_at` and `ended_at` are London midnights; of what happened with the
    interview a day alone stands for its last minute, so that nothing looks quicker than it was.
    """

    child_id: str
    episode_id: str | None = None
    type: MissingType | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    interview_id: str | None = None
    episode_ids: tuple[str, ...] = ()
    outcome: PastOutcome | None = None
    offered_at: datetime | None = None
    offered_how: ContactMethod | None = None
    accepted_at: datetime | None = None
    declined_at: datetime | None = None
    interviewed_at: datetime | None = None
    closed_at: datetime | None = None
    worker: str | None = None
    reason: str | None = None
    started_date_only: bool = False
    ended_date_only: bool = False
    extra: Mapping[str, str] = field(default_factory=dict, hash=False)
    reading_flags: tuple[str, ...] = ()

    @property
    def tells_of_interview(self) -> bool:
        """Whether the row says anything about an interview."""
        return any(getattr(self, name) for name in (*_OF_INTERVIEW, *HAPPENED))


@dataclass(frozen=True, slots=True, kw_only=True)
class PastEpisode:
    """A past missing episode as evidence; `number` is the earlier system's own."""

    entry_key: str
    child_id: str
    number: str
    kind: MissingType
    started_at: datetime
    ended_at: datetime
    started_date_only: bool
    ended_date_only: bool
    incident_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PastInterview:
    """A past interview as evidence about the past episodes that it `covers`, in its final state."""

    entry_key: str
    child_id: str
    interview_id: str
    covers: tuple[str, ...]
    state: InterviewState
    offered_at: datetime | None
    offered_how: str
    accepted_at: datetime | None
    declined_at: datetime | None
    held_at: datetime | None
    closed_at: datetime | None
    worker_name: str
    reason: str


class TooFresh(NamedTuple):
    """Why a row is no history at a given time: the field, and what would be right."""

    field: str
    reason: str


def too_fresh(record: PastRecord, now: datetime) -> TooFresh | None:
    """Return why a row is not past yet, None when it is: whoever came back within 72 hours has a clock that runs."""
    if record.ended_at is not None and record.ended_at > now - STATUTORY_HOURS:
        return TooFresh(
            "ended_at",
            "lies less than 72 hours back: take it in with the missing list, so that its clock runs",
        )
    for name in HAPPENED:
        at: datetime | None = getattr(record, name)
        if at is not None and at > now + timedelta(days=1):
            return TooFresh(name, "is still to come: history holds what has happened")
    return None


def past_episode(record: PastRecord) -> PastEpisode | None:
    """Return the episode that a row tells of, None for a row of an interview by itself."""
    if record.started_at is None or record.ended_at is None:
        return None
    key = _episode_key(record)
    return PastEpisode(
        entry_key=key,
        child_id=record.child_id,
        number=record.episode_id or "",
        kind=record.type or MissingType.MISSING,
        started_at=record.started_at,
        ended_at=max(record.ended_at, record.started_at),
        started_date_only=record.started_date_only,
        ended_date_only=record.ended_date_only,
        incident_id=_id_of("episode", key),
    )


def past_interview(record: PastRecord) -> PastInterview | None:
    """Return the interview that a row tells of, None where it tells of none."""
    if not record.tells_of_interview:
        return None
    covers = _covers(record)
    own = record.interview_id or "+".join(covers)
    return PastInterview(
        entry_key=f"{record.child_id}|{own}|{'+'.join(covers)}",
        child_id=record.child_id,
        interview_id=_id_of("interview", f"{record.child_id}|{own}"),
        covers=covers,
        state=STATE_OF[record.outcome] if record.outcome else InterviewState.NOT_RECORDED,
        offered_at=record.offered_at,
        offered_how=record.offered_how.value if record.offered_how else "",
        accepted_at=record.accepted_at,
        declined_at=record.declined_at,
        held_at=record.interviewed_at,
        closed_at=record.closed_at,
        worker_name=record.worker or "",
        reason=record.reason or "",
    )


def unrecorded_interview_id(incident_id: str) -> str:
    """Return the id of what stands for the interview of a past episode about which nothing is on record."""
    return _id_of("nothing", incident_id)


def _covers(record: PastRecord) -> tuple[str, ...]:
    if record.started_at is not None:
        return (_episode_key(record),)
    return tuple(sorted({f"{record.child_id}|{number}" for number in record.episode_ids}))


def _episode_key(record: PastRecord) -> str:
    start = record.started_at.astimezone(UTC).isoformat() if record.started_at else ""
    return f"{record.child_id}|{record.episode_id or start}"


def _id_of(kind: str, key: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, f"{kind}|{key}"))


_NAMESPACE = uuid.UUID("4f9c2f0e-6f0b-4b7a-9d53-0c8f6a1b7e21")
