"""Reaching the child: attempts, offers, acceptances, visits missed, no contact and holds; the interview stays open."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Unpack

from missing_coord.domain.cases import Interview, InterviewEpisode, InterviewEvent
from missing_coord.domain.errors import DomainError
from missing_coord.domain.events import InterviewAttempted
from missing_coord.domain.interviews import (
    ContactMethod,
    ContactWith,
    EventKind,
    InterviewState,
    check_open,
    state_after_offer,
)
from missing_coord.services.interviews.change import Change, Recorded, Submission, Taken, change, check_time
from missing_coord.services.interviews.words import HoldReason, OfferAnswer, london_words
from missing_coord.services.ports.work import UnitOfWork

VISIT = timedelta(minutes=60)
FARTHEST_VISIT = timedelta(days=90)


async def record_attempt(
    uow: UnitOfWork,
    *,
    at: datetime,
    method: ContactMethod,
    contact_with: ContactWith,
    note: str = "",
    **submission: Unpack[Submission],
) -> Recorded:
    """Record that somebody tried to reach the child; no offer was made."""

    def plan(taken: Taken) -> Change:
        check_open(InterviewState(taken.interview.state))
        check_time(taken, "at", at)
        entry = taken.entry(
            EventKind.ATTEMPT, at=at, method=method.value, contact_with=contact_with.value, note=note
        )
        return Change(interview=taken.interview, entries=(entry,), events=(_attempted(taken, at, method),))

    return await change(uow, plan, kinds={EventKind.ATTEMPT}, **submission)


async def record_acceptance(
    uow: UnitOfWork,
    *,
    at: datetime,
    method: ContactMethod,
    contact_with: ContactWith,
    visit_starts_at: datetime | None = None,
    note: str = "",
    **submission: Unpack[Submission],
) -> Recorded:
    """Record that the interview was accepted, with the visit's time where one was agreed."""

    def plan(taken: Taken) -> Change:
        interview, duties = accepted(taken, at, visit_starts_at)
        entry = _accepted_entry(taken, at, method, contact_with, visit_starts_at)
        return Change(
            interview=interview,
            entries=(replace(entry, note=note),),
            events=(_attempted(taken, at, method, offer=True),),
            duties=duties,
        )

    return await change(uow, plan, kinds={EventKind.ACCEPTED}, **submission)


async def record_did_not_attend(
    uow: UnitOfWork,
    *,
    at: datetime,
    note: str = "",
    **submission: Unpack[Submission],
) -> Recorded:
    """Record that the child was not there for a visit; the visit is gone and a new one has to be planned."""

    def plan(taken: Taken) -> Change:
        visit = taken.interview.visit_starts_at
        entry = taken.entry(EventKind.DID_NOT_ATTEND, at=at, note=note, visit_starts_at=visit)
        return _stays_open(taken, InterviewState.DID_NOT_ATTEND, entry, keeps_visit=False)

    return await change(uow, plan, kinds={EventKind.DID_NOT_ATTEND}, **submission)


async def record_unable_to_contact(
    uow: UnitOfWork,
    *,
    at: datetime,
    note: str = "",
    **submission: Unpack[Submission],
) -> Recorded:
    """Record that the child cannot be reached so far; attempts go on, and only a manager may close it."""

    def plan(taken: Taken) -> Change:
        entry = taken.entry(EventKind.UNABLE_TO_CONTACT, at=at, note=note)
        return _stays_open(taken, InterviewState.UNABLE_TO_CONTACT, entry, keeps_visit=True)

    return await change(uow, plan, kinds={EventKind.UNABLE_TO_CONTACT}, **submission)


async def record_on_hold(
    uow: UnitOfWork,
    *,
    at: datetime,
    hold: HoldReason,
    note: str = "",
    **submission: Unpack[Submission],
) -> Recorded:
    """Record that the child is unwell, in hospital or in custody; the 72 hours go on and the visit is gone."""

    def plan(taken: Taken) -> Change:
        entry = taken.entry(EventKind.ON_HOLD, at=at, reason=hold.value, note=note)
        return _stays_open(taken, InterviewState.UNWELL_OR_DETAINED, entry, keeps_visit=False)

    return await change(uow, plan, kinds={EventKind.ON_HOLD}, **submission)


