"""Rotas with their overrides, absences and gaps, and the contacts by which people are told."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from missing_coord.contracts.json_text import load_json
from missing_coord.contracts.rotas import check_rota, read_rota, write_rota
from missing_coord.domain.access import ROLE_NAMES, Role
from missing_coord.domain.directory import Directory
from missing_coord.domain.errors import NotFound, PermanentError
from missing_coord.domain.rotas import Absence, Override, Rota, gaps, on_duty
from missing_coord.notify.recorder import RecorderChannel
from missing_coord.notify.wording import london_time
from missing_coord.services.telling.rota_changes import save_rota as save_rota_and_tell
from missing_coord.storage.views import telling as views_telling
from missing_coord.web.answers import page, redirect
from missing_coord.web.forms import Form, read_form
from missing_coord.web.rota_form import Row, days_choices, rota_of, rows_of, typed_rows
from missing_coord.web.session import OFFICE, SignedIn, require
from missing_coord.web.state import web_of

router = APIRouter(include_in_schema=False)
AHEAD = timedelta(days=14)
KINDS = ("override", "absence")
Reader = Annotated[SignedIn, Depends(require(*OFFICE, Role.ADMINISTRATOR))]
Office = Annotated[SignedIn, Depends(require(*OFFICE))]
KEEPERS = (Role.MANAGER, Role.ADMINISTRATOR)
Keeper = Annotated[SignedIn, Depends(require(*KEEPERS))]
EMAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+")
LONGEST_EMAIL = 254  # characters of a whole address (RFC 5321, 4.5.3.1.3, without its brackets)
MOBILE = re.compile(r"(\+44|0)7[0-9 ]{9,12}")


@router.get("/rotas")
async def list_rotas(request: Request, who: Reader) -> Response:
    """Show every rota: who is on duty, and where nobody will be."""
    return await _show(request, who, Form(fields={}))


@router.post("/rotas")
async def save_rota(request: Request, who: Office) -> Response:
    """Save a rota, new or changed."""
    form = await read_form(request)
    version, name = form.version(), form.text("name")
    try:
        body = load_json(form.text("body"))
        rota = read_rota(name, body if isinstance(body, dict) else {"shifts": body})
        check_rota(rota, known=(await _before(request, who, name))[1])
    except (ValueError, RecursionError):
        form.wrong("body", "Write the rota as JSON")
    except PermanentError as error:
        form.wrong("name" if str(error).startswith("name:") else "body", str(error))
    if form.errors:
        return await _show(request, who, form, which=f"{name}-body" if version else "rota")
    await _save(request, who, rota, version)
    return redirect(request, "/rotas", said="The rota is saved.")


@router.post("/rotas/{name}/shifts")
async def save_shifts(request: Request, name: str, who: Office) -> Response:
    """Save the shifts of a rota from the rows of a form; its overrides and absences stay."""
    form = await read_form(request)
    version, name = form.version(), form.text("name") or name
    before, known = await _before(request, who, name)
    try:
        rota = rota_of(name, typed_rows(form), before, known=known)
    except PermanentError as error:
        form.wrong("name" if str(error).startswith("name:") else "shifts", str(error))
        return await _show(request, who, form, which=f"{name}-shifts" if version else "new-shifts")
    await _save(request, who, rota, version)
    return redirect(request, "/rotas", said="The rota is saved.")


@router.post("/rotas/{name}/changes")
async def change_rota(request: Request, name: str, who: Office) -> Response:
    """Put an override or an absence into a rota."""
    form = await read_form(request)
    version = form.version()
    person = form.required("person", "Choose who")
    if form.text("kind") not in KINDS:
        form.wrong("kind", "Choose whether the person is on duty or away")
    starts_at = form.when("starts_at", "Enter from when")
    ends_at = form.when("ends_at", "Enter until when")
    if starts_at and ends_at and ends_at <= starts_at:
        form.wrong("ends_at", "Enter a time after the first")
    if form.errors or starts_at is None or ends_at is None:
        return await _show(request, who, form, which=f"{name}-change")
    async with web_of(request).acting(who.actor) as uow:
        rota, there = await uow.rotas.get(name)
        known = {each.username for each in (await uow.routing.directory()).people}
    if not there:
        raise NotFound("There is no such rota.")
    if person not in known:
        form.wrong("person", "Choose somebody who can sign in")
        return await _show(request, who, form, which=f"{name}-change")
    span = {"person": person, "starts_at": starts_at, "ends_at": ends_at, "reason": form.text("reason")}
    changed = _with(rota, form.text("kind"), span)
    try:
        read_rota(name, write_rota(changed))
    except PermanentError as error:
        form.wrong("ends_at", str(error))
        return await _show(request, who, form, which=f"{name}-change")
    await _save(request, who, changed, version)
    return redirect(request, "/rotas", said="The change is saved.")


async def _before(request: Request, who: SignedIn, name: str) -> tuple[Rota, set[str]]:
    """Return a rota as it is kept, and whom it may name: who can sign in, and whom it names already."""
    async with web_of(request).acting(who.actor) as uow:
        rota, _ = await uow.rotas.get(name)
        known = {each.username for each in (await uow.routing.directory()).people}
    return rota, known | {*rota.people(), *(each.person for each in rota.absences)}


def _with(rota: Rota, kind: str, span: dict[str, Any]) -> Rota:
    if kind == "absence":
        return replace(rota, absences=(*rota.absences, Absence(**span)))
    return replace(rota, overrides=(*rota.overrides, Override(**span)))


async def _save(request: Request, who: SignedIn, rota: Rota, version: int) -> None:
    write = RecorderChannel(web_of(request).application.settings.address).write
    async with web_of(request).acting(who.actor) as uow:
        await save_rota_and_tell(uow, rota, expected_version=version, write=write)


async def _show(request: Request, who: SignedIn, form: Form, *, which: str | None = None) -> Response:
    async with web_of(request).acting(who.actor) as uow:
        found, directory, now = await uow.rotas.all(), await uow.routing.directory(), uow.now
    typed = typed_rows(form) if which and which.endswith("-shifts") else None
    blank = typed if which == "new-shifts" and typed else rows_of(Rota(name="new"))
    context = {
        "rows": [
            _line(
                rota,
                version,
                directory,
                now,
                shifts=typed if typed and which == f"{rota.name}-shifts" else rows_of(rota),
            )
            for rota, version in found
        ],
        "blank": {"shifts": blank, "days": days_choices(blank)},
        "people": [(each.username, each.display_name) for each in directory.people],
        "may_save": who.role in OFFICE,
        "which": which,
        "values": form.values(),
        "errors": form.errors,
    }
    return await page(request, "pages/rotas.html", context, status=422 if form.errors else 200)


def _line(
    rota: Rota, version: int, directory: Directory, now: datetime, *, shifts: list[Row]
) -> dict[str, object]:
    names = {each.username: each.display_name for each in directory.people}
    away = set(rota.people()) - names.keys()
    on = [names[each] for each in on_duty(rota, now, away=away)]
    changes = [("instead", each) for each in rota.overrides] + [("away", each) for each in rota.absences]
    return {
        "name": rota.name,
        "version": version,
        "on_duty": ", ".join(on) or "nobody",
        "faults": list(rota.faults),
        "gaps": [
            {"starts_at": begin, "ends_at": end} for begin, end in gaps(rota, now, now + AHEAD, away=away)
        ],
        "changes": [
            f"{names.get(each.person, each.person)} {kind}:"
            f" {london_time(each.starts_at)} to {london_time(each.ends_at)}"
            for kind, each in changes
            if each.ends_at > now
        ],
        "shifts": shifts,
        "days": days_choices(shifts),
        "body": json.dumps(write_rota(rota), indent=2),
    }


@router.get("/contacts")
async def list_contacts(request: Request, who: Reader) -> Response:
    """Show by which address people are told, and which do not work."""
    return await _contacts(request, who, Form(fields={}))


@router.post("/contacts/{user_id}")
async def save_contacts(request: Request, user_id: str, who: Keeper) -> Response:
    """Keep the addresses and teams of somebody; what is kept anew counts as working."""
    form = await read_form(request)
    email, mobile = form.text("email"), form.text("sms")
    form.at_most("email", LONGEST_EMAIL)
    if email and not EMAIL.fullmatch(email):
        form.wrong("email", "Enter an e-mail address")
    if mobile and not MOBILE.fullmatch(mobile):
        form.wrong("sms", "Enter a United Kingdom mobile number, such as 07700 900001")
    if form.errors:
        return await _contacts(request, who, form, user_id=user_id)
    async with web_of(request).acting(who.actor) as uow:
        if user_id not in {each["user_id"] for each in await views_telling.contacts(uow)}:
            raise NotFound("There is nobody of this reference who can sign in.")
        await views_telling.keep_contact(uow, user_id, "email", email)
        await views_telling.keep_contact(uow, user_id, "sms", mobile.replace(" ", ""))
        teams = [each.strip() for each in form.text("teams").split(";") if each.strip()]
        await views_telling.keep_teams(uow, user_id, teams)
        uow.audit("contacts_saved", subject_type="user", subject_id=user_id)
    return redirect(request, "/contacts", said="The contacts are saved.")


async def _contacts(request: Request, who: SignedIn, form: Form, *, user_id: str = "") -> Response:
    async with web_of(request).acting(who.actor) as uow:
        found = await views_telling.contacts(uow)
    rows = [
        {**each, "name": each["display_name"], "role": ROLE_NAMES[Role(each["role"])].lower()}
        for each in found
    ]
    context = {
        "rows": rows,
        "may_save": who.role in KEEPERS,
        "user_id": user_id,
        "values": form.values(),
        "errors": form.errors,
    }
    return await page(request, "pages/contacts.html", context, status=422 if form.errors else 200)
