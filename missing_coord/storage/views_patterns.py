"""What the exploitation lead sees of patterns; row-level security decides who sees anything at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from missing_coord.domain.errors import NotFound
from missing_coord.linking.proposals import PatternKind
from missing_coord.storage.unit_of_work import SqlUnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternRow:
    """One line of the list of patterns; `text` holds references and counts, nobody's name or words."""

    pattern_id: str
    kind: str
    text: str
    children: int
    strength: str
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
class PatternEvidence:
    """One piece of evidence, in the words said; `episode_id` is None where the reader may not open the episode."""

    at: datetime | None
    text: str
    source: str
    episode_id: str | None
    child_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternView:
    """One pattern with its children and its evidence, oldest first."""

    row: PatternRow
    rule: str
    decided: str | None
    detail: Mapping[str, Any]
    children: tuple[PatternChild, ...]
    evidence: tuple[PatternEvidence, ...]


STATES = ("proposed", "confirmed", "rejected", "withdrawn")


async def pattern_counts(uow: SqlUnitOfWork) -> dict[str, int]:
    """Return how many patterns the reader may see in each state, none left out."""
    result = await uow.execute(text("select state, count(*) as patterns from patterns group by state"))
    counted = {row["state"]: row["patterns"] for row in result.mappings()}
    return {state: counted.get(state, 0) for state in STATES}


async def pattern_list(
    uow: SqlUnitOfWork, *, status: str = "all", limit: int = 50, offset: int = 0
) -> list[PatternRow]:
    """Return the patterns in one state, or `all`, strong ones first among those that wait, then the newest."""
    result = await uow.execute(text(_LIST), {"status": status, "limit": limit, "offset": offset})
    return [_row(row) for row in result.mappings()]


async def pattern_view(uow: SqlUnitOfWork, pattern_id: str) -> PatternView:
    """Return one pattern with its evidence; raises NotFound when the reader may not see it."""
    values = {"id": pattern_id}
    found = (await uow.execute(text(_ONE), values)).mappings().one_or_none()
    if found is None:
        raise NotFound(f"There is no pattern {pattern_id} that you may see.")
    children = (await uow.execute(text(_CHILDREN), values)).mappings()
    evidence = (await uow.execute(text(_EVIDENCE), values)).mappings()
    return PatternView(
        row=_row(found),
        rule=f"{found['detail'].get('rule', found['kind'])} ({found['rule_version']})",
        decided=_decided(found),
        detail=found["detail"],
        children=tuple(PatternChild(**each) for each in children),
        evidence=tuple(_evidence(each, found["kind"]) for each in evidence),
    )


_LIST = """
select pattern_id::text, kind, detail, raised_at, state, version from patterns
where :status = 'all' or state = :status
order by state <> 'proposed', detail->>'strength' = 'weak', kind not like 'shared%', kind, raised_at desc, pattern_id
limit :limit offset :offset
"""
_ONE = """
select pattern_id::text, kind, detail, raised_at, state, version, rule_version, decided_by, decided_at, reason
from patterns where pattern_id::text = :id
"""
_CHILDREN = """
select pc.child_id, nullif(trim(max(c.forename) || ' ' || max(c.surname)), '') as name,
       count(distinct pc.episode_id) as episodes
from pattern_children pc left join children c on c.child_id = pc.child_id
where pc.pattern_id::text = :id group by pc.child_id order by pc.child_id
"""
_EVIDENCE = """
select e.started_at, pc.said, pc.child_id, e.episode_id::text, i.force_key, i.reference_key
from pattern_children pc left join episodes e on e.episode_id = pc.episode_id
left join incidents i on i.incident_id = pc.incident_id
where pc.pattern_id::text = :id
order by e.started_at nulls last, pc.child_id, pc.episode_id, pc.said
"""


def _row(found: Mapping[Any, Any]) -> PatternRow:
    detail = found["detail"]
    return PatternRow(
        pattern_id=found["pattern_id"],
        kind=found["kind"],
        text=pattern_text(found["kind"], detail),
        children=detail.get("children_count", 0),
        strength=detail.get("strength", "strong"),
        found_at=found["raised_at"],
        status=found["state"],
        version=found["version"],
    )


def pattern_text(kind: str, detail: Mapping[str, Any]) -> str:
    """Say in one line what a pattern is, in references and counts."""
    notes = ", ".join(_NOTES.get(note, note) for note in detail.get("notes", ()))
    weak = f" (weak: {notes})" if notes else ""
    match PatternKind(kind):
        case PatternKind.REPEAT_MISSING:
            return f"Missing {detail['times']} times in {detail['days']} days"
        case PatternKind.LONG_MISSING:
            return f"Missing for more than {detail['hours']} hours"
        case PatternKind.MISSING_TOGETHER:
            times = "once" if detail["times"] == 1 else f"{detail['times']} times"
            return f"Two children missing together, {times}{weak}"
        case PatternKind.HOT_SPOT:
            most, days = detail["most_children_in_window"], detail["window_days"]
            return f"The same {detail['named']} named for {most} children within {days} days{weak}"
        case _:
            return f"The same {detail['named']} named for {detail['children']} children{weak}"


_NOTES = {
    "same_home_only": "same home, nothing else",
    "same_household": "same family home",
    "provisional_record": "a record not yet matched",
    "common_place": "a common place",
    "named_for_many": "named for many",
    "first_name_only": "a first name only",
}


def _decided(found: Mapping[Any, Any]) -> str | None:
    if not found["decided_by"]:
        return None
    return f"{found['state'].capitalize()} by {found['decided_by']}: {found['reason']}"


def _evidence(each: Mapping[Any, Any], kind: str) -> PatternEvidence:
    source = f"{each['force_key']} {each['reference_key']}" if each["reference_key"] else "Missing episode"
    plain = "Missing together" if kind == PatternKind.MISSING_TOGETHER else "Missing episode began"
    return PatternEvidence(
        at=each["started_at"],
        text=each["said"] or plain,
        source=source,
        episode_id=each["episode_id"],
        child_id=each["child_id"],
    )
