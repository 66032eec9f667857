"""Presumed returns as their page shows them: the child, the episode, the sign, and how long it has waited."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from missing_coord.domain.errors import NotFound
from missing_coord.domain.return_signs import PresumedReturn
from missing_coord.storage.child_names import shown_name
from missing_coord.storage.stores.returns import presumed_return
from missing_coord.storage.unit_of_work import SqlUnitOfWork
from missing_coord.storage.views.interviews import may_read


@dataclass(frozen=True, slots=True, kw_only=True)
class PresumedReturnLine:
    """One presumed return with the child and the episode that it is about; `references` are the police's."""

    presumed: PresumedReturn
    child_id: str
    name: str
    population: str
    episode_id: str
    references: tuple[str, ...]
    started_at: datetime


_LINES = """
    select p.*, e.child_id, c.forename, c.surname, e.population, e.episode_id::text as episode_id, e.refs, e.started_at
    from presumed_returns p
    join lateral (select e.* from episode_incidents ei join episodes e using (episode_id)
        where ei.incident_id = p.incident_id and e.started_at <= p.seen_at
        order by e.status = 'cancelled', e.started_at desc limit 1) e on true
    join children c on c.child_id = e.child_id
"""
_WAITING = text(f"""
    {_LINES} where p.state = 'waiting' order by p.seen_at, p.presumed_return_id limit :limit offset :offset
""")
_ONE = text(f"{_LINES} where p.presumed_return_id = cast(:id as uuid)")
_OF_EPISODE = text(f"""
    {_LINES} where e.episode_id = cast(:id as uuid) and p.state <> 'withdrawn' order by p.seen_at, p.presumed_return_id
""")


async def returns_waiting(uow: SqlUnitOfWork, *, limit: int, offset: int = 0) -> list[PresumedReturnLine]:
    """Return the presumed returns that nobody has answered, the longest back first."""
    result = await uow.execute(_WAITING, {"limit": limit, "offset": offset})
    return [_line(row) for row in result.mappings()]


async def count_returns(uow: SqlUnitOfWork) -> int:
    """Return how many presumed returns wait for an answer."""
    result = await uow.execute(text("select count(*) from presumed_returns where state = 'waiting'"))
    return int(result.scalar_one())


async def presumed_return_line(uow: SqlUnitOfWork, presumed_return_id: str) -> PresumedReturnLine:
    """Return one presumed return; raises NotFound."""
    try:
        wanted = str(uuid.UUID(presumed_return_id))
    except ValueError:
        raise _unknown() from None
    row = (await uow.execute(_ONE, {"id": wanted})).mappings().one_or_none()
    if row is None:
        raise _unknown()
    return _line(row)


async def returns_of_episode(uow: SqlUnitOfWork, episode_id: str) -> list[PresumedReturnLine]:
    """Return the signs about an episode; none for those who may not read them."""
    if not await may_read(uow, "presumed_returns"):
        return []
    result = await uow.execute(_OF_EPISODE, {"id": episode_id})
    return [_line(row) for row in result.mappings()]


def _unknown() -> NotFound:
    return NotFound("There is no such presumed return that you may see.")


def _line(row: Any) -> PresumedReturnLine:
    return PresumedReturnLine(
        presumed=presumed_return(row),
        child_id=row["child_id"],
        name=shown_name(row["forename"], row["surname"]),
        population=row["population"],
        episode_id=row["episode_id"],
        references=tuple(row["refs"]),
        started_at=row["started_at"],
    )
