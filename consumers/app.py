"""The FastStream application: one broker, one way to subscribe, the consumers asked for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from faststream import AckPolicy, FastStream
from faststream.kafka import KafkaBroker, KafkaMessage

from consumers.envelopes import tolerant_parser, undecoded
from consumers.middleware import ErrorTable, Patience
from consumers.taking import Consumer, InQuarantine, Intake, set_aside
from missing_coord.contracts.topics import dead_letters

GRACE_SECONDS = 65.0
"""How long a stop waits for a handler: the longest patience of the error table and a little more."""

Handler = Callable[[bytes], Awaitable[None]]
Register = Callable[[KafkaBroker, Intake], Consumer]
"""Subscribes one consumer to a broker and returns it."""


def subscribe(broker: KafkaBroker, consumer: Consumer) -> Callable[[Handler], Any]:
    """Subscribe a handler in the only way that loses nothing.

    From the earliest message on, in a named group, one at a time, the offset committed only after the handler's
    transaction; a failure is read again. Handlers return nothing: what goes out goes through the outbox.
    """
    return broker.subscriber(
        consumer.topic,
        group_id=consumer.group,
        auto_offset_reset="earliest",
        ack_policy=AckPolicy.NACK_ON_ERROR,
        parser=tolerant_parser,
        decoder=undecoded,
        no_reply=True,
        title=consumer.group,
    )


def build_app(
    servers: str,
    *,
    intake: Intake,
    consumers: Sequence[Register],
    patience: Patience | None = None,
    **options: Any,
) -> FastStream:
    """Return an application with the consumers asked for; nothing connects until it runs.

    `servers` is `host:port,host:port`; `options` go to the broker and hold TLS and sign-in.
    """
    broker = build_broker(servers, **options)
    by_topic = {consumer.topic: consumer for consumer in [register(broker, intake) for register in consumers]}

    async def dead_letter(message: KafkaMessage, error: Exception) -> None:
        await bury(broker, intake, by_topic[topic_of(message)], message, error)

    broker.add_middleware(ErrorTable(patience=patience or Patience(), dead_letter=dead_letter))
    return FastStream(broker, logger=None)


def build_broker(servers: str, **options: Any) -> KafkaBroker:
    """Return a broker that makes no topic, waits for all replicas, and hands bodies over as they are."""
    return KafkaBroker(
        servers.split(","),
        acks="all",
        enable_idempotence=True,
        allow_auto_create_topics=False,
        ack_policy=AckPolicy.NACK_ON_ERROR,
        graceful_timeout=GRACE_SECONDS,
        apply_types=False,
        logger=None,
        **options,
    )


async def bury(
    broker: KafkaBroker, intake: Intake, consumer: Consumer, message: KafkaMessage, error: Exception
) -> None:
    """Put a message where a person sees it, then on the dead-letter topic; an error here leaves the offset alone."""
    if not isinstance(error, InQuarantine):
        reason = (
            f"could not be worked on ({type(error).__name__}); it is kept here whole: tell the administrator"
        )
        await set_aside(intake, consumer, bytes(message.body), reason=reason)
    await broker.publish(
        bytes(message.body),
        topic=dead_letters(consumer.topic),
        key=key_of(message),
        headers={"error": type(error).__name__, "consumer": consumer.name},
    )


def topic_of(message: KafkaMessage) -> str:
    """Return the topic of a message that was read alone."""
    record = message.raw_message
    return str(record[0].topic if isinstance(record, tuple) else record.topic)


def key_of(message: KafkaMessage) -> bytes | None:
    """Return the key of a message that was read alone."""
    record = message.raw_message
    key: bytes | None = record[0].key if isinstance(record, tuple) else record.key
    return key or None
