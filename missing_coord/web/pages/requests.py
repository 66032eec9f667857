"""Requests about interviews: to another authority, and for money to buy one; and the list of those that wait."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from missing_coord.domain.access import Role
from missing_coord.notify.wording import short_reference
from missing_coord.storage.views.requests import RequestLine, waiting_purchases, waiting_transfers
from missing_coord.web import request_forms as forms
from missing_coord.web import show
from missing_coord.web.answers import page
from missing_coord.web.interview_paper import pounds
from missing_coord.web.pages.interviews import record_on_interview
from missing_coord.web.session import OFFICE, SignedIn, require
from missing_coord.web.state import web_of

router = APIRouter(include_in_schema=False)
Office = Annotated[SignedIn, Depends(require(*OFFICE))]
Managers = Annotated[SignedIn, Depends(require(Role.MANAGER))]


@router.get("/requests")
async def waiting(request: Request, who: Office) -> Response:
    """Show the requests that wait for an answer, a decision or an outcome, the longest waiting first."""
    async with web_of(request).acting(who.actor) as uow:
        transfers, purchases = await waiting_transfers(uow), await waiting_purchases(uow)
    context = {
        "transfers": [_line(each) for each in transfers],
        "purchases": [_line(each) for each in purchases],
    }
    return await page(request, "pages/requests.html", context)


@router.post("/interviews/{interview_id}/transfer")
async def ask_transfer(request: Request, interview_id: str, who: Office) -> Response:
    """Ask another authority to take the interview over."""
    return await record_on_interview(request, who, interview_id, forms.TRANSFER)


@router.post("/interviews/{interview_id}/transfer-answer")
async def answer_transfer(request: Request, interview_id: str, who: Office) -> Response:
    """Record what the other authority answered."""
    return await record_on_interview(request, who, interview_id, forms.TRANSFER_ANSWER)


@router.post("/interviews/{interview_id}/purchase")
async def ask_purchase(request: Request, interview_id: str, who: Office) -> Response:
    """Ask for a spot purchase."""
    return await record_on_interview(request, who, interview_id, forms.PURCHASE)


@router.post("/interviews/{interview_id}/purchase-decision")
async def decide_purchase(request: Request, interview_id: str, who: Managers) -> Response:
    """Approve or refuse a spot purchase."""
    return await record_on_interview(request, who, interview_id, forms.PURCHASE_DECISION)


@router.post("/interviews/{interview_id}/purchase-outcome")
async def settle_purchase(request: Request, interview_id: str, who: Office) -> Response:
    """Record what came of a spot purchase, and its cost."""
    return await record_on_interview(request, who, interview_id, forms.PURCHASE_OUTCOME)


def _line(line: RequestLine) -> show.View:
    return {
        "interview_id": line.interview_id,
        "short": short_reference(line.interview_id),
        "child_name": line.display_name,
        "of_whom": line.of_whom,
        "state": line.state,
        "asked_by": line.asked_by,
        "asked_at": line.asked_at,
        "due_at": line.due_at,
        "cost": pounds(line.pence) if line.pence is not None else None,
    }
