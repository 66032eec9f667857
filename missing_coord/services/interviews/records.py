"""Submitting the record of an interview: the first one completes it, later ones are versions with a reason."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from missing_coord.domain.cases import Interview, InterviewEvent
from missing_coord.domain.errors import DomainError
from missing_coord.domain.events import InterviewRecordSubmitted
from missing_coord.domain.interview_actions import ActionOwner, ActionState, InterviewAction, check_due
from missing_coord.domain.interview_records import (
    GENDER_WISHES,
    InterviewRecord,
    RecordContents,
    RecordEntry,
    RecordHead,
    RecordKind,
    RecordOrigin,
    SafeContact,
    ScreenAnswer,
)
from missing_coord.domain.interviews import OPEN_STATES, EventKind, IndependenceBasis
from missing_coord.domain.london import london_day
from missing_coord.domain.record_lists import RecordLists
from missing_coord.services.interviews.drafts import Desk, changed_meanwhile, desk
from missing_coord.services.interviews.outcomes import complete
from missing_coord.services.ports.escalation import Write
from missing_coord.services.ports.records import RecordWork
from missing_coord.services.ports.work import Policy
from missing_coord.services.telling.professionals import tell_of_harm


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedAction:
    """An action that a record asks for."""

    what: str
    owner: ActionOwner
    owner_name: str
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a worker submits; what only completing needs is None once the interview is completed."""

    kind: RecordKind
    reason: str = ""
    held_at: datetime | None = None
    episode_ids: tuple[str, ...] = ()
    independence_basis: IndependenceBasis | None = None
    independence_note: str = ""
    asked_for: str = ""
    act_now: bool = False
    safe_contact: SafeContact
    safe_contact_detail: str = ""
    safe_contact_avoid: str = ""
    languages: tuple[str, ...] = ()
    gender_wish: str = ""
    workers_not_wanted: tuple[str, ...] = ()
    contents: RecordContents
    screen: tuple[ScreenAnswer, ...] = ()
    entries: tuple[RecordEntry, ...] = ()
    actions: tuple[PlannedAction, ...] = ()


async def submit_record(
    uow: RecordWork,
    *,
    policy: Policy,
    interview_id: str,
    said: Said,
    draft_version: int,
    write: Write,
    submission_key: str = "",
) -> RecordHead:
    """Keep a version for good; the first one completes an open interview. The same submission again changes nothing.

    Harm that it tells of is told to those who must know in the same transaction.
    Raises DomainError naming the field, or DraftChangedMeanwhile when the draft was saved elsewhere since.
    """
    before = await uow.records.submitted(interview_id, submission_key)
    if before is not None:
        return before
    found = await desk(uow, lists=policy.record_lists, interview_id=interview_id)
    await uow.children.lock([found.interview.child_id])
    if (found.draft.version if found.draft else 0) != draft_version:
        raise changed_meanwhile(found.draft)
    _check(said, found, policy.record_lists, today=london_day(uow.now))
    interview = await _completed(uow, found.interview, said)
    covered = await _covered(uow, said, found)
    head = _head(said, found, interview, policy.record_lists, covered=covered, by=uow.actor.name, now=uow.now)
    await uow.records.add(
        InterviewRecord(head=head, contents=said.contents, screen=said.screen, entries=said.entries),
        submission_key=submission_key,
    )
    await uow.actions.add([_opened(each, head) for each in said.actions])
    await uow.records.drop_draft(interview_id, expected_version=draft_version)
    await uow.interviews.add_event(_timeline(head))
    _note_submitted(uow, head, child_id=interview.child_id)
    if head.act_now or said.contents.harm:
        await tell_of_harm(uow, interview_id=interview_id, write=write)
    return head


def _note_submitted(uow: RecordWork, head: RecordHead, *, child_id: str) -> None:
    uow.record(
        InterviewRecordSubmitted(
            child_id=child_id,
            interview_id=head.interview_id,
            number=head.number,
            act_now=head.act_now,
        )
    )
    uow.audit(
        "record_submitted",
        subject_type="interview",
        subject_id=head.interview_id,
        child_id=child_id,
        number=head.number,
        origin=head.origin.value,
    )


async def _completed(uow: RecordWork, interview: Interview, said: Said) -> Interview:
    """Complete an open interview; one that is completed keeps when it was held and what it covered."""
    if interview.state not in OPEN_STATES:
        return interview
    if said.held_at is None:
        raise DomainError("held_at_required", "held_at: say when the interview was held.")
    await complete(
        uow,
        interview_id=interview.interview_id,
        held_at=said.held_at,
        episode_ids=said.episode_ids,
        independence_basis=said.independence_basis,
        independence_note=said.independence_note,
    )
    return await uow.interviews.get(interview.interview_id)


