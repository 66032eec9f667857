"""Delivery to Kafka: acknowledged by all replicas, idempotent, keyed by child, in CloudEvents envelopes."""

from __future__ import annotations

from collections.abc import Collection
from types import TracebackType
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from missing_coord.contracts.envelopes import CONTENT_TYPE, OutgoingEvent, to_bytes
from missing_coord.domain.errors import PermanentError, TransientError

CONCURRENCY = 100
"""How many keys the relay may have under way at once."""


class KafkaDelivery:
    """Hands events to Kafka; `source` names this installation in every envelope.

    Topics are never made by sending: `start` refuses when one of `topics` is not there.
    """

    def __init__(
        self, bootstrap_servers: str, *, source: str, topics: Collection[str], **options: Any
    ) -> None:
        self._source = source
        self._topics = frozenset(topics)
        self._servers = bootstrap_servers
        self._options = options
        self._producer: AIOKafkaProducer | None = None

    async def start(self) -> None:
        """Connect; raises TransientError when Kafka does not answer, PermanentError naming topics that are missing."""
        producer = AIOKafkaProducer(
            bootstrap_servers=self._servers,
            acks="all",
            enable_idempotence=True,
            linger_ms=5,
            **self._options,
        )
        try:
            await producer.start()
            await self._refuse_missing_topics(producer)
        except KafkaError as error:
            await producer.stop()
            raise TransientError("Kafka does not answer; try again.") from error
        except BaseException:
            await producer.stop()
            raise
        self._producer = producer

    async def _refuse_missing_topics(self, producer: AIOKafkaProducer) -> None:
        cluster = await producer.client.fetch_all_metadata()
        missing = sorted(self._topics - cluster.topics())
        if missing:
            raise PermanentError(
                f"Kafka has no topic {', '.join(missing)}: make the topics of deploy/topics.yaml first."
            )

    async def stop(self) -> None:
        """Send what is under way and disconnect; may be called twice."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await producer.stop()

    async def __aenter__(self) -> KafkaDelivery:
        """Connect and return the delivery."""
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Disconnect, whatever happened."""
        await self.stop()

    async def deliver(self, event: OutgoingEvent) -> None:
        """Send one event and wait until all replicas have it; raises TransientError when they do not say so."""
        if event.topic not in self._topics:
            raise PermanentError("the topic of this event is not one of ours")
        if self._producer is None:
            raise TransientError("The connection to Kafka is not open.")
        headers = [("content-type", CONTENT_TYPE.encode()), ("ce_id", event.event_id.encode())]
        try:
            await self._producer.send_and_wait(
                event.topic, to_bytes(event, source=self._source), key=event.key.encode(), headers=headers
            )
        except KafkaError as error:
            raise TransientError("Kafka did not take an event; it is tried again.") from error
