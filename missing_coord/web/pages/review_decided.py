"""What was decided of late about whose notice it is, and any notice by its reference: the way back to undo it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from missing_coord.domain.cases import MatchState
from missing_coord.storage.views.decided import LATELY, DecidedLine, decided_lines
from missing_coord.web import show
from missing_coord.web.answers import page
from missing_coord.web.paging import Pages, pages_of
from missing_coord.web.session import OFFICE, SignedIn, require
from missing_coord.web.state import web_of

router = APIRouter(include_in_schema=False)
Office = Annotated[SignedIn, Depends(require(*OFFICE))]
PAGE_SIZE = 50
VERDICTS = {
    "same": "the same child",
    "not_same": "a child was ruled out",
    "not_on_register": "not on the register",
}
STATES = {
    MatchState.AUTOMATIC: "Matched without a person",
    MatchState.REVIEW: "Waits for a decision",
    MatchState.UNMATCHED: "Waits; no child of the register comes near",
}


@router.get("/reviews/decided")
async def decided(request: Request, who: Office) -> Response:
    """Show what people decided in the last 30 days, or every notice of the reference in `?q=`."""
    wanted = request.query_params.get("q", "").replace("\x00", "").strip()[:100]
    shown = Pages.asked(request, size=PAGE_SIZE)
    async with web_of(request).acting(who.actor) as uow:
        found = await decided_lines(uow, words=wanted, limit=PAGE_SIZE + 1, offset=shown.offset)
    rows = [_line(each) for each in found[:PAGE_SIZE]]
    context = {
        "rows": rows,
        "wanted": wanted,
        "days": LATELY.days,
        "pager": pages_of(request, shown, more=len(found) > PAGE_SIZE, count=len(rows)),
    }
    return await page(request, "pages/reviews_decided.html", context)


def _line(each: DecidedLine) -> show.View:
    return {
        "review_id": each.incident_id,
        "reference": each.reference,
        "child_id": each.child_id,
        "child_name": each.child_name,
        "said": _said(each),
        "at": each.decided_at,
        "others": each.others,
    }


def _said(each: DecidedLine) -> str:
    if each.verdict:
        return f"{each.decided_by}: {VERDICTS[each.verdict]}"
    if each.decided_by not in ("", "engine"):
        return f"As {each.decided_by} decided of the same words"
    return STATES.get(MatchState(each.match_state), "Named by the sender")
