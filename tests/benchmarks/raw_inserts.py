"""The rows that intake writes, written again by nothing but asyncpg: one `unnest` insert a table and batch."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg

from tests.databases import Database, plain

TABLES = (
    "intake_batches", "notices", "incidents", "episodes", "episode_incidents", "interviews", "interview_episodes",
    "outbox", "audit_trail",
)  # fmt: skip
_COLUMNS = """
select column_name, case when data_type = 'ARRAY' then ltrim(udt_name, '_') || '[]' else udt_name end
from information_schema.columns where table_schema = 'public' and table_name = $1 and is_generated = 'NEVER'
order by ordinal_position
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """How many rows were written, in how many seconds."""

    rows: int
    seconds: float


async def raw_inserts(
    database: Database, received: Sequence[dict[str, str]], *, batches: int
) -> tuple[float, Written]:
    """Return the seconds for the received rows into a bare table, and for all rows of intake into copies of its tables.

    The copies have the indexes, defaults and checks of the originals, and neither foreign keys, triggers nor policies.
    Rows are read, and arrays made of them, before the clock starts.
    """
    connection = await asyncpg.connect(plain(database.admin_url))
    try:
        alone = await _received(connection, received, batches)
        copies = [await _copied(connection, table) for table in TABLES]
        began = time.perf_counter()
        for number in range(batches):
            async with connection.transaction():
                for statement, columns in copies:
                    share = [_share(column, number, batches) for column in columns]
                    if share and share[0]:
                        await connection.execute(statement, *share)
        seconds = time.perf_counter() - began
    finally:
        await connection.close()
    return alone, Written(rows=sum(len(columns[0]) for _, columns in copies if columns), seconds=seconds)


async def _received(connection: Any, rows: Sequence[dict[str, str]], batches: int) -> float:
    columns = sorted({name for row in rows for name in row})
    made = ", ".join(f"{name} text" for name in columns)
    await connection.execute(f"create table raw_received (n bigint primary key, {made})")
    statement = _statement("raw_received", ["n", *columns], ["n::bigint", *columns])
    arrays = [
        [str(number) for number in range(len(rows))],
        *([row.get(n, "") for row in rows] for n in columns),
    ]
    began = time.perf_counter()
    for number in range(batches):
        await connection.execute(statement, *[_share(array, number, batches) for array in arrays])
    return time.perf_counter() - began


async def _copied(connection: Any, table: str) -> tuple[str, list[list[Any]]]:
    """Make an empty copy of a table; return the statement that fills it and the columns that it was filled with."""
    found = await connection.fetch(_COLUMNS, table)
    names = [row[0] for row in found]
    texts = ", ".join(f"{name}::text" for name in names)
    rows = await connection.fetch(f"select {texts} from {table}")
    await connection.execute(f"create table raw_{table} (like {table} including all)")
    statement = _statement(f"raw_{table}", names, [f"{name}::{kind}" for name, kind in found])
    await connection.prepare(statement)
    return statement, [list(column) for column in zip(*map(tuple, rows), strict=True)]


def _statement(table: str, names: Sequence[str], casts: Sequence[str]) -> str:
    arrays = ", ".join(f"${number}::text[]" for number in range(1, len(names) + 1))
    return (
        f"insert into {table} ({', '.join(names)}) overriding system value select {', '.join(casts)}"
        f" from unnest({arrays}) as given ({', '.join(names)})"
    )


def _share(column: list[Any], number: int, of: int) -> list[Any]:
    return column[len(column) * number // of : len(column) * (number + 1) // of]
