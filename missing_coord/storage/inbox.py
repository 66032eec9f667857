"""The idempotent inbox: each consumer takes each event once, in the transaction of what the event changes."""

from __future__ import annotations

from sqlalchemy import text

from missing_coord.storage.unit_of_work import SqlUnitOfWork

_CLAIM = """
insert into inbox (consumer, event_id, handled_at) values (:consumer, cast(:event_id as uuid), :at)
on conflict do nothing returning 1
"""


async def claim(uow: SqlUnitOfWork, consumer: str, event_id: str) -> bool:
    """Take an event for a consumer; False when it was taken before. Waits for another that is taking it now."""
    values = {"consumer": consumer, "event_id": event_id, "at": uow.now}
    return (await uow.execute(text(_CLAIM), values)).one_or_none() is not None
