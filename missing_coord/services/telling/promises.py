"""Promises: acknowledging with a reason and a time; one that lapses without a visit booked goes to the next person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from missing_coord.domain.alerts import Promise, check_promise
from missing_coord.domain.escalation import ClockKind
from missing_coord.domain.ladders import SHIPPED_BOOK, LadderBook
from missing_coord.services.ports.escalation import DueDuty, Write
from missing_coord.services.telling.passing_on import Why, alert_top, duty_on


async def make_promise(
    uow: Any, *, subject_type: str, subject_id: str, reason: str, until_at: datetime
) -> None:
    """Keep the promise of the person who acts, in place of an earlier one about the same.

    Raises DomainError when it has no reason or no time within 72 hours, NotFound when there is nothing open to promise.
    """
    check_promise(reason, until_at, uow.now)
    await uow.promises.check_open(subject_type, subject_id)
    await uow.promises.end_for(subject_type, subject_id, outcome="renewed")
    await uow.promises.add(
        subject_type=subject_type,
        subject_id=subject_id,
        by=uow.actor.name,
        user_id=uow.actor.user_id or "",
        reason=reason.strip(),
        until_at=until_at,
    )
    uow.audit("promised", subject_type=subject_type, subject_id=subject_id, until_at=until_at)


async def lapse_promises(uow: Any, *, write: Write, book: LadderBook = SHIPPED_BOOK, limit: int = 200) -> int:
    """End promises whose time has come and tell the next person about those that were not kept; count the latter."""
    lapsed = 0
    for promise, kept in await uow.promises.run_out(limit=limit):
        await uow.promises.end(promise.promise_id, outcome="kept" if kept else "lapsed")
        if kept:
            continue
        lapsed += 1
        if promise.subject_type == "alert":
            await alert_top(uow, promise.subject_id, f"p{promise.promise_id}", book=book, write=write)
        else:
            await _next_person(uow, promise, book=book, write=write)
    return lapsed


async def _next_person(uow: Any, promise: Promise, *, book: LadderBook, write: Write) -> None:
    for duty in await uow.escalations.open_duties(promise.subject_id):
        await duty_on(
            uow,
            interview_id=duty.interview_id,
            episode_id=duty.episode_id,
            step=_standing(duty, book, uow.now),
            rung=duty.next_step - 1,
            why=Why.PROMISE_LAPSED,
            book=book,
            write=write,
            mark=f"p{promise.promise_id}",
        )


def _standing(duty: DueDuty, book: LadderBook, now: datetime) -> str:
    """Return the name of the rung at which a duty stands."""
    ladder = book.kept(ClockKind.INTERVIEW, duty.ladder_version, now)
    return ladder.steps[max(0, min(duty.next_step, len(ladder.steps)) - 1)].name
