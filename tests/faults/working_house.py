"""Intake from Kafka and a relay to Kafka in this process, on connections that a test may spoil, and what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy import make_url

from missing_coord.bootstrap import Application
from missing_coord.contracts.topics import POLICE_NOTICES, TOPICS_OUT
from missing_coord.domain.access import system_actor
from missing_coord.messaging.kafka import KEYS_AT_ONCE, KafkaDelivery
from missing_coord.messaging.relay import Relay
from missing_coord.services.verify import verify
from missing_coord.storage.outbox import lease_outbox
from tests.broker.peer import Peer
from tests.builders.kafka_house import consuming, groups_of
from tests.builders.road import open_road, rows_of
from tests.databases import Database

PATIENCE_SECONDS = 90.0
NOTICE = {
    "force": "GMP",
    "message": "missing",
    "issued_at": "2026-11-18T20:00:00+00:00",
    "reported_at": "2026-11-18T19:30:00+00:00",
    "date_of_birth": "2012-02-03",
}
_STANDING = """
select (select count(*) from notices) as notices, (select count(*) from quarantine) as quarantined,
       (select count(*) from outbox where sent_at is null) as unsent
"""


def some_notices(count: int, mark: str) -> list[dict[str, str]]:
    """Return notices about as many children."""
    return [
        {**NOTICE, "reference": f"{mark}-{number}", "surname": f"Sample{mark}x{number}"}
        for number in range(count)
    ]


@dataclass(slots=True, kw_only=True)
class House:
    """What is at work, and a way round every fault to ask what came of it."""

    peer: Peer
    asked: Application
    expected: int = 0

    async def feed(self, rows: Sequence[dict[str, str]]) -> None:
        """Send notices, round the fault."""
        self.expected += len({row["reference"] for row in rows})
        await self.peer.send_rows(POLICE_NOTICES, "police", rows, key="reference")

    async def standing(self) -> dict[str, int]:
        """Return how many notices and quarantined rows there are, and events that wait."""
        [found] = await rows_of(self.asked, _STANDING)
        return found

    async def until_done(self) -> None:
        """Wait until everything sent is taken and every event is out; each once, and nothing set aside."""
        done = {"notices": self.expected, "quarantined": 0, "unsent": 0}
        found: dict[str, int] = {}
        for _ in range(int(PATIENCE_SECONDS * 10)):
            found = await self.standing()
            if found == done and not await self.peer.unread("missing-coord.police-notices"):
                break
            await asyncio.sleep(0.1)
        assert found == done
        await self._balanced()

    async def _balanced(self) -> None:
        async with self.asked.database.unit_of_work(system_actor("verify")) as uow:
            found = await verify(uow)
        assert (found.unexplained, found.audit_intact) == (0, True), found.findings
        await assert_in_order(self.asked, self.peer)


async def assert_in_order(road: Application, peer: Peer) -> None:
    """Say whether the outgoing topics hold every event of the outbox in order for each key, repeats left out."""
    kept = await rows_of(road, "select topic, key, event_id::text as id from outbox order by position")
    for topic in TOPICS_OUT:
        expected: dict[str, list[str]] = {}
        for each in kept:
            if each["topic"] == topic:
                expected.setdefault(each["key"], []).append(each["id"])
        found: dict[str, list[str]] = {}
        for event in await peer.read_events(topic):
            line = found.setdefault(event["partitionkey"], [])
            if event["id"] not in line:
                line.append(event["id"])
        assert found == expected, topic


@asynccontextmanager
async def working_house(
    database: Database, peer: Peer, *, kafka: str, postgres_port: int | None = None
) -> AsyncIterator[House]:
    """Run intake and relay while the block lasts: Kafka at `kafka`, PostgreSQL at a port of loopback."""
    spoilt = (
        database if postgres_port is None else replace(database, app_url=at_port(database, postgres_port))
    )
    stop = asyncio.Event()
    async with (
        open_road(database) as asked,
        open_road(spoilt) as road,
        KafkaDelivery(kafka, source="/here", topics=TOPICS_OUT) as delivery,
        consuming(kafka, groups_of(road, "police-notices")),
    ):
        relay = Relay(
            open_lease=partial(lease_outbox, road.database),
            deliver=delivery.deliver,
            concurrency=KEYS_AT_ONCE,
            poll_seconds=0.2,
        )
        relaying = asyncio.create_task(relay.run(stop))
        try:
            yield House(peer=peer, asked=asked)
        finally:
            stop.set()
            await relaying


def at_port(database: Database, port: int) -> str:
    """Return the application's URL by way of a port of loopback."""
    url = make_url(database.app_url).set(host="127.0.0.1", port=port, query={"sslmode": "disable"})
    return url.render_as_string(hide_password=False)


def socket_of(database: Database) -> str:
    """Return the path of the socket on which the test server listens."""
    query = make_url(database.app_url).query
    return f"{query['host']}/.s.PGSQL.{query['port']}"
