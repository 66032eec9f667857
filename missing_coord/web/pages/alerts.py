"""Alerts of the other clocks, the nightly proof, what was sent, and taking an alert on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from missing_coord.domain.alerts import Alert, urgency, worked_out
from missing_coord.domain.deliveries import held_words
from missing_coord.domain.errors import DomainError
from missing_coord.domain.escalation import ClockKind
from missing_coord.domain.london import LONDON
from missing_coord.domain.messages import CHANNEL_WORDS, ChannelName, MessageState
from missing_coord.notify.wording import short_reference
from missing_coord.services.telling.promises import make_promise
from missing_coord.storage.views import telling as views_telling
from missing_coord.storage.views.telling import Row
from missing_coord.web.answers import page, redirect
from missing_coord.web.filters import Filter, link_of
from missing_coord.web.forms import Form, read_form
from missing_coord.web.paging import Pages, pages_of
from missing_coord.web.rendering import london_day
from missing_coord.web.session import OFFICE, SignedIn, require
from missing_coord.web.state import web_of

router = APIRouter(include_in_schema=False)
PAGE_SIZE = 50
PATH = "/alerts"
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
        every = sorted(await views_telling.open_alerts(uow), key=urgency)
        proof = await views_telling.latest_proof(uow)
    asked = Asked.of(request)
    found = asked.listed(every)
    sizes = Counter(map(asked.key, found))
    shown = Pages.asked(request, size=PAGE_SIZE)
    if alert_id in (places := [each.alert_id for each in found]):
        shown = Pages(number=places.index(alert_id) // PAGE_SIZE + 1, size=PAGE_SIZE)
    rows = found[shown.offset : shown.offset + PAGE_SIZE]
    more = len(found) > shown.offset + PAGE_SIZE
    context = {
        "proof": proof,
        "groups": [
            {
                "name": asked.group_of(key),
                "count": sizes[key],
                "rows": [_line(each) for each in part],
            }
            for key, part in groupby(rows, key=asked.key)
        ],
        "by_day": asked.by_day,
        "clocks": _clocks(every, asked),
        "orders": _orders(found, asked),
        "pager": pages_of(request, shown, more=more, count=len(rows), total=len(found), path=PATH),
        "may_promise": who.role in OFFICE,
        "alert_id": alert_id,
        "values": form.values(),
        "errors": form.errors,
    }
    return await page(request, "pages/alerts.html", context, status=status)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for: one kind of alert or all, in groups by kind or by the day on which they were due."""

    clock: str = ""
    by_day: bool = False

    @classmethod
    def of(cls, request: Request) -> Asked:
        """Read the address; of a form that was refused every alert is shown."""
        given = request.query_params
        clock = given.get("clock", "")
        return cls(clock if clock in set(ClockKind) else "", given.get("by") == "day")

    def key(self, alert: Alert) -> str:
        """Return the name of the group to which an alert belongs, for sorting and comparing."""
        return alert.due_at.astimezone(LONDON).date().isoformat() if self.by_day else alert.clock.value

    def listed(self, alerts: Sequence[Alert]) -> list[Alert]:
        """Return the alerts of the kind, groups together: kinds with the most urgent alert first, or days in order."""
        found = [each for each in alerts if self.clock in ("", each.clock)]
        if self.by_day:
            return sorted(found, key=self.key)
        first = {key: place for place, key in reversed(list(enumerate(map(self.key, found))))}
        return sorted(found, key=lambda each: first[self.key(each)])

    def group_of(self, key: str) -> str:
        """Return the heading of a group."""
        return f"Due {london_day(date.fromisoformat(key))}" if self.by_day else _clock_name(key)


def _clocks(alerts: Sequence[Alert], asked: Asked) -> list[Filter]:
    """Return a link for each kind of alert that there is, and for the one asked for, the most frequent first."""
    by = "day" if asked.by_day else ""
    counts = Counter(each.clock.value for each in alerts)
    if asked.clock:
        counts[asked.clock] += 0
    return [
        link_of("Every kind", len(alerts), path=PATH, current=not asked.clock, by=by),
        *(
            link_of(_clock_name(code), number, path=PATH, current=code == asked.clock, clock=code, by=by)
            for code, number in counts.most_common()
        ),
    ]


def _orders(found: Sequence[Alert], asked: Asked) -> list[Filter]:
    return [
        link_of("By kind", len(found), path=PATH, current=not asked.by_day, clock=asked.clock),
        link_of("By day due", len(found), path=PATH, current=asked.by_day, clock=asked.clock, by="day"),
    ]


def _clock_name(code: str) -> str:
    return code.replace("_", " ").capitalize()


def _line(alert: Alert) -> dict[str, object]:
    known = alert.subject_type in HREFS
    return {
        "alert_id": alert.alert_id,
        "clock": _clock_name(alert.clock),
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
