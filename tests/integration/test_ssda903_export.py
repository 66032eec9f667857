"""The SSDA903 export against the sector's own validator: a clean year, each rule broken once, and random files."""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import subprocess
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from missing_coord.domain.access import system_actor
from missing_coord.domain.clock import FixedClock
from missing_coord.reporting.returns.collection import (
    EPISODE_COLUMNS,
    HEADER_COLUMNS,
    MISSING_COLUMNS,
    Files,
    Row,
    collection_of,
)
from missing_coord.reporting.returns.missing_rules import RULES, check
from missing_coord.reporting.returns.ssda903 import ssda903_files
from missing_coord.reporting.spreadsheets import csv_of
from missing_coord.storage.database import Database as Storage
from missing_coord.storage.tables.cases import episodes
from missing_coord.storage.tables.people import children, placements
from tests.builders.ssda903 import council_year, random_files
from tests.databases import Database
from tests.parts import absent

ROOT = Path(__file__).resolve().parents[2]
RANDOM_RETURNS = int(os.environ.get("RANDOM_RETURNS", "5"))
RULESETS = {2026: "lac2025_26", 2027: "lac2026_27"}
COLUMNS = {"Missing": MISSING_COLUMNS, "Header": HEADER_COLUMNS, "Episodes": EPISODE_COLUMNS}


