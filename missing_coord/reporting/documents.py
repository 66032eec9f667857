"""One report in the form that is asked for: HTML, PDF, a workbook or CSV, all from the same measures."""

from __future__ import annotations

from missing_coord.domain.errors import PermanentError
from missing_coord.reporting.html import render_html
from missing_coord.reporting.monthly import Report
from missing_coord.reporting.pdf import pdf_of
from missing_coord.reporting.spreadsheets import render_csv, render_xlsx

FORMATS = ("html", "pdf", "xlsx", "csv")


def render(report: Report, *, format: str, suppress_below: int = 0) -> bytes:
    """Return the report as a document; raises PermanentError for a format that is not made or cannot be made here."""
    match format:
        case "html":
            return render_html(report, suppress_below=suppress_below).encode()
        case "pdf":
            return pdf_of(render_html(report, suppress_below=suppress_below), made_at=report.as_at)
        case "csv":
            return render_csv(report, suppress_below=suppress_below).encode()
        case "xlsx":
            return render_xlsx(report, suppress_below=suppress_below)
        case _:
            raise PermanentError(f"format: {format} is not made; give {', '.join(FORMATS)}.")
