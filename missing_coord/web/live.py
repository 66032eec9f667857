"""Tells open pages that something changed; events carry no content, pages fetch under their own rights."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import anyio
from sse_starlette import EventSourceResponse, ServerSentEvent

QUEUE = "queue"


class LiveEvent(NamedTuple):
    """One event on the wire: the browser fires `name` on the page, `data` is a topic or a time."""

    name: str
    data: str


@dataclass(slots=True, kw_only=True, eq=False)
class _Client:
    topics: frozenset[str]
    waiting: asyncio.Queue[LiveEvent | None]
    dropped: bool = field(default=False)


class Broadcaster:
    """Fans topics out to the open streams of one event loop; a client that does not keep up is dropped.

    `queue_size` counts events; `heartbeat_seconds` is the longest silence of a stream. Streams end when
    uvicorn gets a stop signal (sse-starlette watches for it) or when `close` is called. Whoever stops a
    server without a signal calls `close` first: uvicorn waits for open answers before it ends the lifespan.
    """

    def __init__(
        self, *, now: Callable[[], datetime], queue_size: int = 32, heartbeat_seconds: float = 15
    ) -> None:
        self._now = now
        self._queue_size = queue_size
        self._heartbeat_seconds = heartbeat_seconds
        self._clients: set[_Client] = set()
        self._closed = False

    @property
    def clients(self) -> int:
        """The number of open streams."""
        return len(self._clients)

    def publish(self, topic: str) -> int:
        """Tell every stream that follows `topic` and return how many were told; call it on the event loop."""
        followers = [client for client in self._clients if topic in client.topics]
        return sum(self._offer(client, LiveEvent(topic.partition(":")[0], topic)) for client in followers)

    def close(self) -> None:
        """End every stream and refuse new ones; for the lifespan's end."""
        self._closed = True
        for client in list(self._clients):
            self._end(client)

    def response(self, topics: Collection[str]) -> EventSourceResponse:
        """Answer with the stream of these topics; the caller has checked that the reader may follow them."""
        stopping = anyio.Event()
        return EventSourceResponse(
            self._wire(topics, stopping),
            ping=0,
            send_timeout=10,
            cleanup_timeout=1,
            shutdown_event=stopping,
            shutdown_grace_period=1,
        )

    def events(self, topics: Collection[str]) -> AsyncIterator[LiveEvent]:
        """Yield a heartbeat at once, then each event of the topics, and a heartbeat after every silence."""
        return self._follow(self._join(topics))

    async def _follow(self, client: _Client) -> AsyncIterator[LiveEvent]:
        try:
            yield self._heartbeat()
            while (event := await self._next(client)) is not None:
                yield event
            if client.dropped:
                yield LiveEvent("reload", "too slow")
        finally:
            self._clients.discard(client)

    def _join(self, topics: Collection[str]) -> _Client:
        client = _Client(topics=frozenset(topics), waiting=asyncio.Queue(maxsize=self._queue_size))
        if self._closed:
            client.waiting.put_nowait(None)
        else:
            self._clients.add(client)
        return client

    async def _wire(self, topics: Collection[str], stopping: anyio.Event) -> AsyncIterator[ServerSentEvent]:
        client = self._join(topics)
        watch = asyncio.create_task(self._end_when(stopping, client))
        try:
            async for event in self._follow(client):
                yield ServerSentEvent(event=event.name, data=event.data)
        finally:
            watch.cancel()

    async def _end_when(self, stopping: anyio.Event, client: _Client) -> None:
        await stopping.wait()
        self._end(client)

    async def _next(self, client: _Client) -> LiveEvent | None:
        try:
            return await asyncio.wait_for(client.waiting.get(), self._heartbeat_seconds)
        except TimeoutError:
            return self._heartbeat()

    def _heartbeat(self) -> LiveEvent:
        return LiveEvent("heartbeat", self._now().isoformat())

    def _offer(self, client: _Client, event: LiveEvent) -> bool:
        try:
            client.waiting.put_nowait(event)
        except asyncio.QueueFull:
            client.dropped = True
            self._end(client)
            return False
        return True

    def _end(self, client: _Client) -> None:
        self._clients.discard(client)
        while not client.waiting.empty():
            client.waiting.get_nowait()
        client.waiting.put_nowait(None)
