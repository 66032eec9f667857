"""Offers and what comes of them: the carer's information only, or held and completed."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Unpack

from missing_coord.domain.cases import Interview, InterviewEpisode, InterviewEvent
from missing_coord.domain.deadlines import within_deadline
from missing_coord.domain.errors import DomainError
from missing_coord.domain.events import (
    Event,
    InterviewClosed,
    InterviewCompleted,
    ReturnInterviewOpened,
)
from missing_coord.domain.interviews import (
    ContactMethod,
    ContactWith,
    EventKind,
    IndependenceBasis,
    InterviewState,
    check_open,
)
from missing_coord.services.interviews.change import (
    Change,
    Recorded,
    Submission,
    Taken,
    change,
    check_time,
    close,
    required,
    resolve,
)
from missing_coord.services.interviews.contact import accepted_change, offered, offered_change
from missing_coord.services.interviews.declines import check_asked_again, declined_change
from missing_coord.services.interviews.words import DeclinedBy, DutyResult, OfferAnswer, london_words
from missing_coord.services.ports.work import Policy, UnitOfWork


async def record_offer(
    uow: UnitOfWork,
    *,
    policy: Policy,
    at: datetime,
    method: ContactMethod,
    contact_with: ContactWith,
    answer: OfferAnswer = OfferAnswer.AWAITING,
    reason: str = "",
    visit_starts_at: datetime | None = None,
    carer_information: str = "",
    note: str = "",
    **submission: Unpack[Submission],
) -> Recorded:
    """Record an offer and its answer; a letter without an answer is an attempt unless the council's policy counts it.

    Declined (with `reason`), by the child when the offer was made to the child, is one no: the second one closes.
    """

    def plan(taken: Taken) -> Change:
        check_open(InterviewState(taken.interview.state))
        match answer:
            case OfferAnswer.AWAITING:
                counts = method is not ContactMethod.LETTER or policy.letter_counts_as_offer
                return offered_change(taken, at, method, contact_with, counts=counts, note=note)
            case OfferAnswer.ACCEPTED:
                return accepted_change(
                    taken, at, method, contact_with, visit_starts_at=visit_starts_at, note=note
                )
            case OfferAnswer.DECLINED:
                by = DeclinedBy.CHILD if contact_with is ContactWith.CHILD else DeclinedBy.PARENT
                how = {"method": method.value, "contact_with": contact_with.value}
                offer = taken.entry(EventKind.OFFER, at=at, answer=answer.value, note=note, **how)
                made = declined_change(taken, by, at, reason, carer_information, **how)
                return replace(made, entries=(offer, *made.entries))

    return await change(uow, plan, kinds={EventKind.OFFER, EventKind.ATTEMPT}, **submission)


async def record_carer_information_only(
    uow: UnitOfWork,
    *,
    at: datetime,
    reason: str,
    note: str = "",
    contact_with: ContactWith = ContactWith.CARER,
    **submission: Unpack[Submission],
) -> Recorded:
    """Close with what a parent or carer told, `reason` saying why the child was not seen; not an interview held."""

    def plan(taken: Taken) -> Change:
        state = InterviewState.CARER_INFO_ONLY
        check_open(InterviewState(taken.interview.state))
        check_asked_again(taken)
        check_time(taken, "at", at)
        why = required("reason", reason, why="say why the child was not interviewed.")
        interview, duties = close(taken, state, reason=why, result=DutyResult.CARER_INFO_ONLY)
        entry = taken.entry(
            EventKind.CARER_INFO,
            at=at,
            contact_with=contact_with.value,
            answer=state.value,
            reason=why,
            note=note,
        )
        event = InterviewClosed(
            child_id=interview.child_id, interview_id=interview.interview_id, outcome=state.value
        )
        return Change(interview=interview, entries=(entry,), events=(event,), duties=duties)

    return await change(uow, plan, kinds={EventKind.CARER_INFO}, **submission)


async def complete(
    uow: UnitOfWork,
    *,
    held_at: datetime,
    episode_ids: Collection[str] | None = None,
    independence_basis: IndependenceBasis | None = None,
    independence_note: str = "",
    note: str = "",
    **submission: Unpack[Submission],
) -> Recorded:
    """Record that the interview was held; each covered episode is in time or late by its own deadline.

    `held_at` may be before the return. Without `episode_ids` it covers all; those left out go on in a new open
    interview with the same worker. `note` is kept on the timeline only, never in an event or the audit trail.
    """

    def plan(taken: Taken) -> Change:
        check_open(InterviewState(taken.interview.state))
        check_time(taken, "held_at", held_at)
        covered = _covered(taken, held_at, episode_ids)
        held = _with_independence(taken.interview, independence_basis, independence_note)
        return _completed(replace(taken, interview=held), held_at, covered, note)

    return await change(uow, plan, kinds={EventKind.COMPLETED}, **submission)


def _covered(taken: Taken, held_at: datetime, episode_ids: Collection[str] | None) -> list[InterviewEpisode]:
    """Return the duties that the interview met; raises DomainError for an episode that it cannot have covered."""
    open_ids = [duty.episode_id for duty in taken.unresolved]
    wanted = set(open_ids if episode_ids is None else episode_ids)
    if not wanted:
        raise DomainError(
            "episodes_required", "episode_ids: say which missing episodes the interview covered."
        )
    if wanted - set(open_ids):
        raise DomainError(
            "episode_not_due",
            "episode_ids: one of these episodes is not waiting for this interview. Load it again.",
        )
    for episode_id in wanted:
        if (start := taken.starts.get(episode_id, held_at)) > held_at:
            raise DomainError(
                "held_before_episode",
                f"episode_ids: an interview held on {london_words(held_at)} cannot cover an episode that began on"
                f" {london_words(start)}. Leave that episode out.",
            )
    return [duty for duty in taken.unresolved if duty.episode_id in wanted]


def _with_independence(interview: Interview, basis: IndependenceBasis | None, note: str) -> Interview:
    if not interview.worker_id:
        raise DomainError("worker_needed", "worker_id: say who held the interview. Assign them first.")
    kept = basis.value if basis else interview.independence_basis
    words = note.strip() or interview.independence_note
    if not kept:
        raise DomainError(
            "independence_required", "independence_basis: say on what ground the interviewer was independent."
        )
    if kept in (IndependenceBasis.CHILD_PREFERENCE, IndependenceBasis.NOT_INDEPENDENT) and not words:
        raise DomainError(
            "independence_note_required",
            "independence_note: say what the child asked for, or why nobody independent held it.",
        )
    return replace(interview, independence_basis=kept, independence_note=words)


def _completed(taken: Taken, held_at: datetime, covered: Sequence[InterviewEpisode], note: str) -> Change:
    left = [duty for duty in taken.unresolved if duty not in covered]
    after_offer, duties = offered(taken, held_at)
    met = {duty.episode_id for duty in covered}
    resolved = tuple(
        resolve(duty, _timeliness(held_at, duty), now=taken.now) for duty in duties if duty.episode_id in met
    )
    interview, _ = close(
        replace(taken, interview=after_offer), InterviewState.COMPLETED, reason="", result=""
    )
    interview = replace(interview, held_at=held_at)
    following = _following(taken, left) if left else None
    episode_ids = tuple(duty.episode_id for duty in covered)
    done = InterviewCompleted(
        child_id=interview.child_id,
        interview_id=interview.interview_id,
        held_at=held_at,
        episode_ids=episode_ids,
    )
    entry = taken.entry(EventKind.COMPLETED, at=held_at, answer=InterviewState.COMPLETED.value, note=note)
    return Change(
        interview=interview,
        entries=(entry, *_goes_on(taken, following)),
        events=(done, *_opened(following)),
        duties=resolved,
        following=following,
        moved=tuple(duty.episode_id for duty in left),
        detail={"episode_ids": episode_ids, "independence_basis": interview.independence_basis},
    )


def _timeliness(held_at: datetime, duty: InterviewEpisode) -> DutyResult:
    return DutyResult.IN_TIME if within_deadline(held_at, duty.due_at) else DutyResult.LATE


def _following(taken: Taken, left: Sequence[InterviewEpisode]) -> Interview:
    """Return the open interview in which the episodes that were not covered go on, with the same worker."""
    first = min(left, key=lambda duty: (duty.due_at, duty.episode_id))
    offers = [duty.first_offered_at for duty in left if duty.first_offered_at is not None]
    return replace(
        taken.interview,
        interview_id=str(uuid.uuid4()),
        state=(InterviewState.OFFERED_AWAITING if offers else InterviewState.NOT_OFFERED).value,
        returned_at=first.clock_from,
        due_at=first.due_at,
        provisional=first.provisional,
        visit_starts_at=None,
        visit_ends_at=None,
        first_offered_at=min(offers, default=None),
        opened_at=taken.now,
        changed_by=taken.actor,
        version=0,
    )


def _goes_on(taken: Taken, following: Interview | None) -> list[InterviewEvent]:
    """Return the first entry of the interview that follows: its worker, and the state it starts with."""
    if following is None:
        return []
    entry = taken.entry(
        EventKind.ASSIGNED,
        answer=following.state,
        reason="Goes on with episodes that an interview did not cover.",
    )
    return [replace(entry, interview_id=following.interview_id)]


def _opened(following: Interview | None) -> list[Event]:
    if following is None or following.due_at is None:
        return []
    return [
        ReturnInterviewOpened(
            child_id=following.child_id,
            interview_id=following.interview_id,
            due_at=following.due_at,
            provisional=following.provisional,
        )
    ]
