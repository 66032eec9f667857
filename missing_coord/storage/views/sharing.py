"""What left the service and what was done about patterns, as the exploitation lead and a manager see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text

from missing_coord.domain.errors import NotFound
from missing_coord.storage.unit_of_work import SqlUnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedLine:
    """One line of the log of sharing; the words that left are not in it."""

    disclosure_id: int
    pattern_id: str
    organisation: str
    recipient: str
    gateway: str
    pieces: int
    held_back: int
    shared_by: str
    shared_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DisruptionLine:
    """One disruption; `before` and `after` are the children's episodes in the 30 days on each side of its end."""

    disruption_id: str
    kind: str
    what: str
    owner: str
    due_on: date
    state: str
    outcome: str
    effect: str
    closed_at: datetime | None
    version: int
    before: int
    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KindOverview:
    """How the patterns of one kind stand."""

    kind: str
    waiting: int
    strong: int
    oldest_at: datetime | None
    confirmed: int
    noise: int
    parked: int


_LINES = """
select disclosure_id, pattern_id::text, organisation, recipient, gateway, pieces, held_back, shared_by, shared_at
from disclosures where :pattern_id in ('', pattern_id::text) order by disclosure_id desc limit :limit offset :offset
"""


async def shared_lines(
    uow: SqlUnitOfWork, *, pattern_id: str = "", limit: int = 50, offset: int = 0
) -> list[SharedLine]:
    """Return what left the service, the latest first; of one pattern, or of all."""
    asked = {"pattern_id": pattern_id, "limit": limit, "offset": offset}
    return [SharedLine(**row) for row in (await uow.execute(text(_LINES), asked)).mappings()]


async def shared_count(uow: SqlUnitOfWork) -> int:
    """Return how many disclosures there are."""
    return int((await uow.execute(text("select count(*) from disclosures"))).scalar_one())


async def shared_content(uow: SqlUnitOfWork, number: int) -> tuple[SharedLine, str, str]:
    """Return one disclosure, its reason and every word that left; raises NotFound."""
    query = _LINES.replace("where :pattern_id in ('', pattern_id::text)", "where disclosure_id = :number")
    query = query.replace("select ", "select reason, content, ", 1)
    asked = {"number": number, "limit": 1, "offset": 0}
    found = (await uow.execute(text(query), asked)).mappings().one_or_none()
    if found is None:
        raise NotFound(f"There is no disclosure {number} that you may see.")
    row = dict(found)
    reason, content = row.pop("reason"), row.pop("content")
    return SharedLine(**row), reason, content


_DISRUPTIONS = """
select d.disruption_id::text, d.kind, d.what, d.owner, d.due_on, d.state, d.outcome, d.effect, d.closed_at, d.version,
       count(e.episode_id) filter (where e.started_at < d.closed_at
           and e.started_at >= d.closed_at - interval '720 hours') as before,
       count(e.episode_id) filter (where e.started_at >= d.closed_at
           and e.started_at < d.closed_at + interval '720 hours') as after
from disruptions d
left join episodes e on e.status <> 'cancelled' and e.kind = 'M' and e.child_id in
    (select pc.child_id from pattern_children pc where pc.pattern_id = d.pattern_id)
where d.pattern_id::text = :id
group by d.disruption_id order by d.state <> 'planned', d.due_on, d.disruption_id
"""


async def disruptions_of(uow: SqlUnitOfWork, pattern_id: str) -> list[DisruptionLine]:
    """Return what is done about a pattern, what is still planned first."""
    return [
        DisruptionLine(**row)
        for row in (await uow.execute(text(_DISRUPTIONS), {"id": pattern_id})).mappings()
    ]


_KINDS = """
select kind, count(*) filter (where state = 'proposed') as waiting,
       count(*) filter (where state = 'proposed' and (detail->>'strength')::int >= :strong) as strong,
       min(raised_at) filter (where state = 'proposed') as oldest_at,
       count(*) filter (where state = 'confirmed') as confirmed,
       count(*) filter (where state = 'rejected') as noise, count(*) filter (where state = 'parked') as parked
from patterns where state <> 'withdrawn' group by kind order by waiting desc, kind
"""
_DONE = """
select kind, count(*) filter (where state = 'planned') as planned,
       count(*) filter (where state = 'planned'
           and due_on < (cast(:now as timestamptz) at time zone 'Europe/London')::date) as overdue,
       count(*) filter (where state = 'done') as done, count(*) filter (where state = 'not_done') as not_done,
       count(*) filter (where effect = 'less') as less
from disruptions group by kind order by kind
"""


async def overview(uow: SqlUnitOfWork, *, strong: int) -> list[KindOverview]:
    """Return how the patterns of each kind stand, none of them by itself."""
    return [KindOverview(**row) for row in (await uow.execute(text(_KINDS), {"strong": strong})).mappings()]


async def disruption_counts(uow: SqlUnitOfWork) -> list[dict[str, object]]:
    """Return for each kind of disruption how many are planned, overdue, done, not done, and were followed by less."""
    return [dict(row) for row in (await uow.execute(text(_DONE), {"now": uow.now})).mappings()]


async def leads_to_call(uow: SqlUnitOfWork) -> list[str]:
    """Return the names of those who may open a link."""
    return list((await uow.execute(text("select display_name from leads_to_call()"))).scalars())