def offered_change(
    taken: Taken, at: datetime, method: ContactMethod, contact_with: ContactWith, *, counts: bool, note: str
) -> Change:
    """Return what an offer that waits for its answer changes; a letter that does not count is an attempt."""
    check_time(taken, "at", at)
    state = state_after_offer(InterviewState(taken.interview.state), method=method, letter_counts=counts)
    interview, duties = offered(taken, at) if counts else (taken.interview, ())
    entry = taken.entry(
        EventKind.OFFER if counts else EventKind.ATTEMPT,
        at=at,
        method=method.value,
        contact_with=contact_with.value,
        answer=OfferAnswer.AWAITING.value if counts else "",
        note=note,
    )
    return Change(
        interview=replace(interview, state=state.value),
        entries=(entry,),
        events=(_attempted(taken, at, method, offer=counts),),
        duties=duties,
    )


def accepted_change(
    taken: Taken,
    at: datetime,
    method: ContactMethod,
    contact_with: ContactWith,
    *,
    visit_starts_at: datetime | None,
    note: str,
) -> Change:
    """Return what an offer that was accepted at once changes: an entry for the offer and one for the answer."""
    interview, duties = accepted(taken, at, visit_starts_at)
    offer = taken.entry(
        EventKind.OFFER,
        at=at,
        method=method.value,
        contact_with=contact_with.value,
        answer=OfferAnswer.ACCEPTED.value,
        note=note,
    )
    return Change(
        interview=interview,
        entries=(offer, _accepted_entry(taken, at, method, contact_with, visit_starts_at)),
        events=(_attempted(taken, at, method, offer=True),),
        duties=duties,
    )


def accepted(
    taken: Taken, at: datetime, visit_starts_at: datetime | None
) -> tuple[Interview, tuple[InterviewEpisode, ...]]:
    """Return the interview accepted at `at`, with its visit where one was agreed, and the duties so offered."""
    check_open(InterviewState(taken.interview.state))
    check_time(taken, "at", at)
    interview, duties = offered(taken, at)
    if visit_starts_at is not None:
        interview = with_visit(interview, visit_starts_at, not_before=at)
    return replace(interview, state=InterviewState.ACCEPTED_SCHEDULED.value), duties


def offered(taken: Taken, at: datetime) -> tuple[Interview, tuple[InterviewEpisode, ...]]:
    """Return interview and duties with the first offer as early as `at`.

    An offer made before the child went missing again is no offer about the later episode.
    """
    interview = replace(taken.interview, first_offered_at=_earlier(taken.interview.first_offered_at, at))
    reached = [duty for duty in taken.unresolved if taken.starts.get(duty.episode_id, at) <= at]
    duties = [replace(duty, first_offered_at=_earlier(duty.first_offered_at, at)) for duty in reached]
    return interview, tuple(duties)


def with_visit(interview: Interview, starts_at: datetime, *, not_before: datetime) -> Interview:
    """Return the interview with a visit of an hour; raises DomainError for a time that cannot be meant."""
    if not interview.worker_id:
        raise DomainError(
            "worker_needed", "visit_starts_at: assign a worker before you agree a visit's time."
        )
    if starts_at.tzinfo is None:
        raise DomainError("time_without_offset", "visit_starts_at: give the time with its offset from UTC.")
    if starts_at < not_before:
        raise DomainError(
            "visit_in_past",
            f"visit_starts_at: {london_words(starts_at)} is before the visit is agreed ({london_words(not_before)})."
            " Give a later time.",
        )
    if starts_at > not_before + FARTHEST_VISIT:
        raise DomainError(
            "visit_too_far",
            f"visit_starts_at: {london_words(starts_at)} is more than 90 days ahead. Check the date.",
        )
    return replace(interview, visit_starts_at=starts_at, visit_ends_at=starts_at + VISIT)


def _stays_open(taken: Taken, state: InterviewState, entry: InterviewEvent, *, keeps_visit: bool) -> Change:
    check_open(InterviewState(taken.interview.state))
    check_time(taken, "at", entry.at)
    interview = replace(taken.interview, state=state.value)
    if not keeps_visit:
        interview = replace(interview, visit_starts_at=None, visit_ends_at=None)
    return Change(interview=interview, entries=(entry,))


def _accepted_entry(
    taken: Taken,
    at: datetime,
    method: ContactMethod,
    contact_with: ContactWith,
    visit_starts_at: datetime | None,
) -> InterviewEvent:
    return taken.entry(
        EventKind.ACCEPTED,
        at=at,
        method=method.value,
        contact_with=contact_with.value,
        answer=OfferAnswer.ACCEPTED.value,
        visit_starts_at=visit_starts_at,
    )


def _attempted(
    taken: Taken, at: datetime, method: ContactMethod, *, offer: bool = False
) -> InterviewAttempted:
    interview = taken.interview
    return InterviewAttempted(
        child_id=interview.child_id,
        interview_id=interview.interview_id,
        at=at,
        method=method.value,
        offer=offer,
    )


def _earlier(first: datetime | None, second: datetime) -> datetime:
    return second if first is None else min(first, second)
