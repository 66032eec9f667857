"""The first migration's tables as SQL, always in the same order; `make tables` writes them from the metadata.

Only until the first release: from then on every change of a table is a migration of its own.
"""

from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy import create_mock_engine
from sqlalchemy.schema import CreateIndex, CreateTable, ExecutableDDLElement

from missing_coord.storage.schema import metadata

PATH = Path(__file__).parent / "versions" / "0001_tables.sql"
_HEAD = (
    "-- Every table of the main road, in the order in which they need each other; written by `make tables`.\n"
    "create extension if not exists btree_gist"
)


_DIALECT = create_mock_engine("postgresql+psycopg://", lambda *_, **__: None).dialect


def tables_sql() -> str:
    """Return the statements that make every table and index, separated by lines of `--;;`."""
    made = [_HEAD]
    for table in metadata.sorted_tables:
        made.append(_statement(CreateTable(table)))
        made.extend(
            _statement(CreateIndex(each)) for each in sorted(table.indexes, key=lambda one: str(one.name))
        )
    return ";\n--;;\n".join(made) + ";\n"


def _statement(element: ExecutableDDLElement) -> str:
    text = str(element.compile(dialect=_DIALECT)).strip().replace("\t", "    ").replace("%%", "%")
    return re.sub(r" +\n", "\n", text)


if __name__ == "__main__":
    PATH.write_text(tables_sql(), encoding="utf-8")
