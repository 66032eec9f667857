"""The outbox relay: delivers events in order for each key, never past one that could not be delivered."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from prometheus_client import Counter

from missing_coord.contracts.envelopes import OutgoingEvent
from missing_coord.domain.errors import TransientError
from missing_coord.messaging.ports import Deliver, Lease, OpenLease
from missing_coord.telemetry import logger

BATCH = 500
POLL_SECONDS = 2.0

RELAYED = Counter("missing_coord_events_relayed", "Events delivered from the outbox")
FAILED = Counter("missing_coord_events_failed", "Failed tries to deliver an event")
_log = logger("relay")


async def relay_once(
    open_lease: OpenLease, deliver: Deliver, *, limit: int = BATCH, concurrency: int = 1
) -> int:
    """Deliver all that waits and return how many events that were; 0 while another relay is active."""
    async with open_lease() as lease:
        if lease is None:
            return 0
        return (await drain(lease, deliver, limit=limit, concurrency=concurrency)).delivered


@dataclass(frozen=True, slots=True, kw_only=True)
class Drained:
    """How many events were delivered, and whether the other side was away, so that the rest waits."""

    delivered: int
    away: bool = False


async def drain(lease: Lease, deliver: Deliver, *, limit: int = BATCH, concurrency: int = 1) -> Drained:
    """Deliver all that waits, up to `concurrency` keys at once.

    A key whose event fails rests until the next call, with everything behind that event; other keys go on. When
    nothing of a batch could be delivered because the other side is away, all of it rests until the next call.
    """
    resting: set[str] = set()
    delivered = 0
    while batch := await lease.unsent(limit=limit, resting=resting):
        sent, failed = await _deliver_batch(batch, deliver, concurrency=concurrency)
        await lease.mark_sent(sent)
        RELAYED.inc(len(sent))
        if failed and not sent and all(isinstance(error, TransientError) for _, error in failed):
            _log.warning("nothing can be delivered now", count=len(failed))
            return Drained(delivered=delivered, away=True)
        for event, error in failed:
            await _mark_failed(lease, event, error)
            resting.add(event.key)
        delivered += len(sent)
    return Drained(delivered=delivered)


async def _mark_failed(lease: Lease, event: OutgoingEvent, error: Exception) -> None:
    kind = type(error).__name__
    FAILED.inc()
    _log.warning(
        "an event could not be delivered and is tried again",
        event_id=event.event_id, event_type=event.type, attempts=event.attempts + 1, error_type=kind,
    )  # fmt: skip
    await lease.mark_failed(event.position, kind)


@dataclass(slots=True)
class Relay:
    """A relay that runs for as long as the process does, active or standing by.

    `wake` is to be set whenever something may have been added; without it a poll every `poll_seconds` finds it.
    """

    open_lease: OpenLease
    deliver: Deliver
    concurrency: int = 1
    poll_seconds: float = POLL_SECONDS
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    idle: asyncio.Event = field(default_factory=asyncio.Event)
    alive: Callable[[], object] = lambda: None
    """Called at least every few polls, active or standing by, as long as the database and the other side answer."""

    def heard(self, payload: str) -> None:
        """Wake up when the database tells of new events."""
        if payload == "outbox":
            self.wake.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Relay until `stop` is set; a batch that has begun is finished first."""
        while not stop.is_set():
            try:
                await self._hold(stop)
            except TransientError:
                _log.warning("the relay has lost the database and tries again")
            await first_of(stop.wait, seconds=self.poll_seconds)

    async def _hold(self, stop: asyncio.Event) -> None:
        async with self.open_lease() as lease:
            self.alive()
            while lease is not None and not stop.is_set():
                self.wake.clear()
                done = await drain(lease, self.deliver, concurrency=self.concurrency)
                if not done.away:
                    self.alive()
                self.idle.set()
                await first_of(stop.wait, self.wake.wait, seconds=self.poll_seconds)
                self.idle.clear()


async def first_of(*waits: Callable[[], Awaitable[object]], seconds: float) -> None:
    """Wait for the first of several, at most so many seconds."""
    tasks = [asyncio.ensure_future(wait()) for wait in waits]
    try:
        await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _deliver_batch(
    batch: Sequence[OutgoingEvent], deliver: Deliver, *, concurrency: int
) -> tuple[list[int], list[tuple[OutgoingEvent, Exception]]]:
    """Deliver a batch and return the positions sent, and the event at which each failing key has stopped."""
    lines: dict[str, list[OutgoingEvent]] = {}
    for event in batch:
        lines.setdefault(event.key, []).append(event)
    sent: list[int] = []
    failed: list[tuple[OutgoingEvent, Exception]] = []
    gate = asyncio.Semaphore(concurrency)

    async def deliver_line(line: Sequence[OutgoingEvent]) -> None:
        async with gate:
            for event in line:
                try:
                    await deliver(event)
                except Exception as error:  # whatever went wrong, the key waits and the others go on
                    failed.append((event, error))
                    return
                sent.append(event.position)

    await asyncio.gather(*(deliver_line(line) for line in lines.values()))
    return sent, failed
