"""Everything in one process: pages, relay, scheduler and, in a demonstration, new notices; stopped together."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import uvicorn

from missing_coord.bootstrap import Application
from missing_coord.cli.regular import RegularWork
from missing_coord.contracts.topics import TOPICS_OUT
from missing_coord.demo.geography import COUNCIL_NAME
from missing_coord.domain.errors import PermanentError, TransientError
from missing_coord.health import Health
from missing_coord.messaging.in_process import InProcessDelivery
from missing_coord.messaging.ports import Deliver
from missing_coord.messaging.reacting import Reactions
from missing_coord.messaging.relay import Relay
from missing_coord.messaging.subscriptions import NOTICES, PLANNING, Subscriptions
from missing_coord.notify.reactions import Notices
from missing_coord.settings import Settings
from missing_coord.storage.inbox import claim
from missing_coord.storage.notifications import Changes
from missing_coord.storage.outbox import RELAY, lease_outbox
from missing_coord.storage.ticks import TickLedger
from missing_coord.telemetry import logger

Part = Callable[[asyncio.Event], Awaitable[object]]
"""A part of the process: runs until the event is set."""
GRACE_SECONDS = 4.0
"""How long parts may finish what they have begun when the process is to stop."""
LINES_AT_ONCE = 4
WATCHDOG_SECONDS = 60.0
_log = logger("watchdog")
RELAY_SILENCE_SECONDS = 60.0
TICK_SILENCE_SECONDS = 120.0


def bind(settings: Settings) -> socket.socket:
    """Take the address to serve on; raises PermanentError when it is in use or not ours."""
    where = f"{settings.host} port {settings.port}"
    try:
        kind, *_, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        taken = socket.socket(kind, socket.SOCK_STREAM)
    except OSError as error:
        raise PermanentError(
            f"Cannot serve on {where}: {error.strerror or error}. Try --host 127.0.0.1"
        ) from error
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(address)
    except OSError as error:
        taken.close()
        raise _in_use(settings.port, error) from error
    return taken


def _in_use(port: int, error: OSError) -> PermanentError:
    other = port + 1 if port < 65535 else 8000
    return PermanentError(
        f"Cannot serve on port {port}: {error.strerror}. Choose another port, such as PORT={other} (or --port {other}),"
        " or stop what is using it."
    )


async def run_parts(parts: Mapping[str, Part], stop: asyncio.Event, *, grace: float = GRACE_SECONDS) -> None:
    """Run parts until `stop` is set or one ends; then let all finish for `grace` seconds, and raise what failed."""
    tasks = {asyncio.create_task(_as_task(part, stop), name=name) for name, part in parts.items()}
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stop.set()
        _, late = await asyncio.wait(tasks, timeout=grace)
        for task in late:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception):
            raise result


async def _as_task(part: Part, stop: asyncio.Event) -> None:
    await part(stop)


@asynccontextmanager
async def stopped_by_signals() -> AsyncIterator[asyncio.Event]:
    """Lend an event that SIGINT and SIGTERM set; while it is lent they do nothing else."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
    for each in before:
        loop.add_signal_handler(each, stop.set)
    try:
        yield stop
    finally:
        for each, handler in before.items():
            loop.remove_signal_handler(each)
            signal.signal(each, handler)


class _Server(uvicorn.Server):
    """A web server that leaves signals to the process, says when it answers, and stops when told."""

    def __init__(self, config: uvicorn.Config, *, ready: Callable[[], object]) -> None:
        super().__init__(config)
        self._ready = ready

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take no signal."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets=sockets)
        if self.started:
            self._ready()

    async def stop_when(self, stop: asyncio.Event) -> None:
        """Stop as a signal would: open event streams watch for exactly this call."""
        await stop.wait()
        self.handle_exit(signal.SIGTERM, None)


async def serve_web(
    asgi: Any,
    taken: socket.socket,
    stop: asyncio.Event,
    *,
    ready: Callable[[], object],
    proxies: Sequence[str] = (),
) -> None:
    """Serve an application on a bound socket until `stop` is set; calls `ready` once it answers.

    `proxies` are believed when they say for whom they ask (X-Forwarded-For, X-Forwarded-Proto), and nobody else is.
    """
    try:
        taken.listen(2048)
    except OSError as error:
        raise _in_use(taken.getsockname()[1], error) from error
    config = uvicorn.Config(
        asgi,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=3,
        ws="none",
        forwarded_allow_ips=list(proxies),
    )
    server = _Server(config, ready=ready)
    watching = asyncio.create_task(server.stop_when(stop))
    try:
        await server.serve(sockets=[taken])
    finally:
        watching.cancel()
    if not stop.is_set():
        raise PermanentError("The web server could not start; the log above says why.")


