"""The real web server on the real database in a thread of its own, with a small synthetic council taken in."""

from __future__ import annotations

import asyncio
import socket
import threading
import uuid
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

import uvicorn
from sqlalchemy import text

from missing_coord.bootstrap import Application
from missing_coord.cli.regular import RegularWork
from missing_coord.demo.council import generate_council
from missing_coord.demo.history import History, generate_history
from missing_coord.domain.access import PEOPLE_ROLES, ROLE_NAMES, Actor, Role, system_actor
from missing_coord.domain.clock import Clock
from missing_coord.notify.recorder import RecorderChannel
from missing_coord.services.ports.accounts import Account
from missing_coord.services.ports.work import Policy
from missing_coord.services.proposals import propose_all
from missing_coord.services.telling.escalation import sweep_batches
from missing_coord.settings import Settings
from missing_coord.storage.bank_holidays import bank_holidays
from missing_coord.storage.database import Database as Storage
from missing_coord.web.app import create_app
from tests.builders.clocks import clock_from, midweek_noon
from tests.builders.interview_records import record
from tests.builders.passwords import QuickPasswords
from tests.builders.road import feed
from tests.databases import Database

T = TypeVar("T")
PASSWORD = "three-plain-otters"
COUNCIL = "E08000003"
OPERATOR = Actor(role=Role.ADMINISTRATOR, name="operator")
LONGEST_WAIT = 60


