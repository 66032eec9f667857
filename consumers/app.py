"""The FastStream application: one broker, one way to subscribe, the groups asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka.errors import KafkaError, MessageSizeTooLargeError
from faststream import AckPolicy, FastStream
from faststream.kafka import KafkaBroker
from faststream.kafka.annotations import KafkaMessage
from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512

from consumers.envelopes import records_as_they_are, without_headers
from consumers.group import Buried, Group, group_id
from consumers.patience import Patience
from consumers.reading import FinishFirst, Reading
from missing_coord.contracts.topics import dead_letters
from missing_coord.domain.errors import TransientError

GRACE_SECONDS = 20.0
"""How long a stop waits for the batch in hand."""
BATCH = 2_000
"""Messages at most in hand: two transactions of intake, one worked out while PostgreSQL writes the other."""
POLL_MS = 50
"""How long to wait for messages where there are none, and then once more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consuming:
    """A FastStream application and its readings with what feeds each; nothing connects until it starts."""

    app: FastStream
    broker: KafkaBroker
    readings: tuple[tuple[Reading, Any], ...]


def build_app(
    servers: str, *, groups: Sequence[Group], patience: Patience | None = None, **options: Any
) -> Consuming:
    """Return the application of the groups; `servers` is `host:port,host:port`, `options` TLS and sign-in."""
    broker = build_broker(servers, **options)

    async def dead_letter(group: Group, buried: Buried) -> None:
        await bury(broker, group, buried)

    readings = [
        Reading(group=group, patience=patience or Patience(), dead_letter=dead_letter) for group in groups
    ]
    fed = tuple((reading, subscribe(broker, reading)) for reading in readings)
    return Consuming(app=FastStream(broker, logger=None), broker=broker, readings=fed)


def subscribe(broker: KafkaBroker, reading: Reading) -> Any:
    """Subscribe a group in the only way that loses nothing.

    From the earliest message on, in a named group, in batches, with offsets committed by the reading alone: the
    library's own acknowledgement stops rewinding at the first partition that a rebalance has taken away, and would
    commit past messages of the others. Handlers return nothing: what goes out goes through the outbox.
    """
    subscriber = broker.subscriber(
        *reading.group.topics,
        batch=True,
        max_records=BATCH,
        batch_timeout_ms=POLL_MS,
        group_id=group_id(reading.group.name),
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        ack_policy=AckPolicy.MANUAL,
        listener=FinishFirst(reading),
        parser=without_headers,
        decoder=records_as_they_are,
        no_reply=True,
        title=group_id(reading.group.name),
    )

    @subscriber
    async def on_records(message: KafkaMessage) -> None:
        await reading.on_records(message.raw_message, message.consumer)

    return subscriber


def build_broker(servers: str, **options: Any) -> KafkaBroker:
    """Return a broker that makes no topic and waits for all replicas.

    Not idempotent: it sends dead letters only, of which a second copy does no harm, and an idempotent producer that
    has lost a message refuses all that follow.
    """
    return KafkaBroker(
        servers.split(","),
        acks="all",
        allow_auto_create_topics=False,
        ack_policy=AckPolicy.MANUAL,
        graceful_timeout=GRACE_SECONDS,
        apply_types=False,
        logger=None,
        security=security_of(options),
    )


def security_of(options: Mapping[str, Any]) -> BaseSecurity:
    """Return the connection options of messaging/kafka_security.py in FastStream's words."""
    context = options.get("ssl_context")
    tls: dict[str, Any] = {"ssl_context": context, "use_ssl": context is not None}
    ways: dict[str, Any] = {
        "PLAIN": SASLPlaintext,
        "SCRAM-SHA-256": SASLScram256,
        "SCRAM-SHA-512": SASLScram512,
    }
    way = ways.get(options.get("sasl_mechanism", ""))
    if way is None:
        return BaseSecurity(**tls)
    signed_in: BaseSecurity = way(
        username=options["sasl_plain_username"], password=options["sasl_plain_password"], **tls
    )
    return signed_in


async def start(consuming: Consuming) -> None:
    """Connect and begin to read; raises TransientError when Kafka does not answer."""
    try:
        await consuming.broker.start()
    except KafkaError as error:
        await consuming.broker.stop()
        raise TransientError("Kafka does not answer; try again.") from error


async def bury(broker: KafkaBroker, group: Group, buried: Buried) -> None:
    """Send a message to the dead letters of its topic, with where it came from; a person sees it already."""
    record = buried.record
    headers = {
        "error": buried.reason,
        "consumer": group.name,
        "partition": str(record.partition),
        "offset": str(record.offset),
    }
    topic = dead_letters(record.topic)
    try:
        await broker.publish(record.value or b"", topic=topic, key=record.key or None, headers=headers)
    except MessageSizeTooLargeError:
        await broker.publish(b"", topic=topic, key=record.key or None, headers=headers)
