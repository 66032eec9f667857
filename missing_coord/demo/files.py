"""Writes a synthetic council to the files of the contracts, as council and police systems would."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from pathlib import Path

import xlsxwriter

from missing_coord.demo.council import Council
from missing_coord.demo.history import History
from missing_coord.demo.rows import (
    ABSENCE_COLUMNS,
    CHILD_COLUMNS,
    LIST_COLUMNS,
    NOTICE_COLUMNS,
    PLACEMENT_COLUMNS,
    WORKER_COLUMNS,
    Row,
)


def write_files(
    council: Council, folder: Path, *, history: History | None = None, formats: Iterable[str] = ("csv",)
) -> list[Path]:
    """Write the register and, with a history, list and notices; `formats` of notices: csv, xlsx, jsonl."""
    folder.mkdir(parents=True, exist_ok=True)
    written = [
        write_csv(folder / "children.csv", council.children, columns=CHILD_COLUMNS),
        write_csv(folder / "placements.csv", council.placements, columns=PLACEMENT_COLUMNS),
        write_csv(folder / "workers.csv", council.workers, columns=WORKER_COLUMNS),
        write_csv(folder / "absences.csv", council.absences, columns=ABSENCE_COLUMNS),
    ]
    if history is not None:
        written.append(write_csv(folder / "missing-list.csv", history.list_rows, columns=LIST_COLUMNS))
        written += [write_notices(folder, history.notices, kind=kind) for kind in formats]
    return written


def write_notices(folder: Path, rows: Iterable[Row], *, kind: str) -> Path:
    """Write `police-notices` as csv, xlsx or jsonl; ValueError for another kind."""
    file = folder / f"police-notices.{kind}"
    match kind:
        case "csv":
            return write_csv(file, rows, columns=NOTICE_COLUMNS)
        case "xlsx":
            return _write_xlsx(file, rows, columns=NOTICE_COLUMNS)
        case "jsonl":
            return _write_jsonl(file, rows)
    raise ValueError(f"formats: csv, xlsx or jsonl is needed, not {kind}")


def write_csv(file: Path, rows: Iterable[Row], *, columns: tuple[str, ...]) -> Path:
    """Write rows as UTF-8 CSV with a header; a column that a row lacks stays empty."""
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return file


def _write_jsonl(file: Path, rows: Iterable[Row]) -> Path:
    with file.open("w", encoding="utf-8") as stream:
        for row in rows:
            known = {column: value for column, value in row.items() if value}
            stream.write(json.dumps(known, ensure_ascii=False) + "\n")
    return file


def _write_xlsx(file: Path, rows: Iterable[Row], *, columns: tuple[str, ...]) -> Path:
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Notices")
        sheet.write_row(0, 0, columns)
        for number, row in enumerate(rows, start=1):
            for column, name in enumerate(columns):
                if row.get(name):
                    sheet.write_string(number, column, row[name])
    return file
