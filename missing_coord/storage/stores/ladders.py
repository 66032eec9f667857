"""Ladders and rotas in PostgreSQL, each kept as the document that people write."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from missing_coord.contracts.ladders import read_ladder, write_ladder
from missing_coord.contracts.rotas import kept_rota, write_rota
from missing_coord.domain.errors import ConcurrencyConflict, DomainError
from missing_coord.domain.escalation import Ladder
from missing_coord.domain.ladders import LadderBook
from missing_coord.domain.rotas import Rota

_ADD = """
insert into ladders (clock, version, body, effective_at, saved_by, saved_at)
values (:clock, :version, cast(:body as jsonb), :effective_at, :by, :at) on conflict do nothing returning 1
"""
_SAVE_ROTA = """
insert into rotas (name, body, saved_by, saved_at) values (:name, cast(:body as jsonb), :by, :at)
on conflict (name) do update set body = excluded.body, saved_by = excluded.saved_by, saved_at = excluded.saved_at,
    version = rotas.version + 1 where rotas.version = :version
returning version
"""


class SqlLadders:
    """Versions of ladders; one that is kept is never changed, as running clocks hold on to it."""

    def __init__(self, connection: AsyncConnection, now: datetime, by: str) -> None:
        self._connection = connection
        self._now = now
        self._by = by

    async def book(self) -> LadderBook:
        """Return every version of every ladder, the shipped ones included."""
        result = await self._connection.execute(text("select body, effective_at from ladders"))
        return LadderBook.holding(
            [replace(read_ladder(json.dumps(row.body)), effective_at=row.effective_at) for row in result]
        )

    async def add(self, ladder: Ladder) -> None:
        """Keep a version; the same again changes nothing, another under a name in use raises DomainError."""
        known = (await self.book()).ladders.get((ladder.clock, ladder.version))
        if known is not None and known.steps == ladder.steps and known.due_after == ladder.due_after:
            return
        if known is not None:
            raise DomainError(
                "version_in_use",
                f"version: {ladder.version} is in use with other steps; give this one a name of its own.",
            )
        values = {
            "clock": ladder.clock.value,
            "version": ladder.version,
            "body": json.dumps(write_ladder(ladder)),
            "effective_at": ladder.effective_at,
            "by": self._by,
            "at": self._now,
        }
        await self._connection.execute(text(_ADD), values)


class SqlRotas:
    """Rotas, each one document under optimistic locking."""

    def __init__(self, connection: AsyncConnection, now: datetime, by: str) -> None:
        self._connection = connection
        self._now = now
        self._by = by

    async def all(self) -> Sequence[tuple[Rota, int]]:
        """Return every rota with its version."""
        rows = await self._connection.execute(text("select name, body, version from rotas order by name"))
        return [(kept_rota(row.name, row.body), row.version) for row in rows]

    async def get(self, name: str) -> tuple[Rota, int]:
        """Return a rota with its version; an empty one with version 0 where there is none of this name."""
        return next((each for each in await self.all() if each[0].name == name), (Rota(name=name), 0))

    async def save(self, rota: Rota, *, expected_version: int) -> None:
        """Keep a rota; raises ConcurrencyConflict when somebody else changed it since it was read."""
        values: dict[str, Any] = {
            "name": rota.name,
            "body": json.dumps(write_rota(rota)),
            "by": self._by,
            "at": self._now,
            "version": expected_version,
        }
        found = (await self._connection.execute(text(_SAVE_ROTA), values)).one_or_none()
        if found is None or (expected_version == 0 and found.version != 1):
            raise ConcurrencyConflict(f"The rota {rota.name} was changed since you opened it.")
