"""How fast the sweep is: nothing due among many duties, and everything due at once."""

from __future__ import annotations

import os
import time
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import text

from missing_coord.domain.clock import FixedClock
from missing_coord.services.telling.alerts import sweep_alerts
from missing_coord.services.telling.escalation import Fired, sweep, sweep_batches
from missing_coord.storage.database import Database
from tests import databases
from tests.acceptance.escalation_scene import CHANNEL, SWEEP
from tests.builders.cases import BUILDER, RETURNED

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]
FIRING = int(os.environ.get("BENCH_FIRING", "50000"))
OPEN = int(os.environ.get("BENCH_OPEN", "1000000"))
"""Open rows in all: the duties that fire, duties that are due much later, and one alert in ten."""

_CHILDREN = "insert into children (child_id) select 'C-' || n from generate_series(1, :n) n"
_RETURNED = """
cast(:returned as timestamptz)
    + case when cast(substr(child_id, 3) as integer) <= :firing then interval '0' else interval '60 days' end
"""
_EPISODES = f"""
insert into episodes (episode_id, child_id, kind, status, started_at, start_known, ended_at, told_at, population,
                      created_at, updated_at)
select gen_random_uuid(), child_id, 'M', 'ended', {_RETURNED} - interval '20 hours', true, {_RETURNED}, :returned,
       'own_lac_in_area', :returned, :returned from children where :firing > 0
"""
_INTERVIEWS = """
insert into interviews (interview_id, child_id, population, state, opened_at, updated_at)
select gen_random_uuid(), child_id, 'own_lac_in_area', 'not_offered', :returned, :returned
from children where :firing > 0
"""
_DUTIES = """
insert into interview_episodes (interview_id, episode_id, clock_from, basis, due_at, provisional, next_step,
                                next_step_at, ladder_version)
select i.interview_id, e.episode_id, e.ended_at, 'returned', e.ended_at + interval '72 hours',
       false, 0, e.ended_at + interval '24 hours', '2026-1'
from interviews i join episodes e using (child_id) where :firing > 0 and :returned is not null
"""
_ALERTS = """
insert into alerts (alert_id, clock, subject_type, subject_id, started_at, due_at, opened_at, next_step, next_step_at,
                    ladder_version)
select gen_random_uuid(), (array['offer', 'unallocated', 'unmatched', 'unacknowledged'])[n % 4 + 1], 'interview',
       n::text, :returned, :returned, :returned, 1, cast(:returned as timestamptz) + interval '60 days', '2026-1'
from generate_series(1, :n) n
"""


async def _fill(database: Database, *, firing: int = FIRING) -> None:
    duties = OPEN * 10 // 11
    async with database.unit_of_work(BUILDER) as uow:
        await uow.execute(text(_CHILDREN), {"n": duties})
        for statement in (_EPISODES, _INTERVIEWS, _DUTIES):
            await uow.execute(text(statement), {"returned": RETURNED, "firing": firing})
        await uow.execute(text(_ALERTS), {"returned": RETURNED, "n": OPEN - duties})


async def _analyze(database: databases.Database) -> None:
    async with await psycopg.AsyncConnection.connect(
        databases.plain(database.admin_url), autocommit=True
    ) as admin:
        await admin.execute("vacuum analyze")


async def _fire(database: Database) -> tuple[list[Fired], float]:
    started = time.perf_counter()
    fired: list[Fired] = []
    async for result in sweep_batches(lambda: database.unit_of_work(SWEEP), words=CHANNEL.words):
        fired.extend(result.fired)
    return fired, time.perf_counter() - started


async def _empty(database: Database) -> float:
    async with database.unit_of_work(SWEEP) as uow:
        started = time.perf_counter()
        await sweep(uow, words=CHANNEL.words)
        await sweep_alerts(uow, write=CHANNEL.write)
        return time.perf_counter() - started


async def test_sweep_speed_over_a_million_open_rows(database: databases.Database) -> None:
    clock = FixedClock(RETURNED)
    opened = Database.open(database.app_url, clock=clock)
    await _fill(opened)
    await _analyze(database)
    empty = sorted([await _empty(opened) for _ in range(21)])
    clock.instant = RETURNED + timedelta(hours=24)
    one, seconds_of_one = await _fire(opened)
    clock.instant = RETURNED + timedelta(days=14)
    many, seconds_of_many = await _fire(opened)
    await opened.close()
    print(f"\nsweep of all ladders, {OPEN} open rows, nothing due: median {empty[10] * 1000:.1f} ms,"  # noqa: T201
          f" slowest of 21 {empty[-1] * 1000:.1f} ms")  # fmt: skip
    print(f"sweep, one rung due for each of {FIRING}: {len(one) / seconds_of_one:.0f} rungs/s")  # noqa: T201
    print(f"sweep, two weeks behind: {len(many) / seconds_of_many:.0f} rungs/s")  # noqa: T201
    assert (len(one), len(many)) == (FIRING, FIRING * 5)
