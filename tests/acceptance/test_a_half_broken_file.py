"""A file that is half broken loads its good half, and every broken row waits with the field that is wrong."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.builders.broken_notices import BREAKAGES, mixed_rows, write_sample
from tests.builders.road import open_road, rows_of
from tests.databases import Database


@pytest.mark.parametrize("ending", ["csv"])
async def test_a_thousand_broken_rows_of_twenty_kinds_among_a_thousand_good_ones(
    database: Database, tmp_path: Path, ending: str
) -> None:
    rows = mixed_rows(good=1_000, broken=1_000, seed=3)
    path = write_sample(tmp_path / f"police.{ending}", rows)
    async with open_road(database) as road:
        first = await road.intake().ingest(path, "police")
        again = await road.intake().ingest(path, "police")
        notices = await rows_of(road, "select reference_key from notices")
        waiting = await rows_of(road, "select line, faults, raw from quarantine order by line")
    assert (first.rows, first.accepted, first.duplicates, first.quarantined) == (2_000, 1_000, 0, 1_000)
    assert (again.rows, again.accepted, again.duplicates, again.quarantined) == (2_000, 0, 1_000, 1_000)
    assert len(notices) == 1_000
    assert len(waiting) == 1_000
    expected = {line: row for line, row in enumerate(rows, start=2) if row.breakage}
    named = {row["line"]: {fault["field"] for fault in row["faults"]} for row in waiting}
    assert named.keys() == expected.keys()
    assert all(expected[line].field in fields for line, fields in named.items())
    assert all(fault["reason"] for row in waiting for fault in row["faults"])
    assert Counter(row.breakage for row in expected.values()).keys() == {each.name for each in BREAKAGES}
