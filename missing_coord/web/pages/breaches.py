"""Managers' breaches: every open interview over 72 hours, the longest over first, with what stands in the way."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from missing_coord.domain.interviews import InterviewState
from missing_coord.storage.views.interviews_detail import BreachRow, breaches
from missing_coord.web import show
from missing_coord.web.answers import page
from missing_coord.web.paging import Pages, pages_of
from missing_coord.web.session import OFFICE, SignedIn, require
from missing_coord.web.state import web_of

router = APIRouter(include_in_schema=False)
PAGE_SIZE = 50
Office = Annotated[SignedIn, Depends(require(*OFFICE))]
LISTS = {
    "all": "Over 72 hours",
    "unassigned": "No worker",
    "late_notice": "Told after the deadline",
}


@router.get("/breaches")
async def over_time(request: Request, who: Office) -> Response:
    """Show the open interviews over their time."""
    asked = request.query_params.get("list", "")
    wanted = asked if asked in LISTS else "all"
    async with web_of(request).acting(who.actor) as uow:
        found = await breaches(uow, now=uow.now)
        now = uow.now
    shown = [each for each in found if _belongs(each, wanted)]
    pages = Pages.asked(request, size=PAGE_SIZE)
    part = shown[pages.offset : pages.offset + PAGE_SIZE]
    more = len(shown) > pages.offset + PAGE_SIZE
    context = {
        "tiles": [_tile(key, found, current=wanted) for key in LISTS],
        "rows": [{**show.queue_row(each.row, now=now), **_line(each)} for each in part],
        "pager": pages_of(request, pages, more=more, count=len(part), total=len(shown)),
    }
    return await page(request, "pages/breaches.html", context)


def _belongs(breach: BreachRow, wanted: str) -> bool:
    if wanted == "unassigned":
        return not breach.row.worker_id
    return breach.told_after_deadline or wanted != "late_notice"


def _tile(key: str, found: list[BreachRow], *, current: str) -> show.View:
    return {
        "key": key,
        "label": LISTS[key],
        "count": sum(_belongs(each, key) for each in found),
        "href": "/breaches" if key == "all" else f"/breaches?list={key}",
        "tone": "breached" if key == "all" else "plain",
        "current": key == current,
    }


def _line(breach: BreachRow) -> show.View:
    row = breach.row
    told = show.told(breach.last_recipients)
    return {
        "worker_name": row.worker_name or None,
        "cause": _cause(breach),
        "told_lag": show.lag_words(breach.told_lag),
        "last_step": f"{show.step_title(breach.last_step)}, told {told}" if breach.last_step else None,
    }


def _cause(breach: BreachRow) -> str | None:
    """Return what stands in the way as far as the record shows it."""
    row = breach.row
    if breach.told_after_deadline:
        return "Late notice: we were told after the deadline"
    if row.child_missing:
        return "Missing again"
    if row.state == InterviewState.UNWELL_OR_DETAINED:
        return "Unwell, in hospital or in custody"
    if not row.worker_id:
        return "No worker assigned"
    if row.state == InterviewState.UNABLE_TO_CONTACT:
        return "No contact so far"
    if row.state == InterviewState.DECLINED_ONCE:
        return "Declined once, to be asked again"
    return None
