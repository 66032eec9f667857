"""Messages to the person who acts, or to their role; the database shows nobody another's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text

from missing_coord.domain.access import Role
from missing_coord.storage.unit_of_work import SqlUnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageLine:
    """The newest message about one matter, with how many `earlier` ones there are about it.

    `new_ids` are those of its messages that nobody has seen and that still wait for somebody.
    """

    message_id: int
    kind: str
    text: str
    subject_type: str
    subject_id: str
    planned_at: datetime
    seen_at: datetime | None
    seen_by: str
    personal: bool
    earlier: int
    new_ids: tuple[int, ...]


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
    Role.EXPLOITATION_LEAD: _PATTERN_WAITS + _ALERT_WAITS,
}
_SEE = text("""
    update messages set seen_at = :now, seen_by = :by
    where message_id = any(cast(:ids as bigint[])) and seen_at is null returning message_id
""")


async def unseen(uow: SqlUnitOfWork) -> int:
    """Return about how many matters that still wait there are messages not marked as seen."""
    query = text(
        "select count(*) from (select from messages m"
        f" where {_SHOWN} and m.seen_at is null and ({_waits(uow)}) group by m.subject_type, m.subject_id) matters"
    )
    return int((await uow.execute(query)).scalar_one())


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageCount:
    """How many matters of a kind have their newest message on a London day; `new` ones have something not seen."""

    kind: str
    new: bool
    day: date
    count: int


async def message_counts(uow: SqlUnitOfWork) -> list[MessageCount]:
    """Return how many matters there are of each kind and day, new ones apart."""
    query = text(f"""
        with lines as ({_lines(uow)})
        select kind, cardinality(new_ids) > 0 as new, {_DAY} as day, count(*) as count from lines where place = 1
        group by 1, 2, 3
    """)
    return [MessageCount(**row) for row in (await uow.execute(query)).mappings()]


async def messages(
    uow: SqlUnitOfWork, *, limit: int, offset: int = 0, kind: str = "", new: bool = False
) -> list[MessageLine]:
    """Return one line for each matter: first those with something not seen that still wait, then the newest.

    `kind` is that of a matter's newest message, and `new` leaves out those of which everything is seen.
    """
    query = text(f"""
        with lines as ({_lines(uow)})
        select message_id, kind, text, subject_type, subject_id, planned_at, seen_at, seen_by, personal, earlier,
            new_ids from lines
        where place = 1 and cast(:kind as text) in ('', kind)
            and (not cast(:new as boolean) or cardinality(new_ids) > 0)
        order by cardinality(new_ids) > 0 desc, planned_at desc, message_id desc
        limit :limit offset :offset
    """)
    result = await uow.execute(query, {"limit": limit, "offset": offset, "kind": kind, "new": new})
    return [MessageLine(**{**row, "new_ids": tuple(row["new_ids"])}) for row in result.mappings()]


def _lines(uow: SqlUnitOfWork) -> str:
    """Every message that is shown, with its place in its matter from the newest on."""
    return f"""
            select m.message_id, m.kind, m.text, m.subject_type, m.subject_id, m.planned_at, m.seen_at, m.seen_by,
                m.recipient_user <> '' as personal, row_number() over matter as place,
                count(*) over whole - 1 as earlier,
                array_remove(array_agg(case when m.seen_at is null and {_waits(uow)} then m.message_id end)
                    over whole, null) as new_ids
            from messages m where {_SHOWN}
            window matter as (partition by m.subject_type, m.subject_id order by m.planned_at desc, m.message_id desc),
                   whole as (partition by m.subject_type, m.subject_id)
    """


async def mark_seen(uow: SqlUnitOfWork, message_ids: Sequence[int]) -> int:
    """Mark messages as seen by the person who acts, and return how many were not before."""
    result = await uow.execute(_SEE, {"ids": list(message_ids), "now": uow.now, "by": uow.actor.name})
    seen = [row[0] for row in result]
    for message_id in seen:
        uow.audit("message_seen", subject_type="message", subject_id=str(message_id))
    return len(seen)


_SHOWN = "m.channel = 'recorder'"
_DAY = "(planned_at at time zone 'Europe/London')::date"


def _waits(uow: SqlUnitOfWork) -> str:
    return f"({_INTERVIEW_WAITS}{_ALSO_WAITS.get(uow.actor.role, '')})"
