"""The ledger of intake: batches, what became of their rows, the quarantine, and the council's own missing list."""

from __future__ import annotations

import hashlib
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from missing_coord.domain.records import column_key
from missing_coord.services.ports.lists import ListLine, OpenLine
from missing_coord.services.ports.received import Received
from missing_coord.services.ports.work import Counts, Quarantined
from missing_coord.storage.mappers import canonical, plain
from missing_coord.storage.rows import insert_new, insert_or_count, upsert
from missing_coord.storage.stores.children import content_hash
from missing_coord.storage.tables.people import (
    intake_batches,
    missing_list_entries,
    quarantine,
    quarantine_withheld,
)
from missing_coord.storage.versions import changed_rows, keep_versions


class SqlIntake:
    """The ledger of everything that was ever handed in."""

    def __init__(self, connection: AsyncConnection, now: datetime, actor: str) -> None:
        self._connection = connection
        self._now = now
        self._actor = actor

    async def open_batch(self, *, kind: str, source: str, content_sha256: str) -> str:
        """Open a batch and return its id."""
        batch_id = str(uuid.uuid4())
        await self._connection.execute(
            insert(intake_batches).values(
                batch_id=batch_id,
                kind=kind,
                source=source,
                content_sha256=content_sha256,
                actor=self._actor,
                started_at=self._now,
            )
        )
        return batch_id

    async def count(self, batch_id: str, counts: Counts) -> None:
        """Add to what a batch has done so far."""
        await self._connection.execute(_COUNT, {"batch_id": batch_id, **asdict(counts)})

    async def finish(self, batch_id: str) -> None:
        """Close a batch."""
        await self._connection.execute(_FINISH, {"batch_id": batch_id, "now": self._now})

    async def quarantine(self, batch_id: str, *, kind: str, source: str, rows: Sequence[Quarantined]) -> None:
        """Keep rows that could not be understood; the same row is kept once and says how many times it came."""
        digests = [hashlib.sha256(canonical(row.raw).encode()).hexdigest() for row in rows]
        times = Counter(digests)
        first = dict(zip(reversed(digests), reversed(rows), strict=True))
        secret = {digest: withheld_cells(kind, row.raw) for digest, row in first.items()}
        kept = [
            {
                "kind": kind,
                "raw_hash": digest,
                "source": source,
                "line": row.line,
                "raw": {**plain(row.raw), **dict.fromkeys(secret[digest], WITHHELD)},
                "faults": [{"field": field, "reason": reason} for field, reason in row.faults],
                "batch_id": batch_id,
                "received_at": self._now,
                "times": times[digest],
            }
            for digest, row in first.items()
        ]
        await insert_or_count(self._connection, quarantine, kept, key=("kind", "raw_hash"), counted="times")
        hidden = [
            {"kind": kind, "raw_hash": digest, "cells": cells} for digest, cells in secret.items() if cells
        ]
        await insert_new(self._connection, quarantine_withheld, hidden)

    async def withheld(self, quarantine_id: int) -> dict[str, str]:
        """Return the cells of a quarantined row that no person may see; for the system alone."""
        result = await self._connection.execute(
            select(quarantine_withheld.c.cells)
            .join(
                quarantine,
                (quarantine.c.kind == quarantine_withheld.c.kind)
                & (quarantine.c.raw_hash == quarantine_withheld.c.raw_hash),
            )
            .where(quarantine.c.quarantine_id == quarantine_id)
        )
        return dict(result.scalar_one_or_none() or {})


_COUNT = text(
    "update intake_batches set rows = rows + :rows, accepted = accepted + :accepted,"
    " duplicates = duplicates + :duplicates, quarantined = quarantined + :quarantined where batch_id = :batch_id"
)
_FINISH = text("update intake_batches set finished_at = :now where batch_id = :batch_id")

TYPED = "typed by"
"""How the source of a batch begins that somebody typed in."""
WITHHELD = "(withheld: the placement may be confidential)"
WHOLE_KEY = column_key("whole_message")
"""Where a message that nobody could read is kept: it might hold any address."""
_OPEN = frozenset({"", "no", "n", "false", "0", "f"})


def withheld_cells(kind: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return the cells of a row that might show a confidential address: those of a placement not surely open."""
    if kind != "placements":
        return {}
    keys = {column_key(name): name for name in raw}
    if WHOLE_KEY in keys:
        return {keys[WHOLE_KEY]: raw[keys[WHOLE_KEY]]}
    if "confidential" in keys and str(raw[keys["confidential"]]).strip().casefold() in _OPEN:
        return {}
    return {keys[key]: raw[keys[key]] for key in ("address", "postcode") if keys.get(key) and raw[keys[key]]}


class SqlMissingList:
    """The case system's own list of missing episodes."""

    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def save_entries(self, lines: Sequence[tuple[ListLine, Received]], *, source: str) -> list[bool]:
        """Keep lines as versions; return for each whether anything changed."""
        keyed = [(line.entry_key, content_hash(line.entry), line, how) for line, how in lines]
        changed, latest = await changed_rows(self._connection, missing_list_entries, "entry_key", keyed)
        rows = [_list_row(line, digest, source) for _, digest, line, _ in latest]
        await upsert(self._connection, missing_list_entries, rows, key=["entry_key"])
        await keep_versions(self._connection, source, latest, self._now)
        return changed

    async def mark_listed(self, entry_keys: Sequence[str]) -> set[str]:
        """Note that these lines are on the list now; return the children of those that had left it."""
        result = await self._connection.execute(_CAME_BACK, {"keys": list(entry_keys)})
        came_back = {row[0] for row in result}
        await self._connection.execute(_LISTED, {"keys": list(entry_keys), "now": self._now})
        return came_back

    async def open_lines(self) -> list[OpenLine]:
        """Return the lines of the council's list that have no end and have not left it."""
        return [OpenLine(**row) for row in (await self._connection.execute(_OPEN_LINES)).mappings()]

    async def mark_left(self, entry_keys: Sequence[str]) -> None:
        """Note that these lines were left out of a whole list that came now."""
        await self._connection.execute(_LEFT, {"keys": list(entry_keys), "now": self._now})


_CAME_BACK = text(
    "select child_id from missing_list_entries where entry_key = any(:keys) and left_list_at is not null"
)
_LISTED = text(
    "update missing_list_entries set listed_at = :now, left_list_at = null where entry_key = any(:keys)"
)
_OPEN_LINES = text(
    "select entry_key, child_id, started_at from missing_list_entries"
    " where source = 'missing_list' and ended_at is null and left_list_at is null"
)
_LEFT = text("update missing_list_entries set left_list_at = :now where entry_key = any(:keys)")


def _list_row(line: ListLine, digest: str, source: str) -> dict[str, object]:
    entry = line.entry
    return {
        "entry_key": line.entry_key,
        "child_id": entry.child_id,
        "placement_id": entry.placement_id or "",
        "kind": entry.type.value if entry.type else "M",
        "started_at": entry.started_at,
        "ended_at": entry.ended_at,
        "date_only": entry.started_date_only,
        "ended_date_only": entry.ended_date_only,
        "reported_by": entry.reported_by or "",
        "source": source,
        "incident_id": line.incident_id if source == "missing_list" else None,
        "content_hash": digest,
    }
