"""A child's page: who it is, placements, episodes, interviews and open links; the database decides who sees what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import RowMapping, text

from missing_coord.domain.access import Role
from missing_coord.domain.errors import NotFound
from missing_coord.domain.population import Population, population_of
from missing_coord.domain.records import ChildStatus
from missing_coord.storage.audit import opened
from missing_coord.storage.child_names import shown_name
from missing_coord.storage.unit_of_work import SqlUnitOfWork
from missing_coord.storage.views.interviews import clock_of, may_read
from missing_coord.storage.views.ssda903 import ReturnWarning, return_warnings
from missing_coord.storage.views.timeline import TimelineEntry, timeline_of_child


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacementLine:
    """One placement; a confidential one tells neither provider nor area."""

    placement_id: str
    start_date: date
    end_date: date | None
    place_code: str
    provider_name: str
    authority: str
    confidential: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildIdentity:
    """Who a child is, as the top of every page about the child says; `placement` is the one on the day."""

    child_id: str
    display_name: str
    aliases: tuple[str, ...]
    date_of_birth: date | None
    status: str
    responsible_authority: str
    social_worker: str
    iro: str
    flags: tuple[str, ...]
    uasc: bool
    match_pending: bool
    population: Population
    placement: PlacementLine | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildEpisodeLine:
    """One missing episode of a child, with the interview that it waits for or had."""

    episode_id: str
    references: tuple[str, ...]
    kind: str
    status: str
    started_at: datetime
    ended_at: datetime | None
    interview_id: str | None
    state: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildInterviewLine:
    """One return interview of a child."""

    interview_id: str
    state: str
    clock: str
    due_at: datetime | None
    provisional: bool
    worker_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildPattern:
    """One pattern in force that names the child."""

    pattern_id: str
    kind: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildDetail:
    """Everything that a child's page shows; `patterns` only for those who may read them, else `linked` alone."""

    identity: ChildIdentity
    placements: tuple[PlacementLine, ...]
    episodes: tuple[ChildEpisodeLine, ...]
    interviews: tuple[ChildInterviewLine, ...]
    patterns: tuple[ChildPattern, ...]
    linked: bool
    timeline: tuple[TimelineEntry, ...]
    return_warnings: tuple[ReturnWarning, ...]


_CHILD = text(
    "select c.*, child_waits_for_review(c.child_id) as waits_for_review from children c where child_id = :child_id"
)
_PLACEMENTS = text(
    "select placement_id, start_date, end_date, place_code, provider_name, authority, confidential from placements"
    " where child_id = :child_id order by start_date desc, placement_id desc"
)
_EPISODES = text("""
    select e.episode_id::text as episode_id, e.refs, e.kind, e.status, e.started_at, e.ended_at,
        i.interview_id::text as interview_id, i.state
    from episodes e
    left join interview_episodes l on l.episode_id = e.episode_id
    left join interviews i on i.interview_id = l.interview_id
    where e.child_id = :child_id order by e.started_at desc
""")
_INTERVIEWS = """
    select i.interview_id::text as interview_id, i.state, i.due_at, i.closed_at, i.provisional, {worker} as worker_name
    from interviews i {join} where i.child_id = :child_id order by i.closed_at desc nulls first, i.due_at desc
"""
_PATTERNS = text("""
    select distinct p.pattern_id::text as pattern_id, p.kind, p.state
    from patterns p join pattern_children c using (pattern_id)
    where c.child_id = :child_id and p.state in ('proposed', 'confirmed') order by 1
""")
_TODAY = text("select (cast(:now as timestamptz) at time zone 'Europe/London')::date")


async def child_detail(uow: SqlUnitOfWork, child_id: str, *, council: str) -> ChildDetail:
    """Return a child's page and write in the audit trail that it was opened; raises NotFound."""
    identity, placements = await _identity(uow, child_id, council)
    opened(uow, "child", child_id)
    wanted = {"child_id": child_id}
    episodes = (await uow.execute(_EPISODES, wanted)).mappings()
    return ChildDetail(
        identity=identity,
        placements=placements,
        episodes=tuple(_episode(row) for row in episodes),
        interviews=await _interviews(uow, child_id),
        patterns=await _patterns(uow, child_id),
        linked=await _linked(uow, child_id),
        timeline=await timeline_of_child(uow, child_id, confidential=any(p.confidential for p in placements)),
        return_warnings=await return_warnings(uow, child_id),
    )


