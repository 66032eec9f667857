"""The report as documents: the same to the byte, safe in a spreadsheet, small numbers hidden with what betrays them."""

from __future__ import annotations

import csv
import html
import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from openpyxl import load_workbook

from missing_coord.domain.errors import PermanentError
from missing_coord.reporting.documents import render
from missing_coord.reporting.html import render_html
from missing_coord.reporting.known import known_at
from missing_coord.reporting.measures import Measure, MeasureGroup
from missing_coord.reporting.monthly import Report, report_of
from missing_coord.reporting.periods import month_of
from missing_coord.reporting.showing import share_of, shown_groups
from missing_coord.reporting.spreadsheets import render_csv, safe_cell
from tests.builders.reporting import RETURN, a_duty_fact, an_episode_fact, hours

OCTOBER = month_of("2026-10")


def a_report() -> Report:
    """Return a report with 12 incidents, 7 interviews completed and 3 declined."""
    duties = [a_duty_fact(n, held_at=RETURN + hours(5), state="completed", team="in_house") for n in range(7)]
    duties += [a_duty_fact(n, resolved_at=RETURN + hours(5), state="declined_by_child") for n in range(7, 10)]
    duties += [
        a_duty_fact(n, resolved_at=RETURN + hours(5), state="declined_by_parent") for n in range(10, 16)
    ]
    known = known_at(
        datetime(2026, 11, 20, 9, 0, tzinfo=UTC),
        episodes=[an_episode_fact(n) for n in range(20, 32)],
        duties=duties,
        looked_after=[f"L{n}" for n in range(1250)],
    )
    return report_of(OCTOBER, known)


def csv_rows(text: str) -> dict[str, dict[str, str]]:
    """Return the rows of the CSV by key."""
    return {row["key"]: row for row in csv.DictReader(io.StringIO(text))}


@pytest.mark.parametrize("format", ["html", "csv", "xlsx"])
def test_the_same_month_as_at_the_same_time_is_the_same_to_the_byte(format: str) -> None:
    assert render(a_report(), format=format) == render(a_report(), format=format)


def test_csv_gives_numerator_denominator_share_and_pending_of_each_figure() -> None:
    row = csv_rows(render_csv(a_report()))["completed"]
    assert (row["count"], row["base"], row["share"], row["pending"]) == ("7", "16", "43.8%", "0")
    assert (row["period"], row["as_at"]) == ("2026-10", "2026-11-20T09:00:00Z")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@sum", "\tx", "\rx"])
def test_no_cell_of_the_csv_starts_a_formula(text: str) -> None:
    assert safe_cell(text) == f"'{text}"
    report = a_report()
    named = replace(
        report, groups=(MeasureGroup(title=text, measures=(Measure(key="k", name=text, numerator=1),)),)
    )
    row = csv_rows(render_csv(named))["k"]
    assert row["table"].startswith("'")
    assert row["measure"].startswith("'")


def test_the_workbook_holds_numbers_and_text_and_no_formula() -> None:
    report = a_report()
    named = replace(
        report, groups=(MeasureGroup(title="=1+1", measures=(Measure(key="k", name="=A1", numerator=7),)),)
    )
    sheet = load_workbook(io.BytesIO(render(named, format="xlsx")))["Measures"]
    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert 7 in [cell.value for cell in cells]


def test_the_page_stands_alone_and_has_every_figure_in_a_table() -> None:
    page = render_html(a_report())
    assert "http" not in page
    assert "<script" not in page
    assert "October 2026" in page
    assert "Fri 20 November 2026, 09:00 GMT" in page
    for group in a_report().groups:
        assert f">{group.title}</h2>" in html.unescape(page)


def test_a_format_that_is_not_made_is_refused_with_those_that_are() -> None:
    with pytest.raises(PermanentError, match=r"docx is not made; give html, pdf, xlsx, csv"):
        render(a_report(), format="docx")


@pytest.mark.parametrize(
    ("yes", "of", "share"), [(1, 8, "12.5%"), (1, 3, "33.3%"), (1, 2000, "0.1%"), (0, 0, "no base")]
)
def test_shares_have_one_decimal_rounded_half_up(yes: int, of: int, share: str) -> None:
    assert share_of(yes, of) == share


def test_small_numbers_are_hidden_and_zero_is_not() -> None:
    rows = csv_rows(render_csv(a_report(), suppress_below=5))
    assert rows["outcome_declined_by_child"]["count"] == "c"
    assert rows["outcome_deceased"]["count"] == "0"
    assert rows["incidents"]["count"] == "12"


def test_a_single_hidden_part_takes_the_next_smallest_with_it() -> None:
    rows = csv_rows(render_csv(a_report(), suppress_below=5))
    assert rows["outcome_declined_by_parent"]["count"] == "c"
    assert rows["outcome_completed"]["count"] == "7"


def test_a_share_that_leaves_out_a_small_number_is_hidden_too() -> None:
    group = MeasureGroup(
        title="t", measures=(Measure(key="k", name="n", numerator=58, denominator=60, pending=2),)
    )
    (table,) = shown_groups(replace(a_report(), groups=(group,)), suppress_below=5)
    (shown,) = table.rows
    assert (shown.count, shown.share, shown.base, shown.pending) == ("c", "c", "60", "c")
