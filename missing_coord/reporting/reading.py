"""Reads from the database the rows that reports count."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any, TypeVar

from sqlalchemy import CursorResult, text

from missing_coord.domain.population import Population
from missing_coord.reporting.capacity import Absence, Worker, capacity_of
from missing_coord.reporting.facts import DutyFact, EpisodeFact
from missing_coord.reporting.known import REPEAT_WINDOW, Known, Told, known_at
from missing_coord.reporting.on_record import EARLIER
from missing_coord.reporting.periods import Period, before
from missing_coord.reporting.protocol import Reading as Reading
from missing_coord.reporting.reading_follow_up import read_follow_up
from missing_coord.reporting.targets import targets_at

T = TypeVar("T")


Progress = Callable[[int, int], None]
"""Takes how many steps are done, and how many there are."""
STEPS = 6


async def read_known(
    uow: Reading, period: Period, *, as_at: datetime, council: str, progress: Progress | None = None
) -> Known:
    """Return what was known at an instant of a period and of those before it that it is compared with."""
    done = count(1)

    def step(read: T) -> T:
        if progress is not None:
            progress(next(done), STEPS)
        return read

    since = (before(period, EARLIER) or [period])[0].starts_at - REPEAT_WINDOW
    span = {"first": since, "after": period.ends_at, "as_at": as_at}
    return known_at(
        as_at,
        episodes=step(await episode_facts(uow, **span)),
        duties=step(await duty_facts(uow, **span)),
        looked_after=step(await looked_after(uow, first=period.first, after=period.after, council=council)),
        capacity=step(capacity_of(period, *await _workforce(uow))),
        told=step(await _told(uow, period, as_at)),
        follow_up=step(await read_follow_up(uow, **span, own=period.starts_at)),
        targets=await targets_at(uow, as_at),
    )


async def episode_facts(
    uow: Reading, *, first: datetime, after: datetime, as_at: datetime
) -> list[EpisodeFact]:
    """Return the live episodes that began in [first, after)."""
    result = await uow.execute(text(_EPISODES), {"first": first, "after": after})
    return [EpisodeFact(**each) for each in _with_population(result)]


async def duty_facts(uow: Reading, *, first: datetime, after: datetime, as_at: datetime) -> list[DutyFact]:
    """Return the duties whose clock began in [first, after), with what was done by `as_at`."""
    result = await uow.execute(text(_DUTIES), {"first": first, "after": after, "as_at": as_at})
    return [DutyFact(**each) for each in _with_population(result)]


def _with_population(result: CursorResult[Any]) -> Iterator[dict[str, Any]]:
    """Yield the rows as what facts are made from; there are tens of thousands of them."""
    names = tuple(result.keys())
    populations = {each.value: each for each in Population}
    for row in result:
        values = dict(zip(names, row, strict=True))
        values["population"] = populations[values["population"]]
        yield values


async def looked_after(uow: Reading, *, first: date, after: date, council: str) -> Sequence[str]:
    """Return the own children who were looked after on any day of [first, after)."""
    result = await uow.execute(text(_LOOKED_AFTER), {"first": first, "after": after, "council": council})
    return list(result.scalars())


async def _workforce(uow: Reading) -> tuple[list[Worker], list[Absence]]:
    workers = await uow.execute(
        text("select worker_id, team, fte, weekly_target, working_days from workers order by worker_id")
    )
    absences = await uow.execute(text("select worker_id, starts_at, ends_at from absences"))
    return (
        [Worker(**row) for row in workers.mappings()],
        [Absence(**row) for row in absences.mappings()],
    )


async def _told(uow: Reading, period: Period, as_at: datetime) -> list[Told]:
    until = min(period.ends_at, as_at + timedelta(microseconds=1))
    result = await uow.execute(text(_TOLD), {"first": period.starts_at, "after": until, "as_at": as_at})
    return [Told(**each) for each in _with_population(result)]


_TOLD_ENDED = """
coalesce(e.told_ended_at, greatest(e.ended_at, (
    select min(later.told_at) from episodes later
    where later.child_id = e.child_id and later.status <> 'cancelled' and later.started_at >= e.ended_at
      and later.episode_id <> e.episode_id)))
