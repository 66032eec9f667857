"""The lists of closed interviews for quality auditors, why each stands where it does, and the author's feedback."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from missing_coord.domain.audit_risk import POINTS, AuditRisk
from missing_coord.domain.past_records import EARLIER_RECORDS
from missing_coord.domain.quality import AUDITED_STATES
from missing_coord.storage.child_names import NAME
from missing_coord.storage.unit_of_work import SqlUnitOfWork

LISTS = ("waiting", "second", "returned", "audited")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLine:
    """One closed interview as the auditors' list shows it, with what makes its risk greater.

    `grade` is empty where there is none, or where who asks may still give the second one.
    """

    interview_id: str
    display_name: str
    state: str
    worker_name: str
    closed_at: datetime
    grade: str
    scheme: str
    audited_by: str
    risks: tuple[AuditRisk, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What an auditor wrote about an interview of the worker who acts; `read_at` is None until they have read it."""

    audit_id: int
    interview_id: str
    closed_at: datetime
    kind: str
    scheme: str
    returned: bool
    grade: str
    score: int
    marks: Mapping[str, str]
    comment: str
    audited_by: str
    audited_at: datetime
    read_at: datetime | None


_LISTED = """
    select i.interview_id, i.child_id, i.state, i.worker_id, i.closed_at, a.audit_id, a.scheme, a.audited_by
    from interviews i
    left join lateral (select q.*, exists (select from interview_records r where r.interview_id = i.interview_id
            and r.number > q.record_number) as worked_on
        from quality_audits q where q.interview_id = i.interview_id and q.closed_at = i.closed_at
        order by q.audit_id desc limit 1) a on true
    where i.closed_at is not null and i.state = any(:states)
        and i.closed_by <> :brought_over and case :list
        when 'waiting' then a.audit_id is null or (a.returned and a.worked_on)
        when 'returned' then a.returned and not a.worked_on
        when 'audited' then not a.returned
        else a.sampled and a.audited_by <> :me
            and not exists (select from audit_grades g where g.audit_id = a.audit_id and g.place = 2)
            and not exists (select from interview_events v
                            where v.interview_id = i.interview_id and v.recorded_by = :me) end
"""
# Police keep their own words for risk; the order is that of the contract's code list.
_RISKS = f"""
    select l.*, p.risk = 'high' as high, p.risk = 'medium' as medium, p.risk = 'low' as low,
        l.state <> 'completed' as not_held,
        exists (select from interview_records r left join record_contents c using (interview_id, number)
                where r.interview_id = l.interview_id and (r.act_now or c.harm <> '{{}}')) as told_harm,
        exists (select from record_screen_answers s where s.interview_id = l.interview_id and s.positive) as screen,
        c.date_of_birth > (l.closed_at - interval '13 years')::date as under_13,
        (select count(*) >= 3 from episodes e
            where e.child_id = l.child_id and e.kind = 'M' and e.status <> 'cancelled'
                and e.started_at > l.closed_at - interval '90 days' and e.started_at <= l.closed_at) as often,
        {NAME} as display_name
    from listed l join children c using (child_id)
    left join lateral (select e.risk from interview_episodes d join episodes e using (episode_id)
        where d.interview_id = l.interview_id
        order by array_position(array['high', 'medium', 'low', 'no_apparent_risk'], e.risk) nulls last
        limit 1) p on true
"""
_POINTS = " + ".join(f"case when {each.value} then {POINTS[each]} else 0 end" for each in AuditRisk)
_FOUND = ", ".join(f"case when y.{each.value} then '{each.value}' end" for each in AuditRisk)
_LINES = text(f"""
    with listed as ({_LISTED}), risky as ({_RISKS})
    select y.interview_id::text, y.display_name, y.state, coalesce(w.name, '') as worker_name, y.closed_at,
        coalesce(g.grade, '') as grade, coalesce(y.scheme, '') as scheme, coalesce(y.audited_by, '') as audited_by,
        array_remove(array[{_FOUND}], null) as risks
    from risky y left join workers w on w.worker_id = y.worker_id
    left join audit_grades g on g.audit_id = y.audit_id and g.place = 1
    order by {_POINTS} desc, y.closed_at, y.interview_id limit :limit offset :offset
""")
_COUNT = text(f"with listed as ({_LISTED}) select count(*) from listed")
_STATES = sorted(state.value for state in AUDITED_STATES)
_FEEDBACK = text("""
    select a.audit_id, a.interview_id::text, a.closed_at, a.kind, a.scheme, a.returned, g.grade, g.score,
        g.marks, g.comment, a.audited_by, a.audited_at, r.read_at
    from quality_audits a join audit_grades g on g.audit_id = a.audit_id and g.place = 1
    left join audit_readings r on r.audit_id = a.audit_id
    where r.read_at is null or a.audited_at > cast(:now as timestamptz) - interval '28 days'
    order by r.read_at is not null, a.audited_at desc, a.audit_id desc limit :limit
""")


async def audit_lines(uow: SqlUnitOfWork, which: str, *, limit: int, offset: int = 0) -> Sequence[AuditLine]:
    """Return a part of one of the LISTS: the greatest risk first, of one risk the longest closed."""
    asked = {**_asked(uow, which), "limit": limit, "offset": offset}
    rows = (await uow.execute(_LINES, asked)).mappings()
    return [AuditLine(**{**row, "risks": tuple(map(AuditRisk, row["risks"]))}) for row in rows]


async def audit_counts(uow: SqlUnitOfWork) -> dict[str, int]:
    """Return the length of each of the LISTS."""
    return {which: int((await uow.execute(_COUNT, _asked(uow, which))).scalar_one()) for which in LISTS}


def _asked(uow: SqlUnitOfWork, which: str) -> dict[str, object]:
    return {"states": _STATES, "list": which, "me": uow.actor.name, "brought_over": EARLIER_RECORDS}


async def my_feedback(uow: SqlUnitOfWork, *, limit: int = 10) -> list[Feedback]:
    """Return what auditors wrote to the worker who acts: what is not read yet first, then that of the last 28 days."""
    rows = (await uow.execute(_FEEDBACK, {"now": uow.now, "limit": limit})).mappings()
    return [Feedback(**row) for row in rows]
