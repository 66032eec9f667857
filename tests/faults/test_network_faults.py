"""A network that refuses, resets, dawdles or swallows everything before Kafka or PostgreSQL: nothing lost or twice."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.broker.cluster import Broker, free_ports, running_cluster
from tests.broker.fetched import BrokerMissing
from tests.broker.fixtures import make_topics
from tests.broker.peer import Peer
from tests.databases import Database
from tests.faults.proxy import Network, fault_proxy
from tests.faults.working_house import socket_of, some_notices, working_house
from tests.parts import absent

FULL = int(os.environ.get("FAULT_ROUNDS", "25")) >= 100
BAD_SECONDS = 4.0
SHORT = [("kafka", Network.SILENT), ("postgres", Network.RESET)]
EVERY = [
    (side, network)
    for side in ("kafka", "postgres")
    for network in (Network.REFUSED, Network.RESET, Network.SLOW, Network.SILENT)
]
pytestmark = [pytest.mark.kafka, pytest.mark.faults]


@pytest.fixture(scope="module")
def distant_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """Run a broker that sends its clients to the port of a proxy."""
    try:
        [front] = free_ports(1)
        with running_cluster(tmp_path_factory.mktemp("distant") / "broker", front=front) as cluster:
            make_topics(cluster.brokers[0].direct)
            yield cluster.brokers[0]
    except BrokerMissing as error:
        absent(str(error))


@pytest.mark.parametrize(("side", "network"), EVERY if FULL else SHORT)
async def test_work_goes_on_by_itself_when_the_network_is_well_again(
    distant_broker: Broker, database: Database, side: str, network: Network
) -> None:
    peer = Peer(servers=distant_broker.direct)
    await peer.forget_the_past()
    async with AsyncExitStack() as stack:
        before_kafka = await stack.enter_async_context(
            fault_proxy(distant_broker.port, port=distant_broker.front)
        )
        before_postgres = await stack.enter_async_context(fault_proxy(Path(socket_of(database))))
        spoilt = before_kafka if side == "kafka" else before_postgres
        house = await stack.enter_async_context(
            working_house(
                database, peer, kafka=f"127.0.0.1:{before_kafka.port}", postgres_port=before_postgres.port
            )
        )
        await house.feed(some_notices(60, "a"))
        await house.until_done()
        carried = spoilt.carried
        assert carried > 0
        await spoilt.become(network)
        await house.feed(some_notices(60, "b"))
        await asyncio.sleep(BAD_SECONDS)
        if network is not Network.SLOW:
            assert (await house.standing())["notices"] == 60
        await house.feed(some_notices(60, "c"))
        await spoilt.become(Network.FINE)
        await house.until_done()
