"""Passing a pattern on, the log of it, and what is done about a pattern; for the exploitation lead."""

from __future__ import annotations

import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import PlainTextResponse, Response

from missing_coord.domain.access import Role
from missing_coord.domain.errors import DomainError
from missing_coord.domain.sharing import (
    DISRUPTION_NAMES,
    EFFECT_NAMES,
    FOOTING_NAMES,
    GATEWAY_NAMES,
    DisruptionKind,
    Effect,
    Gateway,
)
from missing_coord.notify.wording import short_reference
from missing_coord.services.disruption import Plan, close_disruption, plan_disruption
from missing_coord.services.sharing import Recipient, share_summary, summary_of
from missing_coord.storage.audit import opened
from missing_coord.storage.views import sharing as views
from missing_coord.web.answers import page, redirect
from missing_coord.web.forms import Form, read_form, submission_key
from missing_coord.web.paging import Pages, pages_of
from missing_coord.web.session import SignedIn, require
from missing_coord.web.state import web_of

router = APIRouter(include_in_schema=False)
Lead = Annotated[SignedIn, Depends(require(Role.EXPLOITATION_LEAD))]
Readers = Annotated[SignedIn, Depends(require(Role.EXPLOITATION_LEAD, Role.MANAGER))]
PAGE_SIZE = 50
View = dict[str, object]


@router.get("/patterns/{pattern_id}/summary")
async def summary(request: Request, pattern_id: str, who: Lead) -> Response:
    """Show what would leave through `?gateway=`, what is held back, and what left before."""
    form = Form(fields={"gateway": (request.query_params.get("gateway", ""),)})
    return await _summary(request, who, pattern_id, form)


@router.post("/patterns/{pattern_id}/summary")
async def share(request: Request, pattern_id: str, who: Lead) -> Response:
    """Pass a summary on: keep every word of it, to whom and why."""
    form = await read_form(request)
    version = form.version()
    gateway = form.choice("gateway", Gateway, "Choose the gateway")
    if gateway is None:
        return await _summary(request, who, pattern_id, form, status=422)
    to = _recipient(form, gateway)
    try:
        async with web_of(request).acting(who.actor) as uow:
            number = await share_summary(
                uow,
                pattern_id=pattern_id,
                expected_version=version,
                to=to,
                submission_key=submission_key(request, who, form),
            )
    except DomainError as error:
        form.refused(error, known=("organisation", "recipient", "reason", "gateway"), names={})
        return await _summary(request, who, pattern_id, form, status=422)
    return redirect(request, f"/sharing/{number}", said=f"Kept as disclosure {number}. Now send it.")


def _recipient(form: Form, gateway: Gateway) -> Recipient:
    return Recipient(
        organisation=form.text("organisation"),
        person=form.text("recipient"),
        gateway=gateway,
        reason=form.text("reason"),
    )


async def _summary(
    request: Request, who: SignedIn, pattern_id: str, form: Form, *, status: int = 200
) -> Response:
    asked = form.text("gateway")
    gateway = Gateway(asked) if asked in set(Gateway) else Gateway.AGREED
    async with web_of(request).acting(who.actor) as uow:
        subject = await uow.sharing.subject(pattern_id)
        made = summary_of(subject, _recipient(form, gateway), by=who.actor.name, at=uow.now)
        before = await views.shared_lines(uow, pattern_id=pattern_id)
        children = sorted({each.child_id for each in subject.pieces})
        opened(uow, "pattern", f"{pattern_id}:summary", children=children)
    context = {
        "pattern": _head(subject.pattern_id, subject.headline, subject.state, subject.version),
        "summary": made.text,
        "passing": len(made.passing),
        "held_back": [
            {"at": each.at, "said": each.said, "footing": FOOTING_NAMES[each.footing]}
            for each in made.held_back
        ],
        "gateways": [(each.value, GATEWAY_NAMES[each]) for each in Gateway],
        "gateway": gateway.value,
        "shared": [_shared(each) for each in before],
        "values": {**form.values(), "gateway": gateway.value},
        "errors": form.errors,
    }
    return await page(request, "pages/pattern_summary.html", context, status=status)


def _head(pattern_id: str, text: str, state: str, version: int) -> View:
    return {
        "pattern_id": pattern_id,
        "short": short_reference(pattern_id),
        "text": text,
        "status": state,
        "version": version,
        "may_act": state == "confirmed",
    }


@router.get("/sharing")
async def log(request: Request, who: Readers) -> Response:
    """Show what left the service, to whom, when and through which gateway; a manager sees no word of it."""
    pages = Pages.asked(request, size=PAGE_SIZE)
    async with web_of(request).acting(who.actor) as uow:
        found = await views.shared_lines(uow, limit=PAGE_SIZE, offset=pages.offset)
        total = await views.shared_count(uow)
    more = total > pages.offset + PAGE_SIZE
    context = {
        "shared": [_shared(each) for each in found],
        "may_open": who.role is Role.EXPLOITATION_LEAD,
        "pager": pages_of(request, pages, more=more, count=len(found), total=total),
    }
    return await page(request, "pages/sharing.html", context)


