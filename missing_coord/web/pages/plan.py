"""The plan of visits: proposals that wait to be accepted, booked visits by day and worker, and the weeks' capacity."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from missing_coord.domain.errors import DomainError
from missing_coord.domain.london import london_day
from missing_coord.domain.plurals import plural
from missing_coord.notify.wording import short_reference
from missing_coord.services.assignment import confirm_proposal
from missing_coord.services.interviews import InterviewChangedMeanwhile, Recorded
from missing_coord.services.interviews.contact import VISIT
from missing_coord.services.proposals import PlannedAnew, plan_everything_anew
from missing_coord.storage.bank_holidays import bank_holidays
from missing_coord.storage.views import interviews as views
from missing_coord.storage.views.interviews import QueueRow
from missing_coord.storage.views.plan import WorkerUse, worker_uses
from missing_coord.web import show
from missing_coord.web.answers import fragment, page, redirect
from missing_coord.web.forms import Form, FormIncomplete, read_form, submission_key
from missing_coord.web.live import QUEUE
from missing_coord.web.rendering import london
from missing_coord.web.session import OFFICE, SignedIn, require
from missing_coord.web.state import web_of

router = APIRouter(include_in_schema=False)
Office = Annotated[SignedIn, Depends(require(*OFFICE))]


@router.get("/plan")
async def plan(request: Request, who: Office) -> Response:
    """Show the plan of visits."""
    return await _shown(request, who)


@router.get("/plan/rows")
async def plan_rows(request: Request, who: Office) -> Response:
    """Answer with the part of the plan that its page fetches again."""
    return fragment(request, "partials/plan_live.html", await _live_part(request, who))


@router.post("/plan/accept")
async def accept(request: Request, who: Office) -> Response:
    """Book the visit that was proposed, with the worker and at the time that the person saw."""
    form = await read_form(request)
    try:
        recorded = await _accepted(request, who, form)
    except InterviewChangedMeanwhile as lost:
        return await _shown(request, who, refused=f"{lost} Look at the plan as it is now.", status=409)
    except DomainError as error:
        return await _shown(request, who, refused=re.sub(r"^[a-z_]+: ", "", error.message))
    said = " ".join((_said(form), *(f"Please note: {warning}." for warning in recorded.warnings)))
    return redirect(request, "/plan", said=said, tone="warning" if recorded.warnings else "success")


@router.post("/plan/afresh")
async def afresh(request: Request, who: Office) -> Response:
    """Plan every proposal anew; what is booked and who is assigned stays."""
    web = web_of(request)
    await read_form(request)
    async with web.acting(who.actor) as uow:
        made = await plan_everything_anew(uow, policy=web.application.policy, bank_holidays=bank_holidays())
    return redirect(request, "/plan", said=_planned_anew(made))


def _planned_anew(made: PlannedAnew) -> str:
    """Say what planning anew has changed, as the page below it counts."""
    of_all = f"{made.changed} of {plural(made.proposals, 'proposal')} changed"
    if not made.changed:
        return "Looked for a better plan of all proposals and found none: nothing has changed."
    late, before = made.not_in_time, made.not_in_time_before
    then = "as before" if late == before else f"{before} before"
    return (
        f"Planned anew: {of_all}. Deadlines still to come that cannot be met: {late}, {then}."
        " Nobody was told, and nothing is booked before you accept it."
    )


async def _accepted(request: Request, who: SignedIn, form: Form) -> Recorded:
    web = web_of(request)
    async with web.acting(who.actor) as uow:
        return await confirm_proposal(
            uow,
            policy=web.application.policy,
            interview_id=form.text("interview_id"),
            worker_id=form.text("worker_id"),
            starts_at=_starts_at(form),
            expected_version=form.version(),
            submission_key=submission_key(request, who, form),
        )


def _starts_at(form: Form) -> datetime:
    try:
        return datetime.fromisoformat(form.text("starts_at")).astimezone(UTC)
    except (ValueError, OverflowError):
        raise FormIncomplete("starts_at: open the page again and repeat it.") from None


def _said(form: Form) -> str:
    reference = short_reference(form.text("interview_id"))
    return f"The visit of interview {reference} is booked for {london(_starts_at(form))}."


async def _shown(request: Request, who: SignedIn, *, refused: str = "", status: int = 422) -> Response:
    context = {**await _live_part(request, who), "refused": refused[:1].upper() + refused[1:]}
    return await page(request, "pages/plan.html", context, status=status if refused else 200, live=QUEUE)


async def _live_part(request: Request, who: SignedIn) -> show.View:
    async with web_of(request).acting(who.actor) as uow:
        rows = await views.open_rows(uow, now=uow.now)
        uses = await worker_uses(uow, rows)
        now = uow.now
    waiting = [row for row in rows if row.visit_starts_at is None or _trouble(row)]
    booked = [row for row in rows if row.visit_starts_at is not None]
    return {
        "now": now,
        "csrf_token": who.form_token,
        "summary": _summary(waiting, booked, now),
        "waiting": [_waiting(row, now) for row in waiting],
        "days": _days(booked, now),
        "workers": [_use(each) for each in uses],
        "weeks": [f"Week of {week.monday:%-d %b}" for week in uses[0].weeks] if uses else [],
    }


def _summary(waiting: Sequence[QueueRow], booked: Sequence[QueueRow], now: datetime) -> str:
    offered = [(row, row.proposal) for row in waiting if row.proposal is not None and row.proposal.worker_id]
    ahead = [made for row, made in offered if row.due_at is None or row.due_at > now]
    late, past = sum(each.late for each in ahead), len(offered) - len(ahead)
    open_ones = plural(len(waiting), "open interview")
    return (
        f"{open_ones} without a booked visit{_troubled(waiting)}: {len(ahead) - late} with a proposal in time,"
        f" {late} with one that comes late, {past} past the deadline, {len(waiting) - len(offered)} without a proposal."
        f" {plural(len(booked), 'visit')} booked."
    )


def _troubled(waiting: Sequence[QueueRow]) -> str:
    number = sum(bool(_trouble(row)) for row in waiting)
    return f" or with one that cannot be kept ({number})" if number else ""


def _waiting(row: QueueRow, now: datetime) -> show.View:
    kept = row.proposal
    offered = kept is not None and kept.worker_id and kept.starts_at is not None and kept.starts_at > now
    return {
        **show.queue_row(row, now=now),
        "version": row.version,
        "proposal": {
            "worker_id": kept.worker_id,
            "worker_name": kept.worker_name,
            "starts_at": kept.starts_at,
            "in_time": not kept.late,
        }
        if kept is not None and offered
        else None,
        "why_not": _why_not(row),
        "trouble": _trouble(row),
        "instead": kept.instead if kept is not None else "",
        "moved": kept is not None and kept.moved,
    }


def _trouble(row: QueueRow) -> str:
    return row.proposal.trouble if row.proposal is not None else ""


def _why_not(row: QueueRow) -> str:
    if row.proposal is None:
        return "not worked out yet"
    if row.proposal.worker_id:
        return "the proposed time has passed; a new one is being worked out"
    return row.proposal.binding_reason or "nobody is free"


def _days(booked: Sequence[QueueRow], now: datetime) -> list[show.View]:
    """Return the booked visits by London day, on each day by worker and then by time."""
    by_day = sorted(booked, key=lambda row: (_day(row), row.worker_name, row.visit_starts_at or now))
    return [
        {"day": day, "today": day == london_day(now), "visits": [_visit(row, now) for row in rows]}
        for day, rows in groupby(by_day, key=_day)
    ]


def _day(row: QueueRow) -> date:
    return london_day(row.visit_starts_at or row.opened_at)


def _visit(row: QueueRow, now: datetime) -> show.View:
    late = (
        row.due_at is not None
        and row.visit_starts_at is not None
        and row.visit_starts_at + VISIT > row.due_at
    )
    return {**show.queue_row(row, now=now), "in_time": not late, "trouble": _trouble(row)}


def _use(worker: WorkerUse) -> Mapping[str, object]:
    return {
        "name": worker.name,
        "weeks": [
            {"booked": week.booked, "allowed": week.allowed, "proposed": week.proposed, "left": week.left}
            for week in worker.weeks
        ],
    }
