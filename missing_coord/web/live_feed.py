"""Carries what the database tells of to the open pages of this process, a few times a second at most."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field

from sse_starlette import EventSourceResponse

from missing_coord.storage.notifications import Changes
from missing_coord.web.live import QUEUE, Broadcaster

INTERVIEW = "interview"
USER = "user"
TOPICS_OF = {"queue": (QUEUE, INTERVIEW), "messages": (USER,)}
GATHER_SECONDS = 0.25


@dataclass(slots=True, kw_only=True)
class LiveFeed:
    """Listens to the database and tells the pages; a burst of changes is told once.

    `owned`: the listening is ours to run; otherwise whoever handed it in keeps it running.
    """

    broadcaster: Broadcaster
    changes: Changes
    owned: bool = True
    _waiting: set[str] = field(default_factory=set)
    _timer: asyncio.TimerHandle | None = None
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to listen; call it on the event loop."""
        self.changes.follow(self.heard)
        if self.owned:
            self._task = asyncio.create_task(self.changes.run(self._stop))

    async def stop(self) -> None:
        """End every stream and the listening."""
        self.broadcaster.close()
        self._stop.set()
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None:
            await self._task

    def heard(self, payload: str) -> None:
        """Take up what the database told; the pages hear of it a moment later."""
        self._waiting.update(TOPICS_OF.get(payload, ()))
        if self._waiting and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(GATHER_SECONDS, self._tell)

    def response(self, topics: Collection[str]) -> EventSourceResponse:
        """Answer with the stream of these topics."""
        return self.broadcaster.response(topics)

    def _tell(self) -> None:
        self._timer = None
        for topic in sorted(self._waiting):
            self.broadcaster.publish(topic)
        self._waiting.clear()
