"""The sweep: finds duties whose next step is due, records every rung once, and says who is to be told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import datetime

from missing_coord.domain.access import Role
from missing_coord.domain.escalation import ClockKind, DueStep, Ladder, next_step, step_at, steps_due
from missing_coord.domain.events import DeadlineBreached, DeadlineWarned, Event
from missing_coord.domain.ladders import SHIPPED_BOOK, LadderBook
from missing_coord.domain.messages import MessageKind, Notice
from missing_coord.services.ports_escalation import (
    Advance,
    DueDuty,
    EscalationStore,
    Fired,
    MessageStore,
    OpenUnit,
    SweepResult,
    SweepUnit,
    Write,
)

__all__ = [
    "Advance",
    "DueDuty",
    "EscalationStore",
    "Fired",
    "MessageStore",
    "OpenUnit",
    "SweepResult",
    "SweepUnit",
    "Write",
    "dry_run",
    "notices_of",
    "sweep",
    "sweep_batches",
]

BATCH = 1_000
"""How many duties one transaction takes."""
ROLES = frozenset(role.value for role in Role)
Key = tuple[str, str, str, datetime]


async def sweep(
    uow: SweepUnit,
    *,
    write: Write,
    book: LadderBook = SHIPPED_BOOK,
    limit: int = BATCH,
    as_of: datetime | None = None,
) -> SweepResult:
    """Record every rung that is due for up to `limit` duties, and plan its messages, in this transaction.

    Safe to run any number of times, in any number of processes, and after any pause: what was recorded before is
    neither recorded nor told again.
    """
    now = as_of or uow.now
    duties = await uow.escalations.take_due(now, limit=limit)
    if not duties:
        return SweepResult(fired=[], more=False)
    known = await uow.escalations.recorded(duties)
    fired: list[Fired] = []
    notices: list[Notice] = []
    advances: list[Advance] = []
    for duty in duties:
        rungs, advance = _plan(duty, book=book, now=now, known=known)
        advances.append(advance)
        fired.extend(rungs)
        for rung in rungs:
            uow.record(_event(duty.child_id, rung))
            notices.extend(notices_of(rung, duty.users))
    await uow.escalations.record(fired)
    await uow.escalations.advance(advances)
    await uow.messages.add([write(notice, now) for notice in notices])
    return SweepResult(fired=fired, more=len(duties) == limit)


async def sweep_batches(
    open_unit: OpenUnit,
    *,
    write: Write,
    book: LadderBook = SHIPPED_BOOK,
    limit: int = BATCH,
    as_of: datetime | None = None,
) -> AsyncIterator[SweepResult]:
    """Sweep until nothing is due any more, one transaction for each batch, and yield what each one recorded."""
    more = True
    while more:
        async with open_unit() as uow:
            result = await sweep(uow, write=write, book=book, limit=limit, as_of=as_of)
        more = result.more
        yield result


async def dry_run(uow: SweepUnit, as_of: datetime, *, book: LadderBook = SHIPPED_BOOK) -> list[Fired]:
    """Return what a sweep at `as_of` would record and whom it would tell, writing and holding nothing."""
    duties = await uow.escalations.due(as_of)
    known = await uow.escalations.recorded(duties)
    return [rung for duty in duties for rung in _plan(duty, book=book, now=as_of, known=known)[0]]


def _plan(
    duty: DueDuty, *, book: LadderBook, now: datetime, known: Collection[Key]
) -> tuple[list[Fired], Advance]:
    """Return the rungs that are due and not on record, in the order of the ladder, and where the duty stands then."""
    ladder = book.kept(ClockKind.INTERVIEW, duty.ladder_version, now)
    first = _first(duty, ladder)
    due = [] if duty.resolved else steps_due(ladder, first=first, due_at=duty.due_at, now=now)
    fresh = [
        step for step in due if (duty.interview_id, duty.episode_id, step.name, duty.due_at) not in known
    ]
    held = duty.promised_until is not None and duty.promised_until > now
    rungs = [
        _fired(duty, step, ladder=ladder, now=now, told=step.breach or (step is fresh[-1] and not held))
        for step in fresh
    ]
    return rungs, _advance(duty, due, ladder=ladder, first=first)


def _first(duty: DueDuty, ladder: Ladder) -> int:
    """Return the rung at which a duty goes on; one armed with a lost ladder goes on where that one had come to."""
    if duty.ladder_version == ladder.version:
        return duty.next_step
    number = 0
    while (step := step_at(ladder, number, duty.due_at)) is not None and step.at < duty.next_step_at:
        number += 1
    return number


def _fired(duty: DueDuty, step: DueStep, *, ladder: Ladder, now: datetime, told: bool) -> Fired:
    reached = [each for each in step.recipients if each != Role.INTERVIEW_WORKER or duty.users]
    return Fired(
        interview_id=duty.interview_id,
        episode_id=duty.episode_id,
        step=step.name,
        breach=step.breach,
        recipients=tuple(map(str, reached)) if told else (),
        due_at=duty.due_at,
        planned_at=step.at,
        fired_at=now,
        ladder_version=ladder.version,
        channels=step.channels,
        rung=step.number,
    )


def _advance(duty: DueDuty, due: Sequence[DueStep], *, ladder: Ladder, first: int) -> Advance:
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


def notices_of(rung: Fired, users: Sequence[str]) -> list[Notice]:
    """Return one notice for each recipient of a rung; the worker's goes to the worker's `users` and to nobody else."""
    base = Notice(
        key=f"escalation:{rung.interview_id}:{rung.episode_id}:{rung.step}:{rung.due_at.isoformat()}",
        kind=MessageKind.BREACH if rung.breach else MessageKind.ESCALATION,
        role=None,
        subject_type="interview",
        subject_id=rung.interview_id,
        step=rung.step,
        due_at=rung.due_at,
        channels=rung.channels,
        episode_id=rung.episode_id,
        rung=rung.rung,
    )
    return [
        addressed(base, recipient, user_id)
        for recipient in rung.recipients
        for user_id in (users if recipient == Role.INTERVIEW_WORKER else ("",))
    ]


def addressed(notice: Notice, recipient: str, user_id: str = "") -> Notice:
    """Return a notice addressed to a recipient of a ladder's step, or to one user in that role."""
    role = Role(recipient) if recipient in ROLES else None
    # Spelt out: `dataclasses.replace` took a tenth of the sweep.
    return Notice(
        key=f"{notice.key}:{recipient}:{user_id}",
        kind=notice.kind,
        role=role,
        subject_type=notice.subject_type,
        subject_id=notice.subject_id,
        step=notice.step,
        user_id=user_id,
        due_at=notice.due_at,
        target="" if role else recipient,
        channels=notice.channels,
        episode_id=notice.episode_id,
        alert_id=notice.alert_id,
        rung=notice.rung,
    )
