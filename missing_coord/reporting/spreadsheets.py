"""A report as CSV and as a workbook: numbers and text, and no formula made from anybody's words."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import UTC
from typing import Any

from xlsxwriter import Workbook

from missing_coord.reporting.monthly import Report
from missing_coord.reporting.showing import Shown, shown_groups, shown_trends

COLUMNS = (
    "period",
    "as_at",
    "rules",
    "table",
    "key",
    "measure",
    "count",
    "unit",
    "base",
    "share",
    "pending",
    "target",
    "score",
    "definition",
)
TREND_COLUMNS = ("key", "measure", "period", "count", "base", "share", "usual_range", "verdict")
_WIDTHS = {
    "as_at": 21,
    "table": 44,
    "key": 30,
    "measure": 56,
    "definition": 90,
    "usual_range": 18,
    "verdict": 28,
    "period": 16,
}
_NUMBERS = frozenset({"count", "base", "pending"})
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def render_csv(report: Report, *, suppress_below: int = 0) -> str:
    """Return one row for each figure; no text cell can start a formula in a spreadsheet."""
    return csv_of(COLUMNS, _rows(report, suppress_below))


def csv_of(columns: Sequence[str], rows: Iterator[list[str]] | Sequence[Sequence[str]]) -> str:
    """Return rows as CSV with CRLF, every cell made safe for spreadsheets."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return out.getvalue()


def safe_cell(cell: str) -> str:
    """Return a text cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(_STARTS_A_FORMULA) else cell


def _rows(report: Report, suppress_below: int) -> Iterator[list[str]]:
    as_at = report.as_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    head = [report.period.value, as_at, report.rules_version]
    for group in shown_groups(report, suppress_below=suppress_below):
        for each in group.rows:
            yield [*head, group.title, *_cells(each)]


def _cells(each: Shown) -> list[str]:
    return [
        each.key, each.name, each.count, each.unit, each.base, each.share, each.pending, each.target, each.score,
        each.definition,
    ]  # fmt: skip


def _trend_rows(report: Report, suppress_below: int) -> Iterator[list[str]]:
    for trend in shown_trends(report, suppress_below=suppress_below):
        for number, point in enumerate(trend.points, start=1):
            now = number == len(trend.points)
            said = [trend.usual, trend.verdict] if now else ["", ""]
            yield [trend.key, trend.name, point.name, point.count, point.base, point.share, *said]


def render_xlsx(report: Report, *, suppress_below: int = 0) -> bytes:
    """Return a workbook: the rows of the CSV as numbers and text, earlier periods, and how it was counted."""
    out = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(out, {"in_memory": True, **options}) as book:
        created = report.as_at.astimezone(UTC).replace(tzinfo=None)
        book.set_properties({"title": report.title, "created": created})
        bold = book.add_format({"bold": True})
        _sheet(book, "Measures", COLUMNS, _rows(report, suppress_below), bold)
        if report.trends:
            _sheet(book, "Earlier periods", TREND_COLUMNS, _trend_rows(report, suppress_below), bold)
        notes = book.add_worksheet("How it was counted")
        notes.set_column(0, 0, 120)
        compared = [report.compared] if report.compared else []
        lines = [report.rules, f"Rules {report.rules_version}.", *compared, *report.limits]
        for number, line in enumerate(lines):
            notes.write_string(number, 0, line)
    return out.getvalue()


def _sheet(book: Any, name: str, columns: Sequence[str], rows: Iterator[list[str]], bold: Any) -> None:
    sheet = book.add_worksheet(name)
    sheet.write_row(0, 0, columns, bold)
    sheet.freeze_panes(1, 0)
    for place, heading in enumerate(columns):
        sheet.set_column(place, place, _WIDTHS.get(heading, 11))
    sheet.autofilter(0, 0, 0, len(columns) - 1)
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            if columns[column] in _NUMBERS and cell.isdigit():
                sheet.write_number(number, column, int(cell))
            else:
                sheet.write_string(number, column, cell)
