"""Professionals outside who are told of significant matters, what they confirmed, and decisions after told harm."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from missing_coord.domain.access import Role
from missing_coord.domain.errors import DomainError
from missing_coord.domain.professionals import (
    MATTER_NAMES,
    PROFESSIONAL_NAMES,
    STRATEGY_NAMES,
    TOLD_HOW_NAMES,
    Matter,
    Professional,
    Strategy,
    ToldHow,
)
from missing_coord.notify.wording import short_reference
from missing_coord.services.telling.professionals import confirm, decide_strategy
from missing_coord.storage.views import professionals as views
from missing_coord.storage.views.professionals import Row
from missing_coord.web import show
from missing_coord.web.answers import page, redirect
from missing_coord.web.forms import Form, read_form
from missing_coord.web.pages.rotas import EMAIL, LONGEST_EMAIL
from missing_coord.web.paging import Pages, pages_of
from missing_coord.web.session import OFFICE, SignedIn, require
from missing_coord.web.state import web_of

router = APIRouter(include_in_schema=False)
Office = Annotated[SignedIn, Depends(require(*OFFICE))]
Told = Annotated[SignedIn, Depends(require(*OFFICE, Role.EXPLOITATION_LEAD))]
PAGE_SIZE = 50
LONGEST = {"name": 200, "email": LONGEST_EMAIL, "phone": 50}
SENT = {
    "": "Not by e-mail",
    "planned": "E-mail waits",
    "sending": "E-mail is being sent",
    "accepted": "E-mail is on its way",
    "delivered": "E-mail delivered",
    "failed": "E-mail failed",
}
SUBJECTS = {"episode": "/episodes/", "interview": "/interviews/"}


@router.get("/professionals")
async def list_professionals(request: Request, who: Office) -> Response:
    """Show what professionals outside have not confirmed, or all of `?q=`, and the addresses that the council keeps."""
    return await _list(request, who, Form(fields={}))


@router.post("/professionals")
async def save_contact(request: Request, who: Office) -> Response:
    """Keep the address of a professional or of a service."""
    form = await read_form(request)
    professional = form.choice("professional", Professional, "Choose whose address it is")
    for field, longest in LONGEST.items():
        form.at_most(field, longest)
    if not EMAIL.fullmatch(form.text("email")):
        form.wrong("email", "Enter an e-mail address")
    if professional is None or form.errors:
        return await _list(request, who, form)
    async with web_of(request).acting(who.actor) as uow:
        name = form.text("name")
        given = {"email": form.text("email"), "phone": form.text("phone")}
        await views.keep_contact(uow, professional=professional.value, name=name, **given)
        uow.audit("professional_contact_saved", subject_type="professional", subject_id=professional.value)
    return redirect(request, "/professionals", said="The address is saved.")


async def _list(request: Request, who: SignedIn, form: Form) -> Response:
    shown = Pages.asked(request, size=PAGE_SIZE)
    wanted = request.query_params.get("q", "").replace("\x00", "").strip()[:100]
    async with web_of(request).acting(who.actor) as uow:
        found, total = await views.listed_alerts(uow, words=wanted, limit=PAGE_SIZE + 1, offset=shown.offset)
        contacts = await views.contacts(uow)
    rows = [_line(each) for each in found[:PAGE_SIZE]]
    context = {
        "rows": rows,
        "wanted": wanted,
        "pager": pages_of(request, shown, more=len(found) > PAGE_SIZE, count=len(rows), total=total),
        "contacts": [
            {**each, "professional": PROFESSIONAL_NAMES[Professional(each["professional"])]}
            for each in contacts
        ],
        "professionals": [("", "Choose"), *((each.value, name) for each, name in PROFESSIONAL_NAMES.items())],
        "values": form.values(),
        "errors": form.errors,
    }
    return await page(request, "pages/professionals.html", context, status=422 if form.errors else 200)


def _line(row: Row) -> show.View:
    professional, matter = Professional(row["professional"]), Matter(row["matter"])
    return {
        "professional_alert_id": row["professional_alert_id"],
        "short": short_reference(row["professional_alert_id"]),
        "matter": MATTER_NAMES[matter],
        "professional": PROFESSIONAL_NAMES[professional],
        "name": row["name"] or "No name is known",
        "href": f"{SUBJECTS[row['subject_type']]}{row['subject_id']}",
        "sent": SENT[row["sent"]] if row["has_address"] else "No e-mail address is known",
        "wanted": row["answer_wanted"],
        "raised_at": row["raised_at"],
        "closed_at": row["closed_at"],
        "answer": f"{TOLD_HOW_NAMES[ToldHow(row['how'])]}. {row['who']} {row['note']}".strip()
        if row["how"]
        else "",
        "closed_by": row["closed_by"],
    }


@router.get("/professionals/{professional_alert_id}")
async def show_professional(request: Request, professional_alert_id: str, who: Office) -> Response:
    """Show of what a professional is told, and take their answer."""
    return await _show(request, who, professional_alert_id, Form(fields={}))


@router.post("/professionals/{professional_alert_id}")
async def record_answer(request: Request, professional_alert_id: str, who: Office) -> Response:
    """Write down that a professional knows, or need not."""
    form = await read_form(request)
    how = form.choice("how", ToldHow, "Choose how they confirmed it")
    if how is not None:
        try:
            async with web_of(request).acting(who.actor) as uow:
                await confirm(
                    uow,
                    professional_alert_id=professional_alert_id,
                    how=how,
                    who=form.text("who"),
                    note=form.text("note"),
                )
            return redirect(request, "/professionals", said="The answer is kept.")
        except DomainError as error:
            form.refused(error, known=("who", "note"), names={})
    return await _show(request, who, professional_alert_id, form)


async def _show(request: Request, who: SignedIn, professional_alert_id: str, form: Form) -> Response:
    async with web_of(request).acting(who.actor) as uow:
        row = await views.one_alert(uow, professional_alert_id)
    context = {
        "row": _line(row),
        "hows": [("", "Choose"), *((each.value, name) for each, name in TOLD_HOW_NAMES.items())],
        "values": form.values(),
        "errors": form.errors,
    }
    return await page(request, "pages/professional.html", context, status=422 if form.errors else 200)


@router.get("/told-harm/{interview_id}")
async def show_told_harm(request: Request, interview_id: str, who: Told) -> Response:
    """Ask for a decision on a strategy meeting after a child told of harm."""
    return await _told_harm(request, who, interview_id, Form(fields={}))


@router.post("/told-harm/{interview_id}")
async def decide(request: Request, interview_id: str, who: Office) -> Response:
    """Keep the decision on a strategy meeting."""
    form = await read_form(request)
    decision = form.choice("decision", Strategy, "Choose what was decided")
    if decision is not None:
        try:
            async with web_of(request).acting(who.actor) as uow:
                await decide_strategy(
                    uow, interview_id=interview_id, decision=decision, reason=form.text("reason")
                )
            return redirect(request, "/alerts", said="The decision is kept.")
        except DomainError as error:
            form.refused(error, known=("reason",), names={})
    return await _told_harm(request, who, interview_id, form)


async def _told_harm(request: Request, who: SignedIn, interview_id: str, form: Form) -> Response:
    async with web_of(request).acting(who.actor) as uow:
        row = await views.told_harm(uow, interview_id)
    context = {
        "interview_id": interview_id,
        "short": short_reference(interview_id),
        "may_decide": who.role in OFFICE,
        "told_at": row["told_at"],
        "act_now": row["act_now"],
        "decided": STRATEGY_NAMES[Strategy(row["decision"])] if row["decision"] else None,
        "reason": row["reason"],
        "decided_by": row["decided_by"],
        "decided_at": row["decided_at"],
        "decisions": [("", "Choose"), *((each.value, name) for each, name in STRATEGY_NAMES.items())],
        "values": form.values(),
        "errors": form.errors,
    }
    return await page(request, "pages/told_harm.html", context, status=422 if form.errors else 200)
