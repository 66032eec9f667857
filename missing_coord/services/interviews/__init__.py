"""Return interviews: every use case by which people assign, offer, record, decide and reopen, in one place."""

from __future__ import annotations

from missing_coord.services.interviews.assign import assign, change_visit_time, unassign
from missing_coord.services.interviews.change import InterviewChangedMeanwhile, Recorded
from missing_coord.services.interviews.contact import (
    record_acceptance,
    record_attempt,
    record_did_not_attend,
    record_on_hold,
    record_unable_to_contact,
)
from missing_coord.services.interviews.decisions import (
    close_without_contact,
    decide_not_required,
    record_deceased,
    reopen,
    transfer_to_authority,
)
from missing_coord.services.interviews.declines import record_decline
from missing_coord.services.interviews.outcomes import (
    complete,
    record_carer_information_only,
    record_offer,
)
from missing_coord.services.interviews.words import DeclinedBy, DutyResult, HoldReason, OfferAnswer

__all__ = [
    "DeclinedBy",
    "DutyResult",
    "HoldReason",
    "InterviewChangedMeanwhile",
    "OfferAnswer",
    "Recorded",
    "assign",
    "change_visit_time",
    "close_without_contact",
    "complete",
    "decide_not_required",
    "record_acceptance",
    "record_attempt",
    "record_carer_information_only",
    "record_deceased",
    "record_decline",
    "record_did_not_attend",
    "record_offer",
    "record_on_hold",
    "record_unable_to_contact",
    "reopen",
    "transfer_to_authority",
    "unassign",
]
