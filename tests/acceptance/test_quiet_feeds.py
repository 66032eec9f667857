"""Feeds that fall silent: told once, not hidden by others, by what people type, or by what comes only now and then."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import text

from missing_coord.domain.access import Role
from tests.acceptance.telling_scene import WORK, Telling, telling
from tests.builders.cases import RETURNED
from tests.databases import Database


@pytest.fixture
async def council(shared: Database) -> AsyncIterator[Telling]:
    async with telling(shared) as opened:
        opened.watching = True
        await opened.person("cora", Role.COORDINATOR)
        await opened.person("max", Role.MANAGER)
        yield opened


async def taken_in(council: Telling, kind: str = "police", source: str = "f") -> None:
    async with council.database.unit_of_work(WORK) as uow:
        await uow.execute(
            text(
                "insert into intake_batches (batch_id, kind, source, started_at)"
                " values (gen_random_uuid(), :kind, :source, :now)"
            ),
            {"kind": kind, "source": source, "now": uow.now},
        )


async def test_a_feed_that_is_quiet_for_a_day_is_told_and_one_new_file_ends_it(council: Telling) -> None:
    await taken_in(council)
    assert await council.at(RETURNED + timedelta(hours=23)) == []
    assert await council.at(RETURNED + timedelta(hours=24)) == ["cora email: quiet feed"]
    council.clock.instant = RETURNED + timedelta(hours=30)
    await taken_in(council)
    assert await council.at(RETURNED + timedelta(hours=49)) == []
    assert await council.at(RETURNED + timedelta(hours=54)) == ["cora email: quiet feed"]


async def test_one_force_that_falls_silent_is_told_though_the_others_go_on(council: Telling) -> None:
    for hours in range(0, 12 * 24, 24):
        council.clock.instant = RETURNED + timedelta(hours=hours)
        for source in ("gmp", "cheshire"):
            await taken_in(council, source=source)
    council.clock.instant += timedelta(hours=23)
    await taken_in(council, source="cheshire")
    assert await council.at(council.clock.instant) == []
    assert await council.at(council.clock.instant + timedelta(hours=1)) == ["cora email: quiet feed"]
    subjects = await council.rows("select subject_id from alerts where closed_at is null")
    assert subjects == [("police from gmp",)]
    await taken_in(council, source="gmp")
    assert await council.at(council.clock.instant + timedelta(minutes=1)) == []
    assert await council.rows("select subject_id from alerts where closed_at is null") == []


async def test_what_is_typed_in_does_not_hide_a_quiet_feed(council: Telling) -> None:
    await taken_in(council)
    council.clock.instant += timedelta(hours=20)
    for source in ("typed by Cora", "quarantine 7"):
        await taken_in(council, source=source)
    assert await council.at(RETURNED + timedelta(hours=24)) == ["cora email: quiet feed"]


async def test_what_does_not_come_every_day_is_never_quiet(council: Telling) -> None:
    for kind in ("workers", "absences", "ssda903"):
        await taken_in(council, kind)
    assert await council.at(RETURNED + timedelta(days=40)) == []
