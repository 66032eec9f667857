"""Requests about an interview that somebody else has to answer: another authority to take it over, money to buy it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from missing_coord.domain.errors import DomainError


class TransferState(StrEnum):
    """Where a request to another authority stands; only a named person there accepts it."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class PurchaseState(StrEnum):
    """Where a spot purchase stands."""

    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"
    DONE = "done"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """A request that another authority takes an interview over; the interview and its clock go on until it accepts."""

    transfer_id: str
    interview_id: str
    authority: str
    contact: str
    reason: str
    state: TransferState
    asked_by: str
    asked_at: datetime
    answered_for: str = ""
    answer: str = ""
    answer_kept_by: str = ""
    answered_at: datetime | None = None
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """A request to buy an interview from a supplier; costs in pence."""

    purchase_id: str
    interview_id: str
    reason: str
    supplier: str
    estimated_pence: int
    state: PurchaseState
    asked_by: str
    asked_at: datetime
    decided_by: str = ""
    decided_at: datetime | None = None
    decision_reason: str = ""
    outcome: str = ""
    cost_pence: int | None = None
    closed_by: str = ""
    closed_at: datetime | None = None
    version: int = 1


def answer_transfer(
    transfer: Transfer, *, state: TransferState, answered_for: str, answer: str, by: str, at: datetime
) -> Transfer:
    """Return a request answered; raises DomainError naming the field."""
    if transfer.state is not TransferState.ASKED:
        raise DomainError("answered", "state: this request was answered or withdrawn already.")
    if state is TransferState.ASKED:
        raise DomainError("no_answer", "state: say whether it is accepted, refused or withdrawn.")
    if state is TransferState.ACCEPTED and not answered_for.strip():
        raise DomainError("who_accepted", "answered_for: name who accepted it at the other authority.")
    if state is not TransferState.ACCEPTED and not answer.strip():
        raise DomainError("why_not", "answer: say why it is not taken over.")
    return replace(
        transfer,
        state=state,
        answered_for=answered_for.strip(),
        answer=answer.strip(),
        answer_kept_by=by,
        answered_at=at,
    )


def decide_purchase(purchase: Purchase, *, approved: bool, reason: str, by: str, at: datetime) -> Purchase:
    """Return a request decided by somebody else than who asked; raises DomainError naming the field."""
    if purchase.state is not PurchaseState.ASKED:
        raise DomainError("decided", "approved: this request was decided already.")
    if by == purchase.asked_by:
        raise DomainError("own_request", "approved: you asked for this yourself; another manager decides it.")
    if not approved and not reason.strip():
        raise DomainError("why_refused", "decision_reason: say why it is refused.")
    state = PurchaseState.APPROVED if approved else PurchaseState.REFUSED
    return replace(purchase, state=state, decided_by=by, decided_at=at, decision_reason=reason.strip())


def close_purchase(
    purchase: Purchase, *, state: PurchaseState, outcome: str, cost_pence: int | None, by: str, at: datetime
) -> Purchase:
    """Return a purchase done at its cost, or cancelled; raises DomainError naming the field."""
    if purchase.state is not PurchaseState.APPROVED:
        raise DomainError("not_approved", "closed: only an approved purchase is done or cancelled.")
    if state not in (PurchaseState.DONE, PurchaseState.CANCELLED):
        raise DomainError("no_outcome", "closed: say whether it is done or cancelled.")
    if not outcome.strip():
        raise DomainError("outcome_required", "outcome: say what came of it.")
    if state is PurchaseState.DONE and cost_pence is None:
        raise DomainError("cost_required", "cost: give what it cost.")
    return replace(
        purchase, state=state, outcome=outcome.strip(), cost_pence=cost_pence, closed_by=by, closed_at=at
    )
