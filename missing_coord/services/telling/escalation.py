"""The sweep: finds duties whose next step is due, records every rung once, and says who is to be told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from missing_coord.domain.access import Role
from missing_coord.domain.escalation import ClockKind
from missing_coord.domain.ladders import SHIPPED_BOOK, LadderBook
from missing_coord.domain.messages import MessageKind, Notice
from missing_coord.services.ports.escalation import Fired, OpenUnit, Rung, SweepResult, SweepUnit, Words

BATCH = 1_000
"""How many duties one transaction takes."""
SIDE_BY_SIDE = 2
"""How many transactions sweep at once when much is due."""
ROLES = frozenset(role.value for role in Role)


async def sweep(
    uow: SweepUnit,
    *,
    words: Words,
    book: LadderBook = SHIPPED_BOOK,
    limit: int = BATCH,
    as_of: datetime | None = None,
) -> SweepResult:
    """Record every rung that is due for up to `limit` duties, and plan its messages, in this transaction.

    Safe to run any number of times, in any number of processes, and after any pause: what was recorded before is
    neither recorded nor told again.
    """
    now = as_of or uow.now
    fallback = book.in_force(ClockKind.INTERVIEW, now).version
    return await uow.sweeping.fire(rungs_of(book, words), fallback=fallback, at=now, limit=limit)


async def sweep_batches(
    open_unit: OpenUnit,
    *,
    words: Words,
    book: LadderBook = SHIPPED_BOOK,
    limit: int = BATCH,
    as_of: datetime | None = None,
) -> AsyncIterator[SweepResult]:
    """Sweep until nothing is due any more, one transaction for each batch, and yield what each one recorded.

    When one batch is not enough, several go on side by side; each passes over the duties that another holds.
    """

    async def one() -> SweepResult:
        async with open_unit() as uow:
            return await sweep(uow, words=words, book=book, limit=limit, as_of=as_of)

    results: list[SweepResult] = [await one()]
    yield results[0]
    while any(each.more for each in results):
        ended = await asyncio.gather(*(one() for _ in range(SIDE_BY_SIDE)), return_exceptions=True)
        for failure in (each for each in ended if isinstance(each, BaseException)):
            raise failure
        results = [each for each in ended if isinstance(each, SweepResult)]
        for result in results:
            yield result


async def dry_run(uow: SweepUnit, as_of: datetime, *, book: LadderBook = SHIPPED_BOOK) -> list[Fired]:
    """Return what a sweep at `as_of` would record and whom it would tell, writing and holding nothing."""
    fallback = book.in_force(ClockKind.INTERVIEW, as_of).version
    return await uow.sweeping.would_fire(rungs_of(book, lambda _: ""), fallback=fallback, at=as_of)


def rungs_of(book: LadderBook, words: Words) -> list[Rung]:
    """Return every step of every version of the statutory ladder."""
    return [
        Rung(
            version=version,
            number=number,
            step=step.name,
            after=step.offset,
            breach=step.breach,
            recipients=tuple(map(str, step.recipients)),
            channels=step.channels,
            words=words(step),
            repeat_every=step.repeat_every,
            last=number == len(ladder.steps) - 1,
        )
        for (clock, version), ladder in book.ladders.items()
        if clock is ClockKind.INTERVIEW
        for number, step in enumerate(ladder.steps)
    ]


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
