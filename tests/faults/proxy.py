"""A network between two parties that can be made to refuse, reset, dawdle or swallow everything."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from tests.broker.cluster import free_ports

CHUNK = 65_536
DELAY_SECONDS = 0.15
RESET = struct.pack("ii", 1, 0)
"""Linger for no time: closing sends a reset instead of an orderly end."""


class Network(StrEnum):
    """How the network is."""

    FINE = "fine"
    REFUSED = "refused"
    RESET = "reset"
    SLOW = "slow"
    SILENT = "silent"


@dataclass(slots=True, kw_only=True)
class FaultProxy:
    """Hands bytes on between `port` here and a port or socket of a server, as well as the network lets it."""

    target: int | Path
    port: int
    network: Network = Network.FINE
    carried: int = 0
    _server: asyncio.Server | None = None
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)

    async def become(self, network: Network) -> None:
        """Change how the network is; whatever was connected in a silent or refusing one is cut when it ends."""
        cut = self.network is Network.SILENT or network in (Network.REFUSED, Network.RESET)
        self.network = network
        if cut:
            self.cut()
        if network is Network.REFUSED:
            await self.close()
        elif self._server is None:
            await self.open()

    async def open(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self.port, reuse_address=True)

    async def close(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()
            self._server = None

    def cut(self) -> None:
        """Reset every connection."""
        for writer in list(self._writers):
            _reset(writer)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.network is Network.RESET:
            _reset(writer)
            return
        self._writers.add(writer)
        try:
            far_reader, far_writer = await self._reach()
        except OSError:
            _reset(writer)
            return
        self._writers.add(far_writer)
        ways = (
            asyncio.create_task(self._one_way(reader, far_writer)),
            asyncio.create_task(self._one_way(far_reader, writer)),
        )
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in ways:
                each.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            for each in (writer, far_writer):
                self._writers.discard(each)
                each.close()

    async def _reach(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self.target, Path):
            return await asyncio.open_unix_connection(self.target)
        return await asyncio.open_connection("127.0.0.1", self.target)

    async def _one_way(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while chunk := await reader.read(CHUNK):
                if self.network is Network.SILENT:
                    continue  # taken, and never seen again
                if self.network is Network.SLOW:
                    await asyncio.sleep(DELAY_SECONDS)
                self.carried += len(chunk)
                writer.write(chunk)
                await writer.drain()


def _reset(writer: asyncio.StreamWriter) -> None:
    made = writer.get_extra_info("socket")
    if made is not None:
        with suppress(OSError):
            made.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.transport.abort()


@asynccontextmanager
async def fault_proxy(target: int | Path, *, port: int | None = None) -> AsyncIterator[FaultProxy]:
    """Run a proxy before a server on loopback or on a socket while the block lasts."""
    proxy = FaultProxy(target=target, port=port or free_ports(1)[0])
    await proxy.open()
    try:
        yield proxy
    finally:
        proxy.cut()
        await proxy.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyThread:
    """A proxy with a thread of its own, for tests whose own loop has other things to do."""

    proxy: FaultProxy
    loop: asyncio.AbstractEventLoop

    def become(self, network: Network) -> None:
        """Change how the network is, and wait until it is so."""
        asyncio.run_coroutine_threadsafe(self.proxy.become(network), self.loop).result(30)


@contextmanager
def proxy_thread(target: int | Path) -> Iterator[ProxyThread]:
    """Run a proxy in a thread while the block lasts."""
    loop, ready, stop = asyncio.new_event_loop(), threading.Event(), asyncio.Event()
    made: list[FaultProxy] = []

    async def run() -> None:
        async with fault_proxy(target) as proxy:
            made.append(proxy)
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(run(),))
    thread.start()
    ready.wait(30)
    try:
        yield ProxyThread(proxy=made[0], loop=loop)
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(30)
        loop.close()
