"""What our own consumers do about an event: react once, in a transaction that also holds the inbox row."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from missing_coord.contracts.envelopes import OutgoingEvent, to_envelope
from missing_coord.messaging.ports import Claim, OpenUnit
from missing_coord.messaging.subscriptions import Subscriptions
from missing_coord.services.ports.work import Counts, Quarantined
from missing_coord.tracing import span

KIND = "event"
"""The kind of a quarantined event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reactions:
    """The reactions of this installation, each taken once for each event however often that is delivered."""

    open_unit: OpenUnit
    claim: Claim
    subscriptions: Subscriptions

    def of(self, event_type: str) -> list[str]:
        """Return the names of the consumers that react to an event type."""
        return [name for name, _ in self.subscriptions.of(event_type)]

    async def react(self, consumer: str, event: OutgoingEvent) -> None:
        """Let a consumer react to an event, unless it did before or the event is none of its own."""
        react = dict(self.subscriptions.of(event.type)).get(consumer)
        if react is None:
            return
        with span("react", parent=event.traceparent, consumer=consumer, event_id=event.event_id):
            async with self.open_unit() as uow:
                if await self.claim(uow, consumer, event.event_id):
                    await react(uow, event)

    async def set_aside(self, consumer: str, event: OutgoingEvent, *, reason: str) -> None:
        """Put an event that its consumer cannot take into quarantine, where a person sees it."""
        async with self.open_unit() as uow:
            if not await self.claim(uow, consumer, event.event_id):
                return
            envelope = to_envelope(event, source="/missing-coord")
            # The number makes it another row when the same event is set aside again after a replay.
            raw = {**envelope, "consumer": consumer, "set_aside": str(uuid.uuid4())}
            row = Quarantined(raw=raw, line=None, faults=[("event", f"{reason}: tell the administrator")])
            batch_id = await uow.intake.open_batch(kind=KIND, source=consumer, content_sha256="")
            await uow.intake.quarantine(batch_id, kind=KIND, source=consumer, rows=[row])
            await uow.intake.count(batch_id, Counts(rows=1, quarantined=1))
            await uow.intake.finish(batch_id)
