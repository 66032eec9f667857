"""How fast the sweep is: nothing due among many duties, and everything due at once."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from sqlalchemy import text

from missing_coord.domain.clock import FixedClock
from missing_coord.services.escalation import Fired, sweep, sweep_batches
from missing_coord.storage.database import Database
from tests import databases
from tests.acceptance.escalation_scene import CHANNEL, SWEEP
from tests.builders.cases import BUILDER, RETURNED

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]
DUTIES = 50_000

_CHILDREN = "insert into children (child_id) select 'C-' || n from generate_series(1, :n) n"
_EPISODES = """
insert into episodes (episode_id, child_id, kind, status, started_at, start_known, ended_at, told_at, population,
                      created_at, updated_at)
select gen_random_uuid(), child_id, 'M', 'ended', cast(:returned as timestamptz) - interval '20 hours', true,
       :returned, :returned, 'own_lac_in_area', :returned, :returned from children
"""
_INTERVIEWS = """
insert into interviews (interview_id, child_id, population, state, opened_at, updated_at)
select gen_random_uuid(), child_id, 'own_lac_in_area', 'not_offered', :returned, :returned from children
"""
_DUTIES = """
insert into interview_episodes (interview_id, episode_id, clock_from, basis, due_at, provisional, next_step,
                                next_step_at, ladder_version)
select i.interview_id, e.episode_id, :returned, 'returned', cast(:returned as timestamptz) + interval '72 hours',
       false, 0, cast(:returned as timestamptz) + interval '24 hours', '2026-1'
from interviews i join episodes e using (child_id)
"""


async def _fill(database: Database) -> None:
    async with database.unit_of_work(BUILDER) as uow:
        await uow.execute(text(_CHILDREN), {"n": DUTIES})
        for statement in (_EPISODES, _INTERVIEWS, _DUTIES):
            await uow.execute(text(statement), {"returned": RETURNED})


async def _fire(database: Database) -> tuple[list[Fired], float]:
    started = time.perf_counter()
    fired: list[Fired] = []
    async for result in sweep_batches(lambda: database.unit_of_work(SWEEP), write=CHANNEL.write):
        fired.extend(result.fired)
    return fired, time.perf_counter() - started


async def _empty(database: Database) -> float:
    async with database.unit_of_work(SWEEP) as uow:
        started = time.perf_counter()
        await sweep(uow, write=CHANNEL.write)
        return time.perf_counter() - started


async def test_sweep_speed_over_fifty_thousand_open_duties(database: databases.Database) -> None:
    clock = FixedClock(RETURNED)
    opened = Database.open(database.app_url, clock=clock)
    await _fill(opened)
    empty = min([await _empty(opened) for _ in range(5)])
    clock.instant = RETURNED + timedelta(hours=24)
    one, seconds_of_one = await _fire(opened)
    clock.instant = RETURNED + timedelta(days=14)
    many, seconds_of_many = await _fire(opened)
    await opened.close()
    print(f"\nsweep, {DUTIES} open duties, nothing due: {empty * 1000:.1f} ms")  # noqa: T201
    print(f"sweep, one rung due for each: {len(one) / seconds_of_one:.0f} rungs/s")  # noqa: T201
    print(f"sweep, two weeks behind: {len(many) / seconds_of_many:.0f} rungs/s")  # noqa: T201
    assert (len(one), len(many)) == (DUTIES, DUTIES * 5)
