"""Drafts of interview records: kept as typed, for the worker whose interview it is, until they are submitted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from missing_coord.domain.access import Role
from missing_coord.domain.cases import Interview
from missing_coord.domain.errors import ConcurrencyConflict, DomainError, NotFound
from missing_coord.domain.interview_records import RecordHead, RecordKind, RecordOrigin
from missing_coord.domain.interviews import RECORDABLE_STATES
from missing_coord.domain.london import LONDON
from missing_coord.domain.record_lists import RecordLists
from missing_coord.services.interviews.change import check_role, seen
from missing_coord.services.ports.records import Fields, RecordDraft, RecordWork
from missing_coord.services.quality_audits import waits_for_rework


class DraftChangedMeanwhile(ConcurrencyConflict):
    """The draft was saved from another screen since this one was opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """An interview's record as its author finds it: the draft, earlier versions, and what may be written."""

    interview: Interview
    draft: RecordDraft | None
    heads: tuple[RecordHead, ...]
    origin: RecordOrigin
    short_form: bool
    returned: str = ""

    @property
    def number(self) -> int:
        """The number of the version that is being written."""
        return self.heads[0].number + 1 if self.heads else 1


async def desk(uow: RecordWork, *, lists: RecordLists, interview_id: str) -> Desk:
    """Return the desk of an interview's worker; raises NotAllowed, NotFound, or DomainError where none is written."""
    check_role(uow, {Role.INTERVIEW_WORKER})
    interview = await seen(uow, interview_id)
    check_recordable(interview)
    heads = tuple(await uow.records.heads(interview_id))
    asked = await _returned(uow, interview_id, heads)
    return Desk(
        interview=interview,
        draft=await uow.records.draft(interview_id),
        heads=heads,
        origin=_origin(heads, returned=asked),
        short_form=await short_form_serves(uow, lists=lists, child_id=interview.child_id),
        returned=asked,
    )


async def save_draft(
    uow: RecordWork,
    *,
    lists: RecordLists,
    interview_id: str,
    kind: RecordKind,
    fields: Fields,
    expected_version: int,
) -> int:
    """Keep what is typed so far, whatever it is, and return the draft's new version (0 is expected of the first).

    Raises DraftChangedMeanwhile when another screen has saved since.
    """
    found = await desk(uow, lists=lists, interview_id=interview_id)
    before = found.draft
    draft = RecordDraft(
        interview_id=interview_id,
        worker_id=uow.actor.worker_id or "",
        kind=kind,
        origin=found.origin,
        fields=fields,
        started_by=before.started_by if before else uow.actor.name,
        started_at=before.started_at if before else uow.now,
        saved_by=uow.actor.name,
        saved_at=uow.now,
        version=1,
    )
    if not await uow.records.save_draft(draft, expected_version=expected_version):
        raise changed_meanwhile(before)
    if before is None:
        uow.audit(
            "record_started",
            subject_type="interview",
            subject_id=interview_id,
            child_id=found.interview.child_id,
            origin=found.origin.value,
        )
    return expected_version + 1


async def discard_draft(uow: RecordWork, *, interview_id: str, expected_version: int) -> None:
    """Throw a draft away; what was submitted before stays.

    Raises DraftChangedMeanwhile when the draft is not at `expected_version` any more.
    """
    check_role(uow, {Role.INTERVIEW_WORKER})
    interview = await seen(uow, interview_id)
    if not await uow.records.drop_draft(interview_id, expected_version=expected_version):
        raise _not_discarded(await uow.records.draft(interview_id))
    uow.audit(
        "record_discarded", subject_type="interview", subject_id=interview_id, child_id=interview.child_id
    )


def changed_meanwhile(draft: RecordDraft | None) -> DraftChangedMeanwhile:
    """Return the error that says who saved the draft when."""
    if draft is None:
        return DraftChangedMeanwhile("This draft was submitted or thrown away. What you typed is below.")
    at = draft.saved_at.astimezone(LONDON)
    return DraftChangedMeanwhile(
        f"{draft.saved_by} saved this draft at {at:%H:%M} on another screen. What you typed here is kept below."
    )


def _not_discarded(draft: RecordDraft | None) -> DraftChangedMeanwhile:
    if draft is None:
        return DraftChangedMeanwhile("There is no draft any more: it was submitted or thrown away.")
    at = draft.saved_at.astimezone(LONDON)
    return DraftChangedMeanwhile(
        f"{draft.saved_by} saved this draft again at {at:%H:%M}. It was not thrown away. Load it again first."
    )


def is_recordable(interview: Interview) -> bool:
    """Say whether a record is written of the interview: it is open, or it was held."""
    return interview.state in RECORDABLE_STATES


def check_recordable(interview: Interview) -> None:
    """Raise DomainError unless a record is written of the interview."""
    if not is_recordable(interview):
        raise DomainError(
            "not_held",
            "This interview was not held, so there is no record of it. Its timeline says what was.",
        )


async def short_form_serves(uow: RecordWork, *, lists: RecordLists, child_id: str) -> bool:
    """Say whether the child went missing so often within the window that the short form may be used."""
    since = uow.now - lists.follow_up.window
    return await uow.records.episodes_since(child_id, since) >= lists.follow_up.episodes


def _origin(heads: tuple[RecordHead, ...], *, returned: str) -> RecordOrigin:
    if not heads:
        return RecordOrigin.FIRST
    return RecordOrigin.REWORK if returned else RecordOrigin.AMENDMENT


async def _returned(uow: RecordWork, interview_id: str, heads: tuple[RecordHead, ...]) -> str:
    """Return what the auditor asked for, empty when nothing waits for rework."""
    audits = await uow.quality.of_interview(interview_id)
    if not audits or not waits_for_rework(audits[0], heads[0].number if heads else 0):
        return ""
    return audits[0].first.comment if audits[0].first else ""


def version_of(heads: Sequence[RecordHead], number: int | None) -> RecordHead:
    """Return the head of a version, None for the newest; raises NotFound when there is none."""
    found = next((each for each in heads if number in (None, each.number)), None)
    if found is None:
        raise NotFound("There is no submitted record of this interview that you may read.")
    return found
