"""A worker's own interviews, made for a phone: what is due next, where, and two taps to record an attempt."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from missing_coord.domain.access import Role
from missing_coord.domain.audit_schemes import SchemeBook
from missing_coord.domain.quality import AuditKind
from missing_coord.notify.wording import short_reference
from missing_coord.storage.views import interviews as views
from missing_coord.storage.views.interviews import TILES
from missing_coord.storage.views.interviews_detail import MyInterview, my_interviews, returned_to_me
from missing_coord.storage.views.quality import Feedback, my_feedback
from missing_coord.web import show
from missing_coord.web.answers import page
from missing_coord.web.audit_view import short_of
from missing_coord.web.session import SignedIn, require
from missing_coord.web.state import web_of
from missing_coord.web.visits import place_words

router = APIRouter(include_in_schema=False)
Workers = Annotated[SignedIn, Depends(require(Role.INTERVIEW_WORKER))]
MY_TILES = ("breached", "due_soon", "next_step", "open")


@router.get("/my-interviews")
async def my_work(request: Request, who: Workers) -> Response:
    """Show the open interviews of the worker who is signed in, above them the records to be worked on again."""
    asked = request.query_params.get("clock", "")
    clock = asked if asked in MY_TILES else "open"
    async with web_of(request).acting(who.actor) as uow:
        found = await my_interviews(uow, now=uow.now)
        returned = await returned_to_me(uow)
        left = await uow.records.left_drafts()
        feedback, book = await my_feedback(uow), await uow.audit_schemes.book()
        now = uow.now
    rows = [each.row for each in found]
    counts = views.tile_counts(rows, now=now)
    shown = [each for each in found if TILES[clock].admits(each.row, now=now)]
    context = {
        "tiles": show.tiles(counts, path="/my-interviews", current=clock, keys=MY_TILES),
        "returned": [(each, short_reference(each)) for each in returned],
        "left": [(each.interview_id, short_reference(each.interview_id)) for each in left],
        "feedback": [_feedback(each, book) for each in feedback],
        "interviews": [_card(each, now) for each in shown],
    }
    return await page(request, "pages/my_interviews.html", context)


def _card(mine: MyInterview, now: datetime) -> show.View:
    return {
        **show.queue_row(mine.row, now=now),
        "place": place_words(mine),
        "contact": mine.phone or None,
    }


def _feedback(said: Feedback, book: SchemeBook) -> show.View:
    scheme = book.schemes[said.scheme]
    return {
        "audit_id": said.audit_id,
        "short": short_reference(said.interview_id),
        "closed_at": said.closed_at,
        "grade": scheme.grade_names()[said.grade],
        "returned": said.returned,
        "comment": said.comment,
        "short_of": short_of(scheme.criteria(AuditKind(said.kind)), said.marks),
        "by": said.audited_by,
        "at": said.audited_at,
        "read_at": said.read_at,
    }
