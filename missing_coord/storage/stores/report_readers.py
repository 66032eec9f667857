"""Who is told of reports, in PostgreSQL."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from missing_coord.domain.access import Role
from missing_coord.services.report_readers import MAY_READ, Reader
from missing_coord.storage.tables.reporting import report_readers

_ALL = """
select p.user_id::text, p.display_name as name, p.role, coalesce(r.monthly, false) as monthly,
       coalesce(r.weekly, false) as weekly
from people_to_tell() p left join report_readers r using (user_id)
where p.role = any(:roles) order by p.display_name, p.user_id
"""


class SqlReportReaders:
    """Who is told of reports; people who may open none are not in it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def all(self) -> list[Reader]:
        """Return everybody who may open reports, by name."""
        rows = await self._connection.execute(text(_ALL), {"roles": [each.value for each in MAY_READ]})
        return [Reader(**{**row, "role": Role(row["role"])}) for row in rows.mappings()]

    async def save(self, user_id: str, *, monthly: bool, weekly: bool, by: str, at: datetime) -> None:
        """Keep what somebody is told of."""
        wanted = {"monthly": monthly, "weekly": weekly, "saved_by": by, "saved_at": at}
        statement = insert(report_readers).values(user_id=user_id, **wanted)
        await self._connection.execute(
            statement.on_conflict_do_update(index_elements=["user_id"], set_=wanted)
        )
