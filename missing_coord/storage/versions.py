"""Keeps every version of a register row as it was received, and tells a repeat from a change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from missing_coord.services.ports.received import Received
from missing_coord.storage.mappers import plain
from missing_coord.storage.rows import insert_all
from missing_coord.storage.tables.people import register_versions

R = TypeVar("R")
Keyed = tuple[str, str, R, Received]


async def changed_rows(
    connection: AsyncConnection, table: Table, key: str, keyed: Sequence[Keyed[R]]
) -> tuple[list[bool], list[Keyed[R]]]:
    """Return for each row whether it changes what is kept, and the last changing row of each key."""
    columns = table.c[key], table.c.content_hash
    result = await connection.execute(select(*columns).where(table.c[key].in_([each[0] for each in keyed])))
    kept = {row[0]: row[1] for row in result}
    changed, latest = [], {}
    for each in keyed:
        differs = kept.get(each[0]) != each[1]
        changed.append(differs)
        if differs:
            kept[each[0]] = each[1]
            latest[each[0]] = each
    return changed, list(latest.values())


async def keep_versions(
    connection: AsyncConnection, kind: str, rows: Sequence[Keyed[Any]], now: datetime
) -> None:
    """Keep the raw rows of a register as versions."""
    versions = [
        {
            "kind": kind,
            "natural_key": key,
            "content_hash": digest,
            "raw": plain(dict(how.raw)),
            "received_at": now,
            "batch_id": how.batch_id,
        }
        for key, digest, _, how in rows
    ]
    await insert_all(connection, register_versions, versions)
