"""The newest version of each interview record of some children, without what was said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from missing_coord.domain.interview_records import RecordHead
from missing_coord.storage.mappers import from_typed_row
from missing_coord.storage.rows import among
from missing_coord.storage.tables.cases import interviews
from missing_coord.storage.tables.records import interview_records


async def newest_heads(
    connection: AsyncConnection, child_ids: Collection[str]
) -> dict[str, list[RecordHead]]:
    """Return by child the heads of the records that the actor may read; a child without any is left out."""
    statement = (
        select(interviews.c.child_id, interview_records)
        .join(interviews, interviews.c.interview_id == interview_records.c.interview_id)
        .where(among(interviews.c.child_id, child_ids))
        .ext(distinct_on(interview_records.c.interview_id))
        .order_by(interview_records.c.interview_id, interview_records.c.number.desc())
    )
    found: dict[str, list[RecordHead]] = defaultdict(list)
    for row in (await connection.execute(statement)).mappings():
        found[row["child_id"]].append(from_typed_row(RecordHead, row))
    return found
