"""What the exploitation lead sees of patterns; row-level security decides who sees anything at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from missing_coord.domain.errors import NotFound
from missing_coord.linking.proposals import MEDIUM_FROM, band_of
from missing_coord.storage.evidence_pieces import PatternEvidence, pieces_of
from missing_coord.storage.unit_of_work import SqlUnitOfWork
from missing_coord.storage.views.patterns_words import pattern_text, threshold_text


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternRow:
    """One line of the list of patterns; `text` holds references and counts, nobody's name or words."""

    pattern_id: str
    kind: str
    text: str
    children: int
    strength: int
    band: str
    found_at: datetime
    status: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternChild:
    """A child of a pattern; `name` is None where the reader may not open the child."""

    child_id: str
    name: str | None
    episodes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorHistory:
    """What became of everything that one sensor has raised."""

    waiting: int
    confirmed: int
    rejected: int
    parked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternView:
    """One pattern with its children and its evidence, oldest first."""

    row: PatternRow
    rule: str
    threshold: str
    history: SensorHistory
    decided: str | None
    detail: Mapping[str, Any]
    children: tuple[PatternChild, ...]
    evidence: tuple[PatternEvidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternFilter:
    """Which patterns a list shows; empty means all of them."""

    status: str = ""
    kind: str = ""
    weak_too: bool = True


_SHOWN = "(:status = '' or state = :status) and (:weak or (detail->>'strength')::int >= :medium)"


async def kind_counts(uow: SqlUnitOfWork, shown: PatternFilter) -> dict[str, int]:
    """Return how many patterns of each kind the list holds, whatever kind it is narrowed to."""
    query = f"select kind, count(*) as patterns from patterns where {_SHOWN} group by kind"
    result = await uow.execute(text(query), _values(shown))
    return {row["kind"]: row["patterns"] for row in result.mappings()}


async def pattern_list(
    uow: SqlUnitOfWork, shown: PatternFilter | None = None, *, limit: int = 50, offset: int = 0
) -> list[PatternRow]:
    """Return the patterns that a list shows: those that wait first, the strongest first, then the newest."""
    values = _values(shown or PatternFilter()) | {"limit": limit, "offset": offset}
    return [_row(row) for row in (await uow.execute(text(_LIST), values)).mappings()]


def _values(shown: PatternFilter) -> dict[str, object]:
    return {"status": shown.status, "kind": shown.kind, "weak": shown.weak_too, "medium": MEDIUM_FROM}


async def pattern_view(uow: SqlUnitOfWork, pattern_id: str) -> PatternView:
    """Return one pattern with its evidence; raises NotFound when the reader may not see it."""
    values = {"id": pattern_id}
    found = (await uow.execute(text(_ONE), values)).mappings().one_or_none()
    if found is None:
        raise NotFound(f"There is no pattern {pattern_id} that you may see.")
    children = (await uow.execute(text(_CHILDREN), values)).mappings()
    rule = found["detail"].get("rule", found["kind"])
    history = (await uow.execute(text(_HISTORY), {"rule": rule})).mappings().one()
    return PatternView(
        row=_row(found),
        rule=f"{rule} ({found['rule_version']})",
        threshold=threshold_text(found["kind"], found["detail"]),
        history=SensorHistory(**history),
        decided=_decided(found),
        detail=found["detail"],
        children=tuple(PatternChild(**each) for each in children),
        evidence=await pieces_of(uow.connection, pattern_id, found["detail"]),
    )


async def groups(uow: SqlUnitOfWork, *, confirmed_only: bool = False) -> list[PatternRow]:
    """Return the groups of linked children in force, the strongest first."""
    result = await uow.execute(text(_GROUPS), {"confirmed_only": confirmed_only})
    return [_row(row) for row in result.mappings()]


_LIST = f"""
select pattern_id::text, kind, detail, raised_at, state, version from patterns
where {_SHOWN} and (:kind = '' or kind = :kind)
order by state <> 'proposed', (detail->>'strength')::int desc, raised_at desc, pattern_id
limit :limit offset :offset
"""
_GROUPS = """
select pattern_id::text, kind, detail, raised_at, state, version from patterns
where detail->>'family' = 'group' and (state = 'confirmed' or (not :confirmed_only and state in ('proposed', 'parked')))
order by (detail->>'strength')::int desc, raised_at desc, pattern_id
"""
_ONE = """
select pattern_id::text, kind, detail, raised_at, state, version, rule_version, decided_by, decided_at, reason
from patterns where pattern_id::text = :id
"""
_HISTORY = """
select count(*) filter (where state = 'proposed') as waiting, count(*) filter (where state = 'confirmed') as confirmed,
       count(*) filter (where state = 'rejected') as rejected, count(*) filter (where state = 'parked') as parked
from patterns where coalesce(detail->>'rule', kind) = :rule
"""
_CHILDREN = """
select pc.child_id, nullif(trim(max(c.forename) || ' ' || max(c.surname)), '') as name,
       count(distinct pc.episode_id) as episodes
from pattern_children pc left join children c on c.child_id = pc.child_id
where pc.pattern_id::text = :id group by pc.child_id order by pc.child_id
"""


def _row(found: Mapping[Any, Any]) -> PatternRow:
    detail = found["detail"]
    strength = int(detail.get("strength", 0))
    return PatternRow(
        pattern_id=found["pattern_id"],
        kind=found["kind"],
        text=pattern_text(found["kind"], detail),
        children=int(detail.get("children", detail.get("children_count", 0))),
        strength=strength,
        band=band_of(strength).value,
        found_at=found["raised_at"],
        status=found["state"],
        version=found["version"],
    )


def _decided(found: Mapping[Any, Any]) -> str | None:
    if not found["decided_by"]:
        return None
    return f"{found['state'].capitalize()} by {found['decided_by']}: {found['reason']}"
