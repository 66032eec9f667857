"""Which schema this release was written for, read from the names of the migrations and without their library."""

from __future__ import annotations

from functools import cache
from pathlib import Path

VERSIONS = Path(__file__).parent / "migrations" / "versions"


@cache
def newest_revision() -> str:
    """Return the revision that this release needs: the highest number at the front of a migration's file name."""
    return max(each.name.partition("_")[0] for each in VERSIONS.glob("[0-9]*_*.py"))


def suits(revision: str | None) -> bool:
    """Say whether a database at this revision can be worked on: ours, or a later one.

    A later one is that of the next release, which runs beside this one while it is rolled out: its migrations only add.
    """
    return revision is not None and revision >= newest_revision()
