"""Police notices from Kafka."""

from __future__ import annotations

from faststream.kafka import KafkaBroker

from consumers.app import subscribe
from consumers.taking import Consumer, Intake, take
from missing_coord.contracts.topics import POLICE_NOTICES

POLICE = Consumer(name="police-notices", topic=POLICE_NOTICES, kind="police")


def register(broker: KafkaBroker, intake: Intake) -> Consumer:
    """Subscribe to police notices."""

    @subscribe(broker, POLICE)
    async def on_police_notice(content: bytes) -> None:
        await take(intake, POLICE, content)

    return POLICE
