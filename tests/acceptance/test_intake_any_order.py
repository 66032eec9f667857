"""Whatever the order, the split or the number of repeats: the same notices give the same road."""

from __future__ import annotations

import asyncio
import os
import random
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest

from missing_coord.demo.council import generate_council
from missing_coord.demo.history import generate_history
from tests.builders.road import feed, open_road, state_of_the_road
from tests.databases import Database

Rows = list[dict[str, str]]
SHUFFLES = int(os.environ.get("SHUFFLES", "1"))
AS_OF = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
LATEST_FIRST = {"cancelled": 0, "safe_and_well": 1, "returned": 2, "found": 3, "update": 4, "missing": 5}


@cache
def a_month() -> tuple[Rows, Rows, Rows]:
    """A small council, its placements and one month of its notices."""
    council = generate_council(seed=11, as_of=AS_OF, looked_after=150, at_home=60, guests=10)
    history = generate_history(council, now=AS_OF, months=1, per_month=90)
    return list(council.children), list(council.placements), list(history.notices)


async def road_of(
    database: Database, *parts: Rows, register_last: bool = False, chunk: int = 200
) -> dict[str, Any]:
    children, placements, _ = a_month()
    async with open_road(database) as road:
        if not register_last:
            await feed(road, "children", children)
            await feed(road, "placements", placements)
        for part in parts:
            await feed(road, "police", part, chunk=chunk)
        return await state_of_the_road(road)


@pytest.fixture(scope="module")
def expected(postgres_server: Any) -> dict[str, Any]:
    """The road when the file comes once, whole and in its own order."""
    with postgres_server.migrated() as database:
        state = asyncio.run(road_of(database, a_month()[2]))
    assert len(state["episodes"]) > 60
    assert len(state["interviews"]) > 20
    return state


async def test_the_same_file_twice_changes_nothing(expected: dict[str, Any], postgres_server: Any) -> None:
    notices = a_month()[2]
    with postgres_server.migrated() as other:
        assert await road_of(other, notices, notices) == expected


@pytest.mark.parametrize("seed", range(1, SHUFFLES + 1))
async def test_a_shuffled_file_gives_the_same_road(
    expected: dict[str, Any], postgres_server: Any, seed: int
) -> None:
    notices = a_month()[2].copy()
    random.Random(seed).shuffle(notices)
    with postgres_server.migrated() as other:
        assert await road_of(other, notices, chunk=7 * seed) == expected


async def test_a_file_split_in_two_with_the_second_half_first_gives_the_same_road(
    expected: dict[str, Any], postgres_server: Any
) -> None:
    notices = a_month()[2]
    half = len(notices) // 2
    with postgres_server.migrated() as other:
        assert await road_of(other, notices[half:], notices[:half], chunk=20) == expected


async def test_found_before_missing_gives_the_same_road(
    expected: dict[str, Any], postgres_server: Any
) -> None:
    notices = sorted(a_month()[2], key=lambda row: LATEST_FIRST[row["message"]])
    with postgres_server.migrated() as other:
        assert await road_of(other, notices, chunk=10) == expected


async def test_one_notice_at_a_time_gives_the_same_road(
    expected: dict[str, Any], postgres_server: Any
) -> None:
    with postgres_server.migrated() as other:
        assert await road_of(other, a_month()[2][::-1], chunk=1) == expected
