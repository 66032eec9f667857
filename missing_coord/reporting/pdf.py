"""HTML pages as tagged PDF (PDF/UA-1); the library for it is an optional extra, as it needs pango on the machine."""

from __future__ import annotations

from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from missing_coord.domain.errors import PermanentError


def can_make_pdf() -> bool:
    """Return whether the extra for PDF is installed."""
    return find_spec("weasyprint") is not None


def pdf_of(page: str, *, made_at: datetime) -> bytes:
    """Return a page as PDF, the same to the byte for the same page; raises PermanentError where it cannot be made."""
    weasyprint = _weasyprint()
    nothing = weasyprint.urls.URLFetcher(allowed_protocols=("data",), allow_redirects=False)
    dated = page.replace("</title>", f'</title><meta name="dcterms.created" content="{_iso(made_at)}">', 1)
    document = weasyprint.HTML(string=dated, url_fetcher=nothing)
    content: bytes = document.write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=b"missing-coord")
    return content


def _iso(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def _weasyprint() -> Any:
    try:
        return import_module("weasyprint")
    except (ImportError, OSError) as error:
        raise PermanentError(
            "format: PDF needs the extra `pdf` (pip install 'missing-coord[pdf]') and the pango libraries"
            " (Debian: libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0); or print the HTML page."
        ) from error
