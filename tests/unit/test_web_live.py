"""Open pages hear what concerns them, slow ones are dropped, and a stopping server is not held up."""

from __future__ import annotations

import asyncio
import http.client
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime

from starlette.types import Message

from missing_coord.web.live import QUEUE, Broadcaster, LiveEvent

NOW = datetime(2026, 11, 21, 14, 5, tzinfo=UTC)


def _broadcaster(*, queue_size: int = 8, heartbeat_seconds: float = 30) -> Broadcaster:
    return Broadcaster(now=lambda: NOW, queue_size=queue_size, heartbeat_seconds=heartbeat_seconds)


async def _rest(stream: AsyncIterator[LiveEvent]) -> list[LiveEvent]:
    return [event async for event in stream]


async def test_a_stream_starts_with_a_heartbeat_so_that_the_page_says_live() -> None:
    stream = _broadcaster().events([QUEUE])
    assert await anext(stream) == LiveEvent("heartbeat", NOW.isoformat())


async def test_a_page_hears_its_own_topics_and_no_other() -> None:
    broadcaster = _broadcaster()
    stream = broadcaster.events(["interview:I1", "user:U1"])
    await anext(stream)
    assert [broadcaster.publish(t) for t in (QUEUE, "interview:I2", "interview:I1", "user:U1")] == [
        0,
        0,
        1,
        1,
    ]
    assert await anext(stream) == LiveEvent("interview", "interview:I1")
    assert await anext(stream) == LiveEvent("user", "user:U1")


async def test_silence_is_filled_with_heartbeats() -> None:
    stream = _broadcaster(heartbeat_seconds=0.01).events([QUEUE])
    assert [(await anext(stream)).name for _ in range(3)] == ["heartbeat"] * 3


async def test_a_slow_page_is_dropped_and_told_to_reload_while_others_go_on() -> None:
    broadcaster = _broadcaster(queue_size=2)
    slow, quick = broadcaster.events([QUEUE]), broadcaster.events([QUEUE])
    await anext(slow)
    await anext(quick)
    for _ in range(3):
        broadcaster.publish(QUEUE)
        assert (await anext(quick)).name == "queue"
    assert broadcaster.clients == 1
    assert [event.name for event in await _rest(slow)] == ["reload"]


async def test_closing_ends_every_stream_at_once_and_admits_no_new_one() -> None:
    broadcaster = _broadcaster()
    stream = broadcaster.events([QUEUE])
    await anext(stream)
    broadcaster.close()
    assert await asyncio.wait_for(_rest(stream), 10) == []
    assert [event.name for event in await _rest(broadcaster.events([QUEUE]))] == ["heartbeat"]
    assert broadcaster.clients == 0


async def test_the_answer_is_an_event_stream_that_ends_when_the_broadcaster_closes() -> None:
    broadcaster = _broadcaster()
    sent: list[Message] = []

    async def receive() -> Message:
        await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)
        if b"event: heartbeat" in message.get("body", b""):
            broadcaster.publish(QUEUE)
        if b"event: queue" in message.get("body", b""):
            broadcaster.close()

    scope = {"type": "http", "method": "GET", "path": "/live", "headers": []}
    await asyncio.wait_for(broadcaster.response([QUEUE])(scope, receive, send), 30)
    assert dict(sent[0]["headers"])[b"content-type"].startswith(b"text/event-stream")
    assert sent[-1]["more_body"] is False
    assert broadcaster.clients == 0


async def test_a_page_that_goes_away_is_forgotten() -> None:
    broadcaster = _broadcaster()

    async def receive() -> Message:
        await asyncio.sleep(0.05)
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        pass

    scope = {"type": "http", "method": "GET", "path": "/live", "headers": []}
    await asyncio.wait_for(broadcaster.response([QUEUE])(scope, receive, send), 30)
    assert broadcaster.clients == 0


SERVER = """
import socket
import sys
import uvicorn
from datetime import UTC, datetime
from missing_coord.web.live import Broadcaster

live = Broadcaster(now=lambda: datetime(2026, 11, 21, tzinfo=UTC))

async def app(scope, receive, send):
    if scope["type"] == "http":
        await live.response(["queue"])(scope, receive, send)

listening = socket.socket(fileno=int(sys.argv[1]))
uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off")).run(sockets=[listening])
"""


def test_a_server_with_an_open_stream_stops_when_told_to_and_without_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        number, port = listening.fileno(), listening.getsockname()[1]
        command = [sys.executable, "-c", SERVER, str(number)]
        server = subprocess.Popen(command, pass_fds=[number], stderr=subprocess.PIPE)
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", "/live")
        stream = connection.getresponse()
        assert stream.readline().strip() == b"event: heartbeat"
        server.terminate()
        _, errors = server.communicate(timeout=60)
    finally:
        server.kill()
        server.wait()
    assert stream.read().endswith(b"\r\n\r\n")
    connection.close()
    assert errors == b""
