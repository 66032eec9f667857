"""A whole SSDA903 file: its rows, each with the collection that the file is of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import cast

from missing_coord.contracts.files import read_rows
from missing_coord.contracts.readings import ReadRow
from missing_coord.domain.ssda903 import Ssda903Record, collection_year, latest_day


def rows_of_return(path: Path, *, year: int | None, today: date) -> Iterator[ReadRow]:
    """Return the rows of a file of a collection; without a year that of the latest day which the file tells of.

    Raises FileRefused as `read_rows` does.
    """
    wanted = year or _year_of(path, today)
    for row in read_rows(path, "ssda903"):
        record = cast(Ssda903Record | None, row.record)
        yield row if record is None else replace(row, record=replace(record, year=wanted))


def _year_of(path: Path, today: date) -> int:
    records = (cast(Ssda903Record, row.record) for row in read_rows(path, "ssda903") if row.record)
    days = [day for each in records if (day := latest_day(each, not_after=today)) is not None]
    return collection_year(max(days, default=today))