@dataclass(slots=True, kw_only=True)
class RunningSite:
    """A server that answers at `address`; work on its database goes through `work`, on connections of its own.

    Its clock began at noon of a Wednesday, as a visit cannot be booked at any hour of any day.
    """

    address: str
    database: Database
    clock: Clock
    children: list[dict[str, str]]
    workers: list[dict[str, str]]
    _numbers: Iterator[int] = field(default_factory=lambda: iter(range(900_000, 999_999)))

    def username(self, role: Role) -> str:
        """Return the user name of the person of a role."""
        return role.value.replace("_", ".")

    def work(self, job: Callable[[Application], Coroutine[Any, Any, T]]) -> T:
        """Do something on the same database as another process would: own event loop, own connections."""

        async def done() -> T:
            application, storage = _application(self.database, self.clock)
            try:
                return await job(application)
            finally:
                await storage.close()

        with ThreadPoolExecutor(max_workers=1) as other:
            return other.submit(lambda: asyncio.run(done())).result(LONGEST_WAIT)

    def rows(self, query: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """Return what the system sees."""

        async def asked(application: Application) -> list[tuple[Any, ...]]:
            async with application.database.unit_of_work(system_actor("test")) as uow:
                return [tuple(row) for row in await uow.execute(text(query), parameters)]

        return self.work(asked)

    def change(self, statement: str, **parameters: Any) -> None:
        """Change rows as the system, where how they came to be so is not the test's matter."""

        async def changed(application: Application) -> None:
            async with application.database.unit_of_work(system_actor("test")) as uow:
                await uow.execute(text(statement), parameters)

        self.work(changed)

    def comes_back(self, child: dict[str, str], *, hours_ago: float) -> str:
        """Take in what the police send about a child who was missing and is back; returns the open interview's id."""
        back = self.clock.now() - timedelta(hours=hours_ago)
        gone = back - timedelta(hours=9)
        reference = f"BT-{next(self._numbers)}"
        messages = [
            _notice(child, reference, "missing", gone, reported_at=gone, last_seen_at=gone),
            _notice(child, reference, "returned", back, returned_at=back),
        ]
        self.work(lambda application: feed(application, "police", messages))
        found = self.rows(
            "select i.interview_id::text from interviews i where i.child_id = :child_id and i.closed_at is null",
            child_id=child["child_id"],
        )
        return str(found[0][0])

    def goes_missing_and_is_placed(self, child: dict[str, str]) -> None:
        """Take in that a child went missing two days ago, and a placement that began since; no return is told."""
        gone = self.clock.now() - timedelta(days=2)
        told = _notice(
            child, f"BT-{next(self._numbers)}", "missing", gone, reported_at=gone, last_seen_at=gone
        )
        placed = {
            "child_id": child["child_id"],
            "placement_id": f"BT-{child['child_id']}",
            "start_date": f"{gone + timedelta(days=1):%Y-%m-%d}",
            "place_code": "K2",
        }
        self.work(lambda application: feed(application, "police", [told]))
        self.work(lambda application: feed(application, "placements", [placed]))

    def tells(self, child_id: str, **told: Any) -> None:
        """Keep the record of an interview in which the child told what it wishes of the next visit."""

        async def kept(application: Application) -> None:
            async with application.database.unit_of_work(system_actor("test")) as uow:
                found = await uow.interviews.of_children([child_id])
                await uow.records.add(record(found[0].interview_id, **told))

        self.work(kept)

    def plan(self) -> None:
        """Propose visits for everything open, as the scheduler does."""

        async def proposed(application: Application) -> None:
            async with application.database.unit_of_work(system_actor("planner")) as uow:
                await propose_all(uow, policy=application.policy, bank_holidays=bank_holidays())

        self.work(proposed)

    def watch(self) -> None:
        """Open what is due of the other clocks, as the scheduler does."""
        self.work(lambda application: RegularWork(application).watch())

    def sweep(self) -> None:
        """Fire every escalation step that is due, as the scheduler does."""
        channel = RecorderChannel(self.address)

        async def fired(application: Application) -> None:
            database = application.database
            units = sweep_batches(lambda: database.unit_of_work(system_actor("sweep")), words=channel.words)
            async for _ in units:
                pass

        self.work(fired)


def _notice(
    child: dict[str, str], reference: str, message: str, at: datetime, **times: datetime
) -> dict[str, str]:
    kept = ("forename", "surname", "date_of_birth", "sex", "home_postcode")
    return {
        "force": "Greater Manchester Police",
        "reference": reference,
        "message": message,
        "issued_at": at.isoformat(),
        "local_child_id": child["child_id"],
        **{name: child[name] for name in kept},
        **{name: value.isoformat() for name, value in times.items()},
    }


@contextmanager
def running_site(database: Database) -> Iterator[RunningSite]:
    """Serve until the block is left."""
    clock = clock_from(midweek_noon())
    midnight = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    council = generate_council(seed=11, as_of=midnight, looked_after=40, at_home=20, guests=3)
    history = generate_history(council, now=midnight, months=0.25, per_month=60)
    taken = socket.create_server(("127.0.0.1", 0))
    site = RunningSite(
        address=f"http://127.0.0.1:{taken.getsockname()[1]}",
        database=database,
        clock=clock,
        children=_quiet(council.children, history),
        workers=list(council.workers),
    )
    site.work(lambda application: _fill(application, council, history))
    site.plan()
    site.sweep()
    with _served(database, clock, taken):
        yield site


def _quiet(children: Sequence[dict[str, str]], history: History) -> list[dict[str, str]]:
    """Return children about whom nothing is known yet, no two of one family: what links siblings is no news."""
    busy = {incident.child_id for incident in history.incidents}
    of_families = {row["surname"]: row for row in children if row["child_id"] not in busy and row["forename"]}
    return [row for surname, row in of_families.items() if surname]


async def _fill(application: Application, council: Any, history: History) -> None:
    for kind, rows in (
        ("children", council.children),
        ("placements", council.placements),
        ("workers", list(council.workers)),
        ("police", list(history.notices)),
        ("missing-list", list(history.list_rows)),
    ):
        await feed(application, kind, rows)
    digest = await QuickPasswords().hash(PASSWORD)
    worker_id = council.workers[0]["worker_id"]
    async with application.database.unit_of_work(OPERATOR) as uow:
        for role in PEOPLE_ROLES:
            await uow.accounts.add(_account(role, worker_id, application.clock.now()), digest)


def _account(role: Role, worker_id: str, created_at: datetime) -> Account:
    return Account(
        user_id=str(uuid.uuid4()),
        username=role.value.replace("_", "."),
        display_name=f"Jo {ROLE_NAMES[role]}",
        role=role,
        worker_id=worker_id if role is Role.INTERVIEW_WORKER else "",
        demo=False,
        created_at=created_at,
        disabled_at=None,
        version=1,
    )


def _application(database: Database, clock: Clock) -> tuple[Application, Storage]:
    storage = Storage.open(database.app_url, clock=clock, pool_size=5)
    application = Application(
        settings=Settings(),
        clock=clock,
        database=storage,
        policy=Policy(council=COUNCIL),
        database_url=database.app_url,
        owner_url=None,
    )
    return application, storage


@contextmanager
def _served(database: Database, clock: Clock, taken: socket.socket) -> Iterator[None]:
    loop, stop, ready = asyncio.new_event_loop(), asyncio.Event(), threading.Event()
    thread = threading.Thread(
        target=lambda: loop.run_until_complete(_serve(database, clock, taken, stop, ready))
    )
    thread.start()
    try:
        assert ready.wait(LONGEST_WAIT), "the server did not start"
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(LONGEST_WAIT)
        loop.close()


async def _serve(
    database: Database, clock: Clock, taken: socket.socket, stop: asyncio.Event, ready: threading.Event
) -> None:
    application, storage = _application(database, clock)
    app = create_app(
        application,
        demo=True,
        secure_cookies=False,
        council_name="Northbrook Council",
        hasher=QuickPasswords(),
    )
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=3))
    serving = asyncio.create_task(server.serve(sockets=[taken]))
    while not server.started and not serving.done():  # noqa: ASYNC110 - uvicorn offers nothing to wait for
        await asyncio.sleep(0.02)
    ready.set()
    await stop.wait()
    await app.state.web.feed.stop()
    server.should_exit = True
    await serving
    await storage.close()
