"""Patterns across children: the list, one with its evidence and picture, the network, and the lead's decision."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from missing_coord.domain.access import Role
from missing_coord.domain.errors import DomainError
from missing_coord.domain.sharing import DISRUPTION_NAMES, DisruptionKind
from missing_coord.linking.proposals import STRONG_FROM, PatternKind, PatternState
from missing_coord.services.patterns import decide_pattern
from missing_coord.storage.audit import opened
from missing_coord.storage.views import patterns as views
from missing_coord.storage.views import sharing
from missing_coord.storage.views.meeting_pack import CHOICES, meeting_pack
from missing_coord.storage.views.patterns import PatternFilter, PatternRow, PatternView
from missing_coord.web.answers import page, redirect
from missing_coord.web.forms import Form, read_form
from missing_coord.web.network_picture import bars_of, picture_of
from missing_coord.web.paging import Pages, pages_of
from missing_coord.web.session import SignedIn, require
from missing_coord.web.state import web_of

router = APIRouter(include_in_schema=False)
PAGE_SIZE = 50
Lead = Annotated[SignedIn, Depends(require(Role.EXPLOITATION_LEAD))]
Readers = Annotated[SignedIn, Depends(require(Role.EXPLOITATION_LEAD, Role.MANAGER))]
STATUSES = ("proposed", "parked", "confirmed", "rejected", "all")
KINDS = tuple(each.value for each in PatternKind)
DECISIONS = {"confirmed": "confirmed", "rejected": "marked as noise", "parked": "parked"}
View = dict[str, object]


@router.get("/patterns")
async def patterns(request: Request, who: Readers) -> Response:
    """Show the patterns of one status and kind; a manager, who opens none, sees how they stand."""
    if who.role is not Role.EXPLOITATION_LEAD:
        return await _overview(request, who)
    asked = request.query_params
    status = asked.get("status", "proposed") if asked.get("status") in STATUSES else "proposed"
    kind = asked.get("kind", "") if asked.get("kind") in KINDS else ""
    weak = asked.get("strength") == "all" or status != "proposed"
    shown = PatternFilter(status="" if status == "all" else status, kind=kind, weak_too=weak)
    pages = Pages.asked(request, size=PAGE_SIZE)
    async with web_of(request).acting(who.actor) as uow:
        found = await views.pattern_list(uow, shown, limit=PAGE_SIZE + 1, offset=pages.offset)
        kinds = await views.kind_counts(uow, shown)
        everything = await views.kind_counts(uow, PatternFilter(status=shown.status))
    rows = [_line(each) for each in found[:PAGE_SIZE]]
    total = kinds.get(kind, 0) if kind else sum(kinds.values())
    context = {
        "status": status,
        "kind": kind,
        "weak": weak,
        "kinds": [{"kind": each, "count": kinds[each]} for each in KINDS if each in kinds],
        "total": total,
        "total_of_all_kinds": sum(kinds.values()),
        "left_out": sum(everything.values()) - sum(kinds.values()),
        "rows": rows,
        "pager": pages_of(request, pages, more=len(found) > PAGE_SIZE, count=len(rows), total=total),
    }
    return await page(request, "pages/patterns.html", context)


async def _overview(request: Request, who: SignedIn) -> Response:
    async with web_of(request).acting(who.actor) as uow:
        kinds = await sharing.overview(uow, strong=STRONG_FROM)
        disruptions = await sharing.disruption_counts(uow)
        context = {
            "kinds": kinds,
            "disruptions": [
                {**each, "kind": DISRUPTION_NAMES[DisruptionKind(str(each["kind"]))]} for each in disruptions
            ],
            "shared": await sharing.shared_count(uow),
            "leads": await sharing.leads_to_call(uow),
        }
    return await page(request, "pages/patterns_overview.html", context)


@router.get("/patterns/network")
async def network(request: Request, who: Lead) -> Response:
    """Show every group of linked children as a picture and as a table."""
    confirmed_only = request.query_params.get("status") == "confirmed"
    async with web_of(request).acting(who.actor) as uow:
        found = await views.groups(uow, confirmed_only=confirmed_only)
        details = [await views.pattern_view(uow, each.pattern_id) for each in found[:NETWORKS]]
        for each in details:
            opened(uow, "pattern", each.row.pattern_id, children=[child.child_id for child in each.children])
    context = {
        "confirmed_only": confirmed_only,
        "groups": [{**_line(each.row), "picture": _picture(each)} for each in details],
        "left_out": max(0, len(found) - NETWORKS),
    }
    return await page(request, "pages/pattern_network.html", context)


NETWORKS = 24


@router.get("/patterns/meeting")
async def meeting(request: Request, who: Lead) -> Response:
    """Show the pack of a mapping meeting; that it was made is written in the audit trail."""
    asked = request.query_params.get("by", "")
    by = asked if asked in CHOICES else "child"
    async with web_of(request).acting(who.actor) as uow:
        lines = await meeting_pack(uow, by)
        opened(uow, "pattern", f"meeting:{by}", children=sorted({c for line in lines for c in line.children}))
    return await page(request, "pages/meeting_pack.html", {"by": by, "lines": lines})


@router.get("/patterns/{pattern_id}")
async def pattern(request: Request, pattern_id: str, who: Lead) -> Response:
    """Show one pattern with its children and its evidence."""
    return await _show(request, who, pattern_id, Form(fields={}))


@router.post("/patterns/{pattern_id}/decision")
async def decide(request: Request, pattern_id: str, who: Lead) -> Response:
    """Confirm, reject or park a pattern."""
    form = await read_form(request)
    version, decision = form.version(), form.text("decision")
    if decision not in DECISIONS:
        form.wrong("reason", "Choose whether to confirm it, to mark it as noise or to park it")
    reason = form.required("reason", "Say why; others rely on it when it comes up again")
    if form.errors:
        return await _show(request, who, pattern_id, form, status=422)
    try:
        async with web_of(request).acting(who.actor) as uow:
            await decide_pattern(
                uow,
                pattern_id=pattern_id,
                expected_version=version,
                state=PatternState(decision),
                reason=reason,
            )
    except DomainError as error:
        form.refused(error, known=("reason",), names={})
        return await _show(request, who, pattern_id, form, status=422)
    return redirect(request, f"/patterns/{pattern_id}", said=f"The pattern is {DECISIONS[decision]}.")


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
        "history": found.history,
        "picture": _picture(found),
        "charts": bars_of(found.detail) if found.row.kind == PatternKind.HOT_SPOT else [],
        "may_decide": found.row.status in ("proposed", "parked"),
        "may_take_back": found.row.status in ("confirmed", "rejected"),
        "values": form.values(),
        "errors": form.errors,
    }
    return await page(request, "pages/pattern.html", context, status=status)


def _picture(found: PatternView) -> View | None:
    """Return the picture of a group; None for what is no group, and where evidence is gone."""
    children = [each.child_id for each in found.children]
    if found.detail.get("family") != "group" or found.detail.get("alike") != children:
        return None
    return picture_of(children, found.detail["links"])


def _pattern(found: PatternView) -> View:
    return {
        **_line(found.row),
        "version": found.row.version,
        "rule": found.rule,
        "threshold": found.threshold,
        "decided": found.decided,
    }


def _line(row: PatternRow) -> View:
    return {
        "pattern_id": row.pattern_id,
        "kind": row.kind,
        "text": row.text,
        "children": row.children,
        "strength": row.strength,
        "band": row.band,
        "found_at": row.found_at,
        "status": row.status,
    }
