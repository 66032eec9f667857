"""Requests to other authorities and spot purchases in PostgreSQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from missing_coord.domain.interview_requests import Purchase, Transfer
from missing_coord.storage.mappers import from_typed_row, to_row
from missing_coord.storage.tables.records import interview_transfers, spot_purchases

_ANSWER = ("state", "answered_for", "answer", "answer_kept_by", "answered_at")
_SETTLED = (
    "state",
    "decided_by",
    "decided_at",
    "decision_reason",
    "outcome",
    "cost_pence",
    "closed_by",
    "closed_at",
)


class SqlRequests:
    """Requests to other authorities and spot purchases."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def transfers(self, interview_id: str) -> list[Transfer]:
        """Return the requests to take an interview over, the newest first."""
        rows = await self._of(interview_transfers, interview_id)
        return [from_typed_row(Transfer, row) for row in rows]

    async def purchases(self, interview_id: str) -> list[Purchase]:
        """Return the spot purchases of an interview, the newest first."""
        rows = await self._of(spot_purchases, interview_id)
        return [from_typed_row(Purchase, row) for row in rows]

    async def add_transfer(self, transfer: Transfer) -> None:
        """Keep a new request."""
        await self._connection.execute(insert(interview_transfers).values(**to_row(transfer)))

    async def add_purchase(self, purchase: Purchase) -> None:
        """Keep a new request."""
        await self._connection.execute(insert(spot_purchases).values(**to_row(purchase)))

    async def save_transfer(self, transfer: Transfer) -> None:
        """Keep the answer to a request."""
        row = to_row(transfer)
        await self._connection.execute(
            update(interview_transfers)
            .where(interview_transfers.c.transfer_id == transfer.transfer_id)
            .values(**{name: row[name] for name in _ANSWER}, version=transfer.version + 1)
        )

    async def save_purchase(self, purchase: Purchase) -> None:
        """Keep the decision about a purchase, or what came of it."""
        row = to_row(purchase)
        await self._connection.execute(
            update(spot_purchases)
            .where(spot_purchases.c.purchase_id == purchase.purchase_id)
            .values(**{name: row[name] for name in _SETTLED}, version=purchase.version + 1)
        )

    async def _of(self, table: Table, interview_id: str) -> list[dict[str, Any]]:
        statement = select(table).where(table.c.interview_id == interview_id)
        result = await self._connection.execute(statement.order_by(table.c.asked_at.desc()))
        return [dict(row) for row in result.mappings()]
