"""Saying that a missing child is back: in answer to a sign, or as somebody told the office; and taking it back."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from missing_coord.domain.episodes import EpisodeStatus
from missing_coord.domain.errors import ConcurrencyConflict, DomainError, NotFound
from missing_coord.domain.london import LONDON
from missing_coord.domain.return_signs import PresumedReturn, ReturnSign, SignKind, SignState
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


async def tell_return(
    uow: AnswerWork, *, child_id: str, episode_id: str, returned_at: datetime, reason: str, policy: Policy
) -> str:
    """Keep that somebody told the office of a return, and return the number under which it can be taken back.

    Raises DomainError naming the field, also when the child is no longer missing, and NotFound.
    """
    check_office(uow.actor.role)
    if not reason.strip():
        raise DomainError("reason_required", "reason: say who told you.")
    await uow.children.lock([child_id])
    started_at, incident_ids = await _open_episode(uow, child_id, episode_id)
    sign = ReturnSign(kind=SignKind.TOLD, key=episode_id, seen_at=returned_at, by_day=False)
    waiting = _told(sign, incident_ids, await uow.returns.of_incidents(incident_ids), now=uow.now)
    done = answered(
        waiting,
        back=True,
        returned_at=returned_at,
        reason=reason,
        by=uow.actor.name,
        now=uow.now,
        started_at=started_at,
    )
    async with uow.as_system():
        await uow.returns.save([done])
        await rederive(uow, [child_id], policy=policy)
    uow.audit(
        "return_told", subject_type="presumed_return", subject_id=done.presumed_return_id, child_id=child_id
    )
    return done.presumed_return_id


async def _open_episode(uow: AnswerWork, child_id: str, episode_id: str) -> tuple[datetime, tuple[str, ...]]:
    episodes = {each.episode_id: (each, ids) for each, ids in await uow.episodes.of_children([child_id])}
    if episode_id not in episodes:
        raise NotFound("There is no such episode that you may see.")
    episode, incident_ids = episodes[episode_id]
    if episode.status != EpisodeStatus.OPEN or not incident_ids:
        raise DomainError("not_missing", "returned_at: the child does not count as missing any more.")
    return episode.started_at, incident_ids


def _told(
    sign: ReturnSign, incident_ids: Sequence[str], kept: Sequence[PresumedReturn], *, now: datetime
) -> PresumedReturn:
    """Return what is told as a sign that waits; one that was told before and taken back is told again."""
    before = next((each for each in kept if each.sign == sign), None)
    fresh = PresumedReturn(
        presumed_return_id=str(uuid.uuid4()),
        incident_id=incident_ids[0],
        sign=sign,
        state=SignState.WAITING,
        raised_at=now,
        confirm_by=now,
        next_step=0,
        next_step_at=None,
        version=1,
    )
    return fresh if before is None else replace(before, state=SignState.WAITING, version=before.version + 1)


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
