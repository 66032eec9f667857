"""Makes the declared topics in Kafka and says where Kafka differs from what is declared; changes no topic."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from missing_coord.domain.errors import PermanentError, TransientError
from missing_coord.domain.plurals import plural
from missing_coord.messaging.topics import Topic


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What became of the declared topics: made now, there before, missing, and in Kafka otherwise than declared."""

    made: tuple[str, ...] = ()
    there: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    different: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A topic as Kafka has it; `replicas` is that of the partition with the fewest."""

    partitions: int
    replicas: int


async def create_topics(servers: str, topics: Sequence[Topic], **options: Any) -> Standing:
    """Make the topics that are not there; raises PermanentError when Kafka refuses one."""
    async with _admin(servers, options) as admin:
        before = await _found(admin, topics)
        wanted = [topic for topic in topics if topic.name not in before]
        if wanted:
            answer = await admin.create_topics([_new(topic) for topic in wanted], timeout_ms=30_000)
            _refuse_errors(answer.topic_errors)
        return Standing(
            made=tuple(topic.name for topic in wanted),
            there=tuple(before),
            different=_different(topics, before),
        )


async def check_topics(servers: str, topics: Sequence[Topic], **options: Any) -> Standing:
    """Say which declared topics Kafka has, lacks, or has otherwise."""
    async with _admin(servers, options) as admin:
        before = await _found(admin, topics)
    return Standing(
        there=tuple(before),
        missing=tuple(topic.name for topic in topics if topic.name not in before),
        different=_different(topics, before),
    )


@asynccontextmanager
async def _admin(servers: str, options: Mapping[str, Any]) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=servers, **options)
    try:
        await admin.start()
        yield admin
    except KafkaError as error:
        raise TransientError(f"Kafka does not answer at {servers} ({type(error).__name__}).") from error
    finally:
        await admin.close()


async def _found(admin: AIOKafkaAdminClient, topics: Sequence[Topic]) -> dict[str, Found]:
    """Return what Kafka has of each declared topic that is there."""
    there = set(await admin.list_topics())
    names = [topic.name for topic in topics if topic.name in there]
    if not names:
        return {}
    return {each["topic"]: _of(each["partitions"]) for each in await admin.describe_topics(names)}


def _of(partitions: Sequence[Mapping[str, Any]]) -> Found:
    return Found(
        partitions=len(partitions), replicas=min((len(each["replicas"]) for each in partitions), default=0)
    )


def _new(topic: Topic) -> NewTopic:
    return NewTopic(topic.name, topic.partitions, topic.replicas, topic_configs=topic.settings)


def _refuse_errors(answers: Sequence[tuple[Any, ...]]) -> None:
    for name, code, *words in answers:
        if code not in (0, TopicAlreadyExistsError.errno):
            reason = next((word for word in words if word), None) or for_code(code).__name__
            raise PermanentError(f"Kafka refused the topic {name}: {reason}")


def _different(topics: Sequence[Topic], found: Mapping[str, Found]) -> tuple[str, ...]:
    return tuple(
        words for topic in topics if topic.name in found for words in _apart(topic, found[topic.name])
    )


def _apart(topic: Topic, found: Found) -> list[str]:
    """Say what is other than declared; more replicas than declared are no harm."""
    said = []
    if found.partitions != topic.partitions:
        said.append(f"{topic.name} has {found.partitions} partitions, {topic.partitions} are declared")
    if found.replicas < topic.replicas:
        said.append(f"{topic.name} has {plural(found.replicas, 'replica')}, {topic.replicas} are declared")
    return said
