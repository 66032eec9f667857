"""The report as PDF: tagged, every chart with words for those who cannot see it, and the same to the byte."""

from __future__ import annotations

import re
import zlib
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from missing_coord.domain.errors import PermanentError
from missing_coord.reporting.documents import render
from missing_coord.reporting.html import render_html
from missing_coord.reporting.known import known_at
from missing_coord.reporting.monthly import Report, report_of
from missing_coord.reporting.pdf import pdf_of
from missing_coord.reporting.periods import month_of
from tests.builders.reporting import a_duty_fact, an_episode_fact
from tests.parts import absent

AS_AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@cache
def a_year() -> Report:
    """Return October with a year of months before it, so that every chart is drawn."""
    starts = [AS_AT - timedelta(days=3 * number) for number in range(160)]
    episodes = [an_episode_fact(n, started_at=start, provider="=Quay") for n, start in enumerate(starts)]
    duties = [
        a_duty_fact(n, returned_at=start, state="completed", held_at=start + timedelta(hours=n))
        for n, start in enumerate(starts)
    ]
    return report_of(month_of("2026-10"), known_at(AS_AT, episodes=episodes, duties=duties))


def pdf() -> bytes:
    """Return it as PDF, or leave the test out where the part that makes it is missing."""
    try:
        return render(a_year(), format="pdf", suppress_below=5)
    except PermanentError as error:
        absent(f"WeasyPrint with pango ({error.__cause__})")


@cache
def made() -> bytes:
    """Return the PDF that the tests share, as it takes seconds."""
    return pdf()


def opened(content: bytes) -> bytes:
    """Return a PDF with its compressed parts readable behind it."""
    parts = [content]
    for found in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL):
        try:
            parts.append(zlib.decompress(found[1]))
        except zlib.error:
            continue
    return b"".join(parts)


def test_the_pdf_is_tagged_and_every_chart_has_words() -> None:
    inside = opened(made())
    charts = render_html(a_year()).count("<svg ")
    assert charts >= 10
    assert b"/Marked true" in inside
    assert b"pdfuaid:part" in inside
    assert len(re.findall(rb"/S /Figure|/Type /StructElem[^>]*?/Figure", inside)) >= charts
    assert inside.count(b"/Alt ") >= charts
    assert b"/Lang" in inside


def test_the_pdf_of_the_same_report_is_the_same_to_the_byte() -> None:
    assert pdf() == made()


def test_a_report_never_fetches_anything(tmp_path: Path) -> None:
    made()
    asked = tmp_path / "style.css"
    asked.write_text("body { page-break-before: always; font-size: 40pt }")
    page = "<html lang=en><title>t</title>{}<p>One page.</p>"
    linked = page.format(f"<link rel=stylesheet href='{asked.as_uri()}'>")
    assert len(pdf_of(linked, made_at=AS_AT)) == len(pdf_of(page.format(""), made_at=AS_AT))


def test_a_report_has_no_colour_but_black_white_and_grey() -> None:
    colours = set(re.findall(r"#[0-9a-fA-F]{3,6}\b", render_html(a_year())))
    greys = {each for each in colours if len(set(each[1::2])) == 1 or each in ("#0b0c0c", "#484949")}
    assert colours == greys


@pytest.mark.parametrize("heading", ["What became of each of these episodes", "Missing incidents by type"])
def test_every_chart_stands_before_a_table_that_says_the_same(heading: str) -> None:
    page = render_html(a_year())
    section = page.split(heading, 1)[1]
    assert section.index("<svg") < section.index("<table") < section.index("</section>")
