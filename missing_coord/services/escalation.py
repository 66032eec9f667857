"""The sweep: finds duties whose next step is due, records every rung once, and says who is to be told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from missing_coord.domain.access import Role
from missing_coord.domain.escalation import DEFAULT_LADDER, DueStep, Ladder, next_step, step_at, steps_due
from missing_coord.domain.events import DeadlineBreached, DeadlineWarned, Event
from missing_coord.domain.messages import Message, MessageKind, Notice

BATCH = 500
"""How many duties one transaction takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDuty:
    """A duty whose next step is due, with what the sweep must know of its interview; `users` are its worker's."""

    interview_id: str
    episode_id: str
    child_id: str
    users: tuple[str, ...]
    due_at: datetime
    next_step: int
    next_step_at: datetime
    ladder_version: str
    resolved: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Fired:
    """One rung recorded for one duty; `recipients` are the roles that were told, none when a later rung was due too."""

    interview_id: str
    episode_id: str
    step: str
    breach: bool
    recipients: tuple[str, ...]
    due_at: datetime
    planned_at: datetime
    fired_at: datetime
    ladder_version: str

    @property
    def key(self) -> tuple[str, str, str, datetime]:
        """What makes this rung the same rung, however often the sweep comes by."""
        return self.interview_id, self.episode_id, self.step, self.due_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Advance:
    """Where a duty stands on its ladder after the sweep; `next_step_at` None: nothing is left to fire."""

    interview_id: str
    episode_id: str
    next_step: int
    next_step_at: datetime | None
    breached_at: datetime | None
    ladder_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepResult:
    """What one batch recorded, and whether more may be due."""

    fired: list[Fired]
    more: bool


class EscalationStore(Protocol):
    """Escalations and the duties' places on the ladder."""

    async def take_due(self, at: datetime, *, limit: int) -> list[DueDuty]:
        """Hold and return duties whose next step is due, the longest due first, passing over those held by others."""
        ...

    async def due(self, at: datetime) -> list[DueDuty]:
        """Return every duty whose next step is due, holding none."""
        ...

    async def recorded(self, duties: Collection[DueDuty]) -> set[tuple[str, str, str, datetime]]:
        """Return the keys of the rungs in force that are recorded for these duties."""
        ...

    async def record(self, fired: Sequence[Fired]) -> None:
        """Keep rungs; one that was withdrawn is in force again."""
        ...

    async def advance(self, advances: Sequence[Advance]) -> None:
        """Move duties to their next step."""
        ...


class MessageStore(Protocol):
    """Messages to people."""

    async def users_of_worker(self, worker_id: str) -> list[str]:
        """Return the ids of the users who sign in as a worker and may still do so."""
        ...

    async def add(self, messages: Sequence[Message]) -> None:
        """Keep messages; one that is there already is not written, and so not sent, again."""
        ...


class SweepUnit(Protocol):
    """What the sweep needs of a unit of work."""

    @property
    def now(self) -> datetime:
        """The instant at which this transaction began."""
        ...

    @property
    def escalations(self) -> EscalationStore:
        """Escalations and places on the ladder."""
        ...

    @property
    def messages(self) -> MessageStore:
        """Messages to people."""
        ...

    def record(self, *events: Event) -> None:
        """Add events to the outbox of this transaction."""
        ...


Write = Callable[[Notice, datetime], Message]
"""Puts a notice into the words and the form of a channel; the instant is that of planning."""
OpenUnit = Callable[[], AbstractAsyncContextManager[SweepUnit]]


async def sweep(
    uow: SweepUnit,
    *,
    write: Write,
    ladder: Ladder = DEFAULT_LADDER,
    limit: int = BATCH,
    as_of: datetime | None = None,
) -> SweepResult:
    """Record every rung that is due for up to `limit` duties, and plan its messages, in this transaction.

    Safe to run any number of times, in any number of processes, and after any pause: what was recorded before is
    neither recorded nor told again.
    """
    now = as_of or uow.now
    duties = await uow.escalations.take_due(now, limit=limit)
    fresh = _planned(duties, ladder=ladder, now=now, known=await uow.escalations.recorded(duties))
    await uow.escalations.record([rung for rungs in fresh.values() for rung in rungs])
    await uow.escalations.advance([_advance(duty, ladder=ladder, now=now) for duty in duties])
    for duty in duties:
        for rung in fresh.get(duty.episode_id, []):
            uow.record(_event(duty.child_id, rung))
    await uow.messages.add([write(notice, now) for duty in duties for notice in _notices(duty, fresh)])
    return SweepResult(fired=[rung for rungs in fresh.values() for rung in rungs], more=len(duties) == limit)


