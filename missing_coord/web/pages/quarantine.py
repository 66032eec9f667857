"""Rows that could not be loaded: the list, one row with its faults, correcting it, and setting it aside."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from missing_coord.contracts.parsing import layout_of, parse
from missing_coord.contracts.readings import ParsedRow
from missing_coord.domain.access import system_actor
from missing_coord.domain.errors import DomainError, NotFound
from missing_coord.messaging.rows import Row
from missing_coord.replaying import StillFaulty, is_whole, replay
from missing_coord.services import quarantine as service
from missing_coord.services.quarantine import Settlement
from missing_coord.storage.stores.intake import WITHHELD
from missing_coord.storage.views import quarantine as views
from missing_coord.storage.views.quarantine import QuarantineLine, QuarantineRow
from missing_coord.web.answers import page, redirect
from missing_coord.web.forms import Form, read_form
from missing_coord.web.paging import Pages, pages_of
from missing_coord.web.rendering import london
from missing_coord.web.session import OFFICE, SignedIn, require
from missing_coord.web.state import web_of

router = APIRouter(include_in_schema=False)
PAGE_SIZE = 50
Office = Annotated[SignedIn, Depends(require(*OFFICE))]
View = dict[str, object]
FIELD = "field_"
KIND_NAMES = {
    "police": "Police notice",
    "children": "Register of children",
    "placements": "Placement",
    "workers": "Interview worker",
    "absences": "Absence of a worker",
    "missing-list": "Missing list of the case system",
    "ssda903": "SSDA903 file",
    "history": "Earlier records",
    "event": "Event of missing-coord",
}


@router.get("/quarantine")
async def quarantine(request: Request, who: Office) -> Response:
    """Show the rows that could not be loaded, those that wait first."""
    shown = Pages.asked(request, size=PAGE_SIZE)
    async with web_of(request).acting(who.actor) as uow:
        found = await views.quarantine_list(uow, limit=PAGE_SIZE + 1, offset=shown.offset)
        _, total = await views.quarantine_counts(uow)
    rows = [_line(each) for each in found[:PAGE_SIZE]]
    pager = pages_of(request, shown, more=len(found) > PAGE_SIZE, count=len(rows), total=total)
    return await page(request, "pages/quarantine.html", {"rows": rows, "pager": pager})


@router.get("/quarantine/{quarantine_id}")
async def quarantine_item(request: Request, quarantine_id: str, who: Office) -> Response:
    """Show one row as it came, with its faults."""
    return await _show(request, who, _number(quarantine_id), Form(fields={}))


@router.post("/quarantine/{quarantine_id}/again")
async def load_again(request: Request, quarantine_id: str, who: Office) -> Response:
    """Take the corrected row in on the same road as any other; a row still faulty stays where it is."""
    number, form = _number(quarantine_id), await read_form(request)
    form.version()
    web = web_of(request)
    async with web.acting(who.actor) as uow:
        await service.check_waiting(uow, number)
        kept = await views.quarantine_row(uow, number)
        async with uow.as_system():
            withheld = await uow.intake.withheld(number)
    raw = {name: form.text(FIELD + name) for name in _columns(kept)}
    raw |= {name: cell for name, cell in withheld.items() if raw.get(name) == WITHHELD}
    parsed = parse(kept.item.kind, raw)
    if parsed.record is None:
        return await _show(request, who, number, form, refused=parsed, status=422)
    row = Row(raw=raw, line=None, record=parsed.record, faults=())
    intake = web.application.intake(system_actor(f"intake for {who.actor.name}"))
    taken = await intake.ingest_items([row], kept.item.kind, source=f"quarantine {number}")
    if taken[0].outcome == "quarantined":
        again = ParsedRow(faults=taken[0].faults)
        return await _show(request, who, number, form, refused=again, status=422)
    note = "it was there already" if taken[0].outcome == "duplicate" else ""
    async with web.acting(who.actor) as uow:
        await service.settle(uow, quarantine_id=number, how=Settlement.TAKEN_IN, note=note)
    said = "The row is loaded." if taken[0].outcome == "accepted" else "The row was there already."
    return redirect(request, f"/quarantine/{number}", said=said)


@router.post("/quarantine/{quarantine_id}/replay")
async def replay_whole(request: Request, quarantine_id: str, who: Office) -> Response:
    """Take in a message or an event again as it came; one that fails again stays where it is."""
    number, form = _number(quarantine_id), await read_form(request)
    form.version()
    try:
        done = await replay(web_of(request).application, who.actor, number)
    except StillFaulty as error:
        return await _show(request, who, number, form, still=str(error), status=422)
    return redirect(request, f"/quarantine/{number}", said=done.says)


@router.post("/quarantine/{quarantine_id}/settle")
async def set_aside(request: Request, quarantine_id: str, who: Office) -> Response:
    """Set a row aside with a reason; it stays on record."""
    number, form = _number(quarantine_id), await read_form(request)
    form.version()
    how = form.choice("outcome", Settlement, "Say what was done")
    if how is Settlement.TAKEN_IN:
        form.wrong("outcome", "Say what was done")
    form.required("note", "Say how you know, and where it was entered if it was")
    if form.errors or how is None:
        return await _show(request, who, number, form, status=422)
    try:
        async with web_of(request).acting(who.actor) as uow:
            await service.settle(uow, quarantine_id=number, how=how, note=form.text("note"))
    except DomainError as error:
        form.refused(error, known=("note", "outcome"), names={})
        return await _show(request, who, number, form, status=422)
    return redirect(request, "/quarantine", said="The row is set aside.")


async def _show(
    request: Request,
    who: SignedIn,
    number: int,
    form: Form,
    *,
    refused: ParsedRow | None = None,
    still: str = "",
    status: int = 200,
) -> Response:
    async with web_of(request).acting(who.actor) as uow:
        kept = await views.quarantine_row(uow, number)
    faults = _faults(refused) if refused is not None else dict(kept.item.faults)
    context = {
        "item": _item(kept),
        "may_settle": True,
        "whole": is_whole(kept),
        "still": still,
        "refused": [f"{name}: {reason}" for name, reason in faults.items()] if refused is not None else [],
        "fields": [] if is_whole(kept) else _fields(kept, form, faults, typed=refused is not None),
        "values": form.values(),
        "errors": form.errors,
    }
    return await page(request, "pages/quarantine_item.html", context, status=status)


def _faults(parsed: ParsedRow) -> dict[str, str]:
    return {fault.field: fault.reason for fault in parsed.faults}


def _columns(kept: QuarantineRow) -> list[str]:
    """Return the columns of the row as it came, and those of the contract that its faults name."""
    raw = _as_laid_out(kept)
    layout = layout_of(kept.item.kind, {name: "" for name in raw})
    there = {column.name for name in raw if layout and (column := layout.column(name))}
    named = [field for field, _ in kept.item.faults if layout and layout.column(field)]
    needed = [column.name for column in layout.columns if column.required] if layout else []
    return raw + [name for name in dict.fromkeys([*named, *needed]) if name not in there]


def _as_laid_out(kept: QuarantineRow) -> list[str]:
    """Return the columns that came in the order of the contract, those it does not know at the end."""
    raw = [str(name) for name in kept.raw]
    layout = layout_of(kept.item.kind, {name: "" for name in raw})
    places = {column.name: place for place, column in enumerate(layout.columns)} if layout else {}

    def place(name: str) -> int:
        column = layout.column(name) if layout else None
        return places[column.name] if column else len(places)

    return sorted(raw, key=place)


def _fields(kept: QuarantineRow, form: Form, faults: dict[str, str], *, typed: bool) -> list[View]:
    """Return the columns for correcting, what is wrong first, the rest in the order of the row."""
    layout = layout_of(kept.item.kind, {str(name): "" for name in kept.raw})
    fields: list[View] = []
    for name in _columns(kept):
        column = layout.column(name) if layout else None
        fault = faults.get(name) or (faults.get(column.name) if column else None)
        came = str(kept.raw.get(name, ""))
        fields.append(
            {
                "name": FIELD + name,
                "label": name,
                "text": form.text(FIELD + name) if typed else came,
                "error": f"{fault[:1].upper()}{fault[1:]}" if fault else None,
            }
        )
    return sorted(fields, key=lambda field: field["error"] is None)


def _item(kept: QuarantineRow) -> View:
    item = kept.item
    settled = (
        f"{kept.resolution}, by {kept.resolved_by}, {london(item.resolved_at)}." if item.resolved_at else None
    )
    return {
        **_line(item),
        "version": 1 if item.resolved_at is None else 2,
        "source": KIND_NAMES.get(item.kind, item.kind),
        "raw": [(name, str(kept.raw[name])) for name in _as_laid_out(kept)],
        "settled": settled,
        "reason": "; ".join(f"{field}: {reason}" for field, reason in item.faults),
        "field": KIND_NAMES.get(item.kind, item.kind),
    }


def _line(line: QuarantineLine) -> View:
    return {
        "quarantine_id": line.quarantine_id,
        "received_at": line.received_at,
        "file": line.source,
        "line": line.line,
        "field": ", ".join(dict.fromkeys(field for field, _ in line.faults)),
        "reason": "; ".join(dict.fromkeys(reason for _, reason in line.faults)),
        "open": line.resolved_at is None,
    }


def _number(written: str) -> int:
    if not re.fullmatch(r"[0-9]{1,15}", written):
        raise NotFound("There is no such quarantined row.")
    return int(written)
