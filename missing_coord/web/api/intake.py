"""The JSON intake: police forces and case systems send rows with their key and hear what became of each."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response

from missing_coord.domain.access import system_actor
from missing_coord.domain.errors import TransientError
from missing_coord.services.ports.accounts import ApiKey, KeyScope
from missing_coord.web.api.bodies import rows_of
from missing_coord.web.api.limits import KeyAccess, body_of, check_type
from missing_coord.web.api.models import IntakeAnswer, answer_of, responses
from missing_coord.web.api.models import body_of as described
from missing_coord.web.problems import Problem
from missing_coord.web.state import web_of

router = APIRouter(prefix="/api/v1")
DESCRIBED = responses()

Police = Annotated[ApiKey, Depends(KeyAccess(KeyScope.POLICE_NOTICES))]
Register = Annotated[ApiKey, Depends(KeyAccess(KeyScope.REGISTER))]
Placements = Annotated[ApiKey, Depends(KeyAccess(KeyScope.PLACEMENTS))]
MissingLists = Annotated[ApiKey, Depends(KeyAccess(KeyScope.MISSING_LISTS))]


@router.post(
    "/police-notices", response_model=IntakeAnswer, responses=DESCRIBED, openapi_extra=described("police")
)
async def receive_police_notices(request: Request, key: Police) -> Response:
    """Take in police notices: what each says, a repeat of it, or a correction."""
    return await _take(request, key, "police")


@router.post(
    "/register", response_model=IntakeAnswer, responses=DESCRIBED, openapi_extra=described("children")
)
async def receive_register(request: Request, key: Register) -> Response:
    """Take in rows of the council's register of children."""
    return await _take(request, key, "children")


@router.post(
    "/placements", response_model=IntakeAnswer, responses=DESCRIBED, openapi_extra=described("placements")
)
async def receive_placements(request: Request, key: Placements) -> Response:
    """Take in placements of looked-after children."""
    return await _take(request, key, "placements")


@router.post(
    "/missing-lists",
    response_model=IntakeAnswer,
    responses=DESCRIBED,
    openapi_extra=described("missing-list"),
)
async def receive_missing_lists(request: Request, key: MissingLists, complete: bool = False) -> Response:
    """Take in lines of the case system's own list of missing children; `complete`: they are the whole list.

    Who was on an earlier list without an end, and is not on a complete one, may be back: a coordinator is asked.
    """
    return await _take(request, key, "missing-list", complete=complete)


async def _take(request: Request, key: ApiKey, kind: str, *, complete: bool = False) -> Response:
    check_type(request)
    body = await body_of(request)
    rows = await asyncio.to_thread(rows_of, body, kind)
    intake = web_of(request).application.intake(system_actor(f"intake from {key.source}"))
    try:
        taken = await intake.ingest_items(rows, kind, source=key.source, complete=complete)
    except TransientError as error:
        raise Problem(
            503,
            "Not now",
            "The database does not answer. Send the same again in a minute; what was taken already is a duplicate.",
            headers={"Retry-After": "60"},
        ) from error
    answer = answer_of(taken)
    return JSONResponse(answer.model_dump(mode="json"), status_code=207 if answer.quarantined else 200)
