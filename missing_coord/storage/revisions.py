"""Which table layout this release was written for, and whether a database has it; without the migrations' library."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

VERSIONS = Path(__file__).parent / "migrations" / "versions"
READ_LAYOUT = (
    "select version_num, obj_description('alembic_version'::regclass, 'pg_class') from alembic_version"
)
"""The revision, and what `stamped` wrote of each revision's statements."""
_REMARK = re.compile(r"--(?!;;)[^\n]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """At which revision a database is (None: without tables), and by which statements each revision was made."""

    revision: str | None = None
    made_by: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, revision: str | None, remark: str | None) -> Layout:
        """Return the layout from a row of READ_LAYOUT."""
        return cls(revision=revision, made_by=json.loads(remark) if remark else {})


@cache
def newest_revision() -> str:
    """Return the revision that this release needs: the highest number at the front of a migration's file name."""
    return max(each.name.partition("_")[0] for each in VERSIONS.glob("[0-9]*_*.py"))


@cache
def fingerprint(revision: str) -> str:
    """Return what tells the statements of a revision from others of the same number; remarks and spaces do not count.

    Until the first release the first migration is rewritten in its place, so that its number alone tells too little.
    """
    scripts = sorted(VERSIONS.glob(f"{revision}_*.sql"))
    words = [" ".join(_REMARK.sub(" ", each.read_text(encoding="utf-8")).split()) for each in scripts]
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:16]


def fault_of(layout: Layout) -> str | None:
    """Return why this release cannot work on a database of this layout and what to do, or None when it can.

    A later revision is that of the next release, which runs beside this one while it is rolled out: its migrations
    only add.
    """
    newest = newest_revision()
    if layout.revision is None or layout.revision < newest:
        return (
            f"The database is at schema {layout.revision or 'none'}, this release needs {newest}:"
            " run `missing-coord db upgrade`."
        )
    if layout.made_by.get(newest) != fingerprint(newest):
        return (
            f"The database's tables are those of another build of schema {newest} and cannot be brought up to date:"
            " open it with the build that made it, or start with an empty database (another MISSING_COORD_HOME, or"
            " `make reset`, which deletes this one for good)."
        )
    return None
