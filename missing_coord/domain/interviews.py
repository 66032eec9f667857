"""The return interview: its states, what may follow what, and the words for offers, attempts and outcomes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from missing_coord.domain.access import Role
from missing_coord.domain.errors import DomainError


class InterviewState(StrEnum):
    """Where a return interview stands (union of published outcome lists, domain note 1.5)."""

    NOT_OFFERED = "not_offered"
    OFFERED_AWAITING = "offered_awaiting"
    ACCEPTED_SCHEDULED = "accepted_scheduled"
    DID_NOT_ATTEND = "did_not_attend"
    UNABLE_TO_CONTACT = "unable_to_contact"
    UNWELL_OR_DETAINED = "child_unwell_or_in_custody_or_hospital"
    DECLINED_ONCE = "declined_once"
    COMPLETED = "completed"
    CARER_INFO_ONLY = "completed_by_carer_info_only"
    DECLINED_BY_CHILD = "declined_by_child"
    DECLINED_BY_PARENT = "declined_by_parent"
    CLOSED_NO_CONTACT = "closed_no_contact_manager_decision"
    NOT_REQUIRED = "not_required_manager_decision"
    TRANSFERRED = "transferred_to_other_authority"
    RECORDED_IN_ERROR = "cancelled_recorded_in_error"
    DECEASED = "deceased"
    NOT_RECORDED = "not_recorded_before"


OPEN_STATES = frozenset(
    {
        InterviewState.NOT_OFFERED,
        InterviewState.OFFERED_AWAITING,
        InterviewState.ACCEPTED_SCHEDULED,
        InterviewState.DID_NOT_ATTEND,
        InterviewState.UNABLE_TO_CONTACT,
        InterviewState.UNWELL_OR_DETAINED,
        InterviewState.DECLINED_ONCE,
    }
)

RECORDABLE_STATES = OPEN_STATES | {InterviewState.COMPLETED}
"""Of these a record is written."""

MANAGER_DECISIONS = frozenset({InterviewState.NOT_REQUIRED, InterviewState.CLOSED_NO_CONTACT})

STATE_NAMES = {
    InterviewState.NOT_OFFERED: "Not offered yet",
    InterviewState.OFFERED_AWAITING: "Offered, awaiting answer",
    InterviewState.ACCEPTED_SCHEDULED: "Accepted",
    InterviewState.DID_NOT_ATTEND: "Did not attend",
    InterviewState.UNABLE_TO_CONTACT: "Unable to contact",
    InterviewState.UNWELL_OR_DETAINED: "Unwell, in hospital or in custody",
    InterviewState.DECLINED_ONCE: "Declined once, to be asked again",
    InterviewState.COMPLETED: "Completed",
    InterviewState.CARER_INFO_ONLY: "Carer's information only",
    InterviewState.DECLINED_BY_CHILD: "Declined by the child",
    InterviewState.DECLINED_BY_PARENT: "Declined by a parent or carer",
    InterviewState.CLOSED_NO_CONTACT: "Closed without contact (manager's decision)",
    InterviewState.NOT_REQUIRED: "Not required (manager's decision)",
    InterviewState.TRANSFERRED: "Transferred to another authority",
    InterviewState.RECORDED_IN_ERROR: "Cancelled, recorded in error",
    InterviewState.DECEASED: "Child has died",
    InterviewState.NOT_RECORDED: "Nothing on the earlier records",
}


class IndependenceBasis(StrEnum):
    """On what ground the interviewer counts as independent; the last is reported as a breach."""

    INDEPENDENT_OF_CARE = "independent_of_care"
    INDEPENDENT_OF_PLACEMENT_AND_AUTHORITY = "independent_of_placement_and_LA"
    CHILD_PREFERENCE = "child_preference_exception"
    NOT_INDEPENDENT = "not_independent"


class ContactMethod(StrEnum):
    """How an offer or attempt was made; a letter is an attempt and not an offer by default."""

    IN_PERSON = "in_person"
    PHONE = "phone"
    TEXT = "text"
    VIA_CARER = "via_carer"
    LETTER = "letter"


class ContactWith(StrEnum):
    """Whom an offer or attempt reached for."""

    CHILD = "child"
    PARENT = "parent"
    CARER = "carer"


class EventKind(StrEnum):
    """What can be written on the timeline of an interview."""

    ASSIGNED = "assigned"
    UNASSIGNED = "unassigned"
    ATTEMPT = "attempt"
    OFFER = "offer"
    ACCEPTED = "accepted"
    DID_NOT_ATTEND = "did_not_attend"
    UNABLE_TO_CONTACT = "unable_to_contact"
    ON_HOLD = "on_hold"
    COMPLETED = "completed"
    CARER_INFO = "carer_info"
    DECLINED = "declined"
    DECIDED = "decided"
    TRANSFERRED = "transferred"
    CLOSED = "closed"
    REOPENED = "reopened"
    RECORDED = "recorded"
    TRANSFER_ASKED = "transfer_asked"
    TRANSFER_REFUSED = "transfer_refused"
    PURCHASE_ASKED = "purchase_asked"
    PURCHASE_DECIDED = "purchase_decided"
    PURCHASE_CLOSED = "purchase_closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One change of state: the state that follows and the kind of timeline entry that records it."""

    state: InterviewState
    event: EventKind


def check_open(state: InterviewState) -> None:
    """Raise DomainError when the interview is closed, so that nothing is written over an outcome."""
    if state not in OPEN_STATES:
        raise DomainError(
            "interview_closed",
            f"This interview is closed ({STATE_NAMES[state]}). Reopen it before recording more.",
        )


def state_after_offer(
    state: InterviewState, *, method: ContactMethod, letter_counts: bool = False
) -> InterviewState:
    """Return the state after an offer; a letter alone leaves the interview not offered unless policy counts it."""
    check_open(state)
    if method is ContactMethod.LETTER and not letter_counts:
        return state
    return (
        InterviewState.ACCEPTED_SCHEDULED
        if state is InterviewState.ACCEPTED_SCHEDULED
        else InterviewState.OFFERED_AWAITING
    )


def check_decision(state: InterviewState, *, outcome: InterviewState, role: Role, reason: str) -> None:
    """Raise DomainError unless a manager decides, in words, that an open interview will not be held."""
    check_open(state)
    if outcome in MANAGER_DECISIONS and role is not Role.MANAGER:
        raise DomainError("manager_only", "Only a named manager can decide that an interview is not held.")
    if outcome in MANAGER_DECISIONS and not reason.strip():
        raise DomainError(
            "reason_required",
            "reason: say why this interview will not be held; it is reported as a line of its own.",
        )