def relay_part(app: Application, changes: Changes, *, health: Health | None = None) -> Part:
    """Return the relay, to Kafka where there is one and else to the reactions here; it runs `changes` too."""
    signs = health or Health()

    async def run(stop: asyncio.Event) -> None:
        async with _delivering(app) as (deliver, lines), asyncio.TaskGroup() as group:
            signs.expect("relay", within=RELAY_SILENCE_SECONDS)
            relay = Relay(
                open_lease=partial(lease_outbox, app.database),
                deliver=deliver,
                concurrency=lines,
                alive=lambda: signs.beat("relay"),
            )
            changes.follow(relay.heard)
            group.create_task(changes.run(stop))
            group.create_task(relay.run(stop))

    return run


@asynccontextmanager
async def _delivering(app: Application) -> AsyncIterator[tuple[Deliver, int]]:
    """Lend the delivery and how many keys it takes at once; raises PermanentError when Kafka lacks our topics."""
    settings = app.settings
    if not settings.kafka:
        yield InProcessDelivery(reactions=reactions_of(app)).deliver, LINES_AT_ONCE
        return
    from missing_coord.messaging.kafka import KEYS_AT_ONCE, KafkaDelivery
    from missing_coord.messaging.kafka_security import connection_options

    options = connection_options(settings)
    async with KafkaDelivery(settings.kafka, source=settings.address, topics=TOPICS_OUT, **options) as kafka:
        with contextlib.suppress(TransientError):  # Kafka may come up after us
            await kafka.start()
        yield kafka.deliver, KEYS_AT_ONCE


def reactions_of(app: Application) -> Reactions:
    """Return the reactions of this installation to its own events."""
    work = RegularWork(app)
    return Reactions(
        open_unit=lambda: app.database.unit_of_work(RELAY),
        claim=claim,
        subscriptions=Subscriptions(
            {NOTICES: Notices(work.channel.write).react, PLANNING: work.propose_after}
        ),
    )


def scheduler_part(app: Application, *, health: Health | None = None) -> Part:
    """Return the scheduler with the regular work of the application."""
    from schedulers.app import run_scheduler
    from schedulers.jobs import JOBS
    from schedulers.ticking import failing_jobs

    signs, ledger = health or Health(), TickLedger(app.database)

    def run(stop: asyncio.Event) -> Awaitable[None]:
        signs.expect("scheduler", within=TICK_SILENCE_SECONDS)
        signs.ask(lambda: failing_jobs(ledger, JOBS))
        return run_scheduler(RegularWork(app), ledger, stop, alive=lambda: signs.beat("scheduler"))

    return run


def watchdog_part(app: Application) -> Part:
    """Return the watchdog: it looks every minute, outside of the scheduler, whether anything has gone quiet."""
    work = RegularWork(app)

    async def run(stop: asyncio.Event) -> None:
        begun = app.clock.now()
        while not stop.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), WATCHDOG_SECONDS)
                return
            try:
                for each in await work.quiet(since=begun):
                    _log.error("a part has gone quiet", job=each.part)
            except (TransientError, OSError):
                _log.warning("the watchdog could not reach the database")

    return run


def web_part(
    app: Application,
    taken: socket.socket,
    *,
    ready: Callable[[], object],
    changes: Changes | None = None,
    health: Health | None = None,
) -> Part:
    """Return the pages and the HTTP intake; `changes` when something else in this process keeps them running.

    `health` holds the signs of life of the other parts of this process, which `/ready` tells.
    """
    from missing_coord.web.app import create_app

    name = COUNCIL_NAME if app.settings.demo else ""
    asgi = create_app(app, demo=app.settings.demo, council_name=name, changes=changes)
    asgi.state.health = health or Health()
    proxies = app.settings.trusted_proxies
    return lambda stop: serve_web(asgi, taken, stop, ready=ready, proxies=proxies)
