"""Who asks, where a proxy asks for them: believed from the proxies that are trusted, and from nobody else."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from typing import Any

import httpx2
import pytest

from missing_coord.cli.serve import serve_web
from missing_coord.settings import SettingsError, load_settings


async def _address(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        return
    headers = [(b"content-type", b"text/plain")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": scope["client"][0].encode()})


async def _seen_from(proxies: Sequence[str]) -> str:
    """Return the address that the application sees when this machine asks for 203.0.113.9."""
    stop, ready = asyncio.Event(), asyncio.Event()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        serving = asyncio.create_task(serve_web(_address, taken, stop, ready=ready.set, proxies=proxies))
        await ready.wait()
        try:
            async with httpx2.AsyncClient() as client:
                answer = await client.get(
                    f"http://127.0.0.1:{port}/", headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.9"}
                )
        finally:
            stop.set()
            await serving
    return answer.text


@pytest.mark.parametrize(
    ("proxies", "seen"),
    [(["127.0.0.0/8"], "203.0.113.9"), (["127.0.0.1/32"], "203.0.113.9"), (["10.0.0.0/8"], "127.0.0.1")],
)
async def test_only_a_trusted_proxy_says_for_whom_it_asks(proxies: list[str], seen: str) -> None:
    assert await _seen_from(proxies) == seen


def test_proxies_are_addresses_and_networks() -> None:
    given = load_settings({"MISSING_COORD_TRUSTED_PROXIES": "10.1.0.7, 10.2.0.0/16"})
    assert given.trusted_proxies == ("10.1.0.7/32", "10.2.0.0/16")
    with pytest.raises(SettingsError, match="MISSING_COORD_TRUSTED_PROXIES"):
        load_settings({"MISSING_COORD_TRUSTED_PROXIES": "the ingress"})
