"""What monitoring sees of pages and HTTP intake: seconds of each route by kind of answer; never an address in full."""

from __future__ import annotations

import time
from typing import Any

from prometheus_client import Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECONDS = Histogram(
    "missing_coord_request_seconds",
    "From a request to its answer",
    ["method", "route", "status"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
METHODS = frozenset({"GET", "HEAD", "POST"})
_NEVER_ENDING = "/stream"


class Measured:
    """Takes down how long each answer took, by the route's own name, so that no reference of a child is kept."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and measure it; one that ends without an answer counts as failed."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, send_and_note)
        finally:
            _note(scope, status, time.perf_counter() - began)


def _note(scope: Scope, status: int, seconds: float) -> None:
    route = _route_of(scope)
    if route != _NEVER_ENDING:
        method = scope["method"] if scope["method"] in METHODS else "other"
        SECONDS.labels(method, route, f"{status // 100}xx").observe(seconds)


def _route_of(scope: Scope) -> str:
    """Return the route as it is declared; whatever is none of ours counts together."""
    found: Any = scope.get("route")
    return str(getattr(found, "path", "")) or "none"
