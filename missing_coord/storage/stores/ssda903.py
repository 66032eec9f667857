"""The rows of the SSDA903 return in PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from missing_coord.domain.ssda903 import Files, ReturnRow
from missing_coord.domain.ssda903_records import Ssda903Episode, Ssda903Header, Ssda903Missing, Ssda903Uasc
from missing_coord.services.ports.received import Received
from missing_coord.storage.mappers import from_json, to_json
from missing_coord.storage.rows import upsert
from missing_coord.storage.stores.children import content_hash
from missing_coord.storage.tables.people import ssda903_rows
from missing_coord.storage.versions import changed_rows, keep_versions

_KINDS: dict[str, type[Any]] = {
    each.__name__: each for each in (Ssda903Header, Ssda903Episode, Ssda903Uasc, Ssda903Missing)
}
_REPLACED = text("""
    delete from ssda903_rows r using unnest(cast(:kinds as text[]), cast(:years as integer[]), cast(:ids as text[]))
        as w(kind, year, child_id)
    where r.kind = w.kind and r.year = w.year and r.child_id = w.child_id and r.batch_id <> cast(:batch_id as uuid)
""")
_LEFT_OUT = text("""
    select m.child_id from ssda903_rows m where m.kind = 'Ssda903Missing' and not exists (
        select from ssda903_rows h where h.kind = 'Ssda903Header' and h.year = m.year and h.child_id = m.child_id)
    union select m.child_id from ssda903_rows m
    where m.kind = 'Ssda903Missing' and m.data ->> 'mis_end' is null and not exists (
        select from ssda903_rows n where n.kind = m.kind and n.year = m.year + 1 and n.child_id = m.child_id)
""")
_WARN = text("""
    update ssda903_rows r set warnings = array(select jsonb_array_elements_text(w.warnings))
    from jsonb_to_recordset(cast(:rows as jsonb)) as w(row_key text, warnings jsonb)
    where r.row_key = w.row_key
""")


class SqlSsda903:
    """The rows of the return, with the rules that each breaks."""

    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def save(self, rows: Sequence[tuple[ReturnRow, Received]]) -> list[bool]:
        """Keep rows; return for each whether it changed anything."""
        keyed = [(row.row_key, content_hash(row.record), row, how) for row, how in rows]
        changed, latest = await changed_rows(self._connection, ssda903_rows, "row_key", keyed)
        every = {each[0]: each for each in keyed}
        await upsert(
            self._connection, ssda903_rows, [self._row(*each) for each in every.values()], key=["row_key"]
        )
        for kind in {type(row.record).__name__ for row, _ in rows}:
            versions = [each for each in latest if type(each[2].record).__name__ == kind]
            await keep_versions(self._connection, kind, versions, self._now)
        await self._replace(rows)
        return changed

    def _row(self, key: str, digest: str, row: ReturnRow, how: Received) -> dict[str, Any]:
        return {
            "row_key": key,
            "kind": type(row.record).__name__,
            "year": row.year,
            "child_id": row.record.child,
            "data": to_json(row.record),
            "content_hash": digest,
            "batch_id": how.batch_id,
            "received_at": self._now,
        }

    async def _replace(self, rows: Sequence[tuple[ReturnRow, Received]]) -> None:
        batches = {how.batch_id for _, how in rows}
        for batch_id in batches:
            ours = sorted(
                {
                    (type(r.record).__name__, r.year, r.record.child)
                    for r, how in rows
                    if how.batch_id == batch_id
                }
            )
            names = ("kinds", "years", "ids")
            parts = {name: [each[number] for each in ours] for number, name in enumerate(names)}
            await self._connection.execute(_REPLACED, {**parts, "batch_id": batch_id})

    async def of_children(self, child_ids: Iterable[str]) -> dict[str, list[ReturnRow]]:
        """Return the rows of each child, of every collection."""
        wanted = ssda903_rows.c.child_id.in_(list(child_ids))
        ordered = select(ssda903_rows).where(wanted).order_by(ssda903_rows.c.row_key)
        found: dict[str, list[ReturnRow]] = {}
        for row in (await self._connection.execute(ordered)).mappings():
            found.setdefault(row["child_id"], []).append(return_row(row))
        return found

    async def files(self) -> Files:
        """Return which files of which collections were handed in."""
        result = await self._connection.execute(text("select distinct kind, year from ssda903_rows"))
        return frozenset((row[0], row[1]) for row in result)

    async def left_out(self) -> set[str]:
        """Return the children of Missing rows whom the Header, or the Missing file of the next year, leaves out."""
        return {row[0] for row in await self._connection.execute(_LEFT_OUT)}

    async def set_warnings(self, warnings: Mapping[str, Sequence[str]]) -> None:
        """Note on rows which rules they break."""
        rows = [{"row_key": key, "warnings": list(codes)} for key, codes in warnings.items()]
        if rows:
            await self._connection.execute(_WARN, {"rows": json.dumps(rows)})


def return_row(row: Any) -> ReturnRow:
    """Return a database row as a row of the return."""
    record = from_json(_KINDS[row["kind"]], row["data"])
    return ReturnRow(row_key=row["row_key"], year=row["year"], record=record, warnings=tuple(row["warnings"]))
