"""Messages to the person who acts, or to their role; the database shows nobody another's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from missing_coord.domain.access import Role
from missing_coord.storage.unit_of_work import SqlUnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageLine:
    """One message as its page lists it; `standing` while what it is about still waits for somebody."""

    message_id: int
    kind: str
    text: str
    subject_type: str
    subject_id: str
    planned_at: datetime
    seen_at: datetime | None
    seen_by: str
    personal: bool
    standing: bool


# What the product shows is what the recorder channel wrote down; other channels carry the same to other places.
_INTERVIEW_WAITS = """
    (m.subject_type = 'interview' and m.alert_id = '' and (m.kind = 'unassigned' or exists (select from interviews i
        where i.interview_id::text = m.subject_id and i.closed_at is null)))
"""
_INCIDENT_WAITS = """
    or (m.subject_type = 'incident' and exists (select from incidents n
        where n.incident_id::text = m.subject_id and n.match_state in ('review', 'unmatched')))
"""
_PATTERN_WAITS = """
    or (m.subject_type = 'pattern' and exists (select from patterns p
        where p.pattern_id::text = m.subject_id and p.state = 'proposed'))
    or (m.subject_type = 'patterns' and exists (select from patterns p
        where p.raised_at = m.planned_at and p.state = 'proposed'))
"""
_ALERT_WAITS = """
    or (m.alert_id <> '' and exists (select from alerts a where a.alert_id::text = m.alert_id and a.closed_at is null))
"""
_RETURN_WAITS = """
    or (m.subject_type = 'presumed_return' and exists (select from presumed_returns r
        where r.presumed_return_id::text = m.subject_id and r.state = 'waiting'))
"""
# Each role asks only tables that it may read.
_ALSO_WAITS = {
    Role.COORDINATOR: _INCIDENT_WAITS + _RETURN_WAITS + _ALERT_WAITS,
    Role.MANAGER: _RETURN_WAITS + _ALERT_WAITS,
    Role.QUALITY_AUDITOR: _ALERT_WAITS,
    Role.EXPLOITATION_LEAD: _PATTERN_WAITS,
}
_SEE = text("""
    update messages set seen_at = :now, seen_by = :by
    where message_id = any(cast(:ids as bigint[])) and seen_at is null returning message_id
""")


async def unseen(uow: SqlUnitOfWork) -> int:
    """Return how many messages about work that still waits were not marked as seen."""
    query = text(f"select count(*) from messages m where {_SHOWN} and m.seen_at is null and ({_waits(uow)})")
    return int((await uow.execute(query)).scalar_one())


async def messages(uow: SqlUnitOfWork, *, limit: int, offset: int = 0) -> list[MessageLine]:
    """Return the messages: first those not seen whose work still waits, then the newest."""
    query = text(f"""
        select m.message_id, m.kind, m.text, m.subject_type, m.subject_id, m.planned_at, m.seen_at, m.seen_by,
            m.recipient_user <> '' as personal, {_waits(uow)} as standing
        from messages m where {_SHOWN}
        order by m.seen_at is null and ({_waits(uow)}) desc, m.planned_at desc, m.message_id desc
        limit :limit offset :offset
    """)
    result = await uow.execute(query, {"limit": limit, "offset": offset})
    return [MessageLine(**row) for row in result.mappings()]


async def mark_seen(uow: SqlUnitOfWork, message_ids: Sequence[int]) -> int:
    """Mark messages as seen by the person who acts, and return how many were not before."""
    result = await uow.execute(_SEE, {"ids": list(message_ids), "now": uow.now, "by": uow.actor.name})
    seen = [row[0] for row in result]
    for message_id in seen:
        uow.audit("message_seen", subject_type="message", subject_id=str(message_id))
    return len(seen)


_SHOWN = "m.channel = 'recorder'"


def _waits(uow: SqlUnitOfWork) -> str:
    return f"({_INTERVIEW_WAITS}{_ALSO_WAITS.get(uow.actor.role, '')})"
