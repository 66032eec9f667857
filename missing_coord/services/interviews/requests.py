"""Asking another authority to take an interview over, and buying one: asked, decided by somebody else, settled."""

from __future__ import annotations

import uuid
from typing import Unpack

from missing_coord.domain.access import Role
from missing_coord.domain.errors import DomainError
from missing_coord.domain.interview_requests import (
    Purchase,
    PurchaseState,
    Transfer,
    TransferState,
    answer_transfer,
    close_purchase,
    decide_purchase,
)
from missing_coord.domain.interviews import EventKind, InterviewState, check_open
from missing_coord.services.interviews.change import (
    OFFICE,
    Change,
    Recorded,
    Submission,
    Taken,
    change,
    check_role,
    repeat_of,
    required,
    seen,
)
from missing_coord.services.interviews.decisions import transfer_to_authority
from missing_coord.services.ports.requests import RequestWork


async def ask_transfer(
    uow: RequestWork, *, authority: str, contact: str, reason: str, **submission: Unpack[Submission]
) -> Recorded:
    """Ask another authority to take an interview over; it stays open here, and its 72 hours go on."""
    interview_id = submission["interview_id"]
    await _hold(uow, interview_id)
    if repeat := await repeat_of(uow, {EventKind.TRANSFER_ASKED}, **submission):
        return repeat
    transfer = Transfer(
        transfer_id=str(uuid.uuid4()),
        interview_id=interview_id,
        authority=required("authority", authority, why="name the authority that is asked."),
        contact=required("contact", contact, why="say whom you asked there, and how."),
        reason=required("reason", reason, why="say why it should take the interview over."),
        state=TransferState.ASKED,
        asked_by=uow.actor.name,
        asked_at=uow.now,
    )
    if any(each.state is TransferState.ASKED for each in await uow.requests.transfers(interview_id)):
        raise DomainError("asked_already", "authority: another authority was asked and has not answered yet.")

    def plan(taken: Taken) -> Change:
        check_open(InterviewState(taken.interview.state))
        return _noted(taken, EventKind.TRANSFER_ASKED, f"Asked {transfer.authority} to take it over")

    made = await change(uow, plan, kinds={EventKind.TRANSFER_ASKED}, roles=OFFICE, **submission)
    await uow.requests.add_transfer(transfer)
    return made


async def record_transfer_answer(
    uow: RequestWork,
    *,
    state: TransferState,
    answered_for: str = "",
    answer: str = "",
    **submission: Unpack[Submission],
) -> Recorded:
    """Record what the other authority answered; accepted closes the interview here, anything else leaves it open."""
    kinds = {EventKind.TRANSFER_REFUSED, EventKind.TRANSFERRED}
    await _hold(uow, submission["interview_id"])
    if repeat := await repeat_of(uow, kinds, **submission):
        return repeat
    asked = next(
        (
            each
            for each in await uow.requests.transfers(submission["interview_id"])
            if each.state is TransferState.ASKED
        ),
        None,
    )
    if asked is None:
        raise DomainError("nothing_asked", "state: no authority has a request to answer.")
    answered = answer_transfer(
        asked, state=state, answered_for=answered_for, answer=answer, by=uow.actor.name, at=uow.now
    )
    await uow.requests.save_transfer(answered)
    if state is TransferState.ACCEPTED:
        words = f"Accepted by {answered.answered_for}. {asked.reason}"
        return await transfer_to_authority(uow, authority=asked.authority, reason=words, **submission)

    def plan(taken: Taken) -> Change:
        return _noted(taken, EventKind.TRANSFER_REFUSED, f"{asked.authority}: {answered.answer}")

    return await change(uow, plan, kinds={EventKind.TRANSFER_REFUSED}, roles=OFFICE, **submission)


