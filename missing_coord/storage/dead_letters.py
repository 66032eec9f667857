"""Messages and events that wait in quarantine, and the way of an event back to its consumer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from missing_coord.domain.errors import NotFound
from missing_coord.storage.unit_of_work import SqlUnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """One message or event that waits for a person; `faults` are (field, reason) pairs."""

    quarantine_id: int
    kind: str
    source: str
    received_at: datetime
    faults: tuple[tuple[str, str], ...]


_WAITING = text("""
    select quarantine_id, kind, source, received_at, faults from quarantine
    where resolved_at is null and (kind = 'event' or source = any(cast(:topics as text[])))
    order by received_at, quarantine_id
""")


async def waiting(uow: SqlUnitOfWork, topics: Collection[str]) -> list[DeadLetter]:
    """Return every dead letter that nobody has settled, the oldest first."""
    found = await uow.execute(_WAITING, {"topics": list(topics)})
    return [
        DeadLetter(**{**row, "faults": tuple((each["field"], each["reason"]) for each in row["faults"])})
        for row in found.mappings()
    ]


async def send_again(uow: SqlUnitOfWork, *, consumer: str, event_id: str) -> None:
    """Let the relay deliver an event once more and its consumer take it; run as the system. Raises NotFound."""
    values = {"consumer": consumer, "event_id": event_id}
    again = text("update outbox set sent_at = null where event_id = cast(:event_id as uuid) returning 1")
    if (await uow.execute(again, {"event_id": event_id})).one_or_none() is None:
        raise NotFound("This event is none of ours: it is in no outbox.")
    forget = "delete from inbox where consumer = :consumer and event_id = cast(:event_id as uuid)"
    await uow.execute(text(forget), values)
    await uow.execute(text("select pg_notify('missing_coord_changes', 'outbox')"))
