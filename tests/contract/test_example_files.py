"""The example files of the documents are read without a fault."""

from __future__ import annotations

from pathlib import Path

from missing_coord.contracts.files import read_rows

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


def test_the_example_of_earlier_records_is_read_whole() -> None:
    rows = list(read_rows(EXAMPLES / "earlier-records.csv", "history"))
    assert len(rows) == 6
    assert [(row.line, row.faults) for row in rows if row.faults] == []
