"""Four sweepers over a million open deadlines, beside APScheduler with one job for each deadline."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from missing_coord.domain.clock import FixedClock
from missing_coord.storage.database import Database
from tests import databases
from tests.acceptance.escalation_scene import SWEEP
from tests.benchmarks import bench_jobs
from tests.benchmarks.test_bench_sweep import FIRING, OPEN, _analyze, _empty, _fill
from tests.builders.cases import RETURNED
from tests.databases import TestServer

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]
SWEEPERS = 4
KEPT = int(os.environ.get("BENCH_JOBS", "20000"))
DUE, DUE_WORKING = KEPT // 10, KEPT // 20
"""Jobs of the other way: a million would take hours to keep."""


def _fire_with_four(url: str, now: datetime) -> tuple[int, float]:
    command = [sys.executable, "-m", "tests.benchmarks.sweeper", url, now.isoformat()]
    sweepers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(SWEEPERS)
    ]
    for each in sweepers:
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"
    began = time.perf_counter()
    for each in sweepers:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    said = [each.communicate()[0] for each in sweepers]
    return sum(map(int, said)), time.perf_counter() - began


async def test_four_sweepers_beside_one_job_for_each_deadline(postgres_server: TestServer) -> None:
    with postgres_server.migrated() as database:
        clock = FixedClock(RETURNED)
        opened = Database.open(database.app_url, clock=clock)
        await _fill(opened)
        await _analyze(database)
        empty = sorted([await _empty(opened) for _ in range(21)])[10]
        clock.instant = RETURNED + timedelta(hours=24)
        fired, seconds = _fire_with_four(database.app_url, clock.instant)
        twice = await _twice(opened)
        jobs, working = await _other_way(postgres_server, database, opened, clock)
        await opened.close()
    rate = fired / seconds
    say = sys.stdout.write
    say(f"\n{OPEN:,} open rows, nothing due: {empty * 1000:.1f} ms for a sweep of all ladders\n")
    say(f"{SWEEPERS} sweepers, {FIRING:,} due: {rate:,.0f} rungs a second, {twice} recorded twice\n")
    say(
        f"APScheduler, one job for each deadline in PostgreSQL, measured on {jobs.kept:,} jobs: keeping a million takes"
        f" {jobs.keeping / jobs.kept * 1e6 / 60:.0f} minutes (extrapolated; ours are a column and cost nothing more),"
        f" looking {jobs.looking * 1000:.1f} ms\n"
    )
    for words, each in (("doing nothing", jobs), ("doing what a sweep does for one deadline", working)):
        theirs = each.due / each.running
        say(
            f"  {each.due:,} due jobs {words}: {theirs:,.0f} a second;"
            f" the sweepers are {rate / theirs:.0f} times as fast\n"
        )
    assert (fired, twice) == (FIRING, 0)


async def _twice(opened: Database) -> int:
    async with opened.unit_of_work(SWEEP) as uow:
        query = "select count(*) - count(distinct (interview_id, episode_id, step, due_at)) from escalations"
        twice: int = (await uow.execute(text(query))).scalar_one()
    return twice


async def _other_way(
    server: TestServer, database: databases.Database, opened: Database, clock: FixedClock
) -> tuple[bench_jobs.Jobs, bench_jobs.Jobs]:
    """Measure jobs that do nothing, then jobs each of which fires one of the deadlines that are due next."""
    clock.instant = RETURNED + timedelta(hours=48)
    bench_jobs.WORK.url, bench_jobs.WORK.now = database.app_url, clock.instant
    store = server.make_empty("jobs")
    try:
        jobs = await asyncio.to_thread(
            bench_jobs.measure, store.admin_url, kept=KEPT, due=DUE, call=bench_jobs.nothing
        )
        working = await asyncio.to_thread(
            bench_jobs.measure, store.admin_url, kept=0, due=DUE_WORKING, call=bench_jobs.fire_one
        )
    finally:
        server.drop("jobs")
    return jobs, working
