"""The sweep and its rehearsal on a real database: their shapes, and what they hold while they look."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import text

from missing_coord.domain.clock import FixedClock
from missing_coord.services.telling.escalation import dry_run, sweep
from missing_coord.storage.database import Database
from tests import databases
from tests.acceptance.escalation_scene import CHANNEL, SWEEP
from tests.builders.cases import BUILDER, RETURNED, Case, keep, rows


@pytest.fixture
async def house(database: databases.Database) -> AsyncIterator[Database]:
    opened = Database.open(database.app_url, clock=FixedClock(RETURNED + timedelta(hours=48)))
    yield opened
    await opened.close()


async def test_of_two_steps_that_are_due_at_once_only_the_later_is_told(house: Database) -> None:
    case = Case()
    await keep(house, case)
    async with house.unit_of_work(SWEEP) as uow:
        result = await sweep(uow, words=CHANNEL.words)
    assert [(each.interview_id, each.step, each.recipients) for each in result.fired] == [
        (case.interview_id, "24h_from_return", ()),
        (case.interview_id, "48h_from_return", ("coordinator",)),
    ]


async def test_a_batch_takes_the_longest_due_first_and_says_that_there_is_more(house: Database) -> None:
    early, late = Case(returned_at=RETURNED - timedelta(hours=1)), Case()
    await keep(house, late, early)
    async with house.unit_of_work(SWEEP) as uow:
        first = await sweep(uow, words=CHANNEL.words, limit=1)
    assert {each.interview_id for each in first.fired} == {early.interview_id}
    assert first.more


async def test_a_sweep_as_of_an_instant_uses_that_instant(house: Database) -> None:
    await keep(house, Case())
    async with house.unit_of_work(SWEEP) as uow:
        result = await sweep(uow, words=CHANNEL.words, as_of=RETURNED + timedelta(hours=24))
    assert [each.step for each in result.fired] == ["24h_from_return"]


async def test_a_duty_that_somebody_is_working_on_is_passed_over_and_taken_next_time(house: Database) -> None:
    case = Case()
    await keep(house, case)
    async with house.unit_of_work(BUILDER) as holding:
        await holding.execute(text("select 1 from interview_episodes for update"))
        async with asyncio.timeout(60), house.unit_of_work(SWEEP) as uow:
            assert (await sweep(uow, words=CHANNEL.words)).fired == []
    async with house.unit_of_work(SWEEP) as uow:
        assert len((await sweep(uow, words=CHANNEL.words)).fired) == 2


async def test_a_rehearsal_neither_waits_for_anybody_nor_makes_anybody_wait(house: Database) -> None:
    await keep(house, Case())
    async with asyncio.timeout(60), house.unit_of_work(BUILDER) as holding:
        await holding.execute(text("select 1 from interview_episodes for update"))
        async with house.unit_of_work(SWEEP) as uow:
            assert len(await dry_run(uow, uow.now)) == 2


async def test_a_sweep_that_is_cut_off_leaves_nothing_half_done(house: Database) -> None:
    await keep(house, Case())
    with suppress(RuntimeError):
        async with house.unit_of_work(SWEEP) as uow:
            await sweep(uow, words=CHANNEL.words)
            await uow.flush()
            raise RuntimeError
    for table in ("escalations", "messages", "outbox"):
        assert await rows(house, f"select count(*) from {table}") == [(0,)]
    assert await rows(house, "select next_step from interview_episodes") == [(0,)]


async def test_a_rung_that_was_withdrawn_and_comes_back_is_in_force_again_and_told_once(
    house: Database,
) -> None:
    case = Case()
    await keep(house, case)
    async with house.unit_of_work(SWEEP) as uow:
        await sweep(uow, words=CHANNEL.words)
    async with house.unit_of_work(BUILDER) as uow:
        await uow.interviews.remove_links([(case.interview_id, case.episode_id)])
    async with house.unit_of_work(BUILDER) as uow:
        await uow.interviews.save_links([case.duty()])
    async with house.unit_of_work(SWEEP) as uow:
        await sweep(uow, words=CHANNEL.words)
    assert await rows(house, "select count(*), count(withdrawn_at) from escalations") == [(2, 0)]
    assert await rows(house, "select count(*) from messages") == [(1,)]
