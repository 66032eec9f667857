"""Looks every few seconds whether consumers are at work and Kafka answers them, and how much they have not taken."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from time import monotonic
from typing import Any

from aiokafka.errors import IllegalStateError, KafkaError

from consumers.app import Consuming
from consumers.metrics import LAG
from consumers.reading import Reading
from missing_coord.health import Health

LOOK_SECONDS = 5.0
SILENCE_SECONDS = 20.0
STUCK_SECONDS = 60.0
"""How long one batch may take, tries included, before its consumer counts as dead."""


async def watch(
    consuming: Consuming,
    health: Health,
    stop: asyncio.Event,
    *,
    every: float = LOOK_SECONDS,
    sign: Callable[[str], Awaitable[object]] | None = None,
) -> None:
    """Give a sign of life for every consumer that is alive, to `sign` too, until `stop` is set."""
    for reading, _ in consuming.readings:
        health.expect(part_of(reading), within=SILENCE_SECONDS)
    while not stop.is_set():
        for reading, subscriber in consuming.readings:
            if await alive(reading, subscriber):
                health.beat(part_of(reading))
                if sign is not None:
                    await sign(part_of(reading))
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), every)


def part_of(reading: Reading) -> str:
    """Return the name under which a consumer shows its signs of life."""
    return f"consumer {reading.group.name}"


async def alive(reading: Reading, subscriber: Any, *, now: Callable[[], float] = monotonic) -> bool:
    """Say whether a consumer reads, is not stuck in a batch, and has an answer from Kafka."""
    if subscriber.consumer is None or all(task.done() for task in subscriber.tasks):
        return False
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            LAG.labels(reading.group.name).set(reading.in_hand + await _lag(subscriber.consumer))
    except (KafkaError, IllegalStateError, TimeoutError):
        return False
    return reading.stuck_since is None or now() - reading.stuck_since <= STUCK_SECONDS


async def _lag(consumer: Any) -> int:
    """Return how many messages of our partitions have not been handed over yet."""
    ours = consumer.assignment()
    if not ours:
        await consumer.topics()  # a member without partitions still has to reach Kafka
        return 0
    ends = await consumer.end_offsets(ours)
    return sum([max(0, ends[each] - await consumer.position(each)) for each in ours])
