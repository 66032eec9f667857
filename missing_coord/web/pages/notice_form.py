"""Typing in a notice that police told by e-mail or telephone; it takes the same road as any other."""

from __future__ import annotations

from datetime import UTC
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from missing_coord.contracts.parsing import parse
from missing_coord.domain.access import system_actor
from missing_coord.domain.records import NoticeMessage, PoliceNotice
from missing_coord.messaging.rows import Row
from missing_coord.storage.stores.intake import TYPED
from missing_coord.web.answers import page, redirect
from missing_coord.web.forms import Form, read_form
from missing_coord.web.rendering import london_input, words
from missing_coord.web.session import OFFICE, SignedIn, require
from missing_coord.web.state import web_of

router = APIRouter(include_in_schema=False)
Office = Annotated[SignedIn, Depends(require(*OFFICE))]
TIMES = ("issued_at", "last_seen_at", "reported_at", "found_at", "returned_at", "safe_and_well_at")
MESSAGES = [(each.value, words(each.value)) for each in NoticeMessage]
YES_NO = [("", "Not known"), ("yes", "Yes"), ("no", "No")]
GROUPS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "The notice",
        (
            ("force", "Police force"),
            ("reference", "The force's reference"),
            ("message", "What it says happened"),
            ("issued_at", "When the force said so"),
            ("risk", "Risk, in the force's words"),
        ),
    ),
    (
        "The child",
        (
            ("forename", "Forename"),
            ("surname", "Surname"),
            ("aliases", "Other names"),
            ("date_of_birth", "Date of birth"),
            ("sex", "Sex"),
            ("home_postcode", "Home postcode"),
            ("missing_from", "Missing from"),
            ("missing_from_postcode", "Postcode of where from"),
            ("looked_after", "Looked after, police believe"),
            ("local_child_id", "The council's number"),
            ("phone", "Telephone"),
        ),
    ),
    (
        "Times",
        (
            ("last_seen_at", "Last seen"),
            ("reported_at", "Reported to police"),
            ("found_at", "Found"),
            ("returned_at", "Back at home or placement"),
            ("safe_and_well_at", "Safe and well check"),
        ),
    ),
    (
        "What else is told",
        (
            ("last_seen_place", "Last seen at"),
            ("companions", "With whom"),
            ("places", "Where the child may go"),
            ("vehicles", "Vehicles"),
            ("warning_markers", "Warning markers"),
            ("circumstances", "Circumstances"),
        ),
    ),
)
NOT_USED = "after_issue:date_of_birth"
"""The flag of what the road would leave out in silence: whoever types can still put it right."""
LISTS = ("aliases", "companions", "places", "vehicles", "warning_markers")
FIELDS = tuple(name for _, fields in GROUPS for name, _ in fields)


@router.get("/notices/new")
async def empty_notice(request: Request, who: Office) -> Response:
    """Show the form, for a child who is missing and a message of now."""
    now = london_input(web_of(request).now())
    return await _show(request, Form(fields={"message": ("missing",), "issued_at": (now,)}))


@router.post("/notices/new")
async def take_notice(request: Request, who: Office) -> Response:
    """Take a typed notice in; what is wrong with it stands beside its field, and nothing is taken."""
    form = await read_form(request)
    raw = _raw(form)
    parsed = parse("police", raw)
    for fault in parsed.faults:
        _wrong(form, fault.field, fault.reason)
    web = web_of(request)
    if isinstance(parsed.record, PoliceNotice) and parsed.record.issued_at > web.now():
        form.wrong("issued_at", "This time is still to come")
    if isinstance(parsed.record, PoliceNotice) and NOT_USED in parsed.record.flags:
        form.wrong("date_of_birth", "This is after the notice")
    if form.errors or parsed.record is None:
        return await _show(request, form)
    row = Row(raw=raw, line=None, record=parsed.record, faults=())
    intake = web.application.intake(system_actor(f"intake for {who.actor.name}"))
    [taken] = await intake.ingest_items([row], "police", source=f"{TYPED} {who.actor.name}")
    reference = f"{raw['force']}/{raw['reference']}"
    async with web.acting(who.actor) as uow:
        uow.audit("notice_typed", subject_type="notice", subject_id=reference, outcome=taken.outcome)
    if taken.outcome == "quarantined":
        return redirect(
            request, "/quarantine", said="It could not be taken in and waits here.", tone="warning"
        )
    said = "The notice is taken in." if taken.outcome == "accepted" else "This notice was there already."
    return redirect(request, f"/reviews/decided?{urlencode({'q': reference})}", said=said)


def _raw(form: Form) -> dict[str, str]:
    """Return what was typed as a row of the contract; a London time as an instant."""
    raw = {name: form.text(name) for name in FIELDS}
    for name in TIMES:
        at = form.when(name)
        raw[name] = at.astimezone(UTC).isoformat() if at else ""
    return {name: text for name, text in raw.items() if text}


def _wrong(form: Form, field: str, reason: str) -> None:
    name = field if field in FIELDS else "surname"
    form.wrong(name, f"{reason[:1].upper()}{reason[1:]}")


async def _show(request: Request, form: Form) -> Response:
    context = {
        "groups": [
            {"title": title, "fields": [{"name": name, "label": label} for name, label in fields]}
            for title, fields in GROUPS
        ],
        "times": TIMES,
        "lists": LISTS,
        "messages": MESSAGES,
        "yes_no": YES_NO,
        "values": form.values(),
        "errors": form.errors,
    }
    return await page(request, "pages/notice_form.html", context, status=422 if form.errors else 200)
