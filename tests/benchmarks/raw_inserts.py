"""The rows that intake writes, written again by nothing but asyncpg: one `unnest` insert a table and batch."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg

from tests.databases import Database, plain

CHILD_OF = {
    "intake_batches": "t.batch_id::text",
    "notices": "(select i.child_id from incidents i where i.incident_id = t.incident_id)",
    "incidents": "t.child_id",
    "episodes": "t.child_id",
    "episode_incidents": "(select e.child_id from episodes e where e.episode_id = t.episode_id)",
    "interviews": "t.child_id",
    "interview_episodes": "(select i.child_id from interviews i where i.interview_id = t.interview_id)",
    "outbox": "t.key",
    "audit_trail": "t.subject_id",
}
"""The tables that intake writes, in the order of their foreign keys, and what keeps a child's rows in one batch."""
TABLES = tuple(CHILD_OF)
_COLUMNS = """
select column_name, case when data_type = 'ARRAY' then ltrim(udt_name, '_') || '[]' else udt_name end
from information_schema.columns where table_schema = 'public' and table_name = $1 and is_generated = 'NEVER'
order by ordinal_position
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """How many rows were written, and in how many seconds: by themselves, into copies, into the tables themselves."""

    rows: int
    received: float
    copies: float
    tables: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """One table's columns with their types, and its rows in batches: for each batch an array for each column."""

    name: str
    columns: list[tuple[str, str]]
    batches: dict[int, list[list[Any]]]

    def statement(self, into: str) -> str:
        """Return the insert of one batch into a table with these columns."""
        names = [name for name, _ in self.columns]
        return _statement(into, names, [f"{name}::{kind}" for name, kind in self.columns])


async def raw_inserts(database: Database, received: Sequence[dict[str, str]], *, batches: int) -> Written:
    """Measure the received rows in a bare table, and all rows of intake in copies of its tables and in the tables.

    The copies have the indexes, defaults and checks of the originals, and neither foreign keys, triggers nor policies.
    The tables themselves, emptied before, have their foreign keys and triggers too; a superuser passes by the policies.
    Rows are read, and arrays made of them, before the clock starts.
    """
    connection = await asyncpg.connect(plain(database.admin_url))
    try:
        alone = await _received(connection, received, batches)
        tables = [await _read(connection, name, batches) for name in TABLES]
        for each in tables:
            await connection.execute(f"create table raw_{each.name} (like {each.name} including all)")
        copies = await _seconds(connection, {f"raw_{each.name}": each for each in tables}, batches)
        await _empty(connection)
        themselves = await _seconds(connection, {each.name: each for each in tables}, batches)
    finally:
        await connection.close()
    rows = sum(len(arrays[0]) for each in tables for arrays in each.batches.values())
    return Written(rows=rows, received=alone, copies=copies, tables=themselves)


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


async def _read(connection: Any, table: str, batches: int) -> _Table:
    """Read a table as text, each child's rows in one batch, so that no foreign key looks for what comes later."""
    columns = [(name, kind) for name, kind in await connection.fetch(_COLUMNS, table)]
    texts = ", ".join(f"t.{name}::text" for name, _ in columns)
    batch = f"abs(hashtext(coalesce({CHILD_OF[table]}, ''))) % {batches}"
    shares: dict[int, list[Any]] = defaultdict(list)
    for number, *row in await connection.fetch(f"select {batch}, {texts} from {table} t"):
        shares[number].append(row)
    arrays = {number: [list(each) for each in zip(*share, strict=True)] for number, share in shares.items()}
    return _Table(name=table, columns=columns, batches=arrays)


async def _seconds(connection: Any, into: dict[str, _Table], batches: int) -> float:
    """Write every table's rows, one transaction a batch; return the seconds."""
    work = [(table.statement(name), table.batches) for name, table in into.items()]
    for statement, _ in work:
        await connection.prepare(statement)
    began = time.perf_counter()
    for number in range(batches):
        async with connection.transaction():
            for statement, shares in work:
                if number in shares:
                    await connection.execute(statement, *shares[number])
    return time.perf_counter() - began


async def _empty(connection: Any) -> None:
    """Empty the tables of what intake wrote into them."""
    await connection.execute(
        "alter table audit_trail disable trigger audit_append_only;"
        f" truncate {', '.join(TABLES)} cascade;"
        " alter table audit_trail enable trigger audit_append_only"
    )


def _statement(table: str, names: Sequence[str], casts: Sequence[str]) -> str:
    arrays = ", ".join(f"${number}::text[]" for number in range(1, len(names) + 1))
    return (
        f"insert into {table} ({', '.join(names)}) overriding system value select {', '.join(casts)}"
        f" from unnest({arrays}) as given ({', '.join(names)})"
    )


def _share(column: list[Any], number: int, of: int) -> list[Any]:
    return column[len(column) * number // of : len(column) * (number + 1) // of]
