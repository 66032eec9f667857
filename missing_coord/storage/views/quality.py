"""The list of closed interviews for quality auditors: what waits, what was returned, what is audited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from missing_coord.domain.quality import AUDITED_STATES
from missing_coord.storage.unit_of_work import SqlUnitOfWork

LISTS = ("waiting", "returned", "audited")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLine:
    """One closed interview as the auditors' list shows it; `risk` is the highest that police stated."""

    interview_id: str
    display_name: str
    state: str
    worker_name: str
    risk: str
    closed_at: datetime
    grade: str
    audited_by: str


# Police keep their own words for risk; the order is that of the contract's code list.
_CLOSED = """
    from interviews i join children c using (child_id)
    left join workers w on w.worker_id = i.worker_id
    left join lateral (select q.*, exists (select from interview_records r where r.interview_id = i.interview_id
            and r.number > q.record_number) as worked_on
        from quality_audits q where q.interview_id = i.interview_id and q.closed_at = i.closed_at
        order by q.audit_id desc limit 1) a on true
    left join lateral (select e.risk, array_position(array['high', 'medium', 'low', 'no_apparent_risk'], e.risk) as rank
        from interview_episodes l join episodes e using (episode_id)
        where l.interview_id = i.interview_id order by rank nulls last limit 1) r on true
    where i.closed_at is not null and i.state = any(:states) and
        case when a.audit_id is null or (a.returned and a.worked_on) then 'waiting'
            when a.returned then 'returned' else 'audited' end = :list
"""
_LINES = text(f"""
    select i.interview_id::text, coalesce(nullif(concat_ws(' ', nullif(c.forename, ''), nullif(c.surname, '')), ''),
        'Name not known') as display_name, i.state, coalesce(w.name, '') as worker_name, coalesce(r.risk, '') as risk,
        i.closed_at, coalesce(a.grade, '') as grade, coalesce(a.audited_by, '') as audited_by
    {_CLOSED} order by r.rank nulls last, i.closed_at, i.interview_id limit :limit offset :offset
""")
_COUNT = text(f"select count(*) {_CLOSED}")
_STATES = sorted(state.value for state in AUDITED_STATES)


async def audit_lines(uow: SqlUnitOfWork, which: str, *, limit: int, offset: int = 0) -> Sequence[AuditLine]:
    """Return a part of one of the LISTS: the highest risk first, of one risk the longest closed."""
    asked = {"states": _STATES, "list": which, "limit": limit, "offset": offset}
    return [AuditLine(**row) for row in (await uow.execute(_LINES, asked)).mappings()]


async def audit_counts(uow: SqlUnitOfWork) -> dict[str, int]:
    """Return the length of each of the LISTS."""
    found = {}
    for which in LISTS:
        found[which] = int((await uow.execute(_COUNT, {"states": _STATES, "list": which})).scalar_one())
    return found
