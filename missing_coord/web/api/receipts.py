"""Delivery receipts of GOV.UK Notify, which repeat and come out of order, and which a 4xx would lose for good."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response

from missing_coord.contracts.text import storable
from missing_coord.domain.access import system_actor
from missing_coord.domain.errors import TransientError
from missing_coord.notify.govuk_notify import RECEIPTS, REFUSED
from missing_coord.notify.recorder import RecorderChannel
from missing_coord.services.telling.rerouting import receive_receipt
from missing_coord.telemetry import logger
from missing_coord.web.session import Open
from missing_coord.web.state import web_of

router = APIRouter(prefix="/api/v1")
_log = logger("notify-receipts")
Provider = Annotated[
    None, Depends(Open(why="the provider shows its own bearer token, which is checked here"))
]
LONGEST = 20_000
ANSWERS: dict[int | str, dict[str, Any]] = {
    503: {"description": "Not now, or the bearer token is not the one set up here: send it again later."},
}


@router.post("/notify-receipts", status_code=200, responses=ANSWERS)
async def receive_notify_receipts(request: Request, _: Provider) -> Response:
    """Take in one receipt. A repeat changes nothing; an unreadable one is counted and never asked for again."""
    if not _known(request):
        _log.warning("a receipt came without the token that is set up")
        return _answer(503, "token")
    receipt = await _read(request)
    told = RECEIPTS.get(str(receipt.get("status")))
    reference = receipt.get("reference")
    if told is None or not isinstance(reference, str) or reference != storable(reference) or not reference:
        return _answer(200, "ignored")
    app = web_of(request).application
    try:
        async with app.database.unit_of_work(system_actor("receipts")) as uow:
            found = await receive_receipt(
                uow,
                reference=reference,
                told=told,
                refused=receipt["status"] == REFUSED,
                why=str(receipt["status"]),
                write=RecorderChannel(app.settings.address).write,
                book=await uow.ladders.book(),
            )
    except TransientError:
        return _answer(503, "later")
    return _answer(200, "taken" if found else "unknown")


def _known(request: Request) -> bool:
    """Say whether the provider shows our token; none is ever right while none is set up."""
    token = web_of(request).application.settings.notify_receipt_token
    given = request.headers.get("authorization", "")
    return token is not None and hmac.compare_digest(given.encode(), f"Bearer {token}".encode())


async def _read(request: Request) -> Mapping[str, Any]:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LONGEST:
            return {}
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _answer(status: int, outcome: str) -> Response:
    return JSONResponse({"outcome": outcome}, status_code=status)
