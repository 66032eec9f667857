"""A council's past brought over twice at once, corrected after a refusal, and full of crossings: nobody is misled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from missing_coord.bootstrap import Application
from missing_coord.domain.access import system_actor
from missing_coord.importing import Imported, import_history
from tests.builders.pattern_road import NAMES, a_child, find, kinds, notice
from tests.builders.road import NOW, feed, findings, open_road, rows_of
from tests.databases import Database

HEAD = "child_id,episode_id,started_at,ended_at"


@pytest.fixture
async def road(database: Database) -> AsyncIterator[Application]:
    async with open_road(database) as opened:
        await feed(opened, "children", [a_child(1, NAMES[0]), a_child(2, NAMES[1])])
        yield opened


def past(child_id: str, number: str, days_ago: float) -> str:
    start = NOW - timedelta(days=days_ago)
    return f"{child_id},{number},{start.isoformat()},{(start + timedelta(hours=9)).isoformat()}"


async def bring(road: Application, folder: Path, *rows: str, name: str = "past.csv") -> Imported:
    file = folder / name
    file.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    return await import_history(road, [file], actor=system_actor("test"))


async def told(road: Application) -> list[str]:
    rows = await rows_of(road, "select kind from messages where recipient_role = 'exploitation_lead'")
    return [each["kind"] for each in rows]


async def proposed(road: Application) -> list[str]:
    """Return the kinds of the patterns that other systems were told of."""
    rows = await rows_of(
        road, "select body ->> 'kind' as kind from outbox where type like '%pattern-proposed%'"
    )
    return [each["kind"] for each in rows]


async def test_a_crossing_that_was_brought_over_is_kept_untold_until_a_live_episode_carries_it_on(
    road: Application, tmp_path: Path
) -> None:
    rows = [past("C1", f"M{day}", day) for day in range(5, 26, 2)]
    await bring(road, tmp_path, *rows)
    assert await find(road)
    assert set(await kinds(road)) >= {"repeat_missing"}
    assert (await told(road), await proposed(road)) == ([], [])
    await feed(road, "police", [notice(1, days_ago=0.5)])
    await find(road)
    assert len(await told(road)) == 1
    assert "repeat_missing" in await proposed(road)
    sent = len(await proposed(road))
    await feed(road, "police", [notice(1, days_ago=0.1)])
    await find(road)
    assert len(await told(road)) == 1
    assert len(await proposed(road)) == sent


async def test_a_file_that_was_put_right_settles_the_one_that_did_not_balance(
    road: Application, tmp_path: Path
) -> None:
    first = await bring(road, tmp_path, past("C1", "M1", 40), past("C1", "M1", 50))
    assert not first.balance.balanced
    assert await findings(road) == ["imports_balance"]
    again = await bring(road, tmp_path, past("C1", "M1", 40), past("C1", "M2", 50))
    assert again.balance.balanced
    assert await findings(road) == []


async def test_the_same_file_brought_over_twice_at_once_counts_once(
    road: Application, tmp_path: Path
) -> None:
    rows = [past("C1", f"M{day}", day) for day in range(10, 60)]
    both = await asyncio.gather(
        bring(road, tmp_path, *rows, name="a.csv"), bring(road, tmp_path, *rows, name="b.csv")
    )
    assert [each.balance.balanced for each in both] == [True, True]
    assert sum(each.balance.past_episodes_new for each in both) == len(rows)
    assert await findings(road) == []


async def test_a_reason_that_stands_alone_is_kept(road: Application, tmp_path: Path) -> None:
    file = tmp_path / "reasons.csv"
    file.write_text(f"{HEAD},reason\n{past('C1', 'M1', 40)},Moved away\n", encoding="utf-8")
    done = await import_history(road, [file], actor=system_actor("test"))
    assert done.balance.balanced
    kept = await rows_of(road, "select state, reason from interviews")
    assert kept == [{"state": "not_recorded_before", "reason": "Moved away"}]
