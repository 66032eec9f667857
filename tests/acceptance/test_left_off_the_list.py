"""A child who drops off the council's own missing list: a presumed return that waits for a person, and nothing more."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from missing_coord.bootstrap import Application
from missing_coord.domain.clock import FixedClock
from missing_coord.reporting.cross_reference import period_of
from missing_coord.services import return_answers
from missing_coord.storage.database import Database as Storage
from missing_coord.storage.views.cross_reference import cross_reference_of
from tests.builders.reviews import COORDINATOR, child, notice
from tests.builders.road import feed, open_road, rows_of
from tests.databases import Database

HEAD = "child_id,type,started_at,ended_at\n"
AMIRA = "C1,M,2026-11-10T18:00:00Z,\n"
BRYN = "C2,M,2026-11-11T18:00:00Z,\n"
FIRST_LIST = datetime(2026, 11, 12, 6, tzinfo=UTC)


@pytest.fixture
async def road(database: Database) -> AsyncIterator[Application]:
    """Two looked-after children, of whom police have the first as missing."""
    async with open_road(database, now=FIRST_LIST) as opened:
        await feed(opened, "children", [child(), child("C2", forename="Bryn", surname="Calloway")])
        await feed(opened, "police", [notice(forename="Tamsin", surname="Quillfeather",
                                             date_of_birth="2011-04-03", local_child_id="C1")])  # fmt: skip
        yield opened


async def take(road: Application, folder: Path, lines: str, *, hours: int = 0, part: bool = False) -> None:
    """Take in a list as a file, so many hours after the first one."""
    file = folder / f"list-{hours}.csv"
    file.write_text(HEAD + lines, encoding="utf-8")
    storage: Storage = road.database
    storage.clock = FixedClock(FIRST_LIST + timedelta(hours=hours))
    await road.intake().ingest(file, "missing-list", part=part)


async def signs(road: Application) -> list[tuple[Any, ...]]:
    rows = await rows_of(
        road,
        "select i.child_id, p.state, p.seen_at, p.by_day from presumed_returns p join incidents i using (incident_id)"
        " where p.sign = 'left_missing_list' order by 1, p.raised_at",
    )
    return [tuple(row.values()) for row in rows]


async def test_who_drops_off_the_daily_list_is_presumed_back_since_the_list_that_had_the_child_last(
    road: Application, tmp_path: Path
) -> None:
    await take(road, tmp_path, AMIRA + BRYN)
    await take(road, tmp_path, AMIRA + BRYN, hours=12)
    await take(road, tmp_path, BRYN, hours=24)
    assert await signs(road) == [("C1", "waiting", FIRST_LIST + timedelta(hours=12), True)]
    assert await rows_of(road, "select 1 from episodes where status = 'ended'") == []


async def test_an_empty_list_has_lost_everybody(road: Application, tmp_path: Path) -> None:
    await take(road, tmp_path, AMIRA + BRYN)
    await take(road, tmp_path, "", hours=24)
    assert [each[:2] for each in await signs(road)] == [("C1", "waiting"), ("C2", "waiting")]


async def test_one_click_starts_a_provisional_clock_from_the_last_list(
    road: Application, tmp_path: Path
) -> None:
    await take(road, tmp_path, AMIRA)
    await take(road, tmp_path, "", hours=24)
    (waiting,) = await rows_of(road, "select presumed_return_id::text as id, version from presumed_returns")
    async with road.database.unit_of_work(COORDINATOR) as uow:
        await return_answers.answer(
            uow,
            presumed_return_id=waiting["id"],
            expected_version=waiting["version"],
            back=True,
            policy=road.policy,
        )
    (duty,) = await rows_of(road, "select due_at, provisional from interview_episodes")
    assert duty == {"due_at": FIRST_LIST + timedelta(hours=72), "provisional": True}


async def test_who_is_listed_again_is_missing_again_and_the_sign_is_withdrawn(
    road: Application, tmp_path: Path
) -> None:
    await take(road, tmp_path, AMIRA)
    await take(road, tmp_path, "", hours=24)
    await take(road, tmp_path, AMIRA, hours=25)
    assert [each[:2] for each in await signs(road)] == [("C1", "withdrawn")]
    await take(road, tmp_path, "", hours=48)
    assert [each[:3] for each in await signs(road)] == [
        ("C1", "withdrawn", FIRST_LIST),
        ("C1", "waiting", FIRST_LIST + timedelta(hours=25)),
    ]


@pytest.mark.parametrize(
    "later",
    [
        AMIRA,
        "C1,M,2026-11-10T18:30:00Z,\n",
        "C1,A,2026-11-11T09:00:00Z,2026-11-11T12:00:00Z\n",
        "C1,X,never,\n",
        ",M,2026-11-10T18:00:00Z,\n",
        "C3,M,2026-11-11T09:00:00Z,2026-11-11T12:00:00Z\n",
        "C3,M,2026-10-01T09:00:00Z,2026-11-09T12:00:00Z\n",
        "C3,X,never,\n",
    ],
    ids=[
        "same",
        "time corrected",
        "another line of that time",
        "unreadable",
        "nameless",
        "later month",
        "earlier month",
        "nothing readable",
    ],
)
async def test_a_list_that_may_still_have_the_child_gives_no_sign(
    road: Application, tmp_path: Path, later: str
) -> None:
    await take(road, tmp_path, AMIRA)
    await take(road, tmp_path, later, hours=24)
    assert await signs(road) == []


async def test_a_part_of_a_list_and_single_lines_over_http_leave_nobody_out(
    road: Application, tmp_path: Path
) -> None:
    await take(road, tmp_path, AMIRA)
    await take(road, tmp_path, BRYN, hours=24, part=True)
    row = {
        "child_id": "C2",
        "type": "M",
        "started_at": "2026-11-11T18:00:00Z",
        "ended_at": "2026-11-12T18:00:00Z",
    }
    await feed(road, "missing-list", [row])
    assert await signs(road) == []


async def test_the_same_list_again_changes_nothing(road: Application, tmp_path: Path) -> None:
    await take(road, tmp_path, AMIRA + BRYN)
    await take(road, tmp_path, BRYN, hours=24)
    before = await signs(road)
    await take(road, tmp_path, BRYN, hours=25)
    assert await signs(road) == before


async def test_the_cross_reference_has_the_absence_as_over_on_the_councils_side(
    road: Application, tmp_path: Path
) -> None:
    await take(road, tmp_path, AMIRA)
    await take(road, tmp_path, "", hours=24)
    assert await standings(road) == [("disagreeing", ["open_or_closed"])]
    back = notice(forename="Tamsin", surname="Quillfeather", date_of_birth="2011-04-03", local_child_id="C1")
    told = {"message": "returned", "issued_at": "2026-11-13T05:00:00Z", "returned_at": "2026-11-12T20:00:00Z"}
    await feed(road, "police", [back | told])
    assert await standings(road) == [("in_both", [])]
    assert [each[:2] for each in await signs(road)] == [("C1", "withdrawn")]


async def standings(road: Application) -> list[tuple[str, list[str]]]:
    async with road.database.unit_of_work(COORDINATOR) as uow:
        made = await cross_reference_of(uow, period_of(month="2026-11", now=uow.now))
    return [(line.standing.value, [each.value for each in line.differences]) for line in made.compared.lines]
