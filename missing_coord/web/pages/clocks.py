"""One interview's two clocks, from the return and from when the council was told, who was told, and promises."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from missing_coord.domain.access import Role
from missing_coord.domain.deadlines import STATUTORY_HOURS, ClockBasis, Deadline
from missing_coord.domain.errors import NotFound
from missing_coord.notify.wording import short_reference
from missing_coord.storage.views import telling as views_telling
from missing_coord.storage.views.telling import Row
from missing_coord.web import show
from missing_coord.web.answers import page, redirect
from missing_coord.web.forms import Form, london_instant, read_form
from missing_coord.web.pages.alerts import promised
from missing_coord.web.rendering import london_input
from missing_coord.web.session import OFFICE, SignedIn, require
from missing_coord.web.state import web_of

router = APIRouter(include_in_schema=False)
Reader = Annotated[SignedIn, Depends(require(*OFFICE, Role.INTERVIEW_WORKER, Role.QUALITY_AUDITOR))]
Doer = Annotated[SignedIn, Depends(require(*OFFICE, Role.INTERVIEW_WORKER))]
OUTCOMES = {"": "running", "kept": "kept", "lapsed": "lapsed", "renewed": "renewed"}


@router.get("/interviews/{interview_id}/clocks")
async def clocks(request: Request, interview_id: str, who: Reader) -> Response:
    """Show both clocks of an interview, its steps and its promises, as they stood at the time of `?as_of=`."""
    form, given = Form(fields={}), request.query_params.get("as_of", "")
    as_of = london_instant(given) if given else None
    if given and as_of is None:
        form.wrong("as_of", "Enter a date and a London time that exist, such as 21/11/2026 14:05")
    return await _show(request, interview_id, who, form, as_of=as_of)


@router.post("/interviews/{interview_id}/promise")
async def take_on(request: Request, interview_id: str, who: Doer) -> Response:
    """Take an interview on until a time."""
    form = await read_form(request)
    if await promised(request, who, form, subject_type="interview", subject_id=interview_id):
        return redirect(request, f"/interviews/{interview_id}/clocks", said="You have taken this on.")
    return await _show(request, interview_id, who, form, status=422)


async def _show(
    request: Request,
    interview_id: str,
    who: SignedIn,
    form: Form,
    *,
    as_of: datetime | None = None,
    status: int = 200,
) -> Response:
    reads_promises = who.role in (*OFFICE, Role.INTERVIEW_WORKER)
    async with web_of(request).acting(who.actor) as uow:
        now = min(as_of or uow.now, uow.now)
        duties = await views_telling.clocks(uow, interview_id, now)
        steps = await views_telling.steps_of(uow, interview_id, now)
        promises = (
            await views_telling.promises_about(uow, "interview", interview_id, now) if reads_promises else []
        )
    if not duties:
        raise NotFound("There is no such interview.")
    context = {
        "interview_id": interview_id,
        "short": short_reference(interview_id),
        "duties": [_duty(each, now) for each in duties],
        "steps": [_step(each) for each in steps],
        "promises": [_promise(each) for each in promises],
        "as_of": as_of,
        "as_of_given": london_input(now),
        "may_promise": reads_promises
        and as_of is None
        and any(each["resolved_at"] is None for each in duties),
        "values": form.values(),
        "errors": form.errors,
    }
    return await page(request, "pages/clocks.html", context, status=status)


def _duty(row: Row, now: datetime) -> show.View:
    told_at = row["told_ended_at"]
    told_due_at = told_at + STATUTORY_HOURS if told_at else None
    deadline = Deadline(due_at=row["due_at"], clock_from=row["clock_from"], basis=ClockBasis(row["basis"]))
    return {
        "clock_from": row["clock_from"],
        "due_at": row["due_at"],
        "worked_out": deadline.worked_out,
        "over": _over(row["resolved_at"], row["due_at"], now),
        "told_at": told_at,
        "told_due_at": told_due_at,
        "told_over": _over(row["resolved_at"], told_due_at, now) if told_due_at else "Not known",
        "next_at": row["next_step_at"],
        "version": row["ladder_version"],
    }


def _over(resolved_at: datetime | None, due_at: datetime, now: datetime) -> str:
    hours = views_telling.lateness(resolved_at, due_at, now)
    return f"{hours:.1f} hours" if hours else "No"


def _step(row: Row) -> show.View:
    return {
        "title": show.step_title(row["step"]),
        "told": show.told(row["recipients"]),
        "planned_at": row["planned_at"],
        "fired_at": row["fired_at"],
    }


def _promise(row: Row) -> show.View:
    return {
        "by": row["made_by"],
        "reason": row["reason"],
        "made_at": row["made_at"],
        "until_at": row["until_at"],
        "outcome": OUTCOMES[row["outcome"]],
    }
