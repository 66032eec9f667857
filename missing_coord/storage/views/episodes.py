"""An episode's page: its times kept apart, the placement at the time, its messages, its duty and its timeline."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import RowMapping, text

from missing_coord.domain.cases import Episode
from missing_coord.domain.deadlines import ClockBasis, Deadline
from missing_coord.domain.errors import NotFound
from missing_coord.storage.audit import opened
from missing_coord.storage.mappers import from_row
from missing_coord.storage.unit_of_work import SqlUnitOfWork
from missing_coord.storage.views.children import ChildIdentity, child_identity
from missing_coord.storage.views.interviews import clock_of, may_read
from missing_coord.storage.views.returns import PresumedReturnLine, returns_of_episode
from missing_coord.storage.views.ssda903 import ReturnWarning, return_warnings_at
from missing_coord.storage.views.timeline import (
    NoticeLine,
    TimelineEntry,
    notices_of_episode,
    timeline_of_episode,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeDuty:
    """The interview that an episode waits for or had, and the episode's own deadline."""

    interview_id: str
    state: str
    worker_name: str
    due_at: datetime
    provisional: bool
    clock: str
    result: str
    worked_out: str
    told_lag: timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeDetail:
    """Everything that an episode's page shows; `confidential` says so of the placement at the time, `hidden` of any."""

    identity: ChildIdentity
    episode: Episode
    confidential: bool
    hidden: bool
    duty: EpisodeDuty | None
    notices: tuple[NoticeLine, ...]
    timeline: tuple[TimelineEntry, ...]
    returns: tuple[PresumedReturnLine, ...]
    return_warnings: tuple[ReturnWarning, ...]


_EPISODE = text("select e.*, e.episode_id::text as id from episodes e where e.episode_id = cast(:id as uuid)")
_CONFIDENTIAL = text(
    "select coalesce(bool_or(confidential), false) from placements where placement_id = :placement_id"
)
_ANY_CONFIDENTIAL = text(
    "select coalesce(bool_or(confidential), false) from placements where child_id = :child_id"
)
_DUTY = """
    select l.*, l.interview_id::text as id, i.state, {worker} as worker_name
    from interview_episodes l join interviews i using (interview_id) {join}
    where l.episode_id = cast(:id as uuid)
"""


async def episode_detail(uow: SqlUnitOfWork, episode_id: str, *, council: str) -> EpisodeDetail:
    """Return an episode's page and write in the audit trail that it was opened; raises NotFound."""
    episode = await _episode(uow, episode_id)
    opened(uow, "episode", episode.episode_id, child_id=episode.child_id)
    placement = await uow.execute(_CONFIDENTIAL, {"placement_id": episode.placement_id})
    confidential = bool(placement.scalar_one())
    hidden = bool((await uow.execute(_ANY_CONFIDENTIAL, {"child_id": episode.child_id})).scalar_one())
    return EpisodeDetail(
        identity=await child_identity(uow, episode.child_id, council=council),
        episode=episode,
        confidential=confidential,
        hidden=hidden,
        duty=await _duty(uow, episode),
        notices=await notices_of_episode(uow, episode.episode_id),
        timeline=await timeline_of_episode(uow, episode.episode_id, confidential=hidden),
        returns=tuple(await returns_of_episode(uow, episode.episode_id)),
        return_warnings=await return_warnings_at(uow, episode.child_id, episode.started_at),
    )


async def _episode(uow: SqlUnitOfWork, episode_id: str) -> Episode:
    try:
        wanted = str(uuid.UUID(episode_id))
    except ValueError:
        raise NotFound("There is no such episode that you may see.") from None
    row = (await uow.execute(_EPISODE, {"id": wanted})).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no such episode that you may see.")
    return from_row(Episode, {**row, "episode_id": row["id"]})


async def _duty(uow: SqlUnitOfWork, episode: Episode) -> EpisodeDuty | None:
    named = await may_read(uow, "workers")
    query = _DUTY.format(
        worker="coalesce(w.name, '')" if named else "i.worker_id",
        join="left join workers w on w.worker_id = i.worker_id" if named else "",
    )
    row = (await uow.execute(text(query), {"id": episode.episode_id})).mappings().one_or_none()
    return None if row is None else _as_duty(row, episode, now=uow.now)


def _as_duty(row: RowMapping, episode: Episode, *, now: datetime) -> EpisodeDuty:
    told = episode.told_ended_at
    counted = Deadline(due_at=row["due_at"], clock_from=row["clock_from"], basis=ClockBasis(row["basis"]))
    return EpisodeDuty(
        interview_id=row["id"],
        state=row["state"],
        worker_name=row["worker_name"],
        due_at=row["due_at"],
        provisional=row["provisional"],
        clock=clock_of(row["due_at"], row["resolved_at"], now=now),
        result=row["result"],
        worked_out=counted.worked_out,
        told_lag=None if told is None else told - row["clock_from"],
    )
