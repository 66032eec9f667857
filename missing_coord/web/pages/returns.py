"""Back already? The signs that a missing child is back, each confirmed or rejected with one click."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from missing_coord.domain.errors import DomainError
from missing_coord.domain.return_signs import PresumedReturn, SignKind, SignState
from missing_coord.services import return_answers
from missing_coord.storage.views import returns as views
from missing_coord.storage.views.returns import PresumedReturnLine
from missing_coord.web import show
from missing_coord.web.answers import page, redirect
from missing_coord.web.forms import Form, read_form
from missing_coord.web.paging import Pages, pages_of
from missing_coord.web.rendering import london, london_day
from missing_coord.web.session import OFFICE, SignedIn, require
from missing_coord.web.state import web_of

router = APIRouter(include_in_schema=False)
PAGE_SIZE = 50
Office = Annotated[SignedIn, Depends(require(*OFFICE))]
SIGNS = {
    SignKind.PLACEMENT: "A placement began on {when}.",
    SignKind.COUNCIL_LIST: "The council's own list has the child back, {when}.",
    SignKind.LEFT_LIST: "The child is no longer on the council's own list, which had the child last on {when}.",
    SignKind.SSDA903: "The SSDA903 return has the child back, {when}.",
    SignKind.TOLD: "Somebody told the office that the child is back, {when}.",
}


@router.get("/presumed-returns")
async def presumed_returns(request: Request, who: Office) -> Response:
    """Show every sign that nobody has answered, the child who is back longest first."""
    shown = Pages.asked(request, size=PAGE_SIZE)
    async with web_of(request).acting(who.actor) as uow:
        found = await views.returns_waiting(uow, limit=PAGE_SIZE + 1, offset=shown.offset)
        total = await views.count_returns(uow)
    rows = found[:PAGE_SIZE]
    pager = pages_of(request, shown, more=len(found) > PAGE_SIZE, count=len(rows), total=total)
    context = {
        "rows": [row_of(each) for each in rows],
        "one": False,
        "pager": pager,
        "values": {},
        "errors": {},
    }
    return await page(request, "pages/presumed_returns.html", context)


@router.get("/presumed-returns/{presumed_return_id}")
async def presumed_return(request: Request, presumed_return_id: str, who: Office) -> Response:
    """Show one sign, answered or not."""
    return await _show(request, who, presumed_return_id, Form(fields={}))


@router.post("/presumed-returns/{presumed_return_id}/answer")
async def answer(request: Request, presumed_return_id: str, who: Office) -> Response:
    """Confirm that the child is back, or say that the child is not."""
    form = await read_form(request)
    version, back = form.version(), form.text("answer") == "back"
    returned_at = form.when("returned_at") if back else None
    if not back and form.text("answer") != "not_back":
        form.wrong("returned_at", "Choose one of the two buttons")
    if form.errors:
        return await _show(request, who, presumed_return_id, form, status=422)
    web = web_of(request)
    try:
        async with web.acting(who.actor) as uow:
            await return_answers.answer(
                uow,
                presumed_return_id=presumed_return_id,
                expected_version=version,
                back=back,
                policy=web.application.policy,
                returned_at=returned_at,
                reason=form.text("reason"),
            )
    except DomainError as error:
        form.refused(error, known=("returned_at", "reason"), names={})
        return await _show(request, who, presumed_return_id, form, status=422)
    said = (
        "The child is back; the 72 hours run."
        if back
        else "The child is still missing; the sign is rejected."
    )
    return redirect(request, f"/presumed-returns/{presumed_return_id}", said=said)


@router.post("/presumed-returns/{presumed_return_id}/undo")
async def undo(request: Request, presumed_return_id: str, who: Office) -> Response:
    """Take an answer back."""
    form = await read_form(request)
    version, web = form.version(), web_of(request)
    try:
        async with web.acting(who.actor) as uow:
            await return_answers.undo_answer(
                uow,
                presumed_return_id=presumed_return_id,
                expected_version=version,
                policy=web.application.policy,
            )
    except DomainError as error:
        form.refused(error, known=("returned_at",), names={})
        return await _show(request, who, presumed_return_id, form, status=422)
    said = "The answer is taken back; the episode is as it was."
    return redirect(request, f"/presumed-returns/{presumed_return_id}", said=said)


async def _show(
    request: Request, who: SignedIn, presumed_return_id: str, form: Form, *, status: int = 200
) -> Response:
    async with web_of(request).acting(who.actor) as uow:
        found = await views.presumed_return_line(uow, presumed_return_id)
        uow.audit(
            "opened",
            subject_type="presumed_return",
            subject_id=found.presumed.presumed_return_id,
            child_id=found.child_id,
        )
    context = {
        "rows": [row_of(found)],
        "one": True,
        "pager": None,
        "values": form.values(),
        "errors": form.errors,
    }
    return await page(request, "pages/presumed_returns.html", context, status=status)


def row_of(line: PresumedReturnLine) -> show.View:
    """Return a presumed return as its page and the episode's page show it; of a placement only that one began."""
    presumed = line.presumed
    return {
        "id": presumed.presumed_return_id,
        "version": presumed.version,
        "child_id": line.child_id,
        "name": line.name,
        "population": line.population,
        "episode_id": line.episode_id,
        "references": ", ".join(show.told_references(line.references)),
        "started_at": line.started_at,
        "sign": sign_words(presumed),
        "by_day": presumed.sign.by_day,
        "raised_at": presumed.raised_at,
        "confirm_by": presumed.confirm_by,
        "waiting": presumed.state is SignState.WAITING,
        "answer": _answer(presumed),
    }


def sign_words(presumed: PresumedReturn) -> str:
    """Return the sign in a sentence."""
    seen_at = presumed.sign.seen_at
    return SIGNS[presumed.sign.kind].format(
        when=london_day(seen_at) if presumed.sign.by_day else london(seen_at)
    )


def _answer(presumed: PresumedReturn) -> str | None:
    """Return what a person answered, None while nobody has."""
    if presumed.state is SignState.WAITING:
        return None
    if presumed.state is SignState.WITHDRAWN:
        return "No answer is needed any more: the episode has ended otherwise, or the sign was corrected."
    what = "the child is not back" if presumed.state is SignState.REJECTED else "the child is back"
    since = f", since {london(presumed.returned_at)}" if presumed.returned_at else ""
    why = f" {presumed.reason}" if presumed.reason else ""
    return f"{presumed.answered_by} said that {what}{since}; {london(presumed.answered_at)}.{why}"
