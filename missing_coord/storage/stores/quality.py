"""Quality audits in PostgreSQL."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from missing_coord.services.ports.quality import QualityAudit
from missing_coord.storage.mappers import from_row
from missing_coord.storage.tables.quality import quality_audits

_AUTHORS = text("select distinct recorded_by from interview_events where interview_id = cast(:id as uuid)")


class SqlQuality:
    """Quality audits; the database lets nobody audit what they recorded on."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, audit: QualityAudit) -> bool:
        """Keep an audit; False when this version of this closing was audited before."""
        statement = insert(quality_audits).values(**asdict(audit))
        result = await self._connection.execute(
            statement.on_conflict_do_nothing(constraint="uq_quality_audits_once")
        )
        return result.rowcount == 1

    async def of_interview(self, interview_id: str) -> list[QualityAudit]:
        """Return the audits of an interview, the newest first."""
        statement = select(quality_audits).where(quality_audits.c.interview_id == interview_id)
        result = await self._connection.execute(statement.order_by(quality_audits.c.audit_id.desc()))
        return [from_row(QualityAudit, dict(row)) for row in result.mappings()]

    async def authors(self, interview_id: str) -> set[str]:
        """Return who has recorded anything on the interview."""
        return set((await self._connection.execute(_AUTHORS, {"id": interview_id})).scalars())
