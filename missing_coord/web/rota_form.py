"""The shifts of a rota as rows of a form: who, on which days, from when to when."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from missing_coord.contracts.rotas import DAYS, check_rota, read_rota, write_rota
from missing_coord.domain.errors import PermanentError
from missing_coord.domain.rotas import Rota
from missing_coord.web.forms import Form
from missing_coord.web.rendering import DAY_NAMES

SPARE_ROWS = 3
EVERY, WEEK, WEEKEND = ",".join(DAYS), ",".join(DAYS[:5]), ",".join(DAYS[5:])
CHOICES = (
    ("", "Choose"),
    (EVERY, "Every day"),
    (WEEK, "Monday to Friday"),
    (WEEKEND, "Saturday and Sunday"),
    *zip(DAYS, DAY_NAMES, strict=True),
)
Row = dict[str, str]


def rows_of(rota: Rota) -> list[Row]:
    """Return the shifts of a rota as rows, and spare ones for more."""
    shifts: list[dict[str, Any]] = write_rota(rota)["shifts"]
    rows = [{**each, "days": ",".join(each["days"])} for each in shifts]
    return [_whole(each) for each in (*rows, *({} for _ in range(SPARE_ROWS)))]


def typed_rows(form: Form) -> list[Row]:
    """Return the rows as they were typed."""
    parts = {name: form.many(name) for name in ("person", "days", "starts", "ends", "first_day", "last_day")}
    longest = max((len(each) for each in parts.values()), default=0)
    return [
        {name: each[number] if number < len(each) else "" for name, each in parts.items()}
        for number in range(longest)
    ]


def days_choices(rows: list[Row]) -> list[tuple[str, str]]:
    """Return what can be chosen as days; other combinations that a rota has already stay choosable."""
    known = {value for value, _ in CHOICES}
    others = dict.fromkeys(each["days"] for each in rows if each["days"] not in known)
    return [*CHOICES, *((each, each.replace(",", ", ")) for each in others)]


def rota_of(name: str, rows: list[Row], before: Rota, *, known: Collection[str]) -> Rota:
    """Return the rota of typed rows, empty ones left out; PermanentError names the row and what is wrong with it.

    `known` are the user names that a row may name.
    """
    shifts = []
    for number, row in enumerate(rows, start=1):
        if not any(row.values()):
            continue
        shift = {**row, "days": row["days"].split(",") if row["days"] else []}
        given = {field: value for field, value in shift.items() if value or not field.endswith("_day")}
        try:
            check_rota(read_rota(name, {"shifts": [given]}), known=known)
        except PermanentError as error:
            said = str(error).removeprefix("shifts[0].").replace("_", " ")
            raise PermanentError(f"Row {number}, {said}") from error
        shifts.append(given)
    if not shifts:
        raise PermanentError("Row 1: choose who and the days, and enter both times")
    kept = {part: value for part, value in write_rota(before).items() if part != "shifts"}
    return read_rota(name, {"shifts": shifts, **kept})


def _whole(row: Row) -> Row:
    return {name: row.get(name, "") for name in ("person", "days", "starts", "ends", "first_day", "last_day")}
