"""Disputes of IROs: a list, a new one, and moving one on stage by stage with dates and outcome."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from missing_coord.domain.disputes import (
    STAGE_NAMES,
    DisputeStage,
    Holder,
    Stage,
    check_begin,
    check_holder,
    check_move,
)
from missing_coord.domain.errors import ConcurrencyConflict, DomainError
from missing_coord.domain.london import LONDON
from missing_coord.storage.stores import disputes as store
from missing_coord.storage.stores.disputes import Row
from missing_coord.storage.unit_of_work import SqlUnitOfWork
from missing_coord.web.answers import page, redirect
from missing_coord.web.dispute_view import dispute_line, holders_in, stage_line
from missing_coord.web.forms import A_DAY, Form, FormIncomplete, read_form, submission_key
from missing_coord.web.paging import Pages, pages_of
from missing_coord.web.session import OFFICE, SignedIn, require
from missing_coord.web.state import web_of

router = APIRouter(include_in_schema=False)
Office = Annotated[SignedIn, Depends(require(*OFFICE))]
PAGE_SIZE = 50
HELD = ("holder", "holder_name", "holder_email")


@router.get("/disputes")
async def list_disputes(request: Request, who: Office) -> Response:
    """Show the disputes, the running ones first."""
    given = {"interview_id": (request.query_params.get("interview", ""),)}
    return await _list(request, who, Form(fields=given))


@router.post("/disputes")
async def open_dispute(request: Request, who: Office) -> Response:
    """Keep a new dispute at its informal stage."""
    form = await read_form(request)
    iro, about = form.required("iro", "Say who raises it"), form.required("about", "Say what it is about")
    reference = form.required("interview_id", "Give the interview that it is about")
    started_on, due_on = form.day("started_on", A_DAY), form.day("due_on", A_DAY)
    if started_on is None or due_on is None or form.errors:
        return await _list(request, who, form)
    try:
        async with web_of(request).acting(who.actor) as uow:
            interview_id = await store.interview_meant(uow, reference)
            check_begin(started_on, due_on, today=_today(uow.now))
            holder = await _holder(uow, form)
            made = await store.open_dispute(
                uow,
                dispute_id=str(uuid.UUID(submission_key(request, who, form))),
                interview_id=interview_id,
                iro=iro,
                about=about,
                started_on=started_on,
                due_on=due_on,
                holder=holder,
            )
    except DomainError as error:
        form.refused(error, known=("interview_id", "started_on", "due_on", *HELD), names={})
        return await _list(request, who, form)
    return redirect(request, f"/disputes/{made}", said="The dispute is kept.")


@router.get("/disputes/{dispute_id}")
async def show_dispute(request: Request, dispute_id: str, who: Office) -> Response:
    """Show a dispute with its stages."""
    return await _show(request, who, dispute_id, Form(fields={}))


@router.post("/disputes/{dispute_id}")
async def move_dispute(request: Request, dispute_id: str, who: Office) -> Response:
    """End the running stage; the dispute goes to the following one, or is settled."""
    form = await read_form(request)
    seen, ended_on = _seen(form), form.day("ended_on", A_DAY)
    following = form.choice("following", Stage, "Choose a stage") if form.text("following") else None
    due_on = form.day("due_on", A_DAY) if following else None
    if ended_on is None or form.errors:
        return await _show(request, who, dispute_id, form)
    try:
        async with web_of(request).acting(who.actor) as uow:
            current = _running((await store.one_dispute(uow, dispute_id))[1])
            if current.stage is not seen:
                raise ConcurrencyConflict("This stage was ended since you opened the page.")
            outcome, today = form.text("outcome"), _today(uow.now)
            check_move(current, ended_on=ended_on, outcome=outcome, following=following, today=today)
            if due_on is not None:
                check_begin(ended_on, due_on, today=today)
            holder = await _holder(uow, form)
            await store.move_on(
                uow,
                dispute_id,
                current,
                ended_on=ended_on,
                outcome=outcome,
                following=following,
                due_on=due_on,
                holder=holder,
            )
    except DomainError as error:
        form.refused(error, known=("outcome", "ended_on", "following", "due_on", *HELD), names={})
        return await _show(request, who, dispute_id, form)
    return redirect(request, f"/disputes/{dispute_id}", said="The stage is kept.")


async def _list(request: Request, who: SignedIn, form: Form) -> Response:
    shown = Pages.asked(request, size=PAGE_SIZE)
    async with web_of(request).acting(who.actor) as uow:
        found = await store.disputes(uow, limit=PAGE_SIZE + 1, offset=shown.offset)
        directory, today = await uow.routing.directory(), _today(uow.now)
    holders = holders_in(directory)
    rows = [dispute_line(each, today, holders) for each in found[:PAGE_SIZE]]
    context = {
        "holders": list(holders.items()),
        "rows": rows,
        "pager": pages_of(request, shown, more=len(found) > PAGE_SIZE, count=len(rows)),
        "values": form.values(),
        "errors": form.errors,
    }
    return await page(request, "pages/disputes.html", context, status=422 if form.errors else 200)


async def _show(request: Request, who: SignedIn, dispute_id: str, form: Form) -> Response:
    async with web_of(request).acting(who.actor) as uow:
        row, stages = await store.one_dispute(uow, dispute_id)
        directory, today = await uow.routing.directory(), _today(uow.now)
    reached = [Stage(each["stage"]) for each in stages]
    holders = holders_in(directory)
    higher = list(Stage)[max(list(Stage).index(each) for each in reached) + 1 :]
    context = {
        "row": dispute_line(row, today, holders),
        "stages": [stage_line(each, holders) for each in stages],
        "holders": list(holders.items()),
        "seen": form.text("seen") or row["stage"] or "",
        "following": [("", "None: it is settled"), *((each.value, STAGE_NAMES[each]) for each in higher)],
        "values": form.values(),
        "errors": form.errors,
    }
    return await page(request, "pages/dispute.html", context, status=422 if form.errors else 200)


async def _holder(uow: SqlUnitOfWork, form: Form) -> Holder:
    """Return who holds the stage that begins; raises DomainError naming the field."""
    holder = Holder(
        name=form.text("holder_name"), recipient=form.text("holder"), email=form.text("holder_email")
    )
    if holder.recipient not in holders_in(await uow.routing.directory()):
        raise DomainError("holder", "holder: choose from the list.")
    check_holder(holder)
    return holder


def _running(stages: list[Row]) -> DisputeStage:
    running = next((each for each in stages if each["ended_on"] is None), None)
    if running is None:
        raise DomainError("outcome", "outcome: this dispute is settled already.")
    return DisputeStage(
        stage=Stage(running["stage"]), started_on=running["started_on"], due_on=running["due_on"]
    )


def _seen(form: Form) -> Stage:
    """Return the stage that ran when the person opened the page; raises FormIncomplete."""
    try:
        return Stage(form.text("seen"))
    except ValueError:
        raise FormIncomplete("seen: open the page again and repeat it.") from None


def _today(now: datetime) -> date:
    return now.astimezone(LONDON).date()
