"""The list of those who are told when a report is ready, and the targets that reports are measured against."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from missing_coord.domain.access import ROLE_NAMES, Role
from missing_coord.domain.errors import DomainError
from missing_coord.reporting.targets import MAY_HAVE, set_target, targets_at
from missing_coord.services.report_readers import set_reader
from missing_coord.web.answers import page, redirect
from missing_coord.web.forms import read_form
from missing_coord.web.session import OFFICE, SignedIn, require
from missing_coord.web.state import web_of

router = APIRouter(include_in_schema=False)
Manager = Annotated[SignedIn, Depends(require(Role.MANAGER))]
Office = Annotated[SignedIn, Depends(require(*OFFICE))]


@router.get("/reports/list")
async def readers(request: Request, who: Office) -> Response:
    """Show who is told of the monthly and the weekly report."""
    async with web_of(request).acting(who.actor) as uow:
        found = await uow.readers.all()
        targets = {each.key: each.at_least for each in await targets_at(uow, uow.now)}
    rows = [
        {
            "user_id": each.user_id,
            "name": each.name,
            "role": ROLE_NAMES[each.role],
            "monthly": each.monthly,
            "weekly": each.weekly,
            "may_change": who.role is Role.MANAGER or each.user_id == who.user_id,
        }
        for each in found
    ]
    context = {
        "rows": rows,
        "targets": [
            {"key": key, "name": name, "at_least": targets.get(key)} for key, name in MAY_HAVE.items()
        ],
        "may_set": who.role is Role.MANAGER,
    }
    return await page(request, "pages/report_list.html", context)


@router.post("/reports/targets/{key}")
async def target(request: Request, key: str, who: Manager) -> Response:
    """Set or take away the target of one figure, from now on."""
    form = await read_form(request)
    given = form.text("at_least")
    if given and not re.fullmatch(r"[0-9]{1,3}", given):
        raise DomainError("target_out_of_range", "at_least: give a share from 1 to 100 per cent, or nothing.")
    async with web_of(request).acting(who.actor) as uow:
        at_least = int(given) if given else None
        await set_target(uow, key=key, at_least=at_least, by=who.actor.name, now=uow.now)
        uow.audit("report_target_set", subject_type="report", subject_id=key, at_least=at_least)
    return redirect(request, "/reports/list", said="The target is kept.")


@router.post("/reports/list/{user_id}")
async def change(request: Request, user_id: str, who: Office) -> Response:
    """Keep of which reports somebody is told."""
    form = await read_form(request)
    wanted = form.many("reports")
    async with web_of(request).acting(who.actor) as uow:
        await set_reader(uow, user_id=user_id, monthly="monthly" in wanted, weekly="weekly" in wanted)
    return redirect(request, "/reports/list", said="The list is kept.")
