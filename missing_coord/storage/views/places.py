"""Places named in patterns, with who named them and when, and where they lie; for the exploitation lead."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from missing_coord.linking.forms import postcode_in
from missing_coord.linking.mentions import MentionKind
from missing_coord.storage.evidence_pieces import NAMED_IN_EVIDENCE
from missing_coord.storage.postcodes import installed_postcodes
from missing_coord.storage.unit_of_work import SqlUnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceNaming:
    """One episode in which a place was named."""

    child_id: str
    episode_id: str
    started_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Metres of the OS grid."""

    easting: int
    northing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedPlace:
    """A place of patterns in force, in the words said; `position` None where nobody gave a postcode or a point."""

    value: str
    said: str
    namings: tuple[PlaceNaming, ...]
    pattern_ids: tuple[str, ...]
    hot_spot: bool
    position: Position | None


async def named_places(uow: SqlUnitOfWork) -> list[NamedPlace]:
    """Return the places on which patterns rest that wait, are parked or are confirmed, those of most children first.

    A child's own home, placement and school are in no pattern, and so not here.
    """
    grouped: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in (await uow.execute(text(_NAMED), {"place": MentionKind.PLACE.value})).mappings():
        grouped[row["value"]].append(dict(row))
    found = [_place(value, rows) for value, rows in grouped.items()]
    return sorted(found, key=lambda each: (-len({n.child_id for n in each.namings}), each.said, each.value))


def _place(value: str, rows: Sequence[Mapping[str, Any]]) -> NamedPlace:
    namings = {
        each["episode_id"]: PlaceNaming(
            child_id=each["child_id"], episode_id=each["episode_id"], started_at=each["started_at"]
        )
        for each in rows
    }
    return NamedPlace(
        value=value,
        said=min((each["said"] for each in rows), key=lambda said: (len(said), said)),
        namings=tuple(namings.values()),
        pattern_ids=tuple(sorted({each["pattern_id"] for each in rows})),
        hot_spot=any(each["kind"] == "hot_spot" for each in rows),
        position=_position(value, rows),
    )


def _position(value: str, rows: Sequence[Mapping[str, Any]]) -> Position | None:
    for row in rows:
        if row["easting"] is not None and row["northing"] is not None:
            return Position(easting=row["easting"], northing=row["northing"])
    for postcode in (postcode_in(each) for each in (value, *(row["said"] for row in rows))):
        if postcode and (found := _lookup(postcode)) is not None:
            return found
    return None


def _lookup(postcode: str) -> Position | None:
    try:
        place = installed_postcodes().lookup(postcode)
    except FileNotFoundError:
        return None
    return None if place is None else Position(easting=place.easting, northing=place.northing)


_NAMED = f"""
with {NAMED_IN_EVIDENCE}
select n.value, n.said, n.child_id, n.episode_id::text, e.started_at, p.pattern_id::text, p.kind, n.easting, n.northing
from patterns p join named n using (pattern_id) join episodes e on e.episode_id = n.episode_id
where p.state in ('proposed', 'parked', 'confirmed') and e.status <> 'cancelled' and n.kind = :place
order by e.started_at, n.episode_id::text
"""
