"""Before a decision is made or undone: what moves, and which deadlines move with it; looking changes nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response

from missing_coord.domain.errors import DomainError
from missing_coord.notify.wording import short_reference
from missing_coord.services import decisions
from missing_coord.services.intake import Engine
from missing_coord.storage.unit_of_work import SqlUnitOfWork
from missing_coord.storage.views import reviews
from missing_coord.storage.views.decisions import Standing, standings, touched_children
from missing_coord.storage.views.reviews import ReviewDetail
from missing_coord.web import show
from missing_coord.web.answers import page
from missing_coord.web.forms import Form
from missing_coord.web.pages.reviews import Office, show_review
from missing_coord.web.rendering import london
from missing_coord.web.session import SignedIn
from missing_coord.web.state import Web, web_of

router = APIRouter(include_in_schema=False)
Change = tuple[list[Standing], list[Standing]]
Act = Callable[[SqlUnitOfWork, Engine], Awaitable[object]]


class _OnlyTried(Exception):
    """Ends a transaction that was a trial, so that nothing of it is kept."""


@router.get("/reviews/{review_id}/same")
async def same(request: Request, review_id: str, who: Office) -> Response:
    """Show what would change if this notice were decided to be about `?child_id=`."""
    web = web_of(request)
    child_id = request.query_params.get("child_id", "").replace("\x00", "").strip()[:100]
    async with web.acting(who.actor) as uow:
        detail = await reviews.review_detail(uow, review_id)
        cards = await reviews.register_cards(uow, [child_id])
        reviews.opened_review(uow, detail, [child_id])

    async def decide(uow: SqlUnitOfWork, engine: Engine) -> object:
        return await decisions.decide_same(
            uow,
            incident_id=detail.incident_id,
            child_id=child_id,
            expected_version=detail.version,
            reason="",
            engine=engine,
        )

    try:
        before, after = await _tried(web, who, detail, {child_id}, decide)
    except DomainError as error:
        form = Form(fields={})
        form.refused(error, known=("find", "reason"), names={"child_id": "find"})
        return await show_review(request, who, review_id, form, status=422)
    child: show.View = {"child_id": child_id, "name": cards[child_id].name}
    return await _show(request, detail, child, before, after)


@router.get("/reviews/{review_id}/undo")
async def undoing(request: Request, review_id: str, who: Office) -> Response:
    """Show what would go back where it was if the newest decision about this notice were undone."""
    web = web_of(request)
    async with web.acting(who.actor) as uow:
        detail = await reviews.review_detail(uow, review_id)
        reviews.opened_review(uow, detail, [])
    verdicts = [each.verdict for each in detail.decisions]

    async def undo(uow: SqlUnitOfWork, engine: Engine) -> object:
        return await decisions.undo(
            uow, incident_id=detail.incident_id, expected_version=detail.version, reason="", engine=engine
        )

    try:
        moved = {each for verdict in verdicts for each in (verdict.child_id, verdict.moved_from)}
        before, after = await _tried(web, who, detail, moved, undo)
    except DomainError as error:
        form = Form(fields={})
        form.refused(error, known=("reason",), names={})
        return await show_review(request, who, review_id, form, status=422)
    return await _show(request, detail, None, before, after)


async def _show(
    request: Request,
    detail: ReviewDetail,
    child: show.View | None,
    before: list[Standing],
    after: list[Standing],
) -> Response:
    context = {
        "review": {
            "review_id": detail.incident_id,
            "version": detail.version,
            "reference": detail.reference,
        },
        "child": child,
        "deadlines": list(_deadlines(before, after)),
        "tables": [("Now", _rows(before, after)), ("Afterwards", _rows(after, before))],
    }
    return await page(request, "pages/review_same.html", context, reference=detail.reference)


async def _tried(web: Web, who: SignedIn, detail: ReviewDetail, children: set[str], act: Act) -> Change:
    """Decide, look, and take it back: so what is shown is what the decision itself would do."""
    found: list[list[Standing]] = []
    try:
        async with web.acting(who.actor) as uow:
            touched = children | await touched_children(uow, detail.incident_id)
            found.append(await standings(uow, touched))
            async with uow.as_system():
                engine = await web.application.engine(uow)
            await act(uow, engine)
            found.append(await standings(uow, touched | await touched_children(uow, detail.incident_id)))
            raise _OnlyTried
    except _OnlyTried:
        return found[0], found[1]


def _deadlines(before: Sequence[Standing], after: Sequence[Standing]) -> Iterator[str]:
    """Say of each open interview how its earliest deadline would move."""
    was, becomes = _due_of(before), _due_of(after)
    for interview_id in sorted({*was, *becomes}, key=lambda each: (was.get(each) or becomes[each], each)):
        name = f"Interview {short_reference(interview_id)}"
        if interview_id not in becomes:
            yield f"{name}, due {london(was[interview_id])}, ends; its episodes go to the child's other interview."
        elif interview_id not in was:
            yield f"{name} is opened, due {london(becomes[interview_id])}."
        elif was[interview_id] != becomes[interview_id]:
            yield f"{name} is due {london(becomes[interview_id])} instead of {london(was[interview_id])}."


def _due_of(found: Sequence[Standing]) -> dict[str, datetime]:
    due: dict[str, datetime] = {}
    for each in found:
        if each.interview_id and each.due_at is not None and not each.resolved:
            due[each.interview_id] = min(due.get(each.interview_id, each.due_at), each.due_at)
    return due


def _rows(found: Sequence[Standing], other: Sequence[Standing]) -> list[show.View]:
    """Return the episodes that do not stand in the same way on the other side."""
    return [
        {
            "episode": ", ".join(show.told_references(each.references)) or "no reference",
            "child": f"{each.child_name or 'Name not known'} ({each.child_id})",
            "started_at": each.started_at,
            "ended_at": each.ended_at,
            "interview": short_reference(each.interview_id) if each.interview_id else None,
            "due_at": each.due_at,
            "worker_name": each.worker_name or None,
            "visit_at": each.visit_starts_at,
        }
        for each in found
        if each not in other
    ]
