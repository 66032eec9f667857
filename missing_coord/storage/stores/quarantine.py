"""Settling quarantined rows in PostgreSQL."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from missing_coord.domain.errors import NotFound
from missing_coord.services.quarantine import Settled


class SqlQuarantine:
    """Rows that could not be understood, for those who settle them."""

    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def settle(self, quarantine_id: int, *, resolution: str, by: str) -> bool:
        """Settle a row that waits; False when it was settled before."""
        result = await self._connection.execute(
            text(
                "update quarantine set resolved_at = :now, resolved_by = :by, resolution = :resolution"
                " where quarantine_id = :id and resolved_at is null returning quarantine_id"
            ),
            {"now": self._now, "by": by, "resolution": resolution, "id": quarantine_id},
        )
        return result.one_or_none() is not None

    async def settled(self, quarantine_id: int) -> Settled | None:
        """Return who settled a row; raises NotFound."""
        result = await self._connection.execute(_SETTLED, {"id": quarantine_id})
        row = result.mappings().one_or_none()
        if row is None:
            raise NotFound(f"There is no quarantined row {quarantine_id} that you may see.")
        return Settled(by=row["resolved_by"], at=row["resolved_at"]) if row["resolved_at"] else None


_SETTLED = text("select resolved_at, resolved_by from quarantine where quarantine_id = :id")
