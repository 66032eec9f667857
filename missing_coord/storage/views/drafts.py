"""Where a worker's draft that is left behind could go: their own interviews of the same child without a draft."""

from __future__ import annotations

from sqlalchemy import text

from missing_coord.domain.interviews import RECORDABLE_STATES
from missing_coord.storage.unit_of_work import SqlUnitOfWork

_TARGETS = text("""
    select i.interview_id::text from interviews i join interviews source on source.child_id = i.child_id
    where source.interview_id::text = :source and i.interview_id <> source.interview_id and i.worker_id = app_worker()
        and i.state = any(:recordable)
        and not exists (select from record_drafts d where d.interview_id = i.interview_id)
    order by i.closed_at is not null, i.due_at
""")


async def interviews_for(uow: SqlUnitOfWork, interview_id: str) -> list[str]:
    """Return the interviews, as far as the worker sees them, that could take the draft of another one over."""
    recordable = [state.value for state in RECORDABLE_STATES]
    result = await uow.execute(_TARGETS, {"source": interview_id, "recordable": recordable})
    return [row[0] for row in result]
