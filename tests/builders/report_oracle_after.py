"""Figures of what followed interviews by plain SQL, sharing no statement with the product."""

from __future__ import annotations

_ALIVE = "i.interview_id in (select interview_id from interview_episodes join oracle_e using (episode_id))"
_MINE = "population != 'other_authority_placed_here'"
_SPAN = ">= :first and {0} < :after and {0} <= :as_at"
_RECORD = f"""
select x.* from (
    select r.interview_id, r.held_at, c.push_factors, c.pull_factors, c.harm, c.harm_asked, c.seen_alone,
           c.helpline_given, c.confidentiality_explained,
           row_number() over (partition by r.interview_id order by r.number desc) as age
    from interview_records r, record_contents c, interviews i
    where c.interview_id = r.interview_id and c.number = r.number and i.interview_id = r.interview_id
      and {_ALIVE} and i.{_MINE} and r.submitted_at <= :as_at
) x where x.age = 1 and x.held_at >= :first and x.held_at < :after
"""
_CLOSED = f"""
select i.interview_id, i.closed_at,
       (select a.grade || case when a.returned then '/back' else '' end from quality_audits a
        where a.interview_id = i.interview_id and a.closed_at = i.closed_at and a.audited_at <= :as_at
        order by a.audited_at desc, a.audit_id desc limit 1) as last_grade,
       (select a.audited_at from quality_audits a
        where a.interview_id = i.interview_id and a.closed_at = i.closed_at and a.audited_at <= :as_at
        order by a.audited_at limit 1) as read_at
from interviews i
where {_ALIVE} and i.{_MINE} and i.closed_at {_SPAN.format("i.closed_at")}
  and i.state not in ('transferred_to_other_authority', 'cancelled_recorded_in_error', 'deceased')
"""
_ASKED = f"""
select a.*, (a.due_on + 1)::timestamp at time zone 'Europe/London' as late_from,
       coalesce(a.closed_at <= :as_at, false) as shut
from interview_actions a, interviews i
where a.interview_id = i.interview_id and {_ALIVE} and i.{_MINE} and a.opened_at {_SPAN.format("a.opened_at")}
"""
_LADDER = f"""
select s.*, (select min(m.seen_at) from messages m
             where m.kind in ('escalation', 'breach') and m.step = s.step and m.episode_id = s.episode_id::text
               and m.subject_id = s.interview_id::text and m.due_at = s.due_at and m.seen_at <= :as_at) as seen
from escalations s, episodes e
where e.episode_id = s.episode_id and e.status <> 'cancelled' and e.{_MINE}
  and s.fired_at {_SPAN.format("s.fired_at")}
"""
AFTER_WITH = f"written as ({_RECORD}), shut as ({_CLOSED}), asked as ({_ASKED}), rung as ({_LADDER})"


def _of(rows: str, condition: str, base: str = "") -> str:
    whole = f"count(*) filter (where {base})" if base else "count(*)"
    return f"select count(*) filter (where {condition}), {whole}, null::int from {rows}"


def _nearest(expression: str, rows: str) -> str:
    hours = f"percentile_disc(0.5) within group (order by {expression})"
    return f"select coalesce(floor(extract(epoch from {hours}) / 3600 + 0.5), 0)::int, count(*), null::int from {rows}"


_READ = "last_grade is not null"
AFTER_QUERIES: dict[str, str] = {
    "recorded": "select count(*), null::int, null::int from written",
    "record_explained": _of("written", "confidentiality_explained"),
    "record_alone": _of("written", "seen_alone"),
    "record_helpline": _of("written", "helpline_given"),
    "record_harm_asked": _of("written", "harm_asked"),
    "record_harm": _of("written", "harm <> '{}'"),
    "audit_due": "select count(*), null::int, null::int from shut",
    "audited": _of("shut", _READ),
    "audit_returned": _of("shut", "last_grade like '%/back'", _READ),
    "audit_wait": _nearest("read_at - closed_at", f"shut where {_READ}"),
    **{
        f"grade_{grade}": _of("shut", f"split_part(last_grade, '/', 1) = '{grade}'", _READ)
        for grade in ("outstanding", "good", "requires_improvement", "inadequate")
    },
    "actions": "select count(*), null::int, null::int from asked",
    "actions_done": _of("asked", "shut and state = 'done'"),
    "actions_in_time": _of("asked", "shut and state = 'done' and closed_at < late_from"),
    "actions_overdue": _of("asked", "not shut and :as_at > late_from"),
    "actions_cancelled": _of("asked", "shut and state = 'cancelled'"),
    "told_seen": _of("rung", "seen is not null"),
    "told_seen_median": _nearest("greatest(seen - fired_at, interval '0')", "rung where seen is not null"),
    **{
        f"push_{code}": _of("written", f"'{code}' = any(push_factors)")
        for code in ("conflict_at_home", "bullying")
    },
    **{
        f"pull_{code}": _of("written", f"'{code}' = any(pull_factors)")
        for code in ("friends", "=online", "older_people")
    },
}