"""
_EPISODES = f"""
select e.episode_id::text, e.child_id, e.kind, e.population, e.started_at, e.told_at, e.ended_at,
       case when e.ended_at is not null then {_TOLD_ENDED} end as told_ended_at, e.risk, e.place_code,
       e.provider_name as provider, 'from_history' = any(e.flags) as brought_over
from episodes e
where e.status <> 'cancelled' and e.started_at >= :first and e.started_at < :after
order by e.started_at, e.episode_id
"""
_DUTIES = f"""
with due as materialized (
    select d.*, e.child_id, e.population, e.started_at, e.ended_at, e.distance_miles, e.place_code, e.provider_name,
           {_TOLD_ENDED} as told_ended_at
    from interview_episodes d join episodes e using (episode_id)
    where e.status = 'ended' and e.ended_at is not null and d.clock_from >= :first and d.clock_from < :after
), done as (
    select d.episode_id,
           min(v.recorded_at) filter (where v.at = d.first_offered_at) as offer_recorded_at,
           min(v.at) filter (where v.recorded_at <= :as_at and v.at >= d.started_at
               and (v.kind = 'accepted' or v.answer = 'accepted')) as accepted_at,
           min(v.at) filter (where v.recorded_at <= :as_at and v.at >= d.started_at
               and v.kind in ('attempt', 'unable_to_contact')) as tried_at,
           min(v.at) filter (where v.recorded_at <= :as_at and v.at >= d.started_at
               and v.kind in ('did_not_attend', 'declined')) as refused_at,
           min(v.recorded_at) filter (where v.recorded_at <= :as_at and v.kind = 'assigned') as assigned_at
    from due d join interview_events v on v.interview_id = d.interview_id
    group by d.episode_id
)
select d.episode_id::text, d.interview_id::text, d.child_id, d.population, d.clock_from as returned_at, d.due_at,
       d.told_ended_at, d.first_offered_at as offered_at,
       case when d.first_offered_at is not null then coalesce(done.offer_recorded_at, d.first_offered_at)
       end as offer_recorded_at,
       done.accepted_at, case when d.resolved_at is not null then i.held_at end as held_at, d.resolved_at, i.state,
       coalesce(w.team, '') as team, coalesce(w.employer, '') as supplier, i.independence_basis as independence,
       done.tried_at, done.refused_at, done.assigned_at,
       (select min(n.started_at) from episodes n
        where n.child_id = d.child_id and n.status <> 'cancelled' and n.told_at <= :as_at
          and n.started_at >= d.clock_from and n.episode_id <> d.episode_id) as again_at,
       d.distance_miles, d.place_code, d.provider_name as provider
from due d join interviews i on i.interview_id = d.interview_id
left join done on done.episode_id = d.episode_id
left join workers w on w.worker_id = i.worker_id
order by d.clock_from, d.episode_id
"""
_LOOKED_AFTER = """
select c.child_id from children c
where not c.provisional and c.responsible_authority in ('', :council)
  and (exists (select from placements p where p.child_id = c.child_id
                 and p.start_date < :after and (p.end_date is null or p.end_date > :first)
                 and (p.end_date is null or p.end_date > p.start_date))
       or (c.status = 'looked_after' and not exists (select from placements p where p.child_id = c.child_id)))
order by c.child_id
"""
_TOLD = """
select s.episode_id::text, e.child_id, e.population, s.step, s.breach,
       (select case when count(*) > 0 then greatest(min(m.seen_at) - s.fired_at, interval '0') end from messages m
        where m.subject_type = 'interview' and m.subject_id = s.interview_id::text and m.step = s.step
          and m.episode_id = s.episode_id::text and m.due_at = s.due_at and m.seen_at <= :as_at) as seen_after
from escalations s join episodes e using (episode_id)
where e.status <> 'cancelled' and s.fired_at >= :first and s.fired_at < :after
order by s.fired_at, s.escalation_id
"""
