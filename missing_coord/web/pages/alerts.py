"""Alerts of the other clocks, the nightly proof, what was sent, and taking an alert on."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from missing_coord.domain.alerts import Alert, urgency, worked_out
from missing_coord.domain.deliveries import held_words
from missing_coord.domain.errors import DomainError
from missing_coord.domain.messages import CHANNEL_WORDS, ChannelName, MessageState
from missing_coord.notify.wording import LONDON, short_reference
from missing_coord.services.telling.promises import make_promise
from missing_coord.storage.views import telling as views_telling
from missing_coord.storage.views.telling import Row
from missing_coord.web.answers import page, redirect
from missing_coord.web.forms import Form, read_form
from missing_coord.web.paging import Pages, pages_of
from missing_coord.web.session import OFFICE, SignedIn, require
from missing_coord.web.state import web_of

router = APIRouter(include_in_schema=False)
PAGE_SIZE = 50
Office = Annotated[SignedIn, Depends(require(*OFFICE))]
HREFS = {
    "interview": "/interviews/",
    "incident": "/reviews/",
    "pattern": "/patterns/",
    "professional_alert": "/professionals/",
    "told_harm": "/told-harm/",
    "dispute": "/disputes/",
}
NAMES = {"interview": "Return interview", "incident": "Notice", "feed": "Feed", "rota": "Rota",
         "professional_alert": "Professional to be told", "told_harm": "Child told of harm"}  # fmt: skip
OUTSIDE = {ChannelName.TEAMS: "The channel's room"}
TONES = {
    MessageState.PLANNED: ("waiting", "Planned"),
    MessageState.SENDING: ("waiting", "Being sent"),
    MessageState.ACCEPTED: ("waiting", "Accepted"),
    MessageState.DELIVERED: ("done", "Delivered"),
    MessageState.FAILED: ("breached", "Failed"),
}


@router.get("/alerts")
async def list_alerts(request: Request, who: Office) -> Response:
    """Show the open alerts and the last proof."""
    return await _show(request, who, Form(fields={}))


@router.post("/alerts/{alert_id}/promise")
async def take_on(request: Request, alert_id: str, who: Office) -> Response:
    """Take an alert on until a time."""
    form = await read_form(request)
    if await promised(request, who, form, subject_type="alert", subject_id=alert_id):
        return redirect(request, "/alerts", said="You have taken this on.")
    return await _show(request, who, form, alert_id=alert_id, status=422)


async def promised(
    request: Request, who: SignedIn, form: Form, *, subject_type: str, subject_id: str
) -> bool:
    """Keep the promise of a form; False when the form says what is wrong with it."""
    reason = form.required("reason", "Say what you will do")
    until_at = form.when("until_at", "Enter until when")
    if until_at is None or form.errors:
        return False
    try:
        async with web_of(request).acting(who.actor) as uow:
            await make_promise(
                uow, subject_type=subject_type, subject_id=subject_id, reason=reason, until_at=until_at
            )
    except DomainError as error:
        form.refused(error, known=("reason", "until_at"), names={})
        return False
    return True


async def _show(
    request: Request, who: SignedIn, form: Form, *, alert_id: str = "", status: int = 200
) -> Response:
    async with web_of(request).acting(who.actor) as uow:
        found = sorted(await views_telling.open_alerts(uow), key=urgency)
        proof = await views_telling.latest_proof(uow)
    shown = Pages.asked(request, size=PAGE_SIZE)
    if alert_id in (places := [each.alert_id for each in found]):
        shown = Pages(number=places.index(alert_id) // PAGE_SIZE + 1, size=PAGE_SIZE)
    rows = found[shown.offset : shown.offset + PAGE_SIZE]
    more = len(found) > shown.offset + PAGE_SIZE
    context = {
        "proof": proof,
        "rows": [_line(each) for each in rows],
        "pager": pages_of(request, shown, more=more, count=len(rows), total=len(found), path="/alerts"),
        "may_promise": who.role in OFFICE,
        "alert_id": alert_id,
        "values": form.values(),
        "errors": form.errors,
    }
    return await page(request, "pages/alerts.html", context, status=status)


def _line(alert: Alert) -> dict[str, object]:
    known = alert.subject_type in HREFS
    return {
        "alert_id": alert.alert_id,
        "clock": alert.clock.value.replace("_", " ").capitalize(),
        "subject": _subject(alert.subject_type, alert.subject_id),
        "href": f"{HREFS[alert.subject_type]}{alert.subject_id}" if known else None,
        "due_at": alert.due_at,
        "worked_out": worked_out(alert),
        "next_at": alert.next_step_at,
        "promised_until": alert.promised_until,
    }


def _subject(subject_type: str, subject_id: str) -> str:
    name = NAMES.get(subject_type, subject_type.capitalize())
    return f"{name} {short_reference(subject_id) if subject_type in HREFS else subject_id}"


@router.get("/deliveries")
async def list_deliveries(request: Request, who: Office) -> Response:
    """Show what was sent to whom by which channel, and what became of it."""
    shown = Pages.asked(request, size=PAGE_SIZE)
    async with web_of(request).acting(who.actor) as uow:
        found = await views_telling.deliveries(uow, limit=PAGE_SIZE + 1, offset=shown.offset)
    address = web_of(request).application.settings.address
    rows = [_sent(each, address) for each in found[:PAGE_SIZE]]
    names = [CHANNEL_WORDS[each] for each in web_of(request).application.channels]
    words = f"Set up: {', '.join(names)}." if names else "No channel is set up."
    pager = pages_of(request, shown, more=len(found) > PAGE_SIZE, count=len(rows))
    return await page(request, "pages/deliveries.html", {"channels": words, "rows": rows, "pager": pager})


def _sent(row: Row, address: str) -> dict[str, object]:
    channel = ChannelName(row["channel"])
    tone, state = TONES[MessageState(row["state"])]
    held = row["held_until"]
    note = held_words(f"{held.astimezone(LONDON):%H:%M}", channel) if held else row["error"]
    words, _, path = row["text"].partition(f" {address}/")
    return {
        "delivery_id": row["delivery_id"],
        "tone": tone,
        "state": "Held" if held else state,
        "channel": CHANNEL_WORDS[channel],
        "who": row["display_name"] or OUTSIDE.get(channel, "A professional outside"),
        "step": words,
        "href": f"/{path}" if path else None,
        "planned_at": row["planned_at"],
        "note": note or None,
    }
