"""Placements from Kafka."""

from __future__ import annotations

from faststream.kafka import KafkaBroker

from consumers.app import subscribe
from consumers.taking import Consumer, Intake, take
from missing_coord.contracts.topics import PLACEMENTS

PLACED = Consumer(name="placements", topic=PLACEMENTS, kind="placements")


def register(broker: KafkaBroker, intake: Intake) -> Consumer:
    """Subscribe to placements."""

    @subscribe(broker, PLACED)
    async def on_placement(content: bytes) -> None:
        await take(intake, PLACED, content)

    return PLACED
