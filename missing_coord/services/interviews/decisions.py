"""Decisions that an interview is not held here, each named and with its reason, and opening it again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Unpack

from missing_coord.domain.cases import Interview, InterviewEpisode
from missing_coord.domain.episodes import EpisodeStatus
from missing_coord.domain.errors import DomainError
from missing_coord.domain.escalation import Ladder, next_step
from missing_coord.domain.events import InterviewClosed, InterviewReopened
from missing_coord.domain.interviews import OPEN_STATES, EventKind, InterviewState, check_decision
from missing_coord.services.interviews.change import (
    OFFICE,
    Change,
    Recorded,
    Submission,
    Taken,
    change,
    check_role,
    close,
    required,
    seen,
)
from missing_coord.services.interviews.words import DutyResult
from missing_coord.services.ports.work import Policy, UnitOfWork


async def decide_not_required(
    uow: UnitOfWork,
    *,
    reason: str,
    **submission: Unpack[Submission],
) -> Recorded:
    """Close by a named manager's decision that no interview is required; reported as a line of its own."""

    def plan(taken: Taken) -> Change:
        return _closed(taken, InterviewState.NOT_REQUIRED, EventKind.DECIDED, DutyResult.NOT_REQUIRED, reason)

    return await change(uow, plan, kinds={EventKind.DECIDED}, **submission)


async def close_without_contact(
    uow: UnitOfWork,
    *,
    reason: str,
    **submission: Unpack[Submission],
) -> Recorded:
    """Close by a named manager's decision after the child could not be reached."""

    def plan(taken: Taken) -> Change:
        return _closed(
            taken, InterviewState.CLOSED_NO_CONTACT, EventKind.DECIDED, DutyResult.NO_CONTACT, reason
        )

    return await change(uow, plan, kinds={EventKind.DECIDED}, **submission)


async def transfer_to_authority(
    uow: UnitOfWork,
    *,
    authority: str,
    reason: str,
    **submission: Unpack[Submission],
) -> Recorded:
    """Close because the authority named here took the interview over."""

    def plan(taken: Taken) -> Change:
        name = required("authority", authority, why="name the authority that takes the interview over.")
        why = required("reason", reason, why="say why, and who agreed to it there.")
        words = f"Transferred to {name}: {why}"
        made = _closed(
            taken, InterviewState.TRANSFERRED, EventKind.TRANSFERRED, DutyResult.TRANSFERRED, words
        )
        return replace(made, detail={"authority": name})

    return await change(uow, plan, kinds={EventKind.TRANSFERRED}, roles=OFFICE, **submission)


async def record_deceased(
    uow: UnitOfWork,
    *,
    reason: str,
    **submission: Unpack[Submission],
) -> Recorded:
    """Close because the child has died; `reason` says from whom this is known."""

    def plan(taken: Taken) -> Change:
        why = required("reason", reason, why="say from whom this is known.")
        return _closed(taken, InterviewState.DECEASED, EventKind.CLOSED, DutyResult.DECEASED, why)

    return await change(uow, plan, kinds={EventKind.CLOSED}, roles=OFFICE, **submission)


async def reopen(
    uow: UnitOfWork,
    *,
    policy: Policy,
    reason: str,
    **submission: Unpack[Submission],
) -> Recorded:
    """Open a closed interview again; its duties stand again where they stood on the ladder.

    Refused while the child has another open interview, as there is one at a time.
    """
    check_role(uow, OFFICE)
    interview_id = submission["interview_id"]
    child_id = (await seen(uow, interview_id)).child_id
    await uow.children.lock([child_id])
    others = [
        each.interview_id
        for each in await uow.interviews.of_children([child_id])
        if each.closed_at is None and each.interview_id != interview_id
    ]
    missing = await _is_missing(uow, child_id)

    def plan(taken: Taken) -> Change:
        why = required("reason", reason, why="say why this interview is opened again.")
        if taken.interview.state in OPEN_STATES:
            raise DomainError("not_closed", "This interview is open; there is nothing to reopen.")
        if others:
            raise DomainError(
                "other_interview_open",
                f"This child has another open return interview ({others[0]}). Record there, or close that one first.",
            )
        return _reopened(taken, why, policy.ladder, missing=missing)

    return await change(uow, plan, kinds={EventKind.REOPENED}, roles=OFFICE, **submission)


async def _is_missing(uow: UnitOfWork, child_id: str) -> bool:
    episodes = await uow.episodes.of_children([child_id])
    return any(episode.status == EpisodeStatus.OPEN for episode, _ in episodes)


def _closed(
    taken: Taken, state: InterviewState, kind: EventKind, result: DutyResult, reason: str, **detail: Any
) -> Change:
    check_decision(InterviewState(taken.interview.state), outcome=state, role=taken.role, reason=reason)
    interview, duties = close(taken, state, reason=reason, result=result)
    entry = taken.entry(kind, answer=state.value, reason=reason.strip())
    event = InterviewClosed(
        child_id=interview.child_id, interview_id=interview.interview_id, outcome=state.value
    )
    return Change(interview=interview, entries=(entry,), events=(event,), duties=duties, detail=detail)


def _reopened(taken: Taken, reason: str, ladder: Ladder, *, missing: bool) -> Change:
    if not taken.duties:
        raise DomainError(
            "nothing_due", "This interview covers no missing episode any more; it stays closed."
        )
    duties = tuple(_due_again(duty, ladder) for duty in taken.duties)
    first = min(duties, key=lambda duty: (duty.due_at, duty.episode_id))
    offered = taken.interview.first_offered_at is not None
    state = InterviewState.OFFERED_AWAITING if offered else InterviewState.NOT_OFFERED
    interview = _open_again(taken.interview, state, first)
    entry = taken.entry(EventKind.REOPENED, answer=state.value, reason=reason)
    event = InterviewReopened(child_id=interview.child_id, interview_id=interview.interview_id)
    return Change(
        interview=replace(interview, child_missing=missing), entries=(entry,), events=(event,), duties=duties
    )


def _open_again(interview: Interview, state: InterviewState, first: InterviewEpisode) -> Interview:
    return replace(
        interview,
        state=state.value,
        held_at=None,
        closed_at=None,
        closed_by="",
        reason="",
        visit_starts_at=None,
        visit_ends_at=None,
        returned_at=first.clock_from,
        due_at=first.due_at,
        provisional=first.provisional,
    )


def _due_again(duty: InterviewEpisode, ladder: Ladder) -> InterviewEpisode:
    # A duty that began under another version keeps it; the sweep, which knows that version, looks at it at once.
    kept = duty.ladder_version == ladder.version
    at = next_step(ladder, duty.next_step, duty.due_at) if kept else duty.clock_from
    return replace(duty, resolved_at=None, result="", next_step_at=at)
