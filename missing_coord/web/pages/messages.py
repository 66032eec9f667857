"""Messages in the product: what escalated to my role, what was assigned to me, and marking it as seen."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from missing_coord.domain.access import Role
from missing_coord.domain.messages import MessageKind
from missing_coord.storage.views import messages as views_messages
from missing_coord.storage.views.messages import MessageLine
from missing_coord.web.answers import page, redirect
from missing_coord.web.forms import read_form
from missing_coord.web.paging import Pages, pages_of
from missing_coord.web.rendering import plural
from missing_coord.web.session import SignedIn, require
from missing_coord.web.state import web_of

router = APIRouter(include_in_schema=False)
PAGE_SIZE = 50
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
    "report": "/reports/monthly?month=",
}


@router.get("/messages")
async def list_messages(request: Request, who: Told) -> Response:
    """Show the messages to this person and their role."""
    shown = Pages.asked(request, size=PAGE_SIZE)
    async with web_of(request).acting(who.actor) as uow:
        found = await views_messages.messages(uow, limit=PAGE_SIZE + 1, offset=shown.offset)
        new = await views_messages.unseen(uow)
    rows = [_row(each) for each in found[:PAGE_SIZE]]
    context = {
        "rows": rows,
        "new": new,
        "to_mark": [each for line in found[:PAGE_SIZE] for each in line.new_ids],
        "pager": pages_of(request, shown, more=len(found) > PAGE_SIZE, count=len(rows)),
    }
    return await page(request, "pages/messages.html", context, live="user")


@router.post("/messages/seen")
async def mark_seen(request: Request, who: Told) -> Response:
    """Mark the messages listed in the form as seen."""
    form = await read_form(request)
    ids = [int(each) for each in form.many("message_ids") if re.fullmatch(r"[0-9]{1,15}", each)]
    async with web_of(request).acting(who.actor) as uow:
        count = await views_messages.mark_seen(uow, ids)
    return redirect(request, "/messages", said=f"{plural(count, 'message')} marked as seen.")


def _row(message: MessageLine) -> dict[str, object]:
    tone, kind = KINDS.get(MessageKind(message.kind), ("waiting", message.kind))
    href = HREFS.get(message.subject_type)
    return {
        "message_id": message.message_id,
        "tone": tone,
        "kind": kind,
        "text": re.sub(r"\s*https?://\S+$", "", message.text),
        "href": f"{href}{message.subject_id}" if href and message.kind != MessageKind.UNASSIGNED else None,
        "at": message.planned_at,
        "to": "You" if message.personal else "Your role",
        "earlier": plural(message.earlier, "earlier message") if message.earlier else "",
        "new": bool(message.new_ids),
        "seen": f"by {message.seen_by}" if message.seen_at else "Not yet",
    }
