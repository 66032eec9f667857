"""The register's name counts, kept as snapshots so that every process scores alike."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from missing_coord.matching.prepared import PreparedChild
from missing_coord.matching.rarity import RegisterStatistics, count_register
from missing_coord.storage.tables.people import register_statistics

STALE_AFTER = timedelta(days=1)


async def latest_number(connection: AsyncConnection) -> int:
    """Return the number of the newest snapshot, 0 when there is none."""
    result = await connection.execute(text("select coalesce(max(statistics_id), 0) from register_statistics"))
    return int(result.scalar_one())


async def load(connection: AsyncConnection, number: int) -> RegisterStatistics:
    """Return one snapshot; number 0 is an empty register."""
    if number == 0:
        return RegisterStatistics(children=0)
    statement = select(register_statistics.c.data).where(register_statistics.c.statistics_id == number)
    data: dict[str, Any] = (await connection.execute(statement)).scalar_one()
    return RegisterStatistics(**data)


async def refresh(connection: AsyncConnection, now: datetime) -> None:
    """Count the register anew when it has changed by more than 1 in 100, or the last count is a day old."""
    result = await connection.execute(
        text("select children, computed_at from register_statistics order by statistics_id desc limit 1")
    )
    last = result.one_or_none()
    total = (
        await connection.execute(text("select count(*) from children where prepared is not null"))
    ).scalar_one()
    if (
        last is not None
        and abs(total - last.children) * 100 <= total
        and now - last.computed_at < STALE_AFTER
    ):
        return
    lines = await connection.execute(text("select prepared from children where prepared is not null"))
    counted = count_register(PreparedChild.from_json(row[0]) for row in lines)
    await connection.execute(
        insert(register_statistics).values(
            data=counted.to_json_data(), children=counted.children, computed_at=now
        )
    )
