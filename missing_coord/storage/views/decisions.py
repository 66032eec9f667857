"""How episodes and their interviews stand for some children, to show what a decision would change before it is made."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from missing_coord.storage.unit_of_work import SqlUnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One episode of a child and the interview that is owed for it; empty and None where there is none."""

    episode_id: str
    child_id: str
    child_name: str
    references: tuple[str, ...]
    started_at: datetime
    ended_at: datetime | None
    interview_id: str
    due_at: datetime | None
    resolved: bool
    worker_name: str
    visit_starts_at: datetime | None


_TOUCHED = text("""
    select distinct n.child_id from incidents n join incidents this on this.incident_id = cast(:id as uuid)
    where n.incident_id = this.incident_id or (n.signature <> '' and n.signature = this.signature)
""")
_STANDINGS = text("""
    select e.episode_id::text, e.child_id, concat_ws(' ', nullif(c.forename, ''), nullif(c.surname, '')) as child_name,
        e.refs as references, e.started_at, e.ended_at, coalesce(i.interview_id::text, '') as interview_id, l.due_at,
        l.resolved_at is not null as resolved, coalesce(w.name, '') as worker_name, i.visit_starts_at
    from episodes e join children c using (child_id)
    left join interview_episodes l using (episode_id)
    left join interviews i on i.interview_id = l.interview_id and i.closed_at is null
    left join workers w on w.worker_id = i.worker_id
    where e.child_id = any(:children) and e.status <> 'cancelled'
    order by e.started_at, e.episode_id
""")


async def touched_children(uow: SqlUnitOfWork, incident_id: str) -> set[str]:
    """Return the children on whose records this notice, and those in the same words, stand now."""
    return set((await uow.execute(_TOUCHED, {"id": incident_id})).scalars())


async def standings(uow: SqlUnitOfWork, child_ids: Collection[str]) -> list[Standing]:
    """Return every episode of these children that was not cancelled, by its beginning."""
    result = await uow.execute(_STANDINGS, {"children": sorted(child_ids)})
    return [Standing(**{**row, "references": tuple(row["references"])}) for row in result.mappings()]
