"""A source that sends rows to the JSON intake with its key."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import httpx2

from missing_coord.services.api_keys import add_key
from tests.integration.web_scene import ADDRESS, OPERATOR, Site

ALL = ("police-notices", "register", "placements", "missing-lists")
JSON = {"content-type": "application/json"}


@dataclass(slots=True, kw_only=True)
class Sender:
    """One source with one key; no cookie, no origin."""

    http: httpx2.AsyncClient
    secret: str

    async def send(self, path: str, body: Any, **headers: str) -> httpx2.Response:
        """Send rows as JSON."""
        return await self.raw(path, json.dumps(body).encode(), **headers)

    async def raw(self, path: str, body: bytes, **headers: str) -> httpx2.Response:
        """Send bytes; header names are written with underscores."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {**JSON, "authorization": f"Bearer {self.secret}", **given}
        return await self.http.post(f"/api/v1/{path}", content=body, headers=sent)


async def sender(site: Site, *scopes: str, source: str = "gmp") -> Sender:
    """Return a source with a new key."""
    async with site.council.database.unit_of_work(OPERATOR) as uow:
        made = await add_key(uow, source, scopes or ALL)
    return Sender(http=stranger(site), secret=made.secret)


def stranger(site: Site) -> httpx2.AsyncClient:
    """Return a client without a key."""
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=site.app), base_url=ADDRESS)


def outcomes(answer: httpx2.Response) -> list[str]:
    """Return what became of each item."""
    return [each["outcome"] for each in answer.json()["results"]]
