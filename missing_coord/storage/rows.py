"""Writes many rows in one statement: one JSON document, which PostgreSQL unpacks by the table's types."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import ARRAY, Column, ColumnElement, CursorResult, Table, TextClause, any_, literal, text
from sqlalchemy.ext.asyncio import AsyncConnection

PAGE = 5_000


def among(column: Column[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """Return the condition that a column is one of many values: one array, so that the statement stays prepared.

    `in_` writes a parameter for each value, which takes longer to build and to plan than to run.
    """
    return column == any_(literal(list(values), ARRAY(column.type)))


async def upsert(
    connection: AsyncConnection,
    table: Table,
    rows: Sequence[dict[str, Any]],
    *,
    key: Sequence[str],
    where: str = "",
) -> None:
    """Insert rows, or update every other column of those whose key is there already (and which meet `where`)."""
    if not rows:
        return
    changes = ", ".join(f"{name} = excluded.{name}" for name in rows[0] if name not in key)
    condition = f" where {where}" if where else ""
    await _insert(
        connection, table, rows, f"on conflict ({', '.join(key)}) do update set {changes}{condition}"
    )


async def insert_new(
    connection: AsyncConnection,
    table: Table,
    rows: Sequence[dict[str, Any]],
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
    rows: Sequence[dict[str, Any]],
    *,
    key: Sequence[str],
    counted: str,
) -> None:
    """Insert rows; of those whose key is there already only the counted column changes: it grows."""
    ending = f"on conflict ({', '.join(key)}) do update set {counted} = {table.name}.{counted} + excluded.{counted}"
    for page in _pages(rows):
        await _insert(connection, table, page, ending)


async def insert_all(connection: AsyncConnection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows whose keys are new; in the order given."""
    for page in _pages(rows):
        await _insert(connection, table, page, "")


async def _insert(
    connection: AsyncConnection, table: Table, rows: Sequence[dict[str, Any]], ending: str
) -> CursorResult[Any]:
    statement = _statement(table.name, ", ".join(rows[0]), ending)
    return await connection.execute(statement, {"rows": to_document(rows)})


@lru_cache(maxsize=256)
def _statement(table: str, names: str, ending: str) -> TextClause:
    source = f"jsonb_populate_recordset(null::{table}, cast(:rows as jsonb))"
    return text(f"insert into {table} ({names}) select {names} from {source} {ending}")


def to_document(rows: Sequence[dict[str, Any]]) -> str:
    """Return rows as one JSON document, dates and instants in ISO 8601, durations in seconds."""
    return orjson.dumps(rows, default=_seconds).decode()


def _seconds(value: Any) -> float:
    if isinstance(value, timedelta):
        return value.total_seconds()
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def _pages(rows: Sequence[dict[str, Any]]) -> list[Sequence[dict[str, Any]]]:
    return [rows[start : start + PAGE] for start in range(0, len(rows), PAGE)]
