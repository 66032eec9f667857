"""The rows of files that matching reads, as they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from missing_coord.cli.running import complain

NAMED = 5
"""How many rows with a fault are named on stderr."""


def records(path: Path, kind: str, *, progress: Any = None, size: int = 0) -> Iterator[Any]:
    """Return every row of a file in its order: as a record, or as its texts where intake would not take it."""
    from missing_coord.contracts.files import read_rows

    unread = 0
    for number, row in enumerate(read_rows(path, kind)):
        if progress is not None and number % 100 == 0:
            progress(row.done_bytes, size)
        if row.record is None:
            unread += 1
            if unread <= NAMED:
                complain(f"{path.name}, line {row.line}: taken as it stands: {row.faults[0]}")
        yield row.record or {_column(name): text for name, text in row.raw.items()}
    if unread > NAMED:
        complain(f"{path.name}: {unread} rows in all were taken as they stand")


def _column(heading: str) -> str:
    return re.sub(r"[\s_]+", "_", heading.strip().lower())