def _check(said: Said, found: Desk, lists: RecordLists, *, today: date) -> None:
    if found.origin is not RecordOrigin.FIRST and not said.reason.strip():
        raise DomainError("reason_required", "reason: say what is changed in this version, and why.")
    if said.kind is RecordKind.FOLLOW_UP and not found.short_form:
        raise DomainError("short_form", "kind: the short form is for children who go missing very often.")
    _check_codes(said, lists)
    if said.gender_wish not in GENDER_WISHES:
        raise DomainError("gender_unknown", "gender_wish: choose a woman, a man or no wish.")
    if said.contents.harm and not said.contents.harm_account.strip():
        raise DomainError("harm_account", "harm_account: say what happened, as far as the child said it.")
    told = bool(found.heads) and found.heads[0].act_now
    if (
        said.act_now
        and not told
        and not any(each.due_on <= today + timedelta(days=1) for each in said.actions)
    ):
        raise DomainError(
            "act_now", "act_now: somebody has to act at once, so add an action that is due today or tomorrow."
        )
    for number, action in enumerate(said.actions, start=1):
        check_due(action.due_on, field=f"actions_{number}", today=today)


def _check_codes(said: Said, lists: RecordLists) -> None:
    given = (
        ("push_factors", said.contents.push_factors, lists.push),
        ("pull_factors", said.contents.pull_factors, lists.pull),
        ("harm", said.contents.harm, lists.harm),
        ("screen", tuple(answer.question for answer in said.screen), lists.screen),
    )
    for name, codes, known in given:
        if unknown := [code for code in codes if code not in known]:
            raise DomainError("not_on_the_list", f"{name}: {unknown[0]} is not on the council's list.")


async def _covered(uow: RecordWork, said: Said, found: Desk) -> tuple[str, ...]:
    """Return the episodes that the version is about; raises DomainError for one that is not this interview's."""
    before = found.heads[0].episode_ids if found.heads else ()
    own = [duty.episode_id for duty in await uow.interviews.links_of([found.interview.interview_id])]
    if set(said.episode_ids) - {*own, *before}:
        raise DomainError(
            "episode_of_another",
            "episode_ids: one of these is no episode of this interview. Load it again and choose from its own.",
        )
    return said.episode_ids or before or tuple(own)


def _head(
    said: Said,
    found: Desk,
    interview: Interview,
    lists: RecordLists,
    *,
    covered: tuple[str, ...],
    by: str,
    now: datetime,
) -> RecordHead:
    return RecordHead(
        interview_id=interview.interview_id,
        number=found.number,
        kind=said.kind,
        origin=found.origin,
        reason=said.reason.strip(),
        lists_version=lists.version,
        held_at=interview.held_at or said.held_at or now,
        worker_id=interview.worker_id,
        submitted_by=by,
        submitted_at=now,
        episode_ids=covered,
        asked_for=said.asked_for,
        act_now=said.act_now,
        safe_contact=said.safe_contact,
        safe_contact_detail=said.safe_contact_detail,
        safe_contact_avoid=said.safe_contact_avoid,
        languages=said.languages,
        gender_wish=said.gender_wish,
        workers_not_wanted=said.workers_not_wanted,
    )


def _opened(planned: PlannedAction, head: RecordHead) -> InterviewAction:
    return InterviewAction(
        action_id=str(uuid.uuid4()),
        interview_id=head.interview_id,
        record_number=head.number,
        what=planned.what,
        owner=planned.owner,
        owner_name=planned.owner_name,
        due_on=planned.due_on,
        state=ActionState.OPEN,
        outcome="",
        opened_by=head.submitted_by,
        opened_at=head.submitted_at,
    )


def _timeline(head: RecordHead) -> InterviewEvent:
    again = {RecordOrigin.AMENDMENT: ", a correction", RecordOrigin.REWORK: ", worked on again as asked"}
    return InterviewEvent(
        interview_id=head.interview_id,
        kind=EventKind.RECORDED.value,
        at=head.submitted_at,
        recorded_at=head.submitted_at,
        recorded_by=head.submitted_by,
        worker_id=head.worker_id,
        note=f"Version {head.number}{again.get(head.origin, '')}",
    )
