"""The Kafka consumers as a part of a process."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from consumers.app import build_app
from consumers.names import consumers_named
from missing_coord.bootstrap import Application
from missing_coord.cli.serve import Part
from missing_coord.domain.errors import PermanentError


def consume_part(app: Application, names: Sequence[str]) -> Part:
    """Return the consumers of these names, all for none; raises PermanentError without Kafka or for a wrong name."""
    wanted = consumers_named(names)
    if not app.settings.kafka:
        raise PermanentError("Set MISSING_COORD_KAFKA to Kafka's bootstrap servers, such as localhost:9092.")
    reading = build_app(app.settings.kafka, intake=app.intake(), consumers=wanted)

    async def run(stop: asyncio.Event) -> None:
        await reading.start()
        try:
            await stop.wait()
        finally:
            await reading.stop()

    return run
