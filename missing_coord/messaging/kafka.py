"""Delivery to Kafka: acknowledged by all replicas, idempotent, keyed by child, in CloudEvents envelopes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from types import TracebackType
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from missing_coord.contracts.envelopes import CONTENT_TYPE, OutgoingEvent, to_bytes
from missing_coord.domain.errors import PermanentError, TransientError
from missing_coord.tracing import TRACEPARENT, span

KEYS_AT_ONCE = 200
"""How many keys the relay may have under way at once."""
REQUEST_SECONDS = 15
AGAIN_SECONDS = 1.0
"""How long a connection that could not be opened is not tried again."""


class KafkaDelivery:
    """Hands events to Kafka; `source` names this installation in every envelope.

    It connects at the first event, and anew after every error: an idempotent producer that gave up on a message has a
    gap in its numbers, and Kafka refuses whatever follows a gap. Topics are never made by sending.
    """

    def __init__(
        self,
        bootstrap_servers: str,
        *,
        source: str,
        topics: Collection[str],
        seconds: Callable[[], float] = time.monotonic,
        **options: Any,
    ) -> None:
        self._source = source
        self._topics = frozenset(topics)
        self._servers = bootstrap_servers
        self._options = options
        self._seconds = seconds
        self._producer: Any = None
        self._opening = asyncio.Lock()
        self._not_before = float("-inf")

    async def start(self) -> None:
        """Connect; raises TransientError when Kafka does not answer, PermanentError naming topics that are missing."""
        await self._connected()

    async def stop(self) -> None:
        """Send what is under way and disconnect; may be called twice."""
        producer: Any = self._producer
        self._producer = None
        if producer is not None:
            await producer.stop()

    async def __aenter__(self) -> KafkaDelivery:
        """Return the delivery; it connects when it is first needed."""
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
        producer = await self._connected()
        headers = [("content-type", CONTENT_TYPE.encode()), ("ce_id", event.event_id.encode())]
        if event.traceparent:
            headers.append((TRACEPARENT, event.traceparent.encode()))
        try:
            with span("relay", parent=event.traceparent, event_id=event.event_id, topic=event.topic):
                await producer.send_and_wait(
                    event.topic, to_bytes(event, source=self._source), key=event.key.encode(), headers=headers
                )
        except MessageSizeTooLargeError as error:
            raise PermanentError("Kafka takes no event of this size") from error
        except KafkaError as error:
            await self._give_up(producer)
            raise TransientError("Kafka did not take an event; it is tried again.") from error

    async def _connected(self) -> AIOKafkaProducer:
        if self._producer is not None:
            return self._producer
        async with self._opening:
            if self._producer is not None:
                return self._producer
            if self._seconds() < self._not_before:
                raise TransientError("Kafka does not answer; it is tried again in a moment.")
            self._not_before = self._seconds() + AGAIN_SECONDS
            self._producer = opened = await self._open()
            return opened

    async def _open(self) -> AIOKafkaProducer:
        producer = AIOKafkaProducer(
            bootstrap_servers=self._servers,
            acks="all",
            enable_idempotence=True,
            linger_ms=2,
            request_timeout_ms=REQUEST_SECONDS * 1000,
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
        return producer

    async def _refuse_missing_topics(self, producer: AIOKafkaProducer) -> None:
        cluster = await producer.client.fetch_all_metadata()
        missing = sorted(self._topics - cluster.topics())
        if missing:
            raise PermanentError(
                f"Kafka has no topic {', '.join(missing)}: make them with `missing-coord topics create`."
            )

    async def _give_up(self, producer: Any) -> None:
        """Drop a producer that has failed; whoever comes first does it."""
        if self._producer is producer:
            self._producer = None
            with suppress(KafkaError, TimeoutError):
                await asyncio.wait_for(producer.stop(), REQUEST_SECONDS)
