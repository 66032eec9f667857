"""Requests about interviews that wait: for another authority, for a manager, or for what came of a purchase."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from missing_coord.storage.child_names import NAME
from missing_coord.storage.unit_of_work import SqlUnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestLine:
    """One request; `of_whom` is the authority or the supplier, `pence` the estimate of a purchase."""

    interview_id: str
    display_name: str
    of_whom: str
    state: str
    asked_by: str
    asked_at: datetime
    due_at: datetime | None
    pence: int | None


_TRANSFERS = text(f"""
    select i.interview_id::text, {NAME} as display_name, t.authority as of_whom, t.state, t.asked_by, t.asked_at,
        i.due_at, cast(null as integer) as pence
    from interview_transfers t join interviews i using (interview_id) join children c using (child_id)
    where t.state = 'asked' order by t.asked_at
""")
_PURCHASES = text(f"""
    select i.interview_id::text, {NAME} as display_name, p.supplier as of_whom, p.state, p.asked_by, p.asked_at,
        i.due_at, p.estimated_pence as pence
    from spot_purchases p join interviews i using (interview_id) join children c using (child_id)
    where p.state in ('asked', 'approved') order by p.state desc, p.asked_at
""")


async def waiting_transfers(uow: SqlUnitOfWork) -> Sequence[RequestLine]:
    """Return the requests to other authorities without an answer, the longest waiting first."""
    return [RequestLine(**row) for row in (await uow.execute(_TRANSFERS)).mappings()]


async def waiting_purchases(uow: SqlUnitOfWork) -> Sequence[RequestLine]:
    """Return the purchases that are not settled: those that wait for a manager, then approved ones."""
    return [RequestLine(**row) for row in (await uow.execute(_PURCHASES)).mappings()]
