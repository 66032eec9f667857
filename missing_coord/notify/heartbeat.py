"""The heartbeat: one call to an outside address, which alarms when it does not come."""

from __future__ import annotations

import asyncio

import requests


async def beat(url: str, *, seconds: float = 10) -> str:
    """Call the address and return in a few words what became of it; never raises."""
    return await asyncio.to_thread(_call, url, seconds)


def _call(url: str, seconds: float) -> str:
    try:
        answer = requests.get(url, timeout=seconds)
    except requests.RequestException as error:
        return f"not sent: {type(error).__name__}"
    return "sent" if answer.ok else f"refused with {answer.status_code}"
