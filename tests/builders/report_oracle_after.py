"""Figures of what followed interviews by plain SQL, sharing no statement with the product."""

from __future__ import annotations

_ALIVE = "i.interview_id in (select interview_id from interview_episodes join oracle_e using (episode_id))"
_MINE = "population != 'other_authority_placed_here'"
_SPAN = ">= :first and {0} < :after and {0} <= :as_at"
_RECORD = f"""
select x.* from (
    select r.interview_id, r.held_at, y.push_factors, y.pull_factors, c.harm, c.harm_asked, c.seen_alone,
           c.helpline_given, c.confidentiality_explained,
           row_number() over (partition by r.interview_id order by r.number desc) as age
    from interview_records r, record_contents c, record_reasons y, interviews i
    where c.interview_id = r.interview_id and c.number = r.number and
      y.interview_id = r.interview_id and y.number = r.number and i.interview_id = r.interview_id
      and {_ALIVE} and i.{_MINE} and r.submitted_at <= :as_at
) x where x.age = 1 and x.held_at >= :first and x.held_at < :after
"""
_LAST = """
(select {0} from quality_audits a
 where a.interview_id = i.interview_id and a.closed_at = i.closed_at and a.audited_at <= :as_at
 order by a.audited_at desc, a.audit_id desc limit 1)
"""
_GRADING = """
(select g.{1} from audit_grades g where g.audit_id = a.audit_id and g.place = {0} and g.graded_at <= :as_at)
"""
_SORTED = "(select array_agg(t order by t) from unnest({0}) t)"
_CODED = (
    "(select concat("
    + ", ".join(
        f"{_SORTED.format(one)} is not distinct from {_SORTED.format(two)}"
        for one, two in (("c.push_factors", "g.push"), ("c.pull_factors", "g.pull"))
    )
    + ") from audit_grades g, record_reasons c where g.audit_id = a.audit_id and g.place = 2 and g.push is not null"
    " and g.graded_at <= :as_at and c.interview_id = a.interview_id and c.number = a.record_number)"
)
_CLOSED = f"""
select i.interview_id, i.closed_at, {_LAST.format(_GRADING.format(1, "grade"))} as grade,
       {_LAST.format("a.returned")} as back, {_LAST.format("a.kind")} as kind, {_LAST.format("a.sampled")} as drawn,
       {_LAST.format(_GRADING.format(1, "marks"))} as marks, {_LAST.format(_GRADING.format(2, "grade"))} as other,
       {_LAST.format(_CODED)} as coded,
       (select a.audited_at from quality_audits a
        where a.interview_id = i.interview_id and a.closed_at = i.closed_at and a.audited_at <= :as_at
        order by a.audited_at limit 1) as read_at
from interviews i
where {_ALIVE} and i.{_MINE} and i.closed_at {_SPAN.format("i.closed_at")}
  and i.state not in ('transferred_to_other_authority', 'cancelled_recorded_in_error', 'deceased')
  and closed_by not like 'earlier records'
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
_TODAY = "date(cast(:as_at as timestamptz) at time zone 'Europe/London')"
_HELP = f"""
select s.*, s.outcome_on is not null and s.outcome_on <= {_TODAY} as answered,
       s.helped_on is not null and s.helped_on <= {_TODAY} as asked, {_TODAY} >= s.ask_on as to_ask
from support_referrals s, interviews i
where i.interview_id = s.interview_id and {_ALIVE} and i.{_MINE} and s.kept_at <= :as_at
  and s.referred_on between cast(:first_day as date) and cast(:after_day as date) - 1
"""
AFTER_WITH = f"written as ({_RECORD}), shut as ({_CLOSED}), asked as ({_ASKED}), rung as ({_LADDER}), help as ({_HELP})"


def _of(rows: str, condition: str, base: str = "") -> str:
    whole = f"count(*) filter (where {base})" if base else "count(*)"
    return f"select count(*) filter (where {condition}), {whole}, null::int from {rows}"


def _nearest(expression: str, rows: str) -> str:
    hours = f"percentile_disc(0.5) within group (order by {expression})"
    return f"select coalesce(floor(extract(epoch from {hours}) / 3600 + 0.5), 0)::int, count(*), null::int from {rows}"


_READ = "grade is not null"
_DRAWN = f"{_READ} and drawn"
_TWICE = f"{_DRAWN} and other is not null"
_CRITERIA = {
    "held": "in_time independent childs_voice episodes_covered reasons_explored people_and_places harm_explored health"
    " analysis actions passed_on",
    "effort": "asked_in_time several_ways child_asked second_approach choice_given reason_recorded carers_asked"
    " risk_considered",
}
AFTER_QUERIES: dict[str, str] = {
    "recorded": "select count(*), null::int, null::int from written",
    "record_explained": _of("written", "confidentiality_explained"),
    "record_alone": _of("written", "seen_alone"),
    "record_helpline": _of("written", "helpline_given"),
    "record_harm_asked": _of("written", "harm_asked"),
    "record_harm": _of("written", "harm <> '{}'"),
    "audit_due": "select count(*), null::int, null::int from shut",
    "audited": _of("shut", _READ),
    "audit_returned": _of("shut", "back", _READ),
    "audit_wait": _nearest("read_at - closed_at", f"shut where {_READ}"),
    **{
        f"grade_{grade}": _of("shut", f"grade = '{grade}'", _READ)
        for grade in ("outstanding", "good", "requires_improvement", "inadequate")
    },
    **{
        f"criterion_{kind}_{code}": _of(
            "shut",
            f"kind = '{kind}' and marks ->> '{code}' = 'met'",
            f"kind = '{kind}' and marks ->> '{code}' <> 'not_applicable'",
        )
        for kind, codes in _CRITERIA.items()
        for code in codes.split()
    },
    "second_drawn": _of("shut", _DRAWN, _READ),
    "second_given": _of("shut", _TWICE, _DRAWN),
    "second_same": _of("shut", f"{_TWICE} and other = grade", _TWICE),
    "second_themes": _of("shut", f"{_TWICE} and coded = 'tt'", f"{_TWICE} and coded is not null"),
    "actions": "select count(*), null::int, null::int from asked",
    "actions_done": _of("asked", "shut and state = 'done'"),
    "actions_in_time": _of("asked", "shut and state = 'done' and closed_at < late_from"),
    "actions_overdue": _of("asked", "not shut and :as_at > late_from"),
    "actions_cancelled": _of("asked", "shut and state = 'cancelled'"),
    "support": "select count(*), null::int, null::int from help",
    "support_taken_up": _of("help", "answered and state <> 'no_further_action'"),
    "support_no_further_action": _of("help", "answered and state = 'no_further_action'"),
    "support_open": _of("help", "not answered"),
    "support_assessed": _of("help", "assessment = 'registered'"),
    "support_asked": _of("help", "to_ask and asked", "to_ask"),
    "support_helped": _of(
        "help",
        "to_ask and asked and helped in ('yes', 'partly')",
        "to_ask and asked and helped <> 'not_reached'",
    ),
    **{
        f"support_{kind}": _of("help", f"kind = '{kind}'")
        for kind in ("early_help", "step_up", "step_down", "other_service")
    },
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
