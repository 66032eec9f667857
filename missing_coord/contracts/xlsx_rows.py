"""Reading workbooks row by row, after a look at what they would unpack to."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from missing_coord.contracts.decoding import shown_name
from missing_coord.contracts.limits import (
    COLUMN_LIMIT,
    SHARED_STRINGS_LIMIT,
    SHEET_ROW_LIMIT,
    ZIP_MEMBER_LIMIT,
    ZIP_SIZE_LIMIT,
    FileRefused,
)

_DAMAGED = (
    zipfile.BadZipFile,
    ParseError,
    KeyError,
    ValueError,
    TypeError,
    OSError,
    EOFError,
)
_ERRORS = (*_DAMAGED, AttributeError, IndexError, NotImplementedError, OverflowError, RuntimeError)
_HAS_HOURS = re.compile(r"[hs]", re.I)
_PROLOGUE = 65_536


@contextmanager
def open_workbook(path: Path) -> Iterator[Any]:
    """The workbook, read-only and with calculated values; FileRefused when it is damaged or hostile."""
    # Here, because most processes never read a workbook and the library takes long to load.
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    with ExitStack() as stack:
        try:
            _refuse_if_hostile(path)
            file = stack.enter_context(path.open("rb"))
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
            stack.callback(book.close)
            yield book
        except (*_ERRORS, InvalidFileException) as error:
            raise FileRefused(
                f"{shown_name(path)} is damaged or is no Excel workbook; save it again as .xlsx"
            ) from error


def sheets(book: Any) -> list[Any]:
    """The sheets that hold rows, those that are shown first."""
    return sorted(book.worksheets, key=lambda sheet: sheet.sheet_state != "visible")


def header_cells(sheet: Any) -> tuple[int, list[str]]:
    """The first row that holds anything among the first ten, with its number; (0, []) when there is none."""
    sheet.reset_dimensions()
    for number, row in enumerate(sheet.iter_rows(max_row=10, max_col=COLUMN_LIMIT), start=1):
        cells = [cell_text(cell) for cell in row]
        while cells and not cells[-1].strip():
            cells.pop()
        if cells:
            return number, cells
    return 0, []


def data_rows(sheet: Any, *, after: int, width: int) -> Iterator[tuple[int, list[str]]]:
    """The rows below the header that hold anything, with their numbers; none has fewer than `width` cells."""
    rows = sheet.iter_rows(min_row=after + 1, max_row=SHEET_ROW_LIMIT, max_col=width + 3)
    for number, row in enumerate(rows, start=after + 1):
        cells = [cell_text(cell) for cell in row]
        while len(cells) > width and not cells[-1]:
            cells.pop()
        if any(cells):
            yield number, cells + [""] * (width - len(cells))


def cell_text(cell: Any) -> str:
    """What a cell shows, as a CSV file would hold it; a time without a zone stays London wall time."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return _moment_text(value, str(cell.number_format or ""))


def _moment_text(value: object, number_format: str) -> str:
    if isinstance(value, datetime):
        rounded = (value + timedelta(microseconds=500_000)).replace(microsecond=0)
        only_day = rounded.time() == time(0) and not _HAS_HOURS.search(number_format)
        return rounded.strftime("%d/%m/%Y" if only_day else "%d/%m/%Y %H:%M:%S")
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y")
    return value.strftime("%H:%M") if isinstance(value, time) else str(value)


def _refuse_if_hostile(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        strings = sum(item.file_size for item in members if item.filename.endswith("sharedStrings.xml"))
        if (
            len(members) > ZIP_MEMBER_LIMIT
            or sum(item.file_size for item in members) > ZIP_SIZE_LIMIT
            or strings > SHARED_STRINGS_LIMIT
        ):
            raise FileRefused(
                f"{shown_name(path)} unpacks to more than is read from a workbook; split it, or send CSV"
            )
        for item in members:
            if item.filename.endswith((".xml", ".rels")):
                with archive.open(item) as part:
                    if b"<!DOCTYPE" in part.read(_PROLOGUE).replace(b"\x00", b""):
                        raise FileRefused(
                            f"{shown_name(path)} holds a document type, which no workbook needs"
                        )
