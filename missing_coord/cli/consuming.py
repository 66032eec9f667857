"""The Kafka consumers as a part of a process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from time import monotonic

from consumers.app import Consuming, build_app, start
from consumers.group import Group
from consumers.names import Needs, groups_named
from consumers.watch import watch
from missing_coord.bootstrap import Application
from missing_coord.cli.serve import Part, reactions_of
from missing_coord.contracts.topics import dead_letters
from missing_coord.domain.errors import PermanentError, TransientError
from missing_coord.health import Health
from missing_coord.messaging.kafka_security import connection_options
from missing_coord.messaging.kafka_topics import check_topics
from missing_coord.messaging.relay import first_of
from missing_coord.messaging.topics import declared_topics
from missing_coord.resources import deploy_folder
from missing_coord.services.watchdog import CONSUMER_SIGNS
from missing_coord.storage.ticks import TickLedger, slot_of
from missing_coord.telemetry import logger

AGAIN_SECONDS = 2.0
_log = logger("consumers")


def consume_part(app: Application, names: Sequence[str], *, health: Health | None = None) -> Part:
    """Return the consumers of these names, all for none; raises PermanentError without Kafka or for a wrong name."""
    groups = groups_named(names, Needs(intake=app.intake(), reactions=reactions_of(app)))
    if not app.settings.kafka:
        raise PermanentError("Set MISSING_COORD_KAFKA to Kafka's bootstrap servers, such as localhost:9092.")
    servers, options = app.settings.kafka, connection_options(app.settings)
    signs = health or Health()
    signs.expect("kafka", within=AGAIN_SECONDS)

    async def run(stop: asyncio.Event) -> None:
        consuming = build_app(servers, groups=groups, **options)
        if not await _started(consuming, stop, servers, options):
            return
        signs.forget("kafka")
        try:
            await watch(consuming, signs, stop, sign=sign_to(TickLedger(app.database)))
        finally:
            await consuming.broker.stop()

    return run


def sign_to(
    ledger: TickLedger, *, seconds: Callable[[], float] = monotonic
) -> Callable[[str], Awaitable[None]]:
    """Return what keeps a sign of life of a part in the ledger of ticks, at most one a minute, for the watchdog."""
    last: dict[str, float] = {}

    async def sign(part: str) -> None:
        if seconds() - last.get(part, float("-inf")) < CONSUMER_SIGNS:
            return
        last[part] = seconds()
        with suppress(TransientError, OSError):  # that the database is away is told by others
            slot_at = slot_of(await ledger.now(), every=CONSUMER_SIGNS)
            if await ledger.claim(part, slot_at):
                await ledger.finish(part, slot_at, outcome="reads")

    return sign


async def _started(
    consuming: Consuming, stop: asyncio.Event, servers: str, options: dict[str, object]
) -> bool:
    """Start reading as soon as Kafka answers; False when we are to stop first. PermanentError: a topic is missing."""
    needed = topics_needed([reading.group for reading, _ in consuming.readings])
    declared = [each for each in declared_topics(deploy_folder() / "topics.yaml") if each.name in needed]
    while not stop.is_set():
        try:
            missing = (await check_topics(servers, declared, **options)).missing
            if missing:
                raise PermanentError(
                    f"Kafka has no topic {', '.join(missing)}: make them with `missing-coord topics create`."
                )
            await start(consuming)
        except TransientError:
            _log.warning("Kafka does not answer and is tried again")
            await first_of(stop.wait, seconds=AGAIN_SECONDS)
        else:
            return True
    return False


def topics_needed(groups: Sequence[Group]) -> frozenset[str]:
    """Return the topics that groups read and those of their dead letters: one bad message would stop all behind it."""
    read = frozenset(topic for group in groups for topic in group.topics)
    return read | frozenset(map(dead_letters, read))
