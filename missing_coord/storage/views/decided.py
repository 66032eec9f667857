"""Notices whose child somebody decided of late, and any notice by its reference, to be looked at again or undone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from missing_coord.storage.child_names import shown_name
from missing_coord.storage.unit_of_work import SqlUnitOfWork

LATELY = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedLine:
    """Whose one notice is, by whom that was decided, and how many other notices were decided by the same words."""

    incident_id: str
    reference: str
    child_id: str
    child_name: str
    match_state: str
    verdict: str
    decided_by: str
    decided_at: datetime | None
    others: int


_LINES = """
    select i.incident_id::text, i.child_id, i.match_state, c.forename, c.surname, coalesce(d.verdict, '') as verdict,
        coalesce(d.decided_by, i.decided_by) as decided_by, coalesce(d.decided_at, i.decided_at) as decided_at,
        last.force, last.reference, (select count(*) from incidents o where i.signature <> ''
            and o.signature = i.signature and o.incident_id <> i.incident_id and o.decided_by = i.decided_by
            and i.decided_by <> 'engine') as others
    from incidents i join children c using (child_id)
    join lateral (select n.data ->> 'force' as force, n.data ->> 'reference' as reference from notices n
        where n.incident_id = i.incident_id order by n.issued_at desc, n.notice_id desc limit 1) last on true
    left join lateral (select d.verdict, d.decided_by, d.decided_at from match_decisions d
        where d.incident_id = i.incident_id and d.undone_at is null order by d.decision_id desc limit 1) d on true
"""
_LATELY = """
where i.incident_id in (select incident_id from match_decisions where decided_at > :since and undone_at is null)
"""
_NAMED = """
where i.source = 'police' and lower(:words) in (i.reference_key, i.force_key || '/' || i.reference_key)
"""
_ORDER = (
    "order by coalesce(d.decided_at, i.decided_at) desc nulls last, i.incident_id limit :limit offset :offset"
)


async def decided_lines(
    uow: SqlUnitOfWork, *, words: str = "", limit: int, offset: int = 0
) -> list[DecidedLine]:
    """Return what people decided in the last 30 days, the newest first; with `words` the notices of that reference."""
    values: dict[str, Any] = {"words": words} if words else {"since": uow.now - LATELY}
    query = f"{_LINES} {_NAMED if words else _LATELY} {_ORDER}"
    result = await uow.execute(text(query), {**values, "limit": limit, "offset": offset})
    return [
        DecidedLine(
            reference=f"{row['force']}/{row['reference']}",
            child_name=shown_name(row["forename"], row["surname"]),
            **{name: row[name] for name in _SAME},
        )
        for row in result.mappings()
    ]


_SAME = tuple(name for name in DecidedLine.__dataclass_fields__ if name not in ("reference", "child_name"))
