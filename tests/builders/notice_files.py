"""Writing the same table of text in every form and encoding that the readers know."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import xlsxwriter
from openpyxl import Workbook

Table = Sequence[Sequence[str]]


def csv_bytes(table: Table, *, encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    """The table as CSV in an encoding."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(table)
    return text.getvalue().encode(encoding)


def jsonl_bytes(table: Table) -> bytes:
    """The table as one JSON object a line."""
    header, *rows = table
    return "\n".join(json.dumps(dict(zip(header, row, strict=True))) for row in rows).encode()


def json_array_bytes(table: Table) -> bytes:
    """The table as one indented JSON array."""
    header, *rows = table
    return json.dumps([dict(zip(header, row, strict=True)) for row in rows], indent=2).encode()


def envelope_bytes(table: Table) -> bytes:
    """The table as one CloudEvents envelope a line."""
    header, *rows = table
    envelopes = (
        {
            "specversion": "1.0",
            "id": str(number),
            "source": "/sampleshire",
            "type": "missing-coord.police-notice.v1",
            "data": {name: cell for name, cell in zip(header, row, strict=True) if cell},
        }
        for number, row in enumerate(rows)
    )
    return "\n".join(json.dumps(item) for item in envelopes).encode()


def xlsx_bytes(table: Sequence[Sequence[object]]) -> bytes:
    """The table as a workbook, every value with its own type."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in table:
        sheet.append(list(row))
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def shared_strings_bytes(table: Table) -> bytes:
    """The table as a workbook whose texts are kept apart from its cells, as Excel itself writes it."""
    held = io.BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Notices")
        for number, row in enumerate(table):
            for at, text in enumerate(row):
                sheet.write_string(number, at, text)
    return held.getvalue()


FORMS: dict[str, Callable[[Table], bytes]] = {
    "csv utf-8": csv_bytes,
    "csv utf-8 with mark": lambda table: csv_bytes(table, encoding="utf-8-sig"),
    "csv windows-1252": lambda table: csv_bytes(table, encoding="cp1252"),
    "csv utf-16 with mark": lambda table: csv_bytes(table, encoding="utf-16"),
    "csv utf-16-le": lambda table: csv_bytes(table, encoding="utf-16-le"),
    "csv utf-16-be": lambda table: csv_bytes(table, encoding="utf-16-be"),
    "csv with semicolons": lambda table: csv_bytes(table, delimiter=";"),
    "csv with tabs": lambda table: csv_bytes(table, delimiter="\t"),
    "xlsx": xlsx_bytes,
    "xlsx with shared strings": shared_strings_bytes,
    "json lines": jsonl_bytes,
    "json array": json_array_bytes,
    "cloudevents": envelope_bytes,
}
"""Every form, by name."""


def write_form(folder: Path, form: str, table: Table) -> Path:
    """Write the table in a form; the file's name says nothing about what it holds."""
    path = folder / "notices.dat"
    path.write_bytes(FORMS[form](table))
    return path
