"""The table of what is done regularly: how often, and by which call; schedulers only tick."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol


class Services(Protocol):
    """The regular work of the application; each call is safe to repeat and says in a few words what it did."""

    async def sweep(self) -> str:
        """Record every escalation step that is due."""
        ...

    async def messages(self) -> str:
        """Route what is to be told and send what is due."""
        ...

    async def watch(self) -> str:
        """Open, tell and close alerts, and end promises whose time has come."""
        ...

    async def prove(self) -> str:
        """Keep the nightly proof."""
        ...

    async def reports(self) -> str:
        """Keep the reports of the last whole month and week, and tell those on the list."""
        ...

    async def plan(self) -> str:
        """Propose a visit for every open interview."""
        ...

    async def find_patterns(self) -> str:
        """Look for repeat missing, going missing together and what links children."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One row of the table: its name in the tick ledger, seconds between ticks, and the call."""

    name: str
    every: int
    call: Callable[[Services], Awaitable[str]]


JOBS: tuple[Job, ...] = (
    Job(name="sweep", every=30, call=lambda services: services.sweep()),
    Job(name="messages", every=10, call=lambda services: services.messages()),
    Job(name="watch", every=60, call=lambda services: services.watch()),
    Job(name="plan", every=60, call=lambda services: services.plan()),
    Job(name="patterns", every=300, call=lambda services: services.find_patterns()),
    Job(name="reports", every=3_600, call=lambda services: services.reports()),
    Job(name="proof", every=86_400, call=lambda services: services.prove()),
)
