"""Four sweepers over a million open deadlines, beside APScheduler with one job for each deadline."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

import pytest
from sqlalchemy import text

from missing_coord.domain.clock import FixedClock
from missing_coord.storage.database import Database
from tests import databases
from tests.acceptance.escalation_scene import SWEEP
from tests.benchmarks import bench_jobs
from tests.benchmarks.test_bench_sweep import OPEN, _analyze, _empty, _fill
from tests.builders.cases import RETURNED
from tests.databases import TestServer

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]
SWEEPERS = 4
FIRING = int(os.environ.get("BENCH_SWEEPERS_FIRING", "200000"))
"""Deadlines that are due in a round: enough for a quarter of a minute, in which four processes have long got going."""
KEPT = int(os.environ.get("BENCH_JOBS", "20000"))
DUE, DUE_WORKING = KEPT // 10, KEPT // 4
"""Jobs of the other way, of which those that do the same work take as long; a million would take hours to keep."""
RUNGS = (24, 48, 60)
"""Hours after the return at which a rung of every deadline is due: a round each."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """A second each: rungs by the sweepers, jobs that do nothing, jobs that do what a sweep does for one deadline."""

    fired: int
    sweepers: float
    nothing: float
    working: float


async def test_four_sweepers_beside_one_job_for_each_deadline(postgres_server: TestServer) -> None:
    with postgres_server.migrated() as database:
        clock = FixedClock(RETURNED)
        opened = Database.open(database.app_url, clock=clock)
        await _fill(opened, firing=FIRING)
        await _analyze(database)
        empty = sorted([await _empty(opened) for _ in range(21)])[10]
        store = postgres_server.make_empty("jobs")
        kept = await _jobs(store, bench_jobs.nothing, kept=KEPT, due=0)
        rounds = []
        for hours in RUNGS:
            clock.instant = RETURNED + timedelta(hours=hours)
            rounds.append(await _round(database, store, clock.instant))
        twice = await _twice(opened)
        await opened.close()
        postgres_server.drop(store.name)
    say = sys.stdout.write
    rates = [each.sweepers for each in rounds]
    say(f"\n{OPEN:,} open rows, nothing due: {empty * 1000:.1f} ms for a sweep of all ladders\n")
    say(
        f"{SWEEPERS} sweepers, {FIRING:,} due: median {median(rates):,.0f} rungs a second of {_whole(rates)},"
        f" {twice} recorded twice\n"
    )
    say(
        f"APScheduler, one job for each deadline in PostgreSQL, {kept.kept:,} jobs kept: keeping a million takes"
        f" {kept.keeping / kept.kept * 1e6 / 60:.0f} minutes (extrapolated; ours are a column and cost nothing more),"
        f" looking {kept.looking * 1000:.1f} ms\n"
    )
    keeping = kept.keeping / kept.kept
    for words, theirs in (
        (f"{DUE:,} due jobs doing nothing", [each.nothing for each in rounds]),
        (f"{DUE_WORKING:,} due jobs doing what a sweep does for one deadline", [r.working for r in rounds]),
    ):
        ratio = median(ours / other for ours, other in zip(rates, theirs, strict=True))
        whole = median(ours * (1 / other + keeping) for ours, other in zip(rates, theirs, strict=True))
        say(
            f"  {words}: median {median(theirs):,.0f} a second of {_whole(theirs)}; the sweepers are {ratio:.0f} times"
            f" as fast, {whole:.0f} times when keeping the job counts too\n"
        )
    assert ([each.fired for each in rounds], twice) == ([FIRING] * len(RUNGS), 0)


def _whole(rates: list[float]) -> list[int]:
    return [round(each) for each in rates]


async def _round(database: databases.Database, store: databases.Database, now: datetime) -> Round:
    """Let jobs fire some of the deadlines that are due, and the sweepers all others."""
    nothing = await _jobs(store, bench_jobs.nothing, due=DUE)
    bench_jobs.WORK.url, bench_jobs.WORK.now = database.app_url, now
    working = await _jobs(store, bench_jobs.fire_one, due=DUE_WORKING)
    fired, seconds = await asyncio.to_thread(_fire_with_four, database.app_url, now)
    return Round(
        fired=fired + DUE_WORKING,
        sweepers=fired / seconds,
        nothing=nothing.due / nothing.running,
        working=working.due / working.running,
    )


async def _jobs(store: databases.Database, call: Any, *, due: int, kept: int = 0) -> bench_jobs.Jobs:
    return await asyncio.to_thread(bench_jobs.measure, store.admin_url, kept=kept, due=due, call=call)


async def _twice(opened: Database) -> int:
    async with opened.unit_of_work(SWEEP) as uow:
        query = "select count(*) - count(distinct (interview_id, episode_id, step, due_at)) from escalations"
        twice: int = (await uow.execute(text(query))).scalar_one()
    return twice