@pytest.fixture(scope="module")
def validator() -> Iterator[Callable[[int, dict[str, Files]], dict[str, Any]]]:
    """Lend the sector's validator, a process in its own environment: (year, sets of files) -> what it found."""
    made = subprocess.run(
        [ROOT / ".ci" / "validator"], capture_output=True, text=True, timeout=300, check=False
    )
    if made.returncode != 0:
        absent("the sector's SSDA903 validator (.ci/validator could not install it)")

    process = subprocess.Popen(
        [ROOT / ".venv-validator/bin/python", ROOT / "tests/contract/sector_validator.py"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def run(year: int, sets: dict[str, Files]) -> dict[str, Any]:
        request = {
            "year": year,
            "ruleset": RULESETS[year],
            "rules": list(RULES),
            "sets": {name: _texts(files) for name, files in sets.items()},
        }
        assert process.stdin
        assert process.stdout
        print(json.dumps(request), file=process.stdin, flush=True)
        answer: dict[str, Any] = json.loads(process.stdout.readline())
        assert answer["ran"] == sorted(RULES)
        assert answer["failed"] == []
        return answer["sets"]

    yield run
    process.communicate()


def _texts(files: Files) -> dict[str, dict[str, str]]:
    now = {"Missing": files.missing, "Header": files.header or (), "Episodes": files.episodes}
    return {
        "This year": {name: _text(name, rows) for name, rows in now.items()},
        "Prev year": {"Missing": _text("Missing", files.missing_last)},
    }


def _text(name: str, rows: tuple[Row, ...]) -> str:
    columns = COLUMNS[name]
    return csv_of(columns, [[row[column] for column in columns] for row in rows])


def codes(files: Files) -> dict[str, set[int]]:
    """Return what this house finds: rows by code."""
    found: dict[str, set[int]] = {}
    for fault in check(files):
        found.setdefault(fault.code, set()).add(fault.row)
    return found


def theirs(found: dict[str, dict[str, list[int]]]) -> dict[str, set[int]]:
    """Return what the validator finds in the same form."""
    rows = {code: {row for each in tables.values() for row in each} for code, tables in found.items()}
    return {code: each for code, each in rows.items() if each}


async def exported(database: Database, year: int) -> Files:
    """Fill a database with a synthetic year and export it."""
    made = council_year(random.Random(year), year=year, children=90)
    storage = Storage.open(database.app_url, clock=FixedClock(datetime(2027, 6, 1, tzinfo=UTC)), pool_size=2)
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    common = {"start_known": True, "created_at": moment, "updated_at": moment}
    async with storage.unit_of_work(system_actor("test")) as uow:
        await uow.execute(children.insert(), made["children"])
        await uow.execute(placements.insert(), made["placements"])
        rows = [{**each, **common, "episode_id": str(uuid.uuid4())} for each in made["episodes"]]
        await uow.execute(episodes.insert(), rows)
    async with storage.unit_of_work(system_actor("test")) as uow:
        found = await ssda903_files(uow, collection_of(year), council="E08000003")
    await storage.close()
    return found


@pytest.mark.parametrize("year", [2026, 2027])
def test_a_synthetic_year_breaks_no_rule_here_or_at_the_sector(
    year: int, database: Database, validator: Callable[[int, dict[str, Files]], dict[str, Any]]
) -> None:
    files = asyncio.run(exported(database, year))
    assert len(files.missing) > 100
    assert len(files.missing_last) > 0
    assert {row["MIS_END"] == "" for row in files.missing} == {True, False}
    assert codes(files) == {}
    assert theirs(validator(year, {"year": files})["year"]) == {}


CLEAN = Files(
    collection=collection_of(2026),
    missing=(
        {
            "CHILD": "1",
            "DOB": "05/12/2010",
            "MISSING": "M",
            "MIS_START": "10/05/2025",
            "MIS_END": "12/05/2025",
        },
        {
            "CHILD": "1",
            "DOB": "05/12/2010",
            "MISSING": "A",
            "MIS_START": "12/06/2025",
            "MIS_END": "12/06/2025",
        },
        {
            "CHILD": "2",
            "DOB": "01/09/2007",
            "MISSING": "M",
            "MIS_START": "20/03/2025",
            "MIS_END": "01/09/2025",
        },
    ),
    header=tuple(
        {"CHILD": child, "SEX": "1", "DOB": born, "ETHNIC": "WBRI", "UPN": "", "MOTHER": "", "MC_DOB": ""}
        for child, born in (("1", "05/12/2010"), ("2", "01/09/2007"))
    ),
    episodes=tuple(
        dict(zip(EPISODE_COLUMNS, cells.split(","), strict=True))
        for cells in (
            "1,01/01/2024,S,C2,N1,K2,PR4,01/08/2025,X1,,M1 1AE,M1 1AE,1234567",
            "1,01/08/2025,P,C2,N1,U6,PR4,01/12/2025,E9,,M1 1AE,M1 1AE,",
            "2,01/01/2024,S,C2,N1,K2,PR4,01/09/2025,E8,,M1 1AE,M1 1AE,1234567",
        )
    ),
    missing_last=(
        {"CHILD": "2", "DOB": "01/09/2007", "MISSING": "M", "MIS_START": "20/03/2025", "MIS_END": ""},
    ),
)
PLANTED: dict[str, tuple[str, int, dict[str, str]]] = {
    "1004": ("missing", 0, {"MIS_START": "31/02/2026"}),
    "1005": ("missing", 0, {"MIS_END": "soon"}),
    "1006": ("missing", 0, {"MISSING": "Q"}),
    "564": ("missing", 0, {"MIS_START": ""}),
    "565": ("missing", 0, {"MISSING": ""}),
    "566": ("missing", 0, {"MISSING": ""}),
    "567": ("missing", 0, {"MIS_START": "13/05/2025"}),
    "570": ("missing", 1, {"MIS_START": "01/04/2026", "MIS_END": ""}),
    "571": ("missing", 1, {"MIS_END": "01/04/2026"}),
    "574": ("missing", 1, {"MIS_START": "11/05/2025"}),
    "575": ("missing", 1, {"MIS_END": ""}),
    "576": ("missing", 2, {"MIS_START": "21/03/2025"}),
    "577": ("missing", 1, {"MIS_END": "02/12/2025"}),
    "578": ("missing", 1, {"MIS_START": "02/12/2025", "MIS_END": "03/12/2025"}),
    "580": ("episodes", 2, {"REC": "E9"}),
    "581": ("missing", 0, {"MIS_START": "31/12/2023"}),
    "586": ("missing", 0, {"DOB": "10/05/2025"}),
    "INT04": ("missing", 0, {"CHILD": "3"}),
    "INT13": ("missing", 0, {"DOB": "06/12/2010"}),
}


def moved(files: Files, year: int) -> Files:
    """Return files of 2026 with every date moved to another collection year."""

    def later(rows: tuple[Row, ...]) -> tuple[Row, ...]:
        return tuple(
            {name: _YEAR.sub(_moved_by(year - 2026), cell) for name, cell in row.items()} for row in rows
        )

    return Files(
        collection=collection_of(year),
        missing=later(files.missing),
        header=later(files.header or ()),
        episodes=later(files.episodes),
        missing_last=later(files.missing_last),
    )


_YEAR = re.compile(r"(?<=/)20[0-9]{2}$")


def _moved_by(years: int) -> Callable[[re.Match[str]], str]:
    return lambda found: str(int(found[0]) + years)


def planted(code: str) -> Files:
    """Return the clean files with one cell or two made wrong."""
    table, row, cells = PLANTED[code]
    rows = [dict(each) for each in getattr(CLEAN, table)]
    rows[row] |= cells
    changed = {"missing": CLEAN.missing, "episodes": CLEAN.episodes, table: tuple(rows)}
    return Files(collection=CLEAN.collection, header=CLEAN.header, missing_last=CLEAN.missing_last, **changed)


@pytest.mark.parametrize("code", RULES)
def test_one_planted_fault_of_each_rule_is_caught_by_its_code(code: str) -> None:
    assert codes(CLEAN) == {}
    table, row, _ = PLANTED[code]
    assert row in codes(planted(code))[code]
    assert {fault.table.lower() for fault in check(planted(code)) if fault.code == code} == {table}


@pytest.mark.parametrize("year", [2026, 2027])
def test_what_is_caught_here_is_what_the_sector_catches(
    year: int, validator: Callable[[int, dict[str, Files]], dict[str, Any]]
) -> None:
    sets = {code: moved(planted(code), year) for code in PLANTED} | {"clean": moved(CLEAN, year)}
    assert all(code in codes(sets[code]) for code in PLANTED)
    rng = random.Random(7)
    for number in range(RANDOM_RETURNS):
        made = {name: tuple(rows) for name, rows in random_files(rng, year=year).items()}
        sets[f"random {number}"] = Files(
            collection=collection_of(year),
            missing=made["Missing"],
            header=made["Header"],
            episodes=made["Episodes"],
            missing_last=made["Last"],
        )
    answers = validator(year, sets)
    differences = {
        name: (codes(files), theirs(answers[name]))
        for name, files in sets.items()
        if codes(files) != theirs(answers[name])
    }
    assert differences == {}
