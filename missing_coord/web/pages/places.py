"""The places of patterns as a schematic and as a table, by time of day and day of the week."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from missing_coord.domain.access import Role
from missing_coord.notify.wording import short_reference
from missing_coord.storage.audit import opened
from missing_coord.storage.views.places import named_places
from missing_coord.web.answers import page
from missing_coord.web.place_schematic import HOURS, When, schematic
from missing_coord.web.rendering import DAY_NAMES
from missing_coord.web.session import SignedIn, require
from missing_coord.web.state import web_of

router = APIRouter(include_in_schema=False)
Lead = Annotated[SignedIn, Depends(require(Role.EXPLOITATION_LEAD))]
MOST = 60


@router.get("/patterns/places")
async def places(request: Request, who: Lead) -> Response:
    """Show the places of patterns in force; `?hours=0..5` and `?day=0..6` narrow it to when episodes began."""
    hours, day = _number(request, "hours", len(HOURS)), _number(request, "day", len(DAY_NAMES))
    async with web_of(request).acting(who.actor) as uow:
        found = await named_places(uow)
        some = found[:MOST]
        opened(uow, "pattern", "places", children=sorted({n.child_id for each in some for n in each.namings}))
    context = {
        "picture": schematic(some, When(band=hours, day=day)),
        "left_out": max(0, len(found) - MOST),
        "hours": [("", "Any time"), *((str(number), name) for number, name in enumerate(HOURS))],
        "days": [("", "Any day"), *((str(number), name) for number, name in enumerate(DAY_NAMES))],
        "bands": HOURS,
        "short": short_reference,
        "values": {
            "hours": "" if hours is None else str(hours),
            "day": "" if day is None else str(day),
        },
    }
    return await page(request, "pages/places.html", context)


def _number(request: Request, name: str, below: int) -> int | None:
    text = request.query_params.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) == 1 and int(text) < below else None
