"""The APScheduler process: wakes up for every slot of every job, and awaits what it has begun before it stops."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from schedulers.jobs import JOBS, Job, Services
from schedulers.ticking import FAILED, Ledger, Ticker

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


async def run_scheduler(
    services: Services,
    ledger: Ledger,
    stop: asyncio.Event,
    *,
    jobs: Sequence[Job] = JOBS,
    alive: Callable[[], object] = lambda: None,
) -> None:
    """Tick until `stop` is set, then finish the ticks that have begun. Any number of these may run side by side."""
    ticker = Ticker(ledger=ledger, services=services, alive=alive)
    scheduler = build_scheduler(ticker, jobs=jobs)
    scheduler.start()
    try:
        await stop.wait()
    finally:
        scheduler.pause()
        await ticker.settle()
        scheduler.shutdown(wait=False)


def build_scheduler(ticker: Ticker, *, jobs: Sequence[Job] = JOBS) -> AsyncIOScheduler:
    """Return a scheduler that keeps nothing: the table is code, and deadlines are rows that the sweep finds."""
    scheduler = AsyncIOScheduler(
        timezone=UTC,
        jobstores={"default": MemoryJobStore()},
        executors={"default": AsyncIOExecutor()},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    for job in jobs:
        FAILED.labels(job.name)  # shown as none so far: monitoring sees no increase in what begins with one
        scheduler.add_job(
            ticker.tick,
            IntervalTrigger(seconds=job.every, start_date=_EPOCH, timezone=UTC),
            args=[job],
            id=job.name,
            name=job.name,
        )
    return scheduler