async def child_identity(uow: SqlUnitOfWork, child_id: str, *, council: str) -> ChildIdentity:
    """Return who a child is, for the top of a page; raises NotFound."""
    return (await _identity(uow, child_id, council))[0]


async def _identity(
    uow: SqlUnitOfWork, child_id: str, council: str
) -> tuple[ChildIdentity, tuple[PlacementLine, ...]]:
    row = (await uow.execute(_CHILD, {"child_id": child_id})).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no such child that you may see.")
    found = (await uow.execute(_PLACEMENTS, {"child_id": child_id})).mappings()
    placements = tuple(_placement(each) for each in found)
    today = (await uow.execute(_TODAY, {"now": uow.now})).scalar_one()
    current = next((p for p in placements if _lasts_on(p, today)), None)
    return _child(row, current, council), placements


def _child(row: RowMapping, current: PlacementLine | None, council: str) -> ChildIdentity:
    return ChildIdentity(
        child_id=row["child_id"],
        display_name=shown_name(row["forename"], row["middle_names"], row["surname"]),
        aliases=tuple(row["aliases"]),
        date_of_birth=row["date_of_birth"],
        status=row["status"],
        responsible_authority=row["responsible_authority"],
        social_worker=row["social_worker"],
        iro=row["iro"],
        flags=tuple(row["flags"]),
        uasc=bool(row["uasc"]),
        match_pending=row["waits_for_review"],
        population=population_of(
            council=council,
            looked_after=row["status"] == ChildStatus.LOOKED_AFTER,
            responsible_authority=row["responsible_authority"],
            placement_authority=current.authority if current else "",
        ),
        placement=current,
    )


def _placement(row: RowMapping) -> PlacementLine:
    """Return a placement; what a confidential one must not tell is left out here, not on the page."""
    hidden = {"provider_name": "", "authority": ""} if row["confidential"] else {}
    return PlacementLine(**{**row, **hidden})


def _lasts_on(placement: PlacementLine, day: date) -> bool:
    return placement.start_date <= day and (placement.end_date is None or day < placement.end_date)


def _episode(row: RowMapping) -> ChildEpisodeLine:
    kept: dict[str, Any] = dict(row)
    return ChildEpisodeLine(references=tuple(kept.pop("refs")), **kept)


async def _interviews(uow: SqlUnitOfWork, child_id: str) -> tuple[ChildInterviewLine, ...]:
    named = await may_read(uow, "workers")
    query = _INTERVIEWS.format(
        worker="coalesce(w.name, '')" if named else "i.worker_id",
        join="left join workers w on w.worker_id = i.worker_id" if named else "",
    )
    result = await uow.execute(text(query), {"child_id": child_id})
    return tuple(
        ChildInterviewLine(
            interview_id=row["interview_id"],
            state=row["state"],
            clock=clock_of(row["due_at"], row["closed_at"], now=uow.now),
            due_at=row["due_at"],
            provisional=row["provisional"],
            worker_name=row["worker_name"],
        )
        for row in result.mappings()
    )


async def _patterns(uow: SqlUnitOfWork, child_id: str) -> tuple[ChildPattern, ...]:
    if uow.actor.role is not Role.EXPLOITATION_LEAD:
        return ()
    result = await uow.execute(_PATTERNS, {"child_id": child_id})
    return tuple(ChildPattern(**row) for row in result.mappings())


async def _linked(uow: SqlUnitOfWork, child_id: str) -> bool:
    """Say whether a link to another child is open; what it is, only the exploitation lead may know."""
    result = await uow.execute(text("select child_has_open_link(:child_id)"), {"child_id": child_id})
    return bool(result.scalar_one())
