"""Messages in the product: what escalated to my role, what was assigned to me, and marking it as seen."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from missing_coord.domain.access import Role
from missing_coord.domain.london import LONDON
from missing_coord.domain.messages import MessageKind
from missing_coord.domain.plurals import plural
from missing_coord.storage.views import messages as views_messages
from missing_coord.storage.views.messages import MessageCount, MessageLine
from missing_coord.web.answers import page, redirect
from missing_coord.web.filters import Filter, link_of
from missing_coord.web.forms import read_form
from missing_coord.web.paging import Pages, pages_of
from missing_coord.web.session import SignedIn, require
from missing_coord.web.state import web_of

router = APIRouter(include_in_schema=False)
PAGE_SIZE = 50
PATH = "/messages"
TOLD = (
    Role.COORDINATOR,
    Role.INTERVIEW_WORKER,
    Role.MANAGER,
    Role.QUALITY_AUDITOR,
    Role.EXPLOITATION_LEAD,
)
Told = Annotated[SignedIn, Depends(require(*TOLD))]
KINDS = {
    MessageKind.ESCALATION: ("soon", "Escalation"),
    MessageKind.BREACH: ("breached", "Breach"),
    MessageKind.ASSIGNED: ("person", "Assigned"),
    MessageKind.UNASSIGNED: ("closed", "Taken back"),
    MessageKind.MATCH_REVIEW: ("waiting", "Which child?"),
    MessageKind.PATTERN: ("waiting", "Pattern"),
    MessageKind.ALERT: ("soon", "Alert"),
    MessageKind.PROFESSIONAL: ("person", "Professional"),
    MessageKind.PRESUMED_RETURN: ("soon", "Back already?"),
    MessageKind.VISIT_OFF: ("closed", "Visit off"),
    MessageKind.VISIT_PLACE: ("soon", "Another address"),
    MessageKind.VISIT_WAITS: ("waiting", "Visit waits"),
    MessageKind.VISIT_TROUBLE: ("soon", "Visit in trouble"),
    MessageKind.REPORT: ("waiting", "Report"),
    MessageKind.DRAFT_LEFT: ("waiting", "Draft left behind"),
    MessageKind.ROTA: ("person", "Rota"),
}
HREFS = {
    "interview": "/interviews/",
    "incident": "/reviews/",
    "pattern": "/patterns/",
    "patterns": "/patterns",
    "presumed_return": "/presumed-returns/",
    "professional_alert": "/professionals/",
    "told_harm": "/told-harm/",
    "dispute": "/disputes/",
    "record_draft": "/drafts/",
    "report": "/reports/monthly?month=",
}
LINKS = re.compile(r"(\s+(For your calendar: )?https?://\S+)+$")
"""The addresses at the end of a message, for whoever reads it outside: the page has a link of its own."""


@router.get("/messages")
async def list_messages(request: Request, who: Told) -> Response:
    """Show the messages to this person and their role."""
    shown, asked = Pages.asked(request, size=PAGE_SIZE), request.query_params
    kind, only_new = _kind(asked.get("kind", "")), asked.get("show") == "new"
    async with web_of(request).acting(who.actor) as uow:
        found = await views_messages.messages(
            uow, limit=PAGE_SIZE + 1, offset=shown.offset, kind=kind, new=only_new
        )
        counts = await views_messages.message_counts(uow)
    lines = found[:PAGE_SIZE]
    context = {
        "groups": _groups(lines, [each for each in counts if kind in ("", each.kind)]),
        "new": sum(each.count for each in counts if each.new),
        "kinds": _kinds(counts, kind=kind, only_new=only_new),
        "shows": _shows(counts, kind=kind, only_new=only_new),
        "kind": kind,
        "show": "new" if only_new else "",
        "to_mark": [each for line in lines for each in line.new_ids],
        "pager": pages_of(request, shown, more=len(found) > PAGE_SIZE, count=len(lines)),
    }
    return await page(request, "pages/messages.html", context, live="user")


@router.post("/messages/seen")
async def mark_seen(request: Request, who: Told) -> Response:
    """Mark the messages listed in the form as seen."""
    form = await read_form(request)
    ids = [int(each) for each in form.many("message_ids") if re.fullmatch(r"[0-9]{1,15}", each)]
    async with web_of(request).acting(who.actor) as uow:
        count = await views_messages.mark_seen(uow, ids)
    show = "new" if form.text("show") == "new" else ""
    back = link_of("", count, path=PATH, current=True, kind=_kind(form.text("kind")), show=show)
    return redirect(request, back["href"], said=f"{plural(count, 'message')} marked as seen.")


def _kind(given: str) -> str:
    return given if given in set(MessageKind) else ""


def _groups(lines: Sequence[MessageLine], counts: Sequence[MessageCount]) -> list[dict[str, object]]:
    """Return the lines by whether they are new and by day, each with the whole list's count of such."""
    found: dict[tuple[bool, date], list[dict[str, object]]] = {}
    for line in lines:
        key = bool(line.new_ids), line.planned_at.astimezone(LONDON).date()
        found.setdefault(key, []).append(_row(line))
    return [
        {
            "new": new,
            "day": day,
            "count": sum(each.count for each in counts if (each.new, each.day) == (new, day)),
            "rows": rows,
        }
        for (new, day), rows in found.items()
    ]


def _kinds(counts: Sequence[MessageCount], *, kind: str, only_new: bool) -> list[Filter]:
    """Return a link for each kind that there is, with how many matters its list has."""
    listed = [each for each in counts if each.new or not only_new]
    numbers = {code: sum(each.count for each in listed if each.kind == code) for code in MessageKind}
    every = link_of("Every kind", _total(listed), path=PATH, current=not kind, show="new" if only_new else "")
    return [
        every,
        *(
            link_of(
                KINDS[code][1],
                number,
                path=PATH,
                current=code == kind,
                kind=code,
                show="new" if only_new else "",
            )
            for code, number in numbers.items()
            if number or code == kind
        ),
    ]


def _shows(counts: Sequence[MessageCount], *, kind: str, only_new: bool) -> list[Filter]:
    listed = [each for each in counts if kind in ("", each.kind)]
    new = [each for each in listed if each.new]
    return [
        link_of("New and seen", _total(listed), path=PATH, current=not only_new, kind=kind),
        link_of("New", _total(new), path=PATH, current=only_new, kind=kind, show="new"),
    ]


def _total(counts: Sequence[MessageCount]) -> int:
    return sum(each.count for each in counts)


def _row(message: MessageLine) -> dict[str, object]:
    tone, kind = KINDS.get(MessageKind(message.kind), ("waiting", message.kind))
    href = HREFS.get(message.subject_type)
    return {
        "message_id": message.message_id,
        "tone": tone,
        "kind": kind,
        "text": LINKS.sub("", message.text),
        "href": f"{href}{message.subject_id}" if href and message.kind != MessageKind.UNASSIGNED else None,
        "at": message.planned_at,
        "to": "You" if message.personal else "Your role",
        "earlier": plural(message.earlier, "earlier message") if message.earlier else "",
        "new": bool(message.new_ids),
        "seen": f"by {message.seen_by}" if message.seen_at else "Not yet",
    }
