"""Rows of a police file: good ones, and twenty kinds of broken ones that know which field is at fault."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from missing_coord.contracts.police import POLICE_NOTICE

COLUMNS = tuple(column.name for column in POLICE_NOTICE.columns)
_FIRST_ISSUE = datetime(2026, 6, 1, 6, 0, tzinfo=UTC)

Cells = list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakage:
    """One way of breaking a good row, and the field that the quarantine must name."""

    name: str
    field: str
    apply: Callable[[dict[str, str]], Cells]


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleRow:
    """One row of cells; `field` is the field at fault, None for a good row."""

    cells: Cells
    reference: str
    field: str | None = None
    breakage: str | None = None


def good_row(number: int, **changes: str) -> dict[str, str]:
    """A complete and correct notice of a return, by column name; the number makes it unlike all others."""
    issued = _FIRST_ISSUE + timedelta(minutes=37 * number)
    row = dict.fromkeys(COLUMNS, "")
    row |= {
        "force": "Sampleshire Police",
        "reference": f"MP/26/{number:06}",
        "message": "returned",
        "issued_at": _iso(issued),
        "category": "missing",
        "risk": "medium",
        "last_seen_at": _iso(issued - timedelta(hours=20)),
        "last_seen_place": "Sample Park, north gate",
        "reported_at": _iso(issued - timedelta(hours=18)),
        "found_at": _iso(issued - timedelta(hours=3)),
        "returned_at": _iso(issued - timedelta(hours=1)),
        "safe_and_well_at": _iso(issued - timedelta(minutes=30)),
        "forename": "Zoë",
        "surname": f"Example{number}",
        "date_of_birth": "05/03/2011",
        "age": "15",
        "sex": "female",
        "home_postcode": "M1 1AE",
        "looked_after": "yes",
        "local_child_id": f"C{number:06}",
        "phone": "07700 900123",
        "companions": "A. Sample;B. Sample",
        "circumstances": 'Left after an argument; said "back soon".',
    }
    return row | changes


def _iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _with(**changes: str) -> Callable[[dict[str, str]], Cells]:
    return lambda row: list((row | changes).values())


def _cut_off(row: dict[str, str]) -> Cells:
    return list(row.values())[: COLUMNS.index("found_at")]


def _one_cell_too_many(row: dict[str, str]) -> Cells:
    return [*row.values(), "left over"]


BREAKAGES = (
    Breakage(name="no force", field="force", apply=_with(force="")),
    Breakage(name="no reference", field="reference", apply=_with(reference=" ")),
    Breakage(name="unknown message", field="message", apply=_with(message="vanished")),
    Breakage(name="no message", field="message", apply=_with(message="")),
    Breakage(name="no issue time", field="issued_at", apply=_with(issued_at="")),
    Breakage(name="issue time in words", field="issued_at", apply=_with(issued_at="yesterday at noon")),
    Breakage(name="no offset", field="issued_at", apply=_with(issued_at="2026-07-01T10:00:00")),
    Breakage(name="day without time", field="last_seen_at", apply=_with(last_seen_at="01/06/2026")),
    Breakage(name="hour that never was", field="last_seen_at", apply=_with(last_seen_at="29/03/2026 01:30")),
    Breakage(name="31 February", field="returned_at", apply=_with(returned_at="31/02/2026 10:00")),
    Breakage(name="25 hours", field="found_at", apply=_with(found_at="01/06/2026 25:10")),
    Breakage(name="short year", field="reported_at", apply=_with(reported_at="01/06/26 10:00")),
    Breakage(name="month 13", field="safe_and_well_at", apply=_with(safe_and_well_at="2026-13-01T10:00Z")),
    Breakage(name="nobody named", field="surname", apply=_with(surname="", local_child_id="")),
    Breakage(name="impossible birthday", field="date_of_birth", apply=_with(date_of_birth="30/02/2011")),
    Breakage(name="back next year", field="returned_at", apply=_with(returned_at="2091-01-01T10:00Z")),
    Breakage(name="age in words", field="age", apply=_with(age="a teenager")),
    Breakage(name="seen in the future", field="last_seen_at", apply=_with(last_seen_at="2090-01-01T10:00Z")),
    Breakage(name="line cut off", field="found_at", apply=_cut_off),
    Breakage(name="a cell too many", field="row", apply=_one_cell_too_many),
)
"""The twenty kinds."""


def good_rows(count: int, *, first: int = 1) -> list[SampleRow]:
    """Good rows, each with its own reference."""
    rows = (good_row(number) for number in range(first, first + count))
    return [SampleRow(cells=list(row.values()), reference=row["reference"]) for row in rows]


def broken_rows(count: int, *, first: int = 900_001) -> list[SampleRow]:
    """Broken rows, all kinds in turn, each with its own reference."""
    made = []
    for number in range(count):
        kind = BREAKAGES[number % len(BREAKAGES)]
        reference = f"MP/26/{first + number:06}"
        row = good_row(number + 1, reference=reference)
        made.append(
            SampleRow(cells=kind.apply(row), reference=reference, field=kind.field, breakage=kind.name)
        )
    return made


def mixed_rows(*, good: int, broken: int, seed: int = 1) -> list[SampleRow]:
    """Good and broken rows in one shuffled order."""
    rows = good_rows(good) + broken_rows(broken)
    random.Random(seed).shuffle(rows)
    return rows


def write_sample(path: Path, rows: list[SampleRow]) -> Path:
    """Write the rows as a police CSV file; row n stands on line n + 1 when counted from 1."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(row.cells for row in rows)
    return path
