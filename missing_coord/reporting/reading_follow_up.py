"""Reads records, audits and actions of interviews as they were known at an instant."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import text

from missing_coord.contracts.audit_schemes import scheme_of
from missing_coord.domain.audit_schemes import SchemeBook
from missing_coord.domain.past_records import EARLIER_RECORDS
from missing_coord.domain.population import Population
from missing_coord.domain.quality import AUDITED_STATES
from missing_coord.reporting.follow_up import ActionFact, ClosedFact, FollowUp, RecordFact, SupportFact
from missing_coord.reporting.protocol import Reading

_STATES = sorted(each.value for each in AUDITED_STATES)


async def read_follow_up(
    uow: Reading, *, first: datetime, own: datetime, after: datetime, as_at: datetime
) -> FollowUp:
    """Return the records of interviews held in [first, after), and those closed or asking for actions in [own, after).

    Reasons are compared with earlier periods, audits and actions are not.
    """
    span = {"first": own, "after": after, "as_at": as_at}
    records = (await uow.execute(text(_RECORDS), {**span, "first": first})).mappings().all()
    closed = (await uow.execute(text(_CLOSED), {**span, "states": _STATES})).mappings().all()
    actions = (await uow.execute(text(_ACTIONS), span)).mappings().all()
    support = (await uow.execute(text(_SUPPORT), span)).mappings().all()
    return FollowUp(
        records=tuple(
            RecordFact(**{**row, "push": tuple(row["push"]), "pull": tuple(row["pull"])}) for row in records
        ),
        closed=tuple(ClosedFact(**{**row, "marks": tuple(sorted(row["marks"].items()))}) for row in closed),
        schemes=await _schemes(uow),
        actions=tuple(ActionFact(**row) for row in actions),
        support=tuple(SupportFact(**row) for row in support),
    )


async def _schemes(uow: Reading) -> SchemeBook:
    found = await uow.execute(text("select body, effective_at from audit_schemes"))
    return SchemeBook.holding(replace(scheme_of(row.body), effective_at=row.effective_at) for row in found)


_OTHERS = f"i.population = '{Population.OTHER_AUTHORITY.value}' as others"
_LIVE = """
exists (select from interview_episodes ie join episodes e using (episode_id)
        where ie.interview_id = i.interview_id and e.status <> 'cancelled')
"""
_RECORDS = f"""
select v.interview_id::text, i.child_id, {_OTHERS}, v.held_at, v.lists_version,
       why.push_factors as push, why.pull_factors as pull,
       cardinality(c.harm) > 0 as harm, c.harm_asked, c.confidentiality_explained, c.helpline_given, c.seen_alone
from interview_records v join record_contents c using (interview_id, number)
join record_reasons why using (interview_id, number) join interviews i using (interview_id)
where {_LIVE} and v.held_at >= :first and v.held_at < :after and v.submitted_at <= :as_at
  and not exists (select from interview_records newer where newer.interview_id = v.interview_id
                  and newer.number > v.number and newer.submitted_at <= :as_at)
order by v.held_at, v.interview_id
"""
_CLOSED = f"""
with shut as (
    select i.interview_id, {_OTHERS}, i.closed_at from interviews i
    where {_LIVE} and i.closed_at >= :first and i.closed_at < :after and i.closed_at <= :as_at
      and i.state = any(:states) and i.closed_by <> '{EARLIER_RECORDS}'
), audited as (
    select a.*, row_number() over newest as place, min(a.audited_at) over (partition by a.interview_id) as firsts
    from quality_audits a join shut s on s.interview_id = a.interview_id and s.closed_at = a.closed_at
    where a.audited_at <= :as_at
    window newest as (partition by a.interview_id order by a.audited_at desc, a.audit_id desc)
)
select s.interview_id::text, s.others, s.closed_at, coalesce(one.grade, '') as grade,
       coalesce(a.returned, false) as returned, coalesce(a.scheme, '') as scheme, coalesce(a.kind, '') as kind,
       coalesce(one.marks, '{{}}') as marks, coalesce(a.sampled, false) as sampled,
       coalesce(two.grade, '') as second_grade,
       case when two.push is not null and c.interview_id is not null then
           c.push_factors @> two.push and c.push_factors <@ two.push
           and c.pull_factors @> two.pull and c.pull_factors <@ two.pull end as same_themes,
       a.firsts as first_audited_at
from shut s
left join audited a on a.interview_id = s.interview_id and a.place = 1
left join audit_grades one on one.audit_id = a.audit_id and one.place = 1
left join audit_grades two on two.audit_id = a.audit_id and two.place = 2 and two.graded_at <= :as_at
left join record_reasons c on two.push is not null and c.interview_id = a.interview_id and c.number = a.record_number
order by s.closed_at, s.interview_id
"""
_ACTIONS = f"""
select a.interview_id::text, {_OTHERS}, a.opened_at, a.due_on,
       case when a.closed_at <= :as_at then a.state else 'open' end as state,
       case when a.closed_at <= :as_at then a.closed_at end as closed_at
from interview_actions a join interviews i using (interview_id)
where {_LIVE} and a.opened_at >= :first and a.opened_at < :after and a.opened_at <= :as_at
order by a.opened_at, a.action_id
"""
_DAY = "(cast(:as_at as timestamptz) at time zone 'Europe/London')::date"
_SUPPORT = f"""
select s.interview_id::text, {_OTHERS}, s.referred_on, s.kind,
       case when s.outcome_on <= {_DAY} then s.state else 'open' end as state, s.assessment = 'registered' as assessed,
       s.ask_on <= {_DAY} as asked, case when s.helped_on <= {_DAY} then s.helped else '' end as helped
from support_referrals s join interviews i using (interview_id)
where {_LIVE} and s.kept_at <= :as_at
  and s.referred_on >= (cast(:first as timestamptz) at time zone 'Europe/London')::date
  and s.referred_on < (cast(:after as timestamptz) at time zone 'Europe/London')::date
order by s.referred_on, s.referral_id
"""
