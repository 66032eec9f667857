"""Rows of the register of children from Kafka."""

from __future__ import annotations

from faststream.kafka import KafkaBroker

from consumers.app import subscribe
from consumers.taking import Consumer, Intake, take
from missing_coord.contracts.topics import REGISTER

CHILDREN = Consumer(name="register", topic=REGISTER, kind="children")


def register(broker: KafkaBroker, intake: Intake) -> Consumer:
    """Subscribe to rows of the register."""

    @subscribe(broker, CHILDREN)
    async def on_child(content: bytes) -> None:
        await take(intake, CHILDREN, content)

    return CHILDREN
