"""The past duties on which a changed ladder or rota is tried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import text

from missing_coord.domain.errors import DomainError
from missing_coord.domain.escalation import ClockKind, Ladder
from missing_coord.domain.rotas import Rota
from missing_coord.services.shadow import PastDuty, Shadow, shadow
from missing_coord.storage.unit_of_work import SqlUnitOfWork

_DUTIES = """
select d.interview_id::text, d.episode_id::text, d.due_at, greatest(i.opened_at, d.clock_from) as known_at,
       least(coalesce(d.resolved_at, :now), :now) as ended_at, d.ladder_version
from interview_episodes d join interviews i using (interview_id)
where d.clock_from > :since and d.clock_from <= :now order by d.due_at, d.episode_id
"""


async def shadow_run(
    uow: SqlUnitOfWork, *, ladder: Ladder | None = None, rotas: Sequence[Rota] = (), days: int = 30
) -> Shadow:
    """Try a ladder and rotas on every interview whose 72 hours began in the last days; nothing is written.

    Raises DomainError for a ladder of another clock.
    """
    if ladder is not None and ladder.clock is not ClockKind.INTERVIEW:
        raise DomainError("clock", "clock: only a ladder of the 72 hours can be tried on past interviews.")
    values = {"now": uow.now, "since": uow.now - timedelta(days=days)}
    duties = [PastDuty(**row) for row in (await uow.execute(text(_DUTIES), values)).mappings()]
    book, directory = await uow.ladders.book(), await uow.routing.directory()
    before = {
        each.ladder_version: book.kept(ClockKind.INTERVIEW, each.ladder_version, uow.now) for each in duties
    }
    changed = replace(directory, rotas={**directory.rotas, **{each.name: each for each in rotas}})
    return shadow(duties, before=before, after=ladder, directory=directory, changed=changed)
