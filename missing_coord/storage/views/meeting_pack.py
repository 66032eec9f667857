"""The pack of a mapping meeting: what was confirmed, by child, by person of concern and by location."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from missing_coord.storage.evidence_pieces import NAMED_IN_EVIDENCE
from missing_coord.storage.unit_of_work import SqlUnitOfWork

CHOICES = ("child", "person", "location")


@dataclass(frozen=True, slots=True, kw_only=True)
class PackLine:
    """One entry of the agenda: a child's reference, or a person, vehicle, number or place in the words said."""

    heading: str
    kind: str
    children: tuple[str, ...]
    pattern_ids: tuple[str, ...]
    episodes: int
    first_at: datetime | None
    last_at: datetime | None


async def meeting_pack(uow: SqlUnitOfWork, by: str) -> list[PackLine]:
    """Return the entries of one agenda, those with most children first; only what a lead confirmed is in it."""
    query, values = (_BY_CHILD, {}) if by == "child" else (_BY_THING, {"kinds": _KINDS[by]})
    return [
        PackLine(**{**row, "children": tuple(row["children"]), "pattern_ids": tuple(row["pattern_ids"])})
        for row in (await uow.execute(text(query), values)).mappings()
    ]


_KINDS = {"person": ["person", "vehicle", "phone", "handle"], "location": ["place"]}
_BY_CHILD = """
select pc.child_id as heading, 'child' as kind, array[pc.child_id] as children,
       array_agg(distinct p.pattern_id::text) as pattern_ids, count(distinct pc.episode_id) as episodes,
       min(e.started_at) as first_at, max(e.started_at) as last_at
from patterns p join pattern_children pc using (pattern_id) left join episodes e on e.episode_id = pc.episode_id
where p.state = 'confirmed' and p.kind <> 'hot_spot'
group by pc.child_id order by count(distinct p.pattern_id) desc, episodes desc, pc.child_id
"""
_BY_THING = f"""
with {NAMED_IN_EVIDENCE}
select min(n.said) as heading, n.kind, array_agg(distinct n.child_id) as children,
       array_agg(distinct p.pattern_id::text) as pattern_ids, count(distinct n.episode_id) as episodes,
       min(e.started_at) as first_at, max(e.started_at) as last_at
from patterns p join named n using (pattern_id) left join episodes e on e.episode_id = n.episode_id
where p.state = 'confirmed' and n.kind = any(:kinds)
group by n.kind, n.value order by count(distinct n.child_id) desc, episodes desc, heading
"""
