"""The application on a test database and a real broker: consumers and relay of one process, started and stopped."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from consumers.app import Consuming, build_app, start
from consumers.group import Group
from consumers.names import Needs, groups_named
from consumers.patience import Patience
from missing_coord.bootstrap import Application
from missing_coord.cli.serve import reactions_of
from missing_coord.contracts.topics import TOPICS_OUT
from missing_coord.messaging.kafka import KEYS_AT_ONCE, KafkaDelivery
from missing_coord.messaging.relay import relay_once
from missing_coord.storage.outbox import lease_outbox

QUICK = Patience(waits=(0.05, 0.1, 0.2))


@asynccontextmanager
async def consuming(
    servers: str, groups: Sequence[Group], *, patience: Patience = QUICK, **options: Any
) -> AsyncIterator[Consuming]:
    """Run groups while the block lasts."""
    running = build_app(servers, groups=groups, patience=patience, **options)
    await start(running)
    try:
        yield running
    finally:
        await running.broker.stop()


def groups_of(road: Application, *names: str) -> list[Group]:
    """Return the real groups of an application."""
    return groups_named(names, Needs(intake=road.intake(), reactions=reactions_of(road)))


async def relay_all(road: Application, servers: str) -> int:
    """Relay everything that waits, once, and return how many events that were."""
    async with KafkaDelivery(servers, source="/here", topics=TOPICS_OUT) as delivery:
        await delivery.start()
        return await relay_once(
            partial(lease_outbox, road.database), delivery.deliver, concurrency=KEYS_AT_ONCE
        )
