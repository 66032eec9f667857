"""Which child is this: the notices that wait, one of them beside its candidates, the decision and its undoing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from missing_coord.domain.areas import Areas
from missing_coord.domain.cases import MatchState
from missing_coord.domain.errors import DomainError
from missing_coord.services import decisions
from missing_coord.services.decisions_moves import Moves
from missing_coord.storage.unit_of_work import SqlUnitOfWork
from missing_coord.storage.views import reviews as views
from missing_coord.storage.views.reviews import Proposed, RegisterCard, ReviewDetail, ReviewLine
from missing_coord.web.answers import page, redirect
from missing_coord.web.forms import Form, read_form
from missing_coord.web.paging import Pages, pages_of
from missing_coord.web.rendering import london
from missing_coord.web.review_facts import compared, notice_facts
from missing_coord.web.session import OFFICE, SignedIn, require
from missing_coord.web.state import web_of

router = APIRouter(include_in_schema=False)
PAGE_SIZE = 50
Office = Annotated[SignedIn, Depends(require(*OFFICE))]
View = dict[str, object]
CAUTION = "not automatic: "


@router.get("/reviews")
async def reviews(request: Request, who: Office) -> Response:
    """Show the notices that wait for a decision, the earliest deadline first."""
    shown = Pages.asked(request, size=PAGE_SIZE)
    async with web_of(request).acting(who.actor) as uow:
        found = await views.reviews_waiting(uow, limit=PAGE_SIZE + 1, offset=shown.offset)
        total = await views.count_waiting(uow)
    rows = [_line(each) for each in found[:PAGE_SIZE]]
    pager = pages_of(request, shown, more=len(found) > PAGE_SIZE, count=len(rows), total=total)
    return await page(request, "pages/reviews.html", {"rows": rows, "pager": pager})


@router.get("/reviews/{review_id}")
async def review(request: Request, review_id: str, who: Office) -> Response:
    """Show one notice beside its candidates."""
    return await show_review(request, who, review_id, Form(fields={}))


@router.post("/reviews/{review_id}/find")
async def find(request: Request, review_id: str, who: Office) -> Response:
    """Show one notice beside the children found by number or name too; posted, so that no name stands in an address."""
    wanted = (await read_form(request)).text("find")[:100]
    return await show_review(request, who, review_id, Form(fields={"find": (wanted,)}))


@router.post("/reviews/{review_id}/decision")
async def decide(request: Request, review_id: str, who: Office) -> Response:
    """Decide whose notice it is."""
    form = await read_form(request)
    version = form.version()
    try:
        async with web_of(request).acting(who.actor) as uow:
            said = await _decide(request, uow, review_id, form, version)
    except DomainError as error:
        form.refused(error, known=("reason", "find"), names={"child_id": "find"})
        return await show_review(request, who, review_id, form, status=422)
    return redirect(request, f"/reviews/{review_id}", said=said)


@router.post("/reviews/{review_id}/undo")
async def undo(request: Request, review_id: str, who: Office) -> Response:
    """Undo the newest decision about a notice."""
    form = await read_form(request)
    version = form.version()
    web = web_of(request)
    try:
        async with web.acting(who.actor) as uow:
            async with uow.as_system():
                engine = await web.application.engine(uow)
            await decisions.undo(
                uow,
                incident_id=review_id,
                expected_version=version,
                reason=form.text("reason"),
                engine=engine,
            )
    except DomainError as error:
        form.refused(error, known=("reason",), names={})
        return await show_review(request, who, review_id, form, status=422)
    return redirect(
        request, f"/reviews/{review_id}", said="The decision is undone; everything is where it was."
    )


async def _decide(request: Request, uow: SqlUnitOfWork, review_id: str, form: Form, version: int) -> str:
    async with uow.as_system():
        engine = await web_of(request).application.engine(uow)
    reason, child_id = form.text("reason"), form.text("child_id")
    match form.text("decision"):
        case "same":
            done = await decisions.decide_same(
                uow,
                incident_id=review_id,
                child_id=child_id,
                expected_version=version,
                reason=reason,
                engine=engine,
            )
            also = f" {len(done.followers)} more in the same words moved with it." if done.followers else ""
            return f"The notice is about {done.child_id}.{also}"
        case "not_this":
            await decisions.decide_not_same(
                uow,
                incident_id=review_id,
                child_id=child_id,
                expected_version=version,
                reason=reason,
                engine=engine,
            )
            return f"{child_id} is ruled out for this notice; the others were looked at again."
        case "not_on_register":
            await decisions.decide_not_on_register(
                uow, incident_id=review_id, expected_version=version, reason=reason, engine=engine
            )
            return "The child is not on the register; the clock of the interview goes on."
        case _:
            raise DomainError("decision", "reason: choose one of the buttons.")


async def show_review(
    request: Request, who: SignedIn, review_id: str, form: Form, *, status: int = 200
) -> Response:
    """Answer with one notice beside its candidates; what is wrong with a form stands beside its field."""
    async with web_of(request).acting(who.actor) as uow:
        detail = await views.review_detail(uow, review_id)
        found = await views.find_children(uow, form.text("find")) if form.text("find") else []
        proposed = {each.child_id: each for each in detail.proposed}
        cards = await views.register_cards(uow, [*proposed, *found])
        wanted = [each for each in dict.fromkeys([*found, *proposed]) if each in cards][:10]
        moves = await decisions.preview(uow, incident_id=review_id, child_ids=wanted)
        views.opened_review(uow, detail, wanted)
    if form.text("find") and not found:
        form.wrong("find", "No child on the register has this number or a surname like this")
    context = {
        "review": _head(detail, web_of(request).areas),
        "candidates": [_candidate(cards[each], proposed.get(each), moves, detail) for each in wanted],
        "decided": _decided(detail),
        "matched": _matched(detail),
        "undo": _undoable(detail),
        "values": form.values(),
        "errors": form.errors,
    }
    return await page(request, "pages/review.html", context, status=status, reference=detail.reference)


def _head(detail: ReviewDetail, areas: Areas) -> View:
    return {
        "review_id": detail.incident_id,
        "version": detail.version,
        "reference": detail.reference,
        "message": detail.message,
        "received_at": detail.received_at,
        "weights": detail.weights_version,
        "cautions": [each.removeprefix(CAUTION) for each in detail.reasons if each.startswith(CAUTION)],
        "facts": notice_facts(detail.evidence, areas),
    }


def _candidate(
    card: RegisterCard, proposed: Proposed | None, moves: Mapping[str, Moves], detail: ReviewDetail
) -> View:
    now_its = detail.child_id == card.child_id
    return {
        "child_id": card.child_id,
        "name": card.name,
        "probability": _percent(proposed.probability) if proposed else None,
        "facts": compared(card, detail.evidence),
        "reasons": list(proposed.reasons) if proposed else ["found by your search"],
        "moves": "The notice is on this child's record now." if now_its else moves[card.child_id].words,
    }


def _decided(detail: ReviewDetail) -> str | None:
    """Return who decided what, None while the notice can be decided."""
    if detail.match_state not in (MatchState.CONFIRMED, MatchState.NOT_ON_REGISTER):
        return None
    what = (
        "that the child is not on the register"
        if detail.match_state == MatchState.NOT_ON_REGISTER
        else f"that this is {detail.child_id}"
    )
    reason = detail.decisions[-1].verdict.reason if detail.decisions else ""
    return f"{detail.decided_by} decided {what}, {london(detail.decided_at)}.{f' {reason}' if reason else ''}"


def _matched(detail: ReviewDetail) -> str | None:
    """Return whose notice it is where nobody decided it here, None while it waits or once somebody has."""
    if detail.match_state != MatchState.AUTOMATIC:
        return None
    by = (
        "without a person"
        if detail.decided_by == "engine"
        else f"as {detail.decided_by} decided of the same words"
    )
    return f"Matched to {detail.child_id} {by}, {london(detail.decided_at)}. Say so below if that is wrong."


def _undoable(detail: ReviewDetail) -> str | None:
    """Return the newest decision in words when it leaves the notice open, None when there is none."""
    if _decided(detail) is not None or not detail.decisions:
        return None
    last = detail.decisions[-1].verdict
    return f"{last.decided_by} ruled {last.child_id} out, {london(last.decided_at)}."


def _percent(probability: float) -> int:
    """Return whole per cent; what waits for a person is never certain, so it stays below a hundred."""
    return min(99, round(100 * probability))


def _line(line: ReviewLine) -> View:
    best = f"{line.best_name}, {_percent(line.best_probability or 0)}%" if line.best_name else None
    return {
        "review_id": line.incident_id,
        "reference": line.reference,
        "message": line.message,
        "received_at": line.received_at,
        "name": line.name,
        "best": best,
        "candidates": line.candidates,
        "clock": line.clock,
        "due_at": line.due_at,
        "provisional": line.provisional,
    }
