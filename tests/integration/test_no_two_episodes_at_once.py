"""The database itself refuses two episodes of one child at one time, whatever the code above it thinks."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from missing_coord.bootstrap import Application
from missing_coord.domain.access import system_actor
from tests.builders.road import NOW, feed, open_road
from tests.databases import Database

INSERT = text(
    "insert into episodes (episode_id, child_id, kind, status, started_at, start_known, ended_at, told_at, population,"
    " created_at, updated_at)"
    " values (:id, 'C1', 'M', :status, :start, true, :end, :start, 'own_home_child', :start, :start)"
)


async def add(road: Application, *spans: tuple[float, float | None], status: str = "ended") -> None:
    async with road.database.unit_of_work(system_actor("test")) as uow:
        for start, end in spans:
            times = {
                "start": NOW + timedelta(hours=start),
                "end": None if end is None else NOW + timedelta(hours=end),
            }
            await uow.execute(INSERT, {"id": str(uuid.uuid4()), "status": status, **times})


@pytest.mark.parametrize(
    "spans", [((0, 5), (4, 9)), ((0, None), (100, 101)), ((0, 5), (1, 2))], ids=["across", "open", "within"]
)
async def test_overlapping_episodes_of_one_child_are_refused(
    database: Database, spans: tuple[tuple[float, float | None], ...]
) -> None:
    async with open_road(database) as road:
        await feed(road, "children", [{"child_id": "C1", "surname": "Example"}])
        with pytest.raises(IntegrityError, match="ex_episodes_no_overlap_of_one_child"):
            await add(road, *spans)


async def test_an_episode_may_begin_the_second_the_last_one_ended(database: Database) -> None:
    async with open_road(database) as road:
        await feed(road, "children", [{"child_id": "C1", "surname": "Example"}])
        await add(road, (0, 5), (5, 9))


async def test_cancelled_episodes_do_not_count(database: Database) -> None:
    async with open_road(database) as road:
        await feed(road, "children", [{"child_id": "C1", "surname": "Example"}])
        await add(road, (0, 5))
        await add(road, (1, 4), status="cancelled")
