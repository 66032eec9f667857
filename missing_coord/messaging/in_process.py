"""Delivery inside one process: each consumer reacts in a transaction that also holds its inbox row."""

from __future__ import annotations

from dataclasses import dataclass

from missing_coord.contracts.envelopes import OutgoingEvent, to_envelope
from missing_coord.domain.errors import TransientError
from missing_coord.messaging.ports import Claim, OpenUnit, Reaction
from missing_coord.messaging.subscriptions import Subscriptions
from missing_coord.services.ports import Counts, Quarantined
from missing_coord.telemetry import logger

ATTEMPTS = 10
"""How often a reaction with a fault of ours is tried before a person is asked."""
KIND = "event"

_log = logger("delivery")


@dataclass(frozen=True, slots=True, kw_only=True)
class InProcessDelivery:
    """Hands events to the reactions of this process.

    An event delivered twice changes nothing the second time. When one consumer fails the event is delivered again,
    and those that have taken it already pass it over. A reaction that fails every time is set aside into quarantine, so
    that one fault does not hold back everything else about a child; a database that is away is waited for.
    """

    open_unit: OpenUnit
    claim: Claim
    subscriptions: Subscriptions
    attempts: int = ATTEMPTS

    async def deliver(self, event: OutgoingEvent) -> None:
        """Let every consumer of the event react once; the first that fails does not keep the others from it."""
        failure: Exception | None = None
        for consumer, react in self.subscriptions.of(event.type):
            try:
                await self._react(consumer, react, event)
            except TransientError:
                raise
            except Exception as error:
                _log.error("a reaction failed", consumer=consumer, event_id=event.event_id, exc_info=True)
                if event.attempts + 1 >= self.attempts:
                    await self._set_aside(consumer, event, error)
                else:
                    failure = error
        if failure is not None:
            raise failure

    async def _react(self, consumer: str, react: Reaction, event: OutgoingEvent) -> None:
        async with self.open_unit() as uow:
            if await self.claim(uow, consumer, event.event_id):
                await react(uow, event)

    async def _set_aside(self, consumer: str, event: OutgoingEvent, error: Exception) -> None:
        async with self.open_unit() as uow:
            if not await self.claim(uow, consumer, event.event_id):
                return
            reason = f"the reaction of {consumer} failed {self.attempts} times ({type(error).__name__})"
            raw = {**to_envelope(event, source="/missing-coord"), "consumer": consumer}
            row = Quarantined(raw=raw, line=None, faults=[("event", f"{reason}: tell the administrator")])
            batch_id = await uow.intake.open_batch(kind=KIND, source=consumer, content_sha256="")
            await uow.intake.quarantine(batch_id, kind=KIND, source=consumer, rows=[row])
            await uow.intake.count(batch_id, Counts(rows=1, quarantined=1))
            await uow.intake.finish(batch_id)