async def sweep_batches(
    open_unit: OpenUnit,
    *,
    write: Write,
    ladder: Ladder = DEFAULT_LADDER,
    limit: int = BATCH,
    as_of: datetime | None = None,
) -> AsyncIterator[SweepResult]:
    """Sweep until nothing is due any more, one transaction for each batch, and yield what each one recorded."""
    more = True
    while more:
        async with open_unit() as uow:
            result = await sweep(uow, write=write, ladder=ladder, limit=limit, as_of=as_of)
        more = result.more
        yield result


async def dry_run(uow: SweepUnit, as_of: datetime, *, ladder: Ladder = DEFAULT_LADDER) -> list[Fired]:
    """Return what a sweep at `as_of` would record and whom it would tell, writing and holding nothing."""
    duties = await uow.escalations.due(as_of)
    fresh = _planned(duties, ladder=ladder, now=as_of, known=await uow.escalations.recorded(duties))
    return [rung for rungs in fresh.values() for rung in rungs]


def _planned(
    duties: Sequence[DueDuty],
    *,
    ladder: Ladder,
    now: datetime,
    known: Collection[tuple[str, str, str, datetime]],
) -> dict[str, list[Fired]]:
    """Return the rungs that are due and not on record, by episode, in the order of the ladder."""
    planned: dict[str, list[Fired]] = {}
    for duty in duties:
        due = (
            []
            if duty.resolved
            else steps_due(ladder, first=_first(duty, ladder), due_at=duty.due_at, now=now)
        )
        fresh = [
            step for step in due if (duty.interview_id, duty.episode_id, step.name, duty.due_at) not in known
        ]
        if fresh:
            planned[duty.episode_id] = [
                _fired(duty, step, ladder=ladder, now=now, told=step is fresh[-1] or step.breach)
                for step in fresh
            ]
    return planned


def _first(duty: DueDuty, ladder: Ladder) -> int:
    """Return the rung at which a duty goes on; one armed with another ladder goes on where that one had come to."""
    if duty.ladder_version == ladder.version:
        return duty.next_step
    number = 0
    while (step := step_at(ladder, number, duty.due_at)) is not None and step.at < duty.next_step_at:
        number += 1
    return number


def _fired(duty: DueDuty, step: DueStep, *, ladder: Ladder, now: datetime, told: bool) -> Fired:
    reached = [role for role in step.recipients if role is not Role.INTERVIEW_WORKER or duty.users]
    return Fired(
        interview_id=duty.interview_id,
        episode_id=duty.episode_id,
        step=step.name,
        breach=step.breach,
        recipients=tuple(role.value for role in reached) if told else (),
        due_at=duty.due_at,
        planned_at=step.at,
        fired_at=now,
        ladder_version=ladder.version,
    )


def _advance(duty: DueDuty, *, ladder: Ladder, now: datetime) -> Advance:
    first = _first(duty, ladder)
    due = [] if duty.resolved else steps_due(ladder, first=first, due_at=duty.due_at, now=now)
    number = due[-1].number + 1 if due else first
    return Advance(
        interview_id=duty.interview_id,
        episode_id=duty.episode_id,
        next_step=number,
        next_step_at=None if duty.resolved else next_step(ladder, number, duty.due_at),
        breached_at=next((step.at for step in due if step.breach), None),
        ladder_version=ladder.version,
    )


def _event(child_id: str, rung: Fired) -> Event:
    kind = DeadlineBreached if rung.breach else DeadlineWarned
    return kind(
        child_id=child_id,
        interview_id=rung.interview_id,
        episode_id=rung.episode_id,
        step=rung.step,
        due_at=rung.due_at,
    )


def _notices(duty: DueDuty, fresh: Mapping[str, Sequence[Fired]]) -> list[Notice]:
    """Return one notice for each role told of each rung; the worker's goes to the worker and to nobody else."""
    return [
        _notice(rung, role, user_id)
        for rung in fresh.get(duty.episode_id, ())
        for role in map(Role, rung.recipients)
        for user_id in (duty.users if role is Role.INTERVIEW_WORKER else ("",))
    ]


def _notice(rung: Fired, role: Role, user_id: str) -> Notice:
    identity = (rung.interview_id, rung.episode_id, rung.step, rung.due_at.isoformat(), role.value, user_id)
    return Notice(
        key=":".join(("escalation", *identity)),
        kind=MessageKind.BREACH if rung.breach else MessageKind.ESCALATION,
        role=role,
        subject_type="interview",
        subject_id=rung.interview_id,
        step=rung.step,
        user_id=user_id,
        due_at=rung.due_at,
    )
