"""Patterns across children: the list, one with its evidence, and the exploitation lead's decision."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from missing_coord.domain.access import Role
from missing_coord.domain.errors import DomainError
from missing_coord.services.patterns import decide_pattern
from missing_coord.storage import views_patterns as views
from missing_coord.storage.audit import opened
from missing_coord.storage.views_patterns import PatternRow, PatternView
from missing_coord.web.answers import page, redirect
from missing_coord.web.forms import Form, read_form
from missing_coord.web.paging import Pages, pages_of
from missing_coord.web.session import SignedIn, require
from missing_coord.web.state import web_of

router = APIRouter(include_in_schema=False)
PAGE_SIZE = 50
Lead = Annotated[SignedIn, Depends(require(Role.EXPLOITATION_LEAD))]
Readers = Annotated[SignedIn, Depends(require(Role.EXPLOITATION_LEAD, Role.MANAGER))]
STATUSES = ("proposed", "confirmed", "rejected", "all")
View = dict[str, object]


@router.get("/patterns")
async def patterns(request: Request, who: Readers) -> Response:
    """Show the patterns of one status; a manager sees that they exist, and opens none."""
    asked = request.query_params.get("status", "proposed")
    status = asked if asked in STATUSES else "proposed"
    shown = Pages.asked(request, size=PAGE_SIZE)
    async with web_of(request).acting(who.actor) as uow:
        found = await views.pattern_list(uow, status=status, limit=PAGE_SIZE + 1, offset=shown.offset)
    rows = [_line(each) for each in found[:PAGE_SIZE]]
    pager = pages_of(request, shown, more=len(found) > PAGE_SIZE, count=len(rows))
    context = {"status": status, "rows": rows, "pager": pager, "may_open": who.role is Role.EXPLOITATION_LEAD}
    return await page(request, "pages/patterns.html", context)


@router.get("/patterns/{pattern_id}")
async def pattern(request: Request, pattern_id: str, who: Lead) -> Response:
    """Show one pattern with its children and its evidence."""
    return await _show(request, who, pattern_id, Form(fields={}))


@router.post("/patterns/{pattern_id}/decision")
async def decide(request: Request, pattern_id: str, who: Lead) -> Response:
    """Confirm or reject a pattern."""
    form = await read_form(request)
    version, decision = form.version(), form.text("decision")
    if decision not in ("confirmed", "rejected"):
        form.wrong("reason", "Choose whether to confirm or to reject it")
    reason = form.required("reason", "Say why; others rely on it when it comes up again")
    if form.errors:
        return await _show(request, who, pattern_id, form, status=422)
    try:
        async with web_of(request).acting(who.actor) as uow:
            await decide_pattern(
                uow,
                pattern_id=pattern_id,
                expected_version=version,
                confirm=decision == "confirmed",
                reason=reason,
            )
    except DomainError as error:
        form.refused(error, known=("reason",), names={})
        return await _show(request, who, pattern_id, form, status=422)
    return redirect(request, f"/patterns/{pattern_id}", said=f"The pattern is {decision}.")


async def _show(
    request: Request, who: SignedIn, pattern_id: str, form: Form, *, status: int = 200
) -> Response:
    async with web_of(request).acting(who.actor) as uow:
        found = await views.pattern_view(uow, pattern_id)
        opened(uow, "pattern", pattern_id, children=[child.child_id for child in found.children])
    context = {
        "pattern": _pattern(found),
        "children": found.children,
        "evidence": found.evidence,
        "may_decide": found.row.status == "proposed",
        "values": form.values(),
        "errors": form.errors,
    }
    return await page(request, "pages/pattern.html", context, status=status)


def _pattern(found: PatternView) -> View:
    return {**_line(found.row), "version": found.row.version, "rule": found.rule, "decided": found.decided}


def _line(row: PatternRow) -> View:
    return {
        "pattern_id": row.pattern_id,
        "kind": row.kind,
        "text": row.text,
        "children": row.children,
        "found_at": row.found_at,
        "status": row.status,
    }
