"""What is tried again in place, how often, and with which waits; the same for every consumer."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from missing_coord.domain.errors import ConcurrencyConflict, PermanentError, TransientError
from missing_coord.telemetry import logger

Result = TypeVar("Result")
_log = logger("consumers")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long work is tried again in place, in seconds; the sum stays far below Kafka's five-minute poll limit.

    | error | what is done |
    |---|---|
    | permanent | not tried again |
    | lost race | tried again at once, then as transient |
    | transient: the database or Kafka is away | tried again with growing waits, then raised: all is read again |
    | a fault of ours | tried again a few times, then raised: the guilty message is looked for and set aside |
    """

    waits: tuple[float, ...] = (0.5, 1, 2, 4, 8, 16)
    conflicts: int = 3
    faults: int = 3
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def keep_trying(self, work: Callable[[], Awaitable[Result]]) -> Result:
        """Do the work as the table says; raises what it raised last."""
        lost = faults = waited = 0
        while True:
            try:
                return await work()
            except PermanentError:
                raise
            except ConcurrencyConflict as error:
                lost += 1
                if lost > self.conflicts:
                    waited = await self._wait(waited, error)
            except TransientError as error:
                waited = await self._wait(waited, error)
            except Exception as error:
                faults += 1
                _log.error("messages met a fault of ours", attempt=faults, exc_info=True)
                if faults >= self.faults:
                    raise error

    async def rest(self) -> None:
        """Wait before reading again what could not be worked on."""
        await self.sleep(self.waits[0] * random.uniform(0.75, 1.25))  # noqa: S311

    async def _wait(self, waited: int, error: Exception) -> int:
        if waited >= len(self.waits):
            raise error
        # A quarter of chance keeps many consumers from coming back together.
        await self.sleep(self.waits[waited] * random.uniform(0.75, 1.25))  # noqa: S311
        return waited + 1
