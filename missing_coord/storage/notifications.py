"""Hears what the database tells of as it is committed, and passes it on to the pages and the relay of this process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import psycopg

from missing_coord.storage.database import Database, not_for_ever
from missing_coord.telemetry import logger

CHANNEL = "missing_coord_changes"
PAYLOADS = ("queue", "outbox", "messages")
SILENCE_SECONDS = 5.0
LONGEST_WAIT_SECONDS = 30.0

_log = logger("notifications")
Heard = Callable[[str], object]


@dataclass(slots=True)
class Changes:
    """One LISTEN connection for the process; whoever follows is called with `queue`, `outbox` or `messages`.

    A lost connection is opened again; something may have been missed, so everybody is then told of everything.
    """

    database: Database
    _followers: list[Heard] = field(default_factory=list)

    def follow(self, heard: Heard) -> None:
        """Call `heard` on the event loop with the kind of each change; it must not block or raise."""
        self._followers.append(heard)

    async def run(self, stop: asyncio.Event) -> None:
        """Listen until `stop` is set."""
        wait = 0.1
        while not stop.is_set():
            try:
                async with await self._connect() as connection:
                    await connection.execute(f"listen {CHANNEL}")
                    self._tell_all()
                    wait = 0.1
                    await self._hear(connection, stop)
            except (psycopg.OperationalError, OSError):
                _log.warning("the listening connection is lost and will be opened again")
                await _pause(stop, wait)
                wait = min(wait * 2, LONGEST_WAIT_SECONDS)

    async def _connect(self) -> psycopg.AsyncConnection[tuple[object, ...]]:
        url = self.database.engine.url.set(drivername="postgresql")
        address = url.render_as_string(hide_password=False)
        return await psycopg.AsyncConnection.connect(address, autocommit=True, **not_for_ever(url))

    async def _hear(
        self, connection: psycopg.AsyncConnection[tuple[object, ...]], stop: asyncio.Event
    ) -> None:
        """Pass on what is heard; a question in every silence finds out whether the line is still open."""
        listening = asyncio.create_task(self._pass_on(connection))
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({listening, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if listening.done():
                listening.result()
        finally:
            await _end(listening, stopping)

    async def _pass_on(self, connection: psycopg.AsyncConnection[tuple[object, ...]]) -> None:
        while True:
            async for notification in connection.notifies(timeout=SILENCE_SECONDS):
                self._tell(notification.payload)
            await connection.execute("select 1")

    def _tell_all(self) -> None:
        for payload in PAYLOADS:
            self._tell(payload)

    def _tell(self, payload: str) -> None:
        for heard in self._followers:
            heard(payload)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return


async def _end(*tasks: asyncio.Task[object]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
