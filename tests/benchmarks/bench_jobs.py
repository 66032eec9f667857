"""The usual other way to watch deadlines: APScheduler with one job for each deadline, kept in PostgreSQL."""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler

from missing_coord.domain.clock import FixedClock
from missing_coord.services.telling.escalation import sweep
from missing_coord.storage.database import Database
from tests.acceptance.escalation_scene import CHANNEL, SWEEP

THREADS = 10
"""APScheduler's own default."""
_later = datetime(2100, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Jobs:
    """Seconds: to keep `kept` jobs, to look among them when none is due, and to run `due` of them to their end."""

    kept: int
    keeping: float
    looking: float
    due: int
    running: float


@dataclass(slots=True)
class Work:
    """What the jobs do and how many have done it; module level because jobs are kept by name."""

    url: str = ""
    now: datetime | None = None
    local: threading.local = field(default_factory=threading.local)
    opened: list[tuple[asyncio.AbstractEventLoop, Database]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    done: int = 0
    all_done: threading.Event = field(default_factory=threading.Event)
    wanted: int = 0


WORK = Work()


def nothing(number: int) -> None:
    """Do nothing: what remains is the scheduler's own cost."""
    _count()


def fire_one(number: int) -> None:
    """Record the rung of one deadline and everything that follows from it, in a transaction of its own."""
    if not hasattr(WORK.local, "loop"):
        WORK.local.loop = asyncio.new_event_loop()
        assert WORK.now is not None
        WORK.local.database = Database.open(WORK.url, clock=FixedClock(WORK.now), pool_size=1)
        WORK.opened.append((WORK.local.loop, WORK.local.database))
    WORK.local.loop.run_until_complete(_fire(WORK.local.database))
    _count()


async def _fire(database: Database) -> None:
    async with database.unit_of_work(SWEEP) as uow:
        await sweep(uow, words=CHANNEL.words, limit=1)


def _count() -> None:
    with WORK.lock:
        WORK.done += 1
        if WORK.done == WORK.wanted:
            WORK.all_done.set()


def measure(url: str, *, kept: int, due: int, call: Any) -> Jobs:
    """Keep jobs, look at them, and run some of them; `url` is a database in which a table may be made."""
    WORK.done, WORK.wanted = 0, due
    WORK.all_done.clear()
    store = SQLAlchemyJobStore(url=url)
    scheduler = BackgroundScheduler(
        jobstores={"default": store}, executors={"default": ThreadPoolExecutor(THREADS)}, timezone=UTC
    )
    scheduler.start(paused=True)
    soon = datetime.now(UTC) - timedelta(seconds=1)
    began = time.perf_counter()
    for number in range(kept):
        scheduler.add_job(
            call, "date", run_date=_later + timedelta(seconds=number), args=[number], misfire_grace_time=None
        )
    keeping = time.perf_counter() - began
    began = time.perf_counter()
    assert store.get_due_jobs(soon) == []
    looking = time.perf_counter() - began
    for number in range(due):
        scheduler.add_job(call, "date", run_date=soon, args=[number], misfire_grace_time=None)
    began = time.perf_counter()
    if due:
        scheduler.resume()
        assert WORK.all_done.wait(600)
    running = time.perf_counter() - began
    scheduler.shutdown()
    store.engine.dispose()  # once more: its last thread took connections after `shutdown` had closed them
    for loop, database in WORK.opened:
        loop.run_until_complete(database.close())
        loop.close()
    WORK.opened.clear()
    return Jobs(kept=kept, keeping=keeping, looking=looking, due=due, running=running)
