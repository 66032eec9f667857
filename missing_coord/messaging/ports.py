"""What the relay and the delivery need of the rest of the house; storage keeps these ports."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from missing_coord.contracts.envelopes import OutgoingEvent

Deliver = Callable[[OutgoingEvent], Awaitable[None]]
"""Hands one event over; returning means that it cannot be lost any more, raising that it is to be tried again."""

Reaction = Callable[[Any, OutgoingEvent], Awaitable[None]]
"""What one consumer does about an event, inside the unit of work that also holds its inbox row."""

OpenUnit = Callable[[], AbstractAsyncContextManager[Any]]
Claim = Callable[[Any, str, str], Awaitable[bool]]
"""Takes an event (unit of work, consumer, event id) once; False when it was taken before."""


class Lease(Protocol):
    """The right to relay, as long as it lasts."""

    async def unsent(self, *, limit: int, resting: Collection[str] = ()) -> list[OutgoingEvent]:
        """Return events not yet sent in their order, leaving out those of resting keys."""
        ...

    async def mark_sent(self, positions: Collection[int]) -> None:
        """Say that events were delivered."""
        ...

    async def mark_failed(self, position: int, error: str) -> None:
        """Say that an event could not be delivered."""
        ...


OpenLease = Callable[[], AbstractAsyncContextManager[Lease | None]]
"""Lends the right to relay, or None while another relay holds it."""
