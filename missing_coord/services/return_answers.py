"""Answering a presumed return: one click ends the episode and starts its 72 hours, or keeps the child missing."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from missing_coord.domain.errors import ConcurrencyConflict
from missing_coord.domain.return_signs import LONDON, PresumedReturn
from missing_coord.services.episodes import rederive
from missing_coord.services.ports.work import Policy, UnitOfWork
from missing_coord.services.returns import answered, check_office, reopened


class ReturnChangedMeanwhile(ConcurrencyConflict):
    """Somebody answered, or the episode ended, since this presumed return was read; says who and when."""

    what = "This presumed return"

    def __init__(self, found: PresumedReturn, *, now: datetime) -> None:
        self.changed_by = found.answered_by or "a newer notice"
        self.changed_at = found.answered_at or now
        super().__init__(
            f"This presumed return was changed by {self.changed_by} at {self.changed_at.astimezone(LONDON):%H:%M}."
            " Nothing of yours was saved."
        )


class AnswerWork(UnitOfWork, Protocol):
    """A transaction in which a person's answer is followed by what only the system may write."""

    def as_system(self) -> AbstractAsyncContextManager[None]:
        """Write derived rows; the person's own role is back when the block is left."""
        ...


async def answer(
    uow: AnswerWork,
    *,
    presumed_return_id: str,
    expected_version: int,
    back: bool,
    policy: Policy,
    returned_at: datetime | None = None,
    reason: str = "",
) -> None:
    """Confirm that a child is back, since `returned_at` or since the sign, or say that the child is not.

    Raises DomainError naming the field, NotFound, and ConcurrencyConflict on a lost race.
    """
    check_office(uow.actor.role)
    waiting, child_id, started_at = await _held(uow, presumed_return_id, expected_version)
    done = answered(
        waiting,
        back=back,
        returned_at=returned_at,
        reason=reason,
        by=uow.actor.name,
        now=uow.now,
        started_at=started_at,
    )
    await _keep(uow, done, child_id, policy, "return_confirmed" if back else "return_rejected")


async def undo_answer(
    uow: AnswerWork, *, presumed_return_id: str, expected_version: int, policy: Policy
) -> None:
    """Take an answer back: the sign waits again, and the episode is as it was."""
    check_office(uow.actor.role)
    done, child_id, _ = await _held(uow, presumed_return_id, expected_version)
    again = reopened(done, now=uow.now, ladder=policy.return_ladder)
    await _keep(uow, again, child_id, policy, "return_answer_undone")


async def _held(
    uow: AnswerWork, presumed_return_id: str, expected_version: int
) -> tuple[PresumedReturn, str, datetime]:
    _, child_id, _ = await uow.returns.get(presumed_return_id)
    await uow.children.lock([child_id])
    found, child_id, episode_id = await uow.returns.get(presumed_return_id)
    if found.version != expected_version:
        raise ReturnChangedMeanwhile(found, now=uow.now)
    episodes = [e for e, _ in await uow.episodes.of_children([child_id]) if e.episode_id == episode_id]
    return found, child_id, episodes[0].started_at if episodes else found.sign.seen_at


async def _keep(uow: AnswerWork, done: PresumedReturn, child_id: str, policy: Policy, action: str) -> None:
    await uow.returns.answer(done)
    async with uow.as_system():
        await rederive(uow, [child_id], policy=policy)
    uow.audit(action, subject_type="presumed_return", subject_id=done.presumed_return_id, child_id=child_id)
