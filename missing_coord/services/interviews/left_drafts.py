"""Drafts left behind, as another has the interview or it is gone: told to their owner, and ended with a trace."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from missing_coord.domain.access import Role
from missing_coord.domain.errors import DomainError, NotFound
from missing_coord.domain.messages import ChannelName, MessageKind, Notice
from missing_coord.domain.record_lists import RecordLists
from missing_coord.services.interviews.change import check_role
from missing_coord.services.interviews.drafts import DraftChangedMeanwhile, desk, save_draft
from missing_coord.services.ports.escalation import Write
from missing_coord.services.ports.records import RecordDraft, RecordWork

NOT_COPIED = frozenset({"episode_ids", "held_at"})
"""Fields that belong to the interview which the draft was of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftDraft:
    """Whose draft of which interview is left behind, and since when its owner was told."""

    interview_id: str
    worker_id: str
    left_at: datetime


async def look_after(uow: Any, *, keep: timedelta, write: Write) -> tuple[int, int]:
    """Tell the owners of drafts that were left behind, and end those told of `keep` ago; count both."""
    told = await uow.left_drafts.newly_left()
    for each in told:
        users = await uow.messages.users_of_worker(each.worker_id)
        await uow.messages.add([write(_notice(each, user), uow.now) for user in users])
    ended = await uow.left_drafts.end(before=uow.now - keep)
    for each in ended:
        uow.audit(
            "record_draft_ended",
            subject_type="interview",
            subject_id=each.interview_id,
            worker_id=each.worker_id,
            left_at=each.left_at.isoformat(),
            days=keep.days,
        )
    return len(told), len(ended)


def _notice(left: LeftDraft, user_id: str) -> Notice:
    return Notice(
        key=f"draft_left:{left.interview_id}:{left.worker_id}:{left.left_at.isoformat()}:{user_id}",
        kind=MessageKind.DRAFT_LEFT,
        role=Role.INTERVIEW_WORKER,
        user_id=user_id,
        subject_type="record_draft",
        subject_id=left.interview_id,
        channels=(ChannelName.EMAIL,),
    )


async def own_left(uow: RecordWork, interview_id: str) -> RecordDraft:
    """Return the acting worker's draft that is left behind; raises NotFound or NotAllowed."""
    check_role(uow, {Role.INTERVIEW_WORKER})
    found = next(
        (each for each in await uow.records.left_drafts() if each.interview_id == interview_id), None
    )
    if found is None:
        raise NotFound("No draft of yours of this interview is left behind.")
    return found


async def discard_left(uow: RecordWork, *, interview_id: str, expected_version: int) -> None:
    """Throw a draft away that is left behind; raises NotFound or DraftChangedMeanwhile."""
    await own_left(uow, interview_id)
    if not await uow.records.drop_draft(interview_id, expected_version=expected_version):
        raise DraftChangedMeanwhile("This draft was changed on another screen. It was not thrown away.")
    uow.audit("record_discarded", subject_type="interview", subject_id=interview_id)


async def copy_left(
    uow: RecordWork, *, lists: RecordLists, interview_id: str, target_id: str, expected_version: int
) -> None:
    """Make a draft that is left behind the draft of another interview of the worker's, where there is none yet.

    Raises DomainError where that one has a draft, NotFound, or DraftChangedMeanwhile.
    """
    left = await own_left(uow, interview_id)
    if (await desk(uow, lists=lists, interview_id=target_id)).draft is not None:
        raise DomainError("has_draft", "target: that interview has a draft already. Copy the words by hand.")
    fields = {name: given for name, given in left.fields.items() if name not in NOT_COPIED}
    await save_draft(
        uow, lists=lists, interview_id=target_id, kind=left.kind, fields=fields, expected_version=0
    )
    await discard_left(uow, interview_id=interview_id, expected_version=expected_version)
