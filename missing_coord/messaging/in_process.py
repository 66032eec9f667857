"""Delivery inside one process: each consumer reacts in turn, and one that always fails holds nobody back."""

from __future__ import annotations

from dataclasses import dataclass

from missing_coord.contracts.envelopes import OutgoingEvent
from missing_coord.domain.errors import TransientError
from missing_coord.messaging.reacting import Reactions
from missing_coord.telemetry import logger

ATTEMPTS = 10
"""How often a reaction with a fault of ours is tried before a person is asked."""

_log = logger("delivery")


@dataclass(frozen=True, slots=True, kw_only=True)
class InProcessDelivery:
    """Hands events to the reactions of this process.

    An event delivered twice changes nothing the second time. When one consumer fails the event is delivered again,
    and those that have taken it already pass it over. A reaction that fails every time is set aside into quarantine, so
    that one fault does not hold back everything else about a child; a database that is away is waited for.
    """

    reactions: Reactions
    attempts: int = ATTEMPTS

    async def deliver(self, event: OutgoingEvent) -> None:
        """Let every consumer of the event react once; the first that fails does not keep the others from it."""
        failure: Exception | None = None
        for consumer in self.reactions.of(event.type):
            try:
                await self.reactions.react(consumer, event)
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

    async def _set_aside(self, consumer: str, event: OutgoingEvent, error: Exception) -> None:
        reason = f"the reaction of {consumer} failed {self.attempts} times ({type(error).__name__})"
        await self.reactions.set_aside(consumer, event, reason=reason)
