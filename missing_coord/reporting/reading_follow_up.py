"""Reads records, audits and actions of interviews as they were known at an instant."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text

from missing_coord.domain.population import Population
from missing_coord.domain.quality import AUDITED_STATES
from missing_coord.reporting.follow_up import ActionFact, ClosedFact, FollowUp, RecordFact
from missing_coord.reporting.protocol import Reading

_STATES = sorted(each.value for each in AUDITED_STATES)


async def read_follow_up(uow: Reading, *, first: datetime, after: datetime, as_at: datetime) -> FollowUp:
    """Return what followed interviews held, closed or asking for actions in [first, after)."""
    span = {"first": first, "after": after, "as_at": as_at}
    records = (await uow.execute(text(_RECORDS), span)).mappings().all()
    closed = (await uow.execute(text(_CLOSED), {**span, "states": _STATES})).mappings().all()
    actions = (await uow.execute(text(_ACTIONS), span)).mappings().all()
    return FollowUp(
        records=tuple(
            RecordFact(**{**row, "push": tuple(row["push"]), "pull": tuple(row["pull"])}) for row in records
        ),
        closed=tuple(ClosedFact(**row) for row in closed),
        actions=tuple(ActionFact(**row) for row in actions),
    )


_OTHERS = f"i.population = '{Population.OTHER_AUTHORITY.value}' as others"
_LIVE = """
exists (select from interview_episodes ie join episodes e using (episode_id)
        where ie.interview_id = i.interview_id and e.status <> 'cancelled')
"""
_RECORDS = f"""
select v.interview_id::text, i.child_id, {_OTHERS}, v.held_at, c.push_factors as push, c.pull_factors as pull,
       cardinality(c.harm) > 0 as harm, c.harm_asked, c.confidentiality_explained, c.helpline_given, c.seen_alone
from interview_records v join record_contents c using (interview_id, number) join interviews i using (interview_id)
where {_LIVE} and v.held_at >= :first and v.held_at < :after and v.submitted_at <= :as_at
  and not exists (select from interview_records newer where newer.interview_id = v.interview_id
                  and newer.number > v.number and newer.submitted_at <= :as_at)
order by v.held_at, v.interview_id
"""
_CLOSED = f"""
select i.interview_id::text, {_OTHERS}, i.closed_at, coalesce(last.grade, '') as grade,
       coalesce(last.returned, false) as returned, firsts.at as first_audited_at
from interviews i
left join lateral (select a.grade, a.returned from quality_audits a
                   where a.interview_id = i.interview_id and a.closed_at = i.closed_at and a.audited_at <= :as_at
                   order by a.audited_at desc, a.audit_id desc limit 1) last on true
left join lateral (select min(a.audited_at) as at from quality_audits a
                   where a.interview_id = i.interview_id and a.closed_at = i.closed_at and a.audited_at <= :as_at)
    firsts on true
where {_LIVE} and i.closed_at >= :first and i.closed_at < :after and i.closed_at <= :as_at and i.state = any(:states)
order by i.closed_at, i.interview_id
"""
_ACTIONS = f"""
select a.interview_id::text, {_OTHERS}, a.opened_at, a.due_on,
       case when a.closed_at <= :as_at then a.state else 'open' end as state,
       case when a.closed_at <= :as_at then a.closed_at end as closed_at
from interview_actions a join interviews i using (interview_id)
where {_LIVE} and a.opened_at >= :first and a.opened_at < :after and a.opened_at <= :as_at
order by a.opened_at, a.action_id
"""
