"""The monthly report: read from the database, counted, the same to the byte for the same month and instant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy import CursorResult, Executable, text

from missing_coord.domain.errors import DomainError
from missing_coord.domain.population import Population
from missing_coord.reporting.facts import DutyFact, EpisodeFact
from missing_coord.reporting.measures import (
    MeasureGroup,
    MonthFacts,
    facts_of_month,
    interview_measures,
    missing_measures,
    other_authority_measures,
    outcome_measures,
    place_measures,
    provider_measures,
)
from missing_coord.reporting.month import Month, month_of

RULES = "2026-1"
RULES_IN_WORDS = (
    "Interviews count in the month of the return, episodes in the month of their start. 72 hours are elapsed hours. "
    "Episodes whose 72 hours are not over are pending, not failures."
)
LIMITS = (
    "What was told, offered, held or decided after the time of this report is left out.",
    "Times, types, populations and matches are those on record now: a later correction replaces what was known before.",
    "Cancelled and joined episodes are left out whenever they were cancelled; a reopened interview counts as open.",
    "Looked-after children and the interviewers' teams are those of the register as it is now.",
)


class Reading(Protocol):
    """A transaction in which statements can be run."""

    async def execute(
        self, statement: Executable, parameters: Mapping[str, Any] | None = None
    ) -> CursorResult[Any]:
        """Run one statement."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthlyReport:
    """One month as it was known at an instant (UTC)."""

    month: Month
    as_at: datetime
    rules_version: str
    rules: str
    limits: tuple[str, ...]
    groups: tuple[MeasureGroup, ...]


async def monthly_report(uow: Reading, *, month: str, as_at: datetime, council: str) -> MonthlyReport:
    """Return the report of a month such as `2026-10` as at an instant; raises DomainError when it makes no sense.

    `council` is the ONS code of the authority whose looked-after children are counted.
    """
    wanted = month_of(month)
    if as_at.tzinfo is None:
        raise DomainError("time_without_offset", "as_at: give the time with its offset from UTC.")
    if as_at <= wanted.starts_at:
        raise DomainError("month_not_begun", f"as_at: {wanted.name} had not begun then; give a later time.")
    facts = facts_of_month(
        wanted,
        as_at,
        episodes=await episode_facts(uow, wanted),
        duties=await duty_facts(uow, wanted),
        looked_after=await looked_after(uow, first=wanted.first, after=wanted.after, council=council),
    )
    return report_of(wanted, facts)


def report_of(month: Month, facts: MonthFacts) -> MonthlyReport:
    """Return the report that these facts give."""
    groups = (
        missing_measures(facts),
        interview_measures(facts),
        outcome_measures(facts),
        provider_measures(facts),
        *place_measures(facts),
        other_authority_measures(facts),
    )
    return MonthlyReport(
        month=month,
        as_at=facts.as_at,
        rules_version=RULES,
        rules=RULES_IN_WORDS,
        limits=LIMITS,
        groups=groups,
    )


async def episode_facts(uow: Reading, month: Month) -> list[EpisodeFact]:
    """Return the live episodes that began in a month."""
    result = await uow.execute(text(_EPISODES), {"first": month.starts_at, "after": month.ends_at})
    return [EpisodeFact(**{**row, "population": Population(row["population"])}) for row in result.mappings()]


async def duty_facts(uow: Reading, month: Month) -> list[DutyFact]:
    """Return the duties whose clock began in a month, with what became of each."""
    result = await uow.execute(text(_DUTIES), {"first": month.starts_at, "after": month.ends_at})
    return [DutyFact(**{**row, "population": Population(row["population"])}) for row in result.mappings()]


async def looked_after(uow: Reading, *, first: date, after: date, council: str) -> int:
    """Return how many own children were looked after on any day of [first, after)."""
    result = await uow.execute(text(_LOOKED_AFTER), {"first": first, "after": after, "council": council})
    return int(result.scalar_one())


_EPISODES = """
select episode_id::text, child_id, kind, population, started_at, told_at from episodes
where status <> 'cancelled' and started_at >= :first and started_at < :after
order by started_at, episode_id
"""
_DUTIES = """
select d.episode_id::text, e.child_id, e.population, d.clock_from as returned_at, d.due_at,
       coalesce(e.told_ended_at, greatest(e.ended_at, (
           select min(later.told_at) from episodes later
           where later.child_id = e.child_id and later.status <> 'cancelled' and later.started_at >= e.ended_at
             and later.episode_id <> e.episode_id))) as told_ended_at,
       d.first_offered_at as offered_at,
       case when d.first_offered_at is not null then coalesce((
           select min(v.recorded_at) from interview_events v
           where v.interview_id = d.interview_id and v.at = d.first_offered_at), d.first_offered_at)
       end as offer_recorded_at,
       case when d.resolved_at is not null then i.held_at end as held_at, d.resolved_at, i.state,
       coalesce(w.team, '') as provider
from interview_episodes d join interviews i on i.interview_id = d.interview_id
join episodes e on e.episode_id = d.episode_id
left join workers w on w.worker_id = i.worker_id
where e.status <> 'cancelled' and d.clock_from >= :first and d.clock_from < :after
order by d.clock_from, d.episode_id
"""
_LOOKED_AFTER = """
select count(*) from children c
where not c.provisional and c.responsible_authority in ('', :council)
  and (exists (select from placements p where p.child_id = c.child_id
                 and p.start_date < :after and (p.end_date is null or p.end_date > :first)
                 and (p.end_date is null or p.end_date > p.start_date))
       or (c.status = 'looked_after' and not exists (select from placements p where p.child_id = c.child_id)))
"""
