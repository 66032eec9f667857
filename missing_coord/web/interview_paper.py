"""What hangs on an interview beside its timeline: audits, the record's versions and draft, and actions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from missing_coord.domain.access import Role
from missing_coord.domain.audit_schemes import SchemeBook
from missing_coord.domain.interview_actions import InterviewAction
from missing_coord.domain.interview_records import RecordHead
from missing_coord.domain.interview_requests import Purchase, PurchaseState, Transfer, TransferState
from missing_coord.domain.interviews import OPEN_STATES
from missing_coord.reporting.pdf import can_make_pdf
from missing_coord.services.interviews.drafts import is_recordable
from missing_coord.services.ports.quality import QualityAudit
from missing_coord.services.ports.records import RecordDraft
from missing_coord.services.quality_audits import waits_for_rework
from missing_coord.storage.unit_of_work import SqlUnitOfWork
from missing_coord.storage.views.interviews_detail import InterviewDetail
from missing_coord.web.dispute_view import disputes_about
from missing_coord.web.record_document import action_line
from missing_coord.web.record_words import CHOICES
from missing_coord.web.session import OFFICE, SignedIn
from missing_coord.web.show import View

READERS = (Role.INTERVIEW_WORKER, Role.MANAGER, Role.QUALITY_AUDITOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """The audits, versions, actions and draft of an interview, as far as the person sees them."""

    audits: Sequence[QualityAudit]
    book: SchemeBook
    heads: Sequence[RecordHead]
    actions: Sequence[InterviewAction]
    draft: RecordDraft | None
    transfers: Sequence[Transfer]
    purchases: Sequence[Purchase]
    disputes: Sequence[View]

    @property
    def number(self) -> int:
        """The number of the newest version, 0 when there is none."""
        return self.heads[0].number if self.heads else 0

    @property
    def waits(self) -> bool:
        """Whether an auditor returned it and nothing newer is submitted."""
        return bool(self.audits) and waits_for_rework(self.audits[0], self.number)


async def read_paper(
    uow: SqlUnitOfWork, found: InterviewDetail, audits: Sequence[QualityAudit], *, who: SignedIn
) -> Paper:
    """Return the paper of an interview."""
    interview_id = found.interview.interview_id
    own, office = who.role is Role.INTERVIEW_WORKER, who.role in OFFICE
    return Paper(
        audits=audits,
        book=await uow.audit_schemes.book(),
        heads=await uow.records.heads(interview_id),
        actions=await uow.actions.of_interview(interview_id),
        draft=await uow.records.draft(interview_id) if own else None,
        transfers=await uow.requests.transfers(interview_id) if office else (),
        purchases=await uow.requests.purchases(interview_id) if office else (),
        disputes=await disputes_about(uow, interview_id) if office else (),
    )


def paper_view(paper: Paper, found: InterviewDetail, *, who: SignedIn) -> View:
    """Return what partials/interview/paper.html shows."""
    worker = who.role is Role.INTERVIEW_WORKER
    return {
        "brief": worker or who.role in OFFICE,
        "may_write": worker and is_recordable(found.interview),
        "may_read": who.role in READERS,
        "can_pdf": can_make_pdf(),
        "draft_at": paper.draft.saved_at if paper.draft else None,
        "versions": len(paper.heads),
        "waits": paper.waits,
        "actions": [action_line(each) for each in paper.actions],
        "may_add": worker or who.role in OFFICE,
        "disputes": paper.disputes,
        "may_dispute": who.role in OFFICE,
        "owners": CHOICES["owners"],
    }


def requests_view(paper: Paper, found: InterviewDetail, *, who: SignedIn) -> View | None:
    """Return what partials/interview/requests.html shows, None for those who have no part in it."""
    if who.role not in OFFICE:
        return None
    open_now = found.interview.state in OPEN_STATES
    asked = any(each.state is TransferState.ASKED for each in paper.transfers)
    states = {each.state for each in paper.purchases}
    forms = {
        "transfer": open_now and not asked,
        "transfer_answer": asked,
        "purchase": open_now and states.isdisjoint({PurchaseState.ASKED, PurchaseState.APPROVED}),
        "purchase_decision": PurchaseState.ASKED in states and who.role is Role.MANAGER,
        "purchase_outcome": PurchaseState.APPROVED in states,
    }
    lines = [*map(_transfer, paper.transfers), *map(_purchase, paper.purchases)]
    return {"lines": lines, "may": {name for name, shown in forms.items() if shown}}


def _transfer(transfer: Transfer) -> View:
    answer = ", ".join(part for part in (transfer.answered_for, transfer.answer) if part)
    said = f"{transfer.authority}, {transfer.contact}: {transfer.state.value}"
    return {
        "words": f"{said}, {answer}" if answer else f"{said}. {transfer.reason}",
        "by": transfer.answer_kept_by or transfer.asked_by,
        "at": transfer.answered_at or transfer.asked_at,
    }


def _purchase(purchase: Purchase) -> View:
    pence = purchase.estimated_pence if purchase.cost_pence is None else purchase.cost_pence
    said = purchase.outcome or purchase.decision_reason or purchase.reason
    about = "about " if purchase.cost_pence is None else ""
    return {
        "words": f"{purchase.supplier}, {about}{pounds(pence)}: {purchase.state.value}. {said}",
        "by": purchase.closed_by or purchase.decided_by or purchase.asked_by,
        "at": purchase.closed_at or purchase.decided_at or purchase.asked_at,
    }


def pounds(pence: int) -> str:
    """Write an amount of pence in pounds."""
    return f"£{pence / 100:,.2f}"
