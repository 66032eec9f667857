"""What is done about a message that fails: one table of errors for every consumer."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from faststream import BaseMiddleware
from faststream.kafka import KafkaMessage
from pydantic import ValidationError

from missing_coord.domain.errors import (
    ConcurrencyConflict,
    DomainError,
    NotAllowed,
    NotFound,
    PermanentError,
    TransientError,
)
from missing_coord.telemetry import logger

PERMANENT = (PermanentError, DomainError, NotFound, NotAllowed, ValidationError)
"""The same message will fail every time: dead letter, offset committed."""

DeadLetter = Callable[[KafkaMessage, Exception], Awaitable[None]]
_log = logger("consumers")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a message is retried in place, in seconds; the sum stays far below Kafka's five-minute poll limit."""

    waits: tuple[float, ...] = (1, 2, 4, 8, 16)
    conflicts: int = 3
    bugs: int = 5
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def wait(self, attempt: int) -> None:
        """Wait before trying again; a quarter of chance keeps many consumers from coming back together."""
        await self.sleep(self.waits[attempt] * random.uniform(0.75, 1.25))  # noqa: S311


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorTable:
    """Retries in place what may work later, sets aside what never will; makes a middleware for each message.

    | error | what is done | offset |
    |---|---|---|
    | permanent | dead letter | committed |
    | lost race | tried again at once, then as transient | |
    | transient | tried again in place with growing waits | at the end: not committed, read again in order |
    | a bug | tried again, then dead letter and an error in the log | committed |
    | the dead letter itself fails | nothing else is safe | not committed, read again |
    """

    patience: Patience
    dead_letter: DeadLetter

    def __call__(self, message: Any, /, *, context: Any) -> BaseMiddleware[Any, Any]:
        """Return the middleware of one message."""
        return _Guard(message, context=context, table=self)

    async def run(self, work: Callable[[], Awaitable[None]], message: KafkaMessage) -> None:
        """Do the work of a message as the table says."""
        lost = bugs = waited = 0
        while True:
            try:
                return await work()
            except PERMANENT as error:
                return await self.dead_letter(message, error)
            except ConcurrencyConflict as error:
                lost += 1
                if lost > self.patience.conflicts:
                    waited = await self._wait(waited, error)
            except TransientError as error:
                waited = await self._wait(waited, error)
            except Exception as error:
                bugs += 1
                _log.error("a message met a fault of ours", attempt=bugs, exc_info=True)
                if bugs >= self.patience.bugs:
                    return await self.dead_letter(message, error)

    async def _wait(self, waited: int, error: Exception) -> int:
        if waited >= len(self.patience.waits):
            raise error
        await self.patience.wait(waited)
        return waited + 1


class _Guard(BaseMiddleware[Any, Any]):
    def __init__(self, message: Any, /, *, context: Any, table: ErrorTable) -> None:
        super().__init__(message, context=context)
        self._table = table

    async def consume_scope(self, call_next: Any, msg: Any) -> None:
        async def work() -> None:
            await call_next(msg)

        await self._table.run(work, msg)
