"""The broker that tests marked `kafka` share, and what they say where there is none."""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from missing_coord.messaging.kafka_topics import create_topics
from missing_coord.messaging.topics import Topic, declared_topics
from missing_coord.resources import deploy_folder
from tests.broker.cluster import Cluster, running_cluster
from tests.broker.fetched import BrokerMissing
from tests.broker.peer import Peer
from tests.parts import absent

PARTITIONS = 3


@pytest.fixture(scope="session")
def kafka_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run a broker for the whole session, or use that of MISSING_COORD_TEST_KAFKA; its topics are declared."""
    with broker_with(small_topics(), tmp_path_factory) as servers:
        yield servers


@contextmanager
def broker_with(topics: Sequence[Topic], folders: pytest.TempPathFactory) -> Iterator[str]:
    """Lend the servers of a broker that has these topics."""
    given = os.environ.get("MISSING_COORD_TEST_KAFKA")
    if given:
        asyncio.run(create_topics(given, topics))
        yield given
        return
    try:
        with running_cluster(folders.mktemp("kafka") / uuid.uuid4().hex) as cluster:
            asyncio.run(create_topics(cluster.servers, topics))
            yield cluster.servers
    except BrokerMissing as error:
        absent(str(error))


@pytest.fixture
def three_brokers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Run three brokers with three replicas of every topic, for tests that kill one."""
    try:
        with running_cluster(tmp_path_factory.mktemp("brokers"), brokers=3) as cluster:
            make_topics(cluster.servers, replicas=3)
            yield cluster
    except BrokerMissing as error:
        absent(str(error))


@pytest.fixture
def kafka(kafka_servers: str) -> Peer:
    """Lend the shared broker with everything before this test read by everybody."""
    peer = Peer(servers=kafka_servers)
    asyncio.run(peer.forget_the_past())
    return peer


def small_topics(*, replicas: int = 1) -> list[Topic]:
    """Return the declared topics as small as tests need them."""
    return [replace(topic, partitions=PARTITIONS) for topic in topics_on(replicas)]


def topics_on(replicas: int) -> list[Topic]:
    """Return the topics as they are declared, on so many brokers."""
    declared = declared_topics(Path(deploy_folder()) / "topics.yaml")
    return [replace(topic, replicas=replicas) for topic in declared]


def make_topics(servers: str, *, replicas: int = 1) -> None:
    """Make the declared topics."""
    asyncio.run(create_topics(servers, small_topics(replicas=replicas)))
