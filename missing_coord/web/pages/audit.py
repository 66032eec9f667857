"""The audit trail for those who may read it: filters, the newest rows first, and a check of its chain on request."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from missing_coord.domain.access import ROLE_NAMES, Role
from missing_coord.notify.wording import short_reference
from missing_coord.storage import audit
from missing_coord.storage.audit import AuditFilters, AuditRow
from missing_coord.web.answers import page
from missing_coord.web.rendering import words
from missing_coord.web.session import SignedIn, require
from missing_coord.web.state import web_of

router = APIRouter(include_in_schema=False)
PAGE_SIZE = 50
Readers = Annotated[SignedIn, Depends(require(Role.MANAGER, Role.ADMINISTRATOR))]
View = dict[str, object]


@router.get("/audit")
async def audit_trail(request: Request, who: Readers) -> Response:
    """Show the rows that `?q=` and `?action=` admit, older than row `?before=`; `?check=1` checks the chain."""
    asked = {
        name: request.query_params.get(name, "").replace("\x00", "").strip()[:100] for name in ("q", "action")
    }
    check = request.query_params.get("check", "") == "1"
    filters = AuditFilters(words=asked["q"], action=asked["action"])
    async with web_of(request).acting(who.actor) as uow:
        rows = await audit.audit_rows(uow, filters, before_seq=_before(request), limit=PAGE_SIZE + 1)
        actions = await audit.audit_actions(uow)
        broken_at = await audit.chain_broken_at(uow) if check else None
        audit.opened(uow, "audit_trail", "", filters=[name for name, text in asked.items() if text])
        now = uow.now
    context = {
        "filters": asked,
        "actions": [(action, words(action)) for action in actions],
        "intact": broken_at is None if check else None,
        "checked_at": now if check else None,
        "rows": [_row(row) for row in rows[:PAGE_SIZE]],
        "pager": _pager(request, rows, asked),
    }
    return await page(request, "pages/audit.html", context)


def _before(request: Request) -> int | None:
    given = request.query_params.get("before", "")
    return int(given) if re.fullmatch(r"[0-9]{1,15}", given) else None


def _pager(request: Request, rows: Sequence[AuditRow], asked: dict[str, str]) -> View:
    """Return links that stay right while rows are added: older rows by the number of the last one shown."""
    kept = {name: text for name, text in asked.items() if text}
    older = (
        f"/audit?{urlencode({**kept, 'before': rows[PAGE_SIZE - 1].seq})}" if len(rows) > PAGE_SIZE else None
    )
    newest = f"/audit?{urlencode(kept)}" if _before(request) is not None else None
    shown = rows[:PAGE_SIZE]
    text = f"Rows {shown[0].seq:,} to {shown[-1].seq:,}" if shown else "No rows"
    return {"newer_href": newest, "older_href": older, "text": text}


def _row(row: AuditRow) -> View:
    reason = row.detail.get("reason") or row.detail.get("how") or row.detail.get("verdict")
    return {
        "number": row.seq,
        "at": row.at,
        "actor": row.actor,
        "role": _role(row.actor_role),
        "action": words(row.action),
        "subject": _subject(row),
        "reason": words(str(reason)) if reason else None,
    }


def _subject(row: AuditRow) -> str:
    """Return the record by the reference that people say; of an account the name that it had then."""
    name = row.detail.get("name") or row.detail.get("username")
    if row.subject_type == "user" and name:
        return f"User {name}"
    is_uuid = re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", row.subject_id)
    return (
        f"{words(row.subject_type)} {short_reference(row.subject_id) if is_uuid else row.subject_id}".strip()
    )


def _role(value: str) -> str:
    return ROLE_NAMES.get(Role(value), value) if value in {role.value for role in Role} else value
