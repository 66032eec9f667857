"""Reading the files of other systems: one row after another, each with its record or its faults."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from missing_coord.contracts.code_lists import DEFAULT_RULES, ReadingRules
from missing_coord.contracts.csv_rows import CsvRecord, csv_records
from missing_coord.contracts.decoding import MARKED, Form, form_of, open_text, shown_name, unmarked
from missing_coord.contracts.header import Header, match_header
from missing_coord.contracts.json_rows import JsonItem, json_items
from missing_coord.contracts.limits import FileRefused
from missing_coord.contracts.parsing import FILE_KINDS, as_kept, as_texts, open_envelope, parse_texts
from missing_coord.contracts.readings import Fault, ReadRow
from missing_coord.contracts.text import storable
from missing_coord.contracts.xlsx_rows import data_rows, header_cells, open_workbook, sheets
from missing_coord.domain.errors import PermanentError

_RAW_TEXT = "text"
ANOTHER_ENCODING = "windows_1252:row"


def read_rows(path: Path, kind: str, *, rules: ReadingRules = DEFAULT_RULES) -> Iterator[ReadRow]:
    """The rows of a CSV, XLSX or JSON file, read as they are needed.

    Raises FileRefused, at the first row at the latest, when the file as a whole cannot be read, and
    PermanentError when there is no such kind.
    """
    if kind not in FILE_KINDS:
        raise PermanentError(f"there is no kind of file {kind!r}; one of {', '.join(FILE_KINDS)} is needed")
    try:
        form = form_of(path)
    except OSError as error:
        raise FileRefused(f"{shown_name(path)} cannot be opened: {error.strerror}") from error
    match form:
        case Form.XLSX:
            return _xlsx(path, kind, rules)
        case Form.JSON:
            return _json(path, kind, rules)
        case _:
            return _csv(path, kind, rules)


def file_size(path: Path) -> int:
    """The bytes of a file: what `ReadRow.done_bytes` grows to."""
    return path.stat().st_size


def _csv(path: Path, kind: str, rules: ReadingRules) -> Iterator[ReadRow]:
    text, binary = open_text(path, marking=True)
    with text:
        records = csv_records(text)
        first = next(records, None)
        if first is None or first.trouble:
            raise FileRefused(f"{shown_name(path)} has no readable header row")
        header = match_header(kind, unmarked(first.cells)[0], file=shown_name(path))
        for record in records:
            read = _flagged_row if text.errors == MARKED else _csv_row
            yield read(header, record, rules, done_bytes=binary.tell())


def _flagged_row(header: Header, record: CsvRecord, rules: ReadingRules, *, done_bytes: int) -> ReadRow:
    """Read a row of a file in two encodings; one that holds Windows-1252 is flagged, as it may be meant otherwise."""
    cells, odd = unmarked(record.cells)
    row = _csv_row(header, replace(record, cells=cells), rules, done_bytes=done_bytes)
    if not odd or row.record is None:
        return row
    name = header.layout.flags_field
    flags: tuple[str, ...] = getattr(row.record, name)
    flagged: Any = replace(cast("Any", row.record), **{name: (*flags, ANOTHER_ENCODING)})
    return replace(row, record=flagged)


def _csv_row(header: Header, record: CsvRecord, rules: ReadingRules, *, done_bytes: int) -> ReadRow:
    raw = header.raw(record.cells)
    if record.trouble:
        faults = (Fault(field="row", reason=record.trouble),)
        return ReadRow(line=record.line, raw=raw, faults=faults, done_bytes=done_bytes)
    parsed = header.parse(record.cells, rules=rules)
    return ReadRow(
        line=record.line, raw=raw, record=parsed.record, faults=parsed.faults, done_bytes=done_bytes
    )


def _json(path: Path, kind: str, rules: ReadingRules) -> Iterator[ReadRow]:
    text, binary = open_text(path)
    with text:
        for item in json_items(text):
            yield _json_row(kind, item, rules, done_bytes=binary.tell())


def _json_row(kind: str, item: JsonItem, rules: ReadingRules, *, done_bytes: int) -> ReadRow:
    if item.body is None:
        faults: tuple[Fault, ...] = (Fault(field="row", reason=item.trouble or "is no JSON object"),)
        raw = {_RAW_TEXT: storable(item.text)}
        return ReadRow(line=item.number, raw=raw, faults=faults, done_bytes=done_bytes)
    body = open_envelope(kind, item.body)
    if isinstance(body, Fault):
        return ReadRow(line=item.number, raw=as_kept(item.body), faults=(body,), done_bytes=done_bytes)
    raw, faults = as_texts(body)
    if faults:
        return ReadRow(line=item.number, raw=as_kept(body), faults=faults, done_bytes=done_bytes)
    parsed = parse_texts(kind, raw, rules=rules)
    return ReadRow(
        line=item.number, raw=raw, record=parsed.record, faults=parsed.faults, done_bytes=done_bytes
    )


def _xlsx(path: Path, kind: str, rules: ReadingRules) -> Iterator[ReadRow]:
    size = file_size(path)
    with open_workbook(path) as book:
        sheet, number, header = _sheet_of(book, kind, shown_name(path))
        last = max(number + 1, sheet.max_row or 1)
        for line, cells in data_rows(sheet, after=number, width=len(header.names)):
            parsed = header.parse(cells, rules=rules)
            done = min(size, size * line // last)
            yield ReadRow(
                line=line, raw=header.raw(cells), record=parsed.record, faults=parsed.faults, done_bytes=done
            )


def _sheet_of(book: Any, kind: str, file: str) -> tuple[Any, int, Header]:
    """The first sheet whose header row fits the kind; else the reason why the first sheet does not."""
    refusal: FileRefused | None = None
    for sheet in sheets(book):
        number, cells = header_cells(sheet)
        if not cells:
            continue
        try:
            return sheet, number, match_header(kind, _texts(cells), file=file)
        except FileRefused as error:
            refusal = refusal or error
    raise refusal or FileRefused(f"{file} has no sheet with rows")


def _texts(cells: Sequence[str]) -> list[str]:
    return [cell.strip() for cell in cells]
