"""The past clocks and notices on which a changed ladder, rota or policy is tried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import text

from missing_coord.domain.errors import DomainError
from missing_coord.domain.escalation import ClockKind, Ladder
from missing_coord.domain.rotas import Rota
from missing_coord.matching.decide import MatchPolicy
from missing_coord.services.shadow import PastDuty, Shadow, shadow
from missing_coord.services.shadow_matching import PastNotice, shadow_matching
from missing_coord.storage.unit_of_work import SqlUnitOfWork

CLOCKS = {
    ClockKind.INTERVIEW: """
select d.interview_id::text, d.clock_from, d.due_at, greatest(i.opened_at, d.clock_from) as known_at,
       least(coalesce(d.resolved_at, :now), :now) as ended_at, d.ladder_version
from interview_episodes d join interviews i using (interview_id)
where d.clock_from > :since and d.clock_from <= :now order by d.due_at, d.episode_id
""",
    ClockKind.OFFER: """
select * from (
    select distinct on (d.interview_id, d.first_offered_at) d.interview_id::text, d.clock_from, null as due_at,
           greatest(i.opened_at, d.clock_from) as known_at,
           least(d.first_offered_at, d.resolved_at, i.closed_at, :now) as ended_at, '' as ladder_version
    from interview_episodes d join interviews i using (interview_id)
    where d.clock_from > :since and d.clock_from <= :now
    order by d.interview_id, d.first_offered_at, d.clock_from) of_one_offer
order by clock_from, interview_id
""",
    ClockKind.UNALLOCATED: """
select i.interview_id::text, i.opened_at as clock_from, null as due_at, i.opened_at as known_at,
       least(min(e.recorded_at), i.closed_at, :now) as ended_at, '' as ladder_version
from interviews i left join interview_events e on e.interview_id = i.interview_id and e.kind = 'assigned'
where i.returned_at is not null and i.opened_at > :since and i.opened_at <= :now
group by i.interview_id order by i.opened_at, i.interview_id
""",
}
"""The clocks whose past is kept well enough to be tried again; an interview given back later counts once."""
# A notice that a person has settled since no longer says how sure matching was.
_NOTICES = """
select incident_id::text, created_at as at, match_state = 'review' as waited, probability,
       coalesce(cast(candidates -> 1 ->> 'probability' as double precision), 0) as runner_up, reasons
from incidents where created_at > :since and created_at <= :now and decided_by = 'engine'
    and match_state in ('automatic', 'review') and probability is not null order by created_at, incident_id
"""


async def shadow_run(
    uow: SqlUnitOfWork, *, ladder: Ladder | None = None, rotas: Sequence[Rota] = (), days: int = 30
) -> Shadow:
    """Try a ladder and rotas on every interview whose clock began in the last days; nothing is written.

    Without a ladder it is the clock of the 72 hours. Raises DomainError for a clock whose past is not kept.
    """
    clock = ladder.clock if ladder else ClockKind.INTERVIEW
    if clock not in CLOCKS:
        raise DomainError("clock", f"clock: only {', '.join(CLOCKS)} can be tried on past interviews.")
    values = {"now": uow.now, "since": uow.now - timedelta(days=days)}
    found = [PastDuty(**row) for row in (await uow.execute(text(CLOCKS[clock]), values)).mappings()]
    book, directory = await uow.ladders.book(), await uow.routing.directory()
    duties = [
        each
        if each.ladder_version
        else replace(each, ladder_version=book.in_force(clock, each.clock_from).version)
        for each in found
    ]
    before = {each.ladder_version: book.kept(clock, each.ladder_version, uow.now) for each in duties}
    changed = replace(directory, rotas={**directory.rotas, **{each.name: each for each in rotas}})
    return shadow(duties, before=before, after=ladder, directory=directory, changed=changed)


async def shadow_run_of_matching(uow: SqlUnitOfWork, *, policy: MatchPolicy, days: int = 30) -> Shadow:
    """Try thresholds of matching on the last days' notices that the engine decided on; nothing is written."""
    values = {"now": uow.now, "since": uow.now - timedelta(days=days)}
    rows = (await uow.execute(text(_NOTICES), values)).mappings()
    notices = [PastNotice(**{**row, "reasons": tuple(row["reasons"])}) for row in rows]
    return shadow_matching(notices, policy, directory=await uow.routing.directory())
