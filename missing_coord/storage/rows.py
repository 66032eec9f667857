"""Writes many rows in one statement: one JSON document, which PostgreSQL unpacks by the table's types."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any

import orjson
from psycopg.types.json import Jsonb
from sqlalchemy import Column, ColumnElement, CursorResult, Table, TextClause, any_, bindparam, literal, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine, UserDefinedType

from missing_coord.storage.mappers import names_of

PAGE = 5_000
Row = Any
"""A row to write: a record whose fields are columns of the table, or a mapping by column."""


def among(column: Column[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """Return the condition that a column is one of many values: one array, so that the statement stays prepared.

    `in_` writes a parameter for each value, which takes longer to build and to plan than to run.
    """
    return column == any_(literal(as_array(values), _array_of(column.type)))


def among_given(column: Column[Any], name: str) -> ColumnElement[bool]:
    """Return the condition that a column is one of the values given as `as_array` under this name: built once."""
    return column == any_(bindparam(name, type_=_array_of(column.type)))


def as_array(values: Iterable[object]) -> str:
    """Return values as PostgreSQL writes an array of them; psycopg would look at each one by itself.

    Raises ValueError for a value with a null character, which PostgreSQL cannot keep.
    """
    words = [str(each) for each in values]
    if not words:
        return "{}"
    joined = "\0".join(words)
    if joined.count("\0") >= len(words):
        raise ValueError("A text with a null character cannot be looked for.")
    escaped = joined.replace("\\", "\\\\").replace('"', '\\"')
    return '{"' + escaped.replace("\0", '","') + '"}'


class _Array(UserDefinedType[str]):
    """An array of an element's type, written by `as_array`."""

    cache_ok = True
    render_bind_cast = True

    def __init__(self, element: str) -> None:
        self.element = element

    def get_col_spec(self, **_: Any) -> str:
        return f"{self.element}[]"


@lru_cache(maxsize=64)
def _array_of(element: TypeEngine[Any]) -> _Array:
    return _Array(str(element))


async def upsert(
    connection: AsyncConnection,
    table: Table,
    rows: Sequence[Row],
    *,
    key: Sequence[str],
    where: str = "",
) -> None:
    """Insert rows, or update every other column of those whose key is there already (and which meet `where`)."""
    if not rows:
        return
    changes = ", ".join(f"{name} = excluded.{name}" for name in _columns(rows[0]) if name not in key)
    condition = f" where {where}" if where else ""
    await _insert(
        connection, table, rows, f"on conflict ({', '.join(key)}) do update set {changes}{condition}"
    )


async def insert_new(
    connection: AsyncConnection,
    table: Table,
    rows: Sequence[Row],
    *,
    returning: Sequence[str] = (),
) -> list[tuple[Any, ...]]:
    """Insert rows; those whose key is there already change nothing. Return the columns asked for of the new ones."""
    found: list[tuple[Any, ...]] = []
    ending = "on conflict do nothing" + (f" returning {', '.join(returning)}" if returning else "")
    for page in _pages(rows):
        result = await _insert(connection, table, page, ending)
        found.extend(tuple(row) for row in result) if returning else None
    return found


async def insert_or_count(
    connection: AsyncConnection,
    table: Table,
    rows: Sequence[Row],
    *,
    key: Sequence[str],
    counted: str,
) -> None:
    """Insert rows; of those whose key is there already only the counted column changes: it grows."""
    ending = f"on conflict ({', '.join(key)}) do update set {counted} = {table.name}.{counted} + excluded.{counted}"
    for page in _pages(rows):
        await _insert(connection, table, page, ending)


async def insert_all(connection: AsyncConnection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows whose keys are new; in the order given."""
    for page in _pages(rows):
        await _insert(connection, table, page, "")


async def _insert(
    connection: AsyncConnection, table: Table, rows: Sequence[Row], ending: str
) -> CursorResult[Any]:
    statement = _statement(table.name, ", ".join(_columns(rows[0])), ending)
    return await connection.execute(statement, {"rows": Jsonb(rows, dumps=_document)})


def _columns(row: Row) -> Iterable[str]:
    return row if isinstance(row, dict) else names_of(type(row))


@lru_cache(maxsize=256)
def _statement(table: str, names: str, ending: str) -> TextClause:
    source = f"jsonb_populate_recordset(null::{table}, cast(:rows as jsonb))"
    return text(f"insert into {table} ({names}) select {names} from {source} {ending}")


def to_document(rows: Sequence[dict[str, Any]]) -> str:
    """Return rows as one JSON document, dates and instants in ISO 8601, durations in seconds."""
    return _document(rows).decode()


def _document(rows: Sequence[Row]) -> bytes:
    return orjson.dumps(rows, default=_seconds)


def _seconds(value: Any) -> float:
    if isinstance(value, timedelta):
        return value.total_seconds()
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def _pages(rows: Sequence[Row]) -> list[Sequence[Row]]:
    return [rows[start : start + PAGE] for start in range(0, len(rows), PAGE)]