@router.get("/sharing/{number}")
async def disclosure(request: Request, number: int, who: Lead) -> Response:
    """Show one disclosure with every word that left."""
    async with web_of(request).acting(who.actor) as uow:
        line, reason, content = await views.shared_content(uow, number)
        opened(uow, "disclosure", str(number))
    context = {"line": _shared(line), "reason": reason, "content": content}
    return await page(request, "pages/disclosure.html", context)


@router.get("/sharing/{number}/text")
async def disclosure_text(request: Request, number: int, who: Lead) -> Response:
    """Return the words of a disclosure as a text file, to be sent by a secure way."""
    async with web_of(request).acting(who.actor) as uow:
        _, _, content = await views.shared_content(uow, number)
        opened(uow, "disclosure", str(number))
    headers = {"Content-Disposition": f'attachment; filename="intelligence-summary-{number}.txt"'}
    return PlainTextResponse(content, headers=headers)


def _shared(line: views.SharedLine) -> View:
    return {
        "number": line.disclosure_id,
        "at": line.shared_at,
        "by": line.shared_by,
        "organisation": line.organisation,
        "recipient": line.recipient,
        "gateway": GATEWAY_NAMES[Gateway(line.gateway)],
        "pieces": line.pieces,
        "held_back": line.held_back,
        "pattern_id": line.pattern_id,
        "pattern_short": short_reference(line.pattern_id),
    }


@router.get("/patterns/{pattern_id}/disruptions")
async def disruptions(request: Request, pattern_id: str, who: Lead) -> Response:
    """Show what is planned and what was done about a pattern."""
    return await _disruptions(request, who, pattern_id, Form(fields={}))


@router.post("/patterns/{pattern_id}/disruptions")
async def plan(request: Request, pattern_id: str, who: Lead) -> Response:
    """Plan a disruption."""
    form = await read_form(request)
    kind = form.choice("kind", DisruptionKind, "Choose what kind of action it is")
    due_on = form.day("due_on", "Enter a day that exists, such as 2026-11-30")
    what = form.required("what", "Say what is to be done, about whom or what")
    owner = form.required("owner", "Say who does it")
    if kind is None or due_on is None or form.errors:
        return await _disruptions(request, who, pattern_id, form, status=422)
    try:
        async with web_of(request).acting(who.actor) as uow:
            await plan_disruption(
                uow,
                disruption_id=str(uuid.UUID(submission_key(request, who, form))),
                pattern_id=pattern_id,
                plan=Plan(kind=kind, what=what, owner=owner, due_on=due_on),
            )
    except DomainError as error:
        form.refused(error, known=("kind", "what", "owner", "due_on"), names={})
        return await _disruptions(request, who, pattern_id, form, status=422)
    return redirect(request, f"/patterns/{pattern_id}/disruptions", said="It is planned.")


@router.post("/patterns/{pattern_id}/disruptions/{disruption_id}")
async def close(request: Request, pattern_id: str, disruption_id: str, who: Lead) -> Response:
    """Say what came of a disruption."""
    form = await read_form(request)
    version = form.version()
    effect = form.choice("effect", Effect, "Choose what was seen afterwards")
    done = form.text("done")
    if done not in ("yes", "no"):
        form.wrong("done", "Choose whether it was done")
    outcome = form.required("outcome", "Say what came of it, or why it was not done")
    if effect is None or form.errors:
        return await _disruptions(request, who, pattern_id, form, status=422, closing=disruption_id)
    async with web_of(request).acting(who.actor) as uow:
        await close_disruption(
            uow,
            disruption_id=disruption_id,
            expected_version=version,
            done=done == "yes",
            outcome=outcome,
            effect=effect,
        )
    return redirect(request, f"/patterns/{pattern_id}/disruptions", said="The outcome is kept.")


async def _disruptions(
    request: Request, who: SignedIn, pattern_id: str, form: Form, *, status: int = 200, closing: str = ""
) -> Response:
    async with web_of(request).acting(who.actor) as uow:
        subject = await uow.sharing.subject(pattern_id)
        found = await views.disruptions_of(uow, pattern_id)
        opened(uow, "pattern", f"{pattern_id}:disruptions")
    context = {
        "pattern": _head(subject.pattern_id, subject.headline, subject.state, subject.version),
        "rows": [_line(each) for each in found],
        "kinds": [("", "Choose"), *((each.value, DISRUPTION_NAMES[each]) for each in DisruptionKind)],
        "effects": [("", "Choose"), *((each.value, EFFECT_NAMES[each]) for each in Effect)],
        "closing": closing,
        "values": form.values(),
        "errors": form.errors,
    }
    return await page(request, "pages/disruptions.html", context, status=status)


def _line(line: views.DisruptionLine) -> View:
    return {
        "disruption_id": line.disruption_id,
        "kind": DISRUPTION_NAMES[DisruptionKind(line.kind)],
        "what": line.what,
        "owner": line.owner,
        "due_on": line.due_on,
        "state": line.state,
        "outcome": line.outcome,
        "effect": EFFECT_NAMES[Effect(line.effect)] if line.effect else "",
        "closed_at": line.closed_at,
        "before": line.before,
        "after": line.after,
        "version": line.version,
    }
