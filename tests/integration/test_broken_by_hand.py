"""What somebody who tried to break the intake got through, and must not again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.builders.road import NOW, feed, open_road, rows_of
from tests.databases import Database


def said(message: str, hours_ago: float, **cells: str) -> dict[str, str]:
    at = (NOW - timedelta(hours=hours_ago)).isoformat()
    return {"force": "Northshire", "reference": "REG/7", "message": message, "issued_at": at, **cells}


def on_register(child_id: str, forename: str, born: str) -> dict[str, str]:
    return {"child_id": child_id, "forename": forename, "surname": "Quillworth", "date_of_birth": born}


async def episodes(database: Database, *parts: tuple[str, list[dict[str, str]]]) -> list[dict[str, Any]]:
    async with open_road(database) as road:
        for kind, rows in parts:
            await feed(road, kind, rows)
        query = "select child_id, status, ended_at from episodes order by child_id, started_at"
        return await rows_of(road, query)


async def test_a_return_by_number_alone_ends_that_child_and_nobody_else(database: Database) -> None:
    register = [
        on_register("5000633", "Daniel", "2014-04-02"),
        on_register("5000640", "Prince", "2012-09-07"),
    ]
    missing = [
        said(
            "missing",
            9,
            last_seen_at=(NOW - timedelta(hours=10)).isoformat(),
            forename=forename,
            surname="Quillworth",
            date_of_birth=born,
        )
        for forename, born in (("Daniel", "2014-04-02"), ("Prince", "2012-09-07"))
    ]
    back = said("returned", 2, returned_at=(NOW - timedelta(hours=3)).isoformat(), local_child_id="5000640")
    found = await episodes(database, ("children", register), ("police", missing), ("police", [back]))
    assert [(each["child_id"], each["status"]) for each in found] == [
        ("5000633", "open"),
        ("5000640", "ended"),
    ]


async def test_a_mistyped_future_year_waits_in_quarantine_and_stops_no_clock(database: Database) -> None:
    row = said("missing", 1, surname="Quillworth", forename="Prince")
    row["issued_at"] = row["issued_at"].replace("2026", "2062")
    listed = {"child_id": "5000640", "type": "M", "started_at": "2062-01-01"}
    async with open_road(database) as road:
        taken = [*await feed(road, "police", [row]), *await feed(road, "missing-list", [listed])]
        assert await rows_of(road, "select 1 from episodes") == []
    assert [each.outcome for each in taken] == ["quarantined", "quarantined"]
    assert [fault.field for each in taken for fault in each.faults] == ["issued_at", "started_at"]


async def test_a_line_of_the_list_that_is_still_open_is_not_swallowed_by_the_day_before(
    database: Database,
) -> None:
    lines = [
        {"child_id": "5000647", "type": "M", "started_at": "2026-11-18", "ended_at": "2026-11-18"},
        {"child_id": "5000647", "type": "M", "started_at": "2026-11-19"},
    ]
    found = await episodes(database, ("missing-list", lines))
    assert [each["status"] for each in found] == ["ended", "open"]


async def test_a_list_line_that_ends_the_day_before_it_starts_is_quarantined(database: Database) -> None:
    line = {"child_id": "5000647", "type": "M", "started_at": "2026-11-19", "ended_at": "2026-11-18"}
    async with open_road(database) as road:
        (taken,) = await feed(road, "missing-list", [line])
    assert (taken.outcome, taken.faults[0].field) == ("quarantined", "ended_at")
