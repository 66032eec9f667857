"""The monthly report as documents: a printable HTML page, CSV, and a workbook without any formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from xlsxwriter import Workbook

from missing_coord.domain.errors import PermanentError
from missing_coord.reporting.month import LONDON
from missing_coord.reporting.monthly import MonthlyReport
from missing_coord.reporting.showing import HIDDEN, Shown, shown_group
from missing_coord.resources import templates_folder

FORMATS = ("html", "csv", "xlsx")
COLUMNS = ("month", "as_at", "table", "key", "measure", "count", "base", "share", "pending", "definition")
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def render(report: MonthlyReport, *, format: str, suppress_below: int = 0) -> bytes:
    """Return the report as a document; raises PermanentError for a format that is not made."""
    match format:
        case "html":
            return render_html(report, suppress_below=suppress_below).encode()
        case "csv":
            return render_csv(report, suppress_below=suppress_below).encode()
        case "xlsx":
            return render_xlsx(report, suppress_below=suppress_below)
        case _:
            raise PermanentError(
                f"format: {format} is not made yet; give {', '.join(FORMATS)}, and print the HTML page for paper."
            )


def render_html(report: MonthlyReport, *, suppress_below: int = 0) -> str:
    """Return a page that stands alone and prints on paper."""
    environment = Environment(
        loader=FileSystemLoader(templates_folder() / "reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    tables = [(group.title, shown_group(group, suppress_below=suppress_below)) for group in report.groups]
    return environment.get_template("monthly.html").render(
        month=report.month.name,
        as_at=london(report.as_at),
        rules=report.rules,
        rules_version=report.rules_version,
        limits=report.limits,
        tables=tables,
        suppress_below=suppress_below,
        hidden=HIDDEN,
    )


def london(instant: datetime) -> str:
    """Return an instant as it is read in London, with BST or GMT."""
    local = instant.astimezone(LONDON)
    return f"{local:%a} {local.day} {local:%B %Y, %H:%M %Z}"


def render_csv(report: MonthlyReport, *, suppress_below: int = 0) -> str:
    """Return one row for each figure; no text cell can start a formula in a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(_rows(report, suppress_below))
    return out.getvalue()


def _rows(report: MonthlyReport, suppress_below: int) -> Iterator[list[str]]:
    as_at = report.as_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    for group in report.groups:
        for each in shown_group(group, suppress_below=suppress_below):
            cells = [report.month.value, as_at, group.title, *_cells(each)]
            yield [safe_cell(cell) for cell in cells]


def _cells(each: Shown) -> list[str]:
    return [each.key, each.name, each.count, each.base, each.share, each.pending, each.definition]


def safe_cell(cell: str) -> str:
    """Return a text cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(_STARTS_A_FORMULA) else cell


def render_xlsx(report: MonthlyReport, *, suppress_below: int = 0) -> bytes:
    """Return a workbook with the rows of the CSV as numbers and text, and a sheet that says how it was counted."""
    out = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(out, {"in_memory": True, **options}) as book:
        created = report.as_at.astimezone(UTC).replace(tzinfo=None)
        book.set_properties({"title": f"Missing report, {report.month.name}", "created": created})
        bold = book.add_format({"bold": True})
        sheet = book.add_worksheet("Measures")
        sheet.write_row(0, 0, COLUMNS, bold)
        sheet.freeze_panes(1, 0)
        sheet.set_column(2, 4, 38)
        for number, row in enumerate(_rows(report, suppress_below), start=1):
            for column, cell in enumerate(row):
                is_count = COLUMNS[column] in ("count", "base", "pending") and cell.isdigit()
                sheet.write(number, column, int(cell) if is_count else cell)
        notes = book.add_worksheet("How it was counted")
        notes.set_column(0, 0, 120)
        notes.write_column(0, 0, [report.rules, f"Rules {report.rules_version}.", *report.limits])
    return out.getvalue()
