"""The port on which a role without pages says whether it is alive and ready, and gives its metrics."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from sqlalchemy.exc import SQLAlchemyError

from missing_coord.bootstrap import Application
from missing_coord.cli.serve import Part, bind, serve_web
from missing_coord.domain.errors import MissingCoordError
from missing_coord.health import Health
from missing_coord.storage.revisions import fault_of

JSON = "application/json"
Answer = tuple[int, str, bytes]


def probe_part(app: Application, health: Health) -> Part:
    """Return the probe of a process; without MISSING_COORD_PROBE_PORT it only waits."""
    port = app.settings.probe_port

    async def run(stop: asyncio.Event) -> None:
        if port is None:
            await stop.wait()
            return
        with bind(replace(app.settings, port=port)) as taken:
            await serve_web(probe(app, health), taken, stop, ready=lambda: None)

    return run


def probe(app: Application, health: Health) -> Callable[..., Awaitable[None]]:
    """Return the probe as an ASGI application."""

    async def asgi(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
        elif scope["type"] == "http":
            status, kind, body = await _answer(app, health, scope["path"])
            headers = [(b"content-type", kind.encode()), (b"cache-control", b"no-store")]
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": body})

    return asgi


async def _answer(app: Application, health: Health, path: str) -> Answer:
    if path == "/live":
        return 200, JSON, b'{"status": "up"}'
    if path == "/ready":
        return await _ready(app, health)
    if path == "/metrics":
        return 200, CONTENT_TYPE_LATEST, generate_latest()
    return 404, JSON, b'{"status": "not found"}'


async def _ready(app: Application, health: Health) -> Answer:
    checks = {"database": await _database(app), **await health.checks()}
    fine = all(answer == "ok" for answer in checks.values())
    body = {"status": "ready" if fine else "not ready", "checks": checks}
    return 200 if fine else 503, JSON, json.dumps(body).encode()


async def _database(app: Application) -> str:
    try:
        fault = fault_of(await app.database.layout())
    except (SQLAlchemyError, MissingCoordError, OSError):
        return "does not answer"
    return fault or "ok"


async def _lifespan(receive: Any, send: Any) -> None:
    while (await receive())["type"] == "lifespan.startup":
        await send({"type": "lifespan.startup.complete"})
    await send({"type": "lifespan.shutdown.complete"})