async def ask_purchase(
    uow: RequestWork,
    *,
    supplier: str,
    estimated_pence: int,
    reason: str,
    **submission: Unpack[Submission],
) -> Recorded:
    """Ask for money to buy an interview from a supplier; one purchase at a time, so that answers are of that one."""
    await _hold(uow, submission["interview_id"])
    if repeat := await repeat_of(uow, {EventKind.PURCHASE_ASKED}, **submission):
        return repeat
    await _check_none_waits(uow, submission["interview_id"])
    purchase = Purchase(
        purchase_id=str(uuid.uuid4()),
        interview_id=submission["interview_id"],
        reason=required("reason", reason, why="say why none of our own workers can go."),
        supplier=required("supplier", supplier, why="name who is to hold the interview."),
        estimated_pence=estimated_pence,
        state=PurchaseState.ASKED,
        asked_by=uow.actor.name,
        asked_at=uow.now,
    )

    def plan(taken: Taken) -> Change:
        check_open(InterviewState(taken.interview.state))
        return _noted(taken, EventKind.PURCHASE_ASKED, f"From {purchase.supplier}")

    made = await change(uow, plan, kinds={EventKind.PURCHASE_ASKED}, roles=OFFICE, **submission)
    if not made.repeated:
        await uow.requests.add_purchase(purchase)
    return made


async def _hold(uow: RequestWork, interview_id: str) -> None:
    """Hold the child, as every change does, before anything is looked at: of two at once the second sees the first."""
    check_role(uow, OFFICE)
    await uow.children.lock([(await seen(uow, interview_id)).child_id])


async def _check_none_waits(uow: RequestWork, interview_id: str) -> None:
    waiting = {PurchaseState.ASKED, PurchaseState.APPROVED}
    if any(each.state in waiting for each in await uow.requests.purchases(interview_id)):
        raise DomainError("asked_already", "supplier: another purchase of this interview is not settled yet.")


async def record_purchase_decision(
    uow: RequestWork, *, approved: bool, reason: str = "", **submission: Unpack[Submission]
) -> Recorded:
    """Approve or refuse what somebody else asked for; a manager decides."""
    await _hold(uow, submission["interview_id"])
    if repeat := await repeat_of(uow, {EventKind.PURCHASE_DECIDED}, **submission):
        return repeat
    asked = await _purchase(uow, submission["interview_id"], PurchaseState.ASKED)
    decided = decide_purchase(asked, approved=approved, reason=reason, by=uow.actor.name, at=uow.now)

    def plan(taken: Taken) -> Change:
        said = "Approved" if approved else f"Refused: {decided.decision_reason}"
        return _noted(taken, EventKind.PURCHASE_DECIDED, f"{said}, {asked.supplier}")

    made = await change(uow, plan, kinds={EventKind.PURCHASE_DECIDED}, roles={Role.MANAGER}, **submission)
    await uow.requests.save_purchase(decided)
    return made


async def record_purchase_outcome(
    uow: RequestWork,
    *,
    state: PurchaseState,
    outcome: str,
    cost_pence: int | None = None,
    **submission: Unpack[Submission],
) -> Recorded:
    """Say what came of an approved purchase and what it cost; the interview may be closed by then."""
    await _hold(uow, submission["interview_id"])
    if repeat := await repeat_of(uow, {EventKind.PURCHASE_CLOSED}, **submission):
        return repeat
    approved = await _purchase(uow, submission["interview_id"], PurchaseState.APPROVED)
    closed = close_purchase(
        approved, state=state, outcome=outcome, cost_pence=cost_pence, by=uow.actor.name, at=uow.now
    )

    def plan(taken: Taken) -> Change:
        return _noted(taken, EventKind.PURCHASE_CLOSED, f"{approved.supplier}: {state.value}")

    made = await change(uow, plan, kinds={EventKind.PURCHASE_CLOSED}, roles=OFFICE, **submission)
    await uow.requests.save_purchase(closed)
    return made


async def _purchase(uow: RequestWork, interview_id: str, state: PurchaseState) -> Purchase:
    found = next((each for each in await uow.requests.purchases(interview_id) if each.state is state), None)
    if found is None:
        raise DomainError("no_such_purchase", "No purchase of this interview waits for this.")
    return found


def _noted(taken: Taken, kind: EventKind, words: str) -> Change:
    return Change(interview=taken.interview, entries=(taken.entry(kind, note=words),))
