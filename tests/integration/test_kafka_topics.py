"""The declared topics on a real broker: made by a command, never by sending, and never changed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from missing_coord.contracts.topics import TOPICS_OUT
from missing_coord.domain.errors import PermanentError, TransientError
from missing_coord.messaging.kafka import KafkaDelivery
from missing_coord.messaging.kafka_topics import check_topics, create_topics
from tests.broker.fixtures import PARTITIONS, small_topics

pytestmark = pytest.mark.kafka


async def test_making_the_topics_again_changes_nothing(kafka_servers: str) -> None:
    topics = small_topics()
    again = await create_topics(kafka_servers, topics)
    assert (again.made, again.different) == ((), ())
    assert sorted(again.there) == sorted(topic.name for topic in topics)


async def test_a_topic_with_other_partitions_than_declared_is_told_and_left_alone(kafka_servers: str) -> None:
    [first, *rest] = small_topics()
    standing = await create_topics(kafka_servers, [replace(first, partitions=9), *rest])
    assert standing.different == (f"{first.name} has {PARTITIONS} partitions, 9 are declared",)
    assert (await check_topics(kafka_servers, [first])).different == ()


async def test_a_topic_of_fewer_replicas_than_declared_is_told(kafka_servers: str) -> None:
    first = small_topics()[0]
    standing = await check_topics(kafka_servers, [replace(first, replicas=3)])
    assert standing.different == (f"{first.name} has 1 replica, 3 are declared",)


async def test_a_topic_that_is_not_there_is_named_and_not_made_by_sending(kafka_servers: str) -> None:
    stranger = replace(small_topics()[0], name="missing-coord.strangers.v1")
    delivery = KafkaDelivery(kafka_servers, source="/here", topics=[*TOPICS_OUT, stranger.name])
    with pytest.raises(PermanentError, match=r"missing-coord\.strangers\.v1"):
        await delivery.start()
    async with AIOKafkaProducer(bootstrap_servers=kafka_servers, request_timeout_ms=1_000) as producer:
        with pytest.raises(KafkaError):
            await producer.send_and_wait(stranger.name, b"x")
    assert (await check_topics(kafka_servers, [stranger])).missing == (stranger.name,)


async def test_more_replicas_than_brokers_are_refused_with_kafkas_own_reason(kafka_servers: str) -> None:
    wanted = replace(small_topics()[0], name="missing-coord.too-many.v1", replicas=9)
    with pytest.raises(PermanentError, match=r"too-many\.v1"):
        await create_topics(kafka_servers, [wanted])


async def test_a_broker_that_is_away_is_something_that_may_work_later() -> None:
    with pytest.raises(TransientError, match="does not answer"):
        await check_topics("127.0.0.1:1", small_topics())
