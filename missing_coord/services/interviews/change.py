"""One change to one return interview: locked, checked for a lost race or a repeat, written with its trail."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, NotRequired, TypedDict, Unpack

from missing_coord.domain.access import Role
from missing_coord.domain.cases import Interview, InterviewEpisode, InterviewEvent
from missing_coord.domain.errors import ConcurrencyConflict, DomainError, NotAllowed, NotFound
from missing_coord.domain.events import Event, InterviewStateChanged
from missing_coord.domain.interviews import EventKind, InterviewState
from missing_coord.domain.london import LONDON, london_day
from missing_coord.services.interviews.words import london_words
from missing_coord.services.ports.work import UnitOfWork

OFFICE = frozenset({Role.COORDINATOR, Role.MANAGER})
RECORDERS = OFFICE | {Role.INTERVIEW_WORKER}
CLOCKS_DIFFER = timedelta(minutes=5)


class InterviewChangedMeanwhile(ConcurrencyConflict):
    """Somebody else changed this interview since it was read; says who and when."""

    def __init__(self, interview: Interview, *, now: datetime) -> None:
        self.changed_by = interview.changed_by
        self.changed_at = interview.updated_at
        local = interview.updated_at.astimezone(LONDON)
        today = local.date() == london_day(now)
        when = f"at {local:%H:%M}" if today else f"on {london_words(interview.updated_at)}"
        super().__init__(
            f"This interview was changed by {interview.changed_by} {when}. Nothing of yours was saved."
        )


class Submission(TypedDict):
    """What each use case takes along: which interview, the version seen, and the key by which a repeat is known."""

    interview_id: str
    expected_version: NotRequired[int | None]
    submission_key: NotRequired[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What a use case did: the interview as it now stands; a repeat equals the first answer."""

    interview_id: str
    child_id: str
    state: str
    version: int
    next_interview_id: str = ""
    warnings: tuple[str, ...] = field(default=(), compare=False)
    repeated: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """An interview held for a change: its duties, when their episodes began, each no so far, and who acts when."""

    interview: Interview
    duties: Sequence[InterviewEpisode]
    starts: Mapping[str, datetime]
    now: datetime
    actor: str
    role: Role
    declines: Sequence[InterviewEvent] = ()

    @property
    def unresolved(self) -> list[InterviewEpisode]:
        """The duties that nothing has become of yet."""
        return [duty for duty in self.duties if duty.resolved_at is None]

    @property
    def first_start(self) -> datetime | None:
        """When the earliest of the episodes began."""
        return min(self.starts.values(), default=None)

    def entry(self, kind: EventKind, *, at: datetime | None = None, **more: Any) -> InterviewEvent:
        """Return an entry for the timeline by whoever acts; without `at` it happened now."""
        worker_id = more.pop("worker_id", self.interview.worker_id)
        return InterviewEvent(
            interview_id=self.interview.interview_id,
            kind=kind.value,
            at=at or self.now,
            recorded_at=self.now,
            recorded_by=self.actor,
            worker_id=worker_id,
            **more,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is to be written: the interview, its changed duties, timeline entries (main one first) and events."""

    interview: Interview
    entries: tuple[InterviewEvent, ...]
    events: tuple[Event, ...] = ()
    duties: tuple[InterviewEpisode, ...] = ()
    following: Interview | None = None
    moved: tuple[str, ...] = ()
    detail: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


async def change(
    uow: UnitOfWork,
    plan: Callable[[Taken], Change],
    *,
    kinds: Collection[EventKind],
    roles: Collection[Role] = RECORDERS,
    **submission: Unpack[Submission],
) -> Recorded:
    """Take the interview, let `plan` say what changes, and write it once; `kinds` are what its main entry may be.

    Raises NotAllowed, NotFound, DomainError, or InterviewChangedMeanwhile when the version seen is no longer so.
    """
    check_role(uow, roles)
    key = submission.get("submission_key", "")
    interview = await _locked(uow, submission["interview_id"])
    before = await uow.interviews.submitted(interview.interview_id, key)
    if before is not None:
        return await _repeated(uow, interview, before, kinds)
    if submission.get("expected_version") not in (None, interview.version):
        raise InterviewChangedMeanwhile(interview, now=uow.now)
    return await _write(uow, interview, plan(await _taken(uow, interview)), key=key)


async def repeat_of(
    uow: UnitOfWork, kinds: Collection[EventKind], **submission: Unpack[Submission]
) -> Recorded | None:
    """Return the answer that a submission got when it was sent before, None when it is new."""
    interview = await seen(uow, submission["interview_id"])
    key = submission.get("submission_key", "")
    before = await uow.interviews.submitted(interview.interview_id, key)
    return None if before is None else await _repeated(uow, interview, before, kinds)


def check_role(uow: UnitOfWork, roles: Collection[Role]) -> None:
    """Raise NotAllowed unless the actor has one of these roles."""
    if uow.actor.role not in roles:
        raise NotAllowed("Your role cannot record this on a return interview.")


async def seen(uow: UnitOfWork, interview_id: str) -> Interview:
    """Return an interview as it stands, not held; raises NotFound, for an id that is none at all too."""
    try:
        uuid.UUID(interview_id)
    except ValueError:
        raise NotFound(f"There is no interview {interview_id} that you may see.") from None
    return await uow.interviews.get(interview_id)


async def _locked(uow: UnitOfWork, interview_id: str) -> Interview:
    """Hold the child, as deriving episodes does, and then the interview."""
    child_id = (await seen(uow, interview_id)).child_id
    await uow.children.lock([child_id])
    interview = await uow.interviews.get(interview_id, for_update=True)
    if interview.child_id != child_id:
        raise InterviewChangedMeanwhile(interview, now=uow.now)
    return interview


async def _taken(uow: UnitOfWork, interview: Interview) -> Taken:
    return Taken(
        interview=interview,
        duties=await uow.interviews.links_of([interview.interview_id], for_update=True),
        starts=await uow.interviews.starts_of(interview.interview_id),
        now=uow.now,
        actor=uow.actor.name,
        role=uow.actor.role,
        declines=await uow.interviews.declines(interview.interview_id),
    )


async def _repeated(
    uow: UnitOfWork, interview: Interview, before: InterviewEvent, kinds: Collection[EventKind]
) -> Recorded:
    if before.kind not in kinds:
        raise DomainError("submission_reused", "submission_key: this key was used for another entry.")
    following = ""
    if before.kind == EventKind.COMPLETED:
        others = await uow.interviews.of_children([interview.child_id])
        opened = [each for each in others if each.opened_at == before.recorded_at]
        following = next((o.interview_id for o in opened if o.interview_id != interview.interview_id), "")
    return replace(_answer(interview), next_interview_id=following, repeated=True)


def _answer(interview: Interview) -> Recorded:
    return Recorded(
        interview_id=interview.interview_id,
        child_id=interview.child_id,
        state=interview.state,
        version=interview.version,
    )


async def _write(uow: UnitOfWork, before: Interview, made: Change, *, key: str) -> Recorded:
    interview = replace(made.interview, changed_by=uow.actor.name)
    await uow.interviews.save([interview])
    await uow.interviews.save_links(made.duties)
    if made.following is not None:
        await uow.interviews.save([made.following])
        await uow.interviews.move_links(
            made.moved, source=interview.interview_id, target=made.following.interview_id
        )
    main, *rest = made.entries
    for entry in (replace(main, submission_key=key), *rest):
        await uow.interviews.add_event(entry)
    uow.record(*made.events, *_state_changed(before, interview))
    uow.audit(
        f"interview_{main.kind}",
        subject_type="interview",
        subject_id=interview.interview_id,
        child_id=interview.child_id,
        state=interview.state,
        **made.detail,
    )
    following = made.following.interview_id if made.following else ""
    answer = _answer(replace(interview, version=interview.version + 1))
    return replace(answer, next_interview_id=following, warnings=made.warnings)


def _state_changed(before: Interview, after: Interview) -> list[Event]:
    if after.closed_at is not None or before.closed_at is not None or before.state == after.state:
        return []
    return [
        InterviewStateChanged(child_id=after.child_id, interview_id=after.interview_id, state=after.state)
    ]


def close(
    taken: Taken, state: InterviewState, *, reason: str, result: str
) -> tuple[Interview, tuple[InterviewEpisode, ...]]:
    """Return the interview closed with an outcome and its duties resolved, so that the ladder stops."""
    interview = replace(
        taken.interview,
        state=state.value,
        closed_at=taken.now,
        closed_by=taken.actor,
        reason=reason.strip(),
    )
    return interview, tuple(resolve(duty, result, now=taken.now) for duty in taken.unresolved)


def resolve(duty: InterviewEpisode, result: str, *, now: datetime) -> InterviewEpisode:
    """Return a duty of which something has become; no further step of the ladder is due."""
    return replace(duty, resolved_at=now, result=result, next_step_at=None)


def check_time(taken: Taken, name: str, at: datetime) -> None:
    """Raise DomainError, naming the field, when something is said to have happened in the future or too early."""
    if at.tzinfo is None:
        raise DomainError("time_without_offset", f"{name}: give the time with its offset from UTC.")
    if at > taken.now + CLOCKS_DIFFER:
        raise DomainError(
            "time_in_future", f"{name}: {london_words(at)} is still to come. Give the time when it happened."
        )
    start = taken.first_start
    if start is not None and at < start:
        raise DomainError(
            "time_before_episode",
            f"{name}: {london_words(at)} is before the child went missing ({london_words(start)}).",
        )


def required(name: str, text: str, *, why: str) -> str:
    """Return text without the blanks around it; raises DomainError, naming the field, when nothing is left."""
    if not text.strip():
        raise DomainError("reason_required", f"{name}: {why}")
    return text.strip()
