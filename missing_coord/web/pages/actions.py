"""Actions that interviews asked for: the list by day, and saying that one is done or why it is cancelled."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from missing_coord.domain.access import Role
from missing_coord.domain.errors import ConcurrencyConflict, DomainError
from missing_coord.domain.interview_actions import ActionOwner, ActionState
from missing_coord.domain.london import LONDON
from missing_coord.services.interviews.actions import open_action, settle_action
from missing_coord.storage.views import actions as views
from missing_coord.storage.views.actions import LISTS, ActionLine
from missing_coord.web import show
from missing_coord.web.answers import page, redirect
from missing_coord.web.forms import Form, read_form, submission_key
from missing_coord.web.paging import Pages, pages_of
from missing_coord.web.record_reading import read_day
from missing_coord.web.record_words import ACTION_STATES, CHOICES, OWNERS
from missing_coord.web.session import OFFICE, SignedIn, require
from missing_coord.web.state import web_of

router = APIRouter(include_in_schema=False)
Readers = Annotated[SignedIn, Depends(require(*OFFICE, Role.INTERVIEW_WORKER, Role.QUALITY_AUDITOR))]
Owners = Annotated[SignedIn, Depends(require(*OFFICE, Role.INTERVIEW_WORKER))]
PAGE_SIZE = 50
LABELS = {"overdue": "Overdue", "open": "Open", "done": "Done", "cancelled": "Cancelled"}


@router.get("/actions")
async def actions(request: Request, who: Readers) -> Response:
    """Show the actions of `?list=`, by default those that are open and not overdue."""
    return await _shown(request, who)


@router.post("/actions/{action_id}")
async def settle(request: Request, action_id: str, who: Owners) -> Response:
    """Close an action as done or cancelled."""
    form = await read_form(request)
    state = form.choice("state", ActionState, "Choose whether it is done or cancelled")
    outcome = form.required("outcome", "Say what came of it, or why it is cancelled")
    version = form.version()
    if not form.errors and state is not None:
        try:
            async with web_of(request).acting(who.actor) as uow:
                await settle_action(
                    uow, action_id=action_id, state=state, outcome=outcome, expected_version=version
                )
        except DomainError as error:
            form.refused(error, known=("outcome", "state"), names={})
        except ConcurrencyConflict as error:
            form.wrong("outcome", str(error))
    if form.errors:
        return await _shown(request, who, action_id=action_id, form=form)
    return redirect(request, "/actions", said="The action is closed.")


@router.post("/interviews/{interview_id}/actions")
async def add(request: Request, interview_id: str, who: Owners) -> Response:
    """Add an action to an interview."""
    form = await read_form(request)
    what = form.required("what", "Say what is to be done")
    owner = form.choice("owner", ActionOwner, "Choose in what capacity")
    name = form.required("owner_name", "Name who does it")
    due_on = read_day(form, "due_on", "Enter by which day")
    if not form.errors and owner is not None and due_on is not None:
        try:
            async with web_of(request).acting(who.actor) as uow:
                await open_action(
                    uow,
                    action_id=str(uuid.UUID(submission_key(request, who, form))),
                    interview_id=interview_id,
                    what=what,
                    owner=owner,
                    owner_name=name,
                    due_on=due_on,
                )
        except DomainError as error:
            form.refused(error, known=("what", "owner", "owner_name", "due_on"), names={})
    if form.errors:
        return await _shown(request, who, adding=interview_id, form=form)
    return redirect(request, f"/interviews/{interview_id}#actions", said="The action is kept.")


async def _shown(
    request: Request,
    who: SignedIn,
    *,
    action_id: str = "",
    adding: str = "",
    form: Form | None = None,
) -> Response:
    web = web_of(request)
    today = web.now().astimezone(LONDON).date()
    asked = request.query_params.get("list", "")
    which = asked if asked in LISTS else LISTS[1]
    pages = Pages.asked(request, size=PAGE_SIZE)
    async with web.acting(who.actor) as uow:
        counts = await views.action_counts(uow, today=today)
        if form is not None and action_id:
            which = "overdue" if counts["overdue"] and not counts["open"] else which
        found = await views.action_lines(uow, which, today=today, limit=PAGE_SIZE, offset=pages.offset)
    more = counts[which] > pages.offset + PAGE_SIZE
    context = {
        "tiles": [_tile(key, counts[key], current=which) for key in LISTS],
        "rows": [_line(each, today) for each in found],
        "may_settle": who.role is not Role.QUALITY_AUDITOR and which in ("open", "overdue"),
        "form": f"action-{action_id}" if action_id else ("add" if adding else None),
        "adding": adding or None,
        "owners": CHOICES["owners"],
        "values": form.values() if form else {},
        "errors": form.errors if form else {},
        "pager": pages_of(request, pages, more=more, count=len(found), total=counts[which], path="/actions"),
    }
    return await page(request, "pages/actions.html", context, status=422 if form else 200)


def _tile(key: str, count: int, *, current: str) -> show.View:
    return {
        "key": key,
        "label": LABELS[key],
        "count": count,
        "href": f"/actions?list={key}",
        "tone": "breached" if key == "overdue" and count else "plain",
        "current": key == current,
    }


def _line(line: ActionLine, today: date) -> show.View:
    return {
        "action_id": line.action_id,
        "interview_id": line.interview_id,
        "child_name": line.display_name,
        "what": line.what,
        "owner": f"{line.owner_name} ({OWNERS[ActionOwner(line.owner)].lower()})",
        "due_on": line.due_on,
        "overdue": line.state == ActionState.OPEN and line.due_on < today,
        "state": ACTION_STATES[ActionState(line.state)],
        "outcome": line.outcome or None,
        "closed_by": line.closed_by or None,
        "closed_at": line.closed_at,
        "version": line.version,
    }
