"""Every figure of a report by plain SQL over the kept rows, sharing no code and no statement with the product."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import text

from tests.builders.report_oracle_after import AFTER_QUERIES, AFTER_WITH

Figure = tuple[int, int | None, int | None]

_EPISODE_ROWS = """
create or replace view oracle_e as
select e.*,
       case when e.ended_at is null then null
            when e.told_ended_at is not null then e.told_ended_at
            else greatest(e.ended_at, (select o.told_at from episodes o
                 where o.child_id = e.child_id and o.status != 'cancelled' and o.started_at >= e.ended_at
                   and o.episode_id != e.episode_id order by o.told_at limit 1)) end as end_told
from episodes e where e.status in ('open', 'ended')
"""
_DUTY_ROWS = """
create or replace view oracle_d as
select e.child_id, e.population, e.started_at, e.end_told, e.provider_name, e.distance_miles,
       d.episode_id, d.interview_id, d.clock_from as back, d.resolved_at, d.first_offered_at,
       i.state, i.held_at, i.independence_basis, w.team, w.employer,
       coalesce((select v.recorded_at from interview_events v where v.interview_id = d.interview_id
                 and v.at = d.first_offered_at order by v.recorded_at limit 1), d.first_offered_at) as offer_written
from oracle_e e, interview_episodes d, interviews i left join workers w using (worker_id)
where d.episode_id = e.episode_id and i.interview_id = d.interview_id
"""
VIEWS = (_EPISODE_ROWS, _DUTY_ROWS)

_MINE = "population != 'other_authority_placed_here'"
_IN = "started_at >= :first and started_at < :after and told_at <= :as_at"
_MISSING = f"""
select *, case when end_told <= :as_at then ended_at else :as_at end as until
from oracle_e where {_IN} and kind = 'M' and :provider in ('', provider_name)"""
_DUE = """
select d.*, back + interval '3 days' as due, greatest(back, end_told) + interval '3 days' as told_due,
       coalesce(resolved_at <= :as_at, false) as closed,
       coalesce(resolved_at <= :as_at and state = 'completed', false) as done,
       offer_written <= :as_at and first_offered_at is not null as offered,
       exists (select from interview_events v where v.interview_id = d.interview_id and v.recorded_at <= :as_at
               and v.at >= d.started_at and 'accepted' in (v.kind, v.answer)) as said_yes
from oracle_d d where back >= :first and back < :after and end_told <= :as_at
  and :provider in ('', provider_name) and :supplier in ('', employer)
"""
_LATE = "select d.*, held_at - due as over from due d where done and held_at > due"
_CAUSES = """
select d.*, case
    when closed and resolved_at <= due and state in ('declined_by_child', 'declined_by_parent') then 'childs_choice'
    when exists (select from ev where ev.episode_id = d.episode_id and at <= due
        and kind in ('did_not_attend', 'declined'))
        then 'childs_choice'
    when closed and resolved_at <= due then 'closed_first'
    when end_told > due - interval '1 day' then 'told_late'
    when exists (select from episodes n where n.child_id = d.child_id and n.status != 'cancelled'
                 and n.episode_id != d.episode_id and n.told_at <= :as_at
                 and n.started_at between d.back and d.due) then 'missing_again'
    when exists (select from ev where ev.episode_id = d.episode_id and kind in ('attempt', 'unable_to_contact')
                 and at <= due) and not (offered and first_offered_at <= due) then 'no_contact'
    when distance_miles > 20 then 'distance'
    when not exists (select from interview_events v where v.interview_id = d.interview_id and kind = 'assigned'
                     and v.recorded_at <= least(:as_at, due)) then 'capacity'
    else 'other' end as cause
from due d where not (done and held_at <= due) and (closed or :as_at > due)
"""
_ABLE = """
select w.fte::numeric * w.weekly_target * (cast(:after_day as date) - cast(:first_day as date)) as sevenths,
       count(*) as noons, count(*) filter (where not exists (select from absences a where a.worker_id = w.worker_id
           and a.starts_at <= noon and a.ends_at > noon)) as there
