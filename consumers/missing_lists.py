"""The council's own missing lists from Kafka."""

from __future__ import annotations

from faststream.kafka import KafkaBroker

from consumers.app import subscribe
from consumers.taking import Consumer, Intake, take
from missing_coord.contracts.topics import MISSING_LISTS

LISTED = Consumer(name="missing-lists", topic=MISSING_LISTS, kind="missing-list")


def register(broker: KafkaBroker, intake: Intake) -> Consumer:
    """Subscribe to lines of the missing list."""

    @subscribe(broker, LISTED)
    async def on_missing_list_entry(content: bytes) -> None:
        await take(intake, LISTED, content)

    return LISTED