from workers w, lateral (select (day + time '12:00') at time zone 'Europe/London' as noon
    from generate_series(cast(:first_day as timestamp), cast(:after_day as timestamp) - interval '1 day', '1 day') day
    where to_char(day, 'Dy') = any(case when w.working_days = '{}' then array['Mon', 'Tue', 'Wed', 'Thu', 'Fri']
                                        else w.working_days end)) days
group by w.worker_id
"""
_NET = "floor(round(coalesce(sum(sevenths * there / noons / 7), 0), 9))"
_WITH = f"""
with every as ({_MISSING}), m as (select * from every where {_MINE}),
due_all as ({_DUE}), due as (select * from due_all where {_MINE}), late as ({_LATE}),
ev as (select d.episode_id, v.kind, v.at from due d join interview_events v using (interview_id)
       where v.recorded_at <= :as_at and v.at >= d.started_at),
causes as ({_CAUSES}),
able as ({_ABLE}),
{AFTER_WITH}
"""


def _met(rows: str, met: str, due: str = "due") -> str:
    """Return SQL for (met, base, pending) over duties."""
    waiting = f"not coalesce({met}, false) and not closed and :as_at <= {due}"
    return (
        f"select count(*) filter (where {met}), count(*) filter (where not ({waiting})),"
        f" count(*) filter (where {waiting}) from {rows}"
    )


def _of(rows: str, condition: str) -> str:
    return f"select count(*) filter (where {condition}), count(*), null::int from {rows}"


def _number(expression: str, rows: str) -> str:
    return f"select {expression}, null::int, null::int from {rows}"


def _nearest(share: float, expression: str, rows: str) -> str:
    hours = f"percentile_disc({share}) within group (order by {expression})"
    return f"select coalesce(floor(extract(epoch from {hours}) / 3600 + 0.5), 0)::int, count(*), null::int from {rows}"


_NIGHT = """exists (select from generate_series(-1, 400) n where
    ((started_at at time zone 'Europe/London')::date + n + time '03:00') at time zone 'Europe/London' >= started_at
    and ((started_at at time zone 'Europe/London')::date + n + time '03:00') at time zone 'Europe/London' < until)"""
_TIMES = "(select count(*) from m b where b.child_id = m.child_id)"
_NINETY = """(select count(*) from oracle_e b where b.child_id = m.child_id and kind = 'M' and told_at <= :as_at
    and started_at >= cast(:after as timestamptz) - interval '2160 hours' and started_at < :after)"""
_LAG = "greatest(end_told - back, interval '0')"
_CARE = "population like 'own_looked_after%'"

_AWAY = f"from oracle_e where {_IN} and {_MINE} and kind = 'A'"
_KIDS = "count(distinct child_id)"

QUERIES: dict[str, str] = {
    "children_missing": _number("count(distinct child_id)", "m"),
    "incidents": _number("count(*)", "m"),
    "looked_after_incidents": _of("m", _CARE),
    "brought_over": _of("m", "flags @> array['from_history']"),
    "away_children": f"select {_KIDS}, null, null {_AWAY}",
    "away_incidents": f"select count(*), null, null {_AWAY}",
    "over_24h": _of("m", "until - started_at > interval '24 hours'"),
    "overnight": _of("m", _NIGHT),
    "repeat_children": f"select {_KIDS} filter (where {_TIMES} > 1), {_KIDS}, null from m",
    "repeat_incidents": _of("m", f"{_TIMES} > 1"),
    "often_children": f"select {_KIDS} filter (where {_NINETY} >= 3), {_KIDS}, null from m",
    "most_incidents": f"select coalesce(max({_TIMES}), 0), count(*), null from m",
    "eligible": _number("count(*)", "due"),
    "eligible_children": _number("count(distinct child_id)", "due"),
    "offered": _met("due", "offered"),
    "offered_72": _met("due", "offered and first_offered_at <= due"),
    "accepted": _met("due", "said_yes or done"),
    "completed": _met("due", "done"),
    "completed_72_of_completed": "select count(*) filter (where held_at <= due), count(*), null from due where done",
    "completed_72_of_eligible": _met("due", "done and held_at <= due"),
    "offered_told": _met("due", "offered and first_offered_at <= told_due", "told_due"),
    "completed_told_of_completed": (
        "select count(*) filter (where held_at <= told_due), count(*), null from due where done"
    ),
    "completed_told_of_eligible": _met("due", "done and held_at <= told_due", "told_due"),
    "lag_median": _nearest(0.5, _LAG, "due"),
    "lag_p90": _nearest(0.9, _LAG, "due"),
    "told_after_24h": _of("due", "end_told > back + interval '24 hours'"),
    "completed_late": "select (select count(*) from late), (select count(*) from due where done), null",
    "late_median": _nearest(0.5, "over", "late"),
    "late_p90": _nearest(0.9, "over", "late"),
    "demand": _number("count(distinct interview_id)", "due"),
    "held": (
        "select count(distinct interview_id) filter (where done), count(distinct interview_id), null from due"
    ),
}
_STATES = (
    "completed",
    "declined_by_child",
    "declined_by_parent",
    "completed_by_carer_info_only",
    "not_required_manager_decision",
    "closed_no_contact_manager_decision",
    "transferred_to_other_authority",
    "cancelled_recorded_in_error",
    "deceased",
    "not_recorded_before",
)
for _state in _STATES:
    QUERIES[f"outcome_{_state}"] = _of("due", f"closed and state = '{_state}'")
QUERIES["outcome_open_offered"] = _of("due", "not closed and offered")
QUERIES["outcome_open_not_offered"] = _of("due", "not closed and not coalesce(offered, false)")
_REASONS = (
    "childs_choice",
    "closed_first",
    "told_late",
    "missing_again",
    "no_contact",
    "distance",
    "capacity",
    "other",
)
for _cause in _REASONS:
    QUERIES[f"cause_{_cause}"] = _of("causes", f"cause = '{_cause}'")
for _team in ("in_house", "commissioned", "spot_purchase"):
    QUERIES[f"team_{_team}"] = (
        f"select count(*) filter (where team = '{_team}'), count(*), null from due where done"
    )
QUERIES["team_unknown"] = "select count(*) filter (where team is null), count(*), null from due where done"
for _ground in [
    "independent_of_placement_and_LA",
    "independent_of_care",
    "child_preference_exception",
    "not_independent",
]:
    QUERIES[f"independence_{_ground}"] = (
        f"select count(*) filter (where independence_basis = '{_ground}'), count(*), null from due where done"
    )
QUERIES["independence_unknown"] = (
    "select count(*) filter (where independence_basis = ''), count(*), null from due where done"
)
for _key, _population in (
    ("home", "own_home_child"),
    ("care_in_area", "own_looked_after_in_area"),
    ("care_out_of_area", "own_looked_after_out_of_area"),
    ("other_authority", "other_authority_placed_here"),
):
    _rows = f"every where population = '{_population}'"
    _duties = f"due_all where population = '{_population}'"
    QUERIES[f"{_key}_children"] = _number("count(distinct child_id)", _rows)
    QUERIES[f"{_key}_incidents"] = _number("count(*)", _rows)
    QUERIES[f"{_key}_eligible"] = _number("count(*)", _duties)
    QUERIES[f"{_key}_offered"] = _met(_duties, "offered")
    QUERIES[f"{_key}_completed"] = _met(_duties, "done")
    QUERIES[f"{_key}_completed_72"] = _met(_duties, "done and held_at <= due")
for _risk in ("high", "medium", "low", "no_apparent_risk"):
    QUERIES[f"risk_{_risk}"] = _of("m", f"risk = '{_risk}'")
QUERIES["risk_not_stated"] = _of("m", "risk = ''")
QUERIES["risk_other"] = _of("m", "risk not in ('high', 'medium', 'low', 'no_apparent_risk', '')")
_HOME = "population = 'own_home_child'"
for _key, _condition in {
    "home": _HOME,
    "childrens_home": f"not {_HOME} and place_code in ('K1', 'K2')",
    "supported": f"not {_HOME} and place_code in ('K3', 'H5', 'P2')",
    "foster": f"not {_HOME} and place_code like 'U%'",
    "parents": f"not {_HOME} and place_code = 'P1'",
    "other_placement": (
        f"not {_HOME} and place_code not in ('', 'K1', 'K2', 'K3', 'H5', 'P2', 'P1') and place_code not like 'U%'"
    ),
    "no_placement": f"not {_HOME} and place_code = ''",
}.items():
    QUERIES[f"place_{_key}"] = _of("m", _condition)
_FIRED = f"""from escalations s join oracle_e e using (episode_id) where fired_at <= :as_at and fired_at >= :first
    and fired_at < :after and {_MINE}"""
QUERIES["told"] = f"select count(*), null, null {_FIRED}"
QUERIES["told_breach"] = f"select count(*) filter (where breach), count(*), null {_FIRED}"
QUERIES["told_children"] = f"select count(distinct child_id), null, null {_FIRED}"
QUERIES["capacity"] = _number("floor(round(coalesce(sum(sevenths), 0) / 7, 9))", "able")
QUERIES["capacity_net"] = _number(_NET, "able")
QUERIES["unmet"] = _number(f"greatest(0, (select count(distinct interview_id) from due) - {_NET})", "able")
QUERIES |= AFTER_QUERIES
QUERIES["looked_after"] = """select count(*), null, null from children c where not provisional
    and (responsible_authority = '' or responsible_authority = :council)
    and case when exists (select from placements p where p.child_id = c.child_id)
        then exists (select from placements p where p.child_id = c.child_id
             and daterange(start_date, end_date) && daterange(cast(:first_day as date), cast(:after_day as date)))
        else status = 'looked_after' end"""
_LAC = QUERIES["looked_after"].replace("count(*), null, null", "c.child_id")
QUERIES["looked_after_missing"] = (
    f"select (select count(distinct child_id) from m where {_CARE}),"
    f" (select count(*) from (select child_id from m where {_CARE} union {_LAC}) u), null"
)


class Reading(Protocol):
    """A transaction of the owner of the tables."""

    def execute(self, statement: Any, parameters: Any = None) -> Any:
        """Run one statement."""
        ...


def oracle_figures(
    connection: Reading,
    *,
    first: datetime,
    after: datetime,
    as_at: datetime,
    council: str,
    provider: str = "",
    supplier: str = "",
) -> dict[str, Figure]:
    """Return every figure that the oracle knows, by its key; `VIEWS` must have been made.

    Of one provider of placements, or one supplier of interviewers, the episodes and duties are narrowed to theirs.
    """
    london = ZoneInfo("Europe/London")
    days = {"first_day": first.astimezone(london).date(), "after_day": after.astimezone(london).date()}
    values = {"first": first, "after": after, "as_at": as_at, "council": council, **days}
    values |= {"provider": provider, "supplier": supplier}
    lines = " union all ".join(
        f"select '{key}', numerator::int, base::int, pending::int from ({query}) as found(numerator, base, pending)"
        for key, query in QUERIES.items()
    )
    rows = connection.execute(text(_WITH + lines), values).all()
    return {key: (numerator, base, pending) for key, numerator, base, pending in rows}


def provider_figures(
    connection: Reading, *, first: datetime, after: datetime, as_at: datetime
) -> dict[str, int]:
    """Return the missing incidents of looked-after children of each provider by name, empty where none is known."""
    query = (
        f"""select provider_name, count(*) from oracle_e where {_IN} and kind = 'M' and {_CARE} group by 1"""
    )
    rows = connection.execute(text(query), {"first": first, "after": after, "as_at": as_at}).all()
    return {name: number for name, number in rows}
