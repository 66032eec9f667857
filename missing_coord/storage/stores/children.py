"""The register of children and their placements in PostgreSQL, with the keys under which children are found."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import delete, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from missing_coord.domain.cases import ChildFacts
from missing_coord.domain.population import PlacementSpan
from missing_coord.domain.records import ChildRecord, ChildStatus, PlacementRecord
from missing_coord.matching.candidates import MAX_CHILDREN_PER_KEY
from missing_coord.matching.evidence import RegisterChild, Stay
from missing_coord.matching.keys import blocking_keys
from missing_coord.matching.prepared import PreparedChild, prepare_child
from missing_coord.services.ports.received import Received
from missing_coord.storage.locks import lock_names
from missing_coord.storage.mappers import canonical
from missing_coord.storage.postcodes import installed_postcodes
from missing_coord.storage.rows import among, among_given, as_array, insert_all, upsert
from missing_coord.storage.tables.people import children, match_keys, placement_addresses, placements
from missing_coord.storage.versions import changed_rows, keep_versions


class SqlChildren:
    """The register of children, provisional records included."""

    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        self._connection = connection
        self._now = now
        self._held: set[str] = set()

    async def save_records(self, received: Sequence[tuple[ChildRecord, Received]]) -> list[bool]:
        """Keep register rows as versions; return for each whether anything changed."""
        keyed = [(record.child_id, content_hash(record), record, how) for record, how in received]
        changed, latest = await changed_rows(self._connection, children, "child_id", keyed)
        rows = [self._row(record, digest) for _, digest, record, _ in latest]
        await upsert(self._connection, children, rows, key=["child_id"])
        await keep_versions(self._connection, "children", latest, self._now)
        await refile(self._connection, [row["child_id"] for row in rows])
        return changed

    def _row(self, record: ChildRecord, digest: str, *, provisional: bool = False) -> dict[str, Any]:
        place = installed_postcodes().lookup(record.home_postcode) if record.home_postcode else None
        return {
            "child_id": record.child_id,
            "provisional": provisional,
            **{name: getattr(record, name) or "" for name in _TEXTS},
            **{name: list(getattr(record, name)) for name in _LISTS},
            "date_of_birth": record.date_of_birth,
            "sex": record.sex.value if record.sex else "",
            "status": record.status.value if record.status else "",
            "uasc": record.uasc,
            "home_easting": place.easting if place else None,
            "home_northing": place.northing if place else None,
            "content_hash": digest,
            "updated_at": self._now,
        }

    async def add_provisional(self, wanted: Mapping[str, tuple[str, ChildRecord]]) -> None:
        """Open or renew provisional records by id; of several the one with the greatest mark stays."""
        rows = [self._row(record, mark, provisional=True) for _, (mark, record) in sorted(wanted.items())]
        newer = "children.provisional and children.content_hash < excluded.content_hash"
        await upsert(self._connection, children, rows, key=["child_id"], where=newer)

    async def facts(self, child_ids: Iterable[str]) -> dict[str, ChildFacts]:
        """Return what deriving episodes needs to know of each child."""
        result = await self._connection.execute(_FACTS, {"ids": as_array(child_ids)})
        return {
            child_id: ChildFacts(
                child_id=child_id,
                provisional=provisional,
                looked_after=status == ChildStatus.LOOKED_AFTER.value,
                responsible_authority=authority,
                home_grid=(easting, northing) if easting is not None else None,
            )
            for child_id, provisional, status, authority, easting, northing in result
        }

    async def known(self, child_ids: Iterable[str]) -> set[str]:
        """Return which of these ids are on the register or provisional."""
        result = await self._connection.execute(
            select(children.c.child_id).where(among(children.c.child_id, child_ids))
        )
        return {row[0] for row in result}

    async def filed(self, keys: Iterable[str]) -> dict[str, list[str]]:
        """Return the register children under each key, of one with too many just more than `MAX_CHILDREN_PER_KEY`."""
        result = await self._connection.execute(
            _FILED, {"keys": _BETWEEN.join(sorted(keys)), "most": MAX_CHILDREN_PER_KEY + 1}
        )
        return {key: found.split(_BETWEEN) for key, found in result}

    async def prepared(self, child_ids: Iterable[str]) -> dict[str, PreparedChild]:
        """Return register children ready to be compared."""
        result = await self._connection.execute(_PREPARED, {"ids": as_array(child_ids)})
        return {child_id: _read_prepared(line) for child_id, line in result}

    async def lock(self, child_ids: Iterable[str]) -> None:
        """Hold these children until the transaction ends, so that nobody else derives their episodes."""
        wanted = set(child_ids) - self._held
        await lock_names(self._connection, "child", wanted)
        self._held |= wanted

    async def lock_references(self, references: Iterable[tuple[str, str]]) -> None:
        """Hold these police references until the transaction ends."""
        await lock_names(self._connection, "reference", ["\x1f".join(each) for each in references])


class SqlPlacements:
    """Placements of looked-after children; the address lies in a table of its own."""

    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def save_records(self, received: Sequence[tuple[PlacementRecord, Received]]) -> list[bool]:
        """Keep placement rows as versions; return for each whether anything changed."""
        keyed = [(record.placement_id, content_hash(record), record, how) for record, how in received]
        changed, latest = await changed_rows(self._connection, placements, "placement_id", keyed)
        pairs = [_placement_rows(record, digest) for _, digest, record, _ in latest]
        await upsert(self._connection, placements, [row for row, _ in pairs], key=["placement_id"])
        await upsert(self._connection, placement_addresses, [row for _, row in pairs], key=["placement_id"])
        await keep_versions(self._connection, "placements", latest, self._now)
        await refile(self._connection, [record.child_id for _, _, record, _ in latest])
        return changed

    async def of_children(self, child_ids: Iterable[str]) -> dict[str, list[PlacementSpan]]:
        """Return the placements of each child."""
        result = await self._connection.execute(_PLACEMENTS, {"ids": as_array(child_ids)})
        found: dict[str, list[PlacementSpan]] = {}
        for row in result.mappings():
            span = PlacementSpan(**{name: row[name] for name in PlacementSpan.__dataclass_fields__})
            found.setdefault(row["child_id"], []).append(span)
        return found


_BETWEEN = "\x1f"
_FILED = text(
    "select k.key, found.child_ids from unnest(string_to_array(:keys, chr(31))) as k(key) cross join lateral"
    " (select string_agg(child_id, chr(31)) as child_ids from"
    " (select child_id from match_keys m where m.key = k.key limit :most) as capped) as found"
    " where found.child_ids is not null"
)
_PREPARED = text(
    "select child_id, prepared from children where child_id = any(cast(:ids as text[])) and prepared is not null"
)
_PLACEMENTS = text(
    "select p.*, a.easting, a.northing from placements p"
    " left join placement_addresses a using (placement_id) where p.child_id = any(cast(:ids as text[]))"
)
_FACTS = select(
    children.c.child_id,
    children.c.provisional,
    children.c.status,
    children.c.responsible_authority,
    children.c.home_easting,
    children.c.home_northing,
).where(among_given(children.c.child_id, "ids"))
_TEXTS = (
    "forename",
    "middle_names",
    "surname",
    "ethnicity",
    "home_address",
    "home_postcode",
    "phone",
    "legal_status",
    "responsible_authority",
    "social_worker",
    "social_worker_email",
    "team",
    "team_manager_email",
    "iro",
    "iro_email",
    "school",
)
_LISTS = ("aliases", "previous_addresses", "previous_postcodes", "flags")


def content_hash(record: Any) -> str:
    """Return a digest of everything that a register row says."""
    return hashlib.sha256(canonical(record).encode()).hexdigest()


@lru_cache(maxsize=200_000)
def _read_prepared(line: str) -> PreparedChild:
    return PreparedChild.from_row(orjson.loads(line))


def _placement_rows(record: PlacementRecord, digest: str) -> tuple[dict[str, Any], dict[str, Any]]:
    place = installed_postcodes().lookup(record.postcode) if record.postcode else None
    confidential = bool(record.confidential)
    row = {
        "placement_id": record.placement_id,
        "child_id": record.child_id,
        "start_date": record.start_date,
        "end_date": record.end_date,
        "place_code": record.place_code or "",
        "provider_code": record.provider_code or "",
        "provider_name": record.provider_name or "",
        "urn": record.urn or "",
        "confidential": confidential,
        "authority": place.authority_code if place else "",
        "content_hash": digest,
    }
    address = {
        "placement_id": record.placement_id,
        "child_id": record.child_id,
        "address": record.address or "",
        "postcode": record.postcode or "",
        "easting": place.easting if place else None,
        "northing": place.northing if place else None,
        "confidential": confidential,
    }
    return row, address


async def refile(connection: AsyncConnection, child_ids: Sequence[str]) -> None:
    """File register children anew under the keys by which matching finds them, placements included."""
    ids = sorted(set(child_ids))
    if not ids:
        return
    result = await connection.execute(
        text(
            "select c.*, coalesce((select json_agg(json_build_array(a.postcode, p.start_date, p.end_date)"
            " order by a.placement_id) from placement_addresses a join placements p using (placement_id)"
            " where a.child_id = c.child_id and a.postcode <> ''), '[]') as stays,"
            " coalesce((select array_agg(a.address) from placement_addresses a"
            " where a.child_id = c.child_id and a.address <> ''), '{}') as placement_addresses"
            " from children c where c.child_id = any(:ids) and not c.provisional"
        ),
        {"ids": ids},
    )
    ready = [prepare_child(_register_child(row)) for row in result.mappings()]
    await connection.execute(delete(match_keys).where(match_keys.c.child_id.in_(ids)))
    keys = [{"key": key, "child_id": each.child_id} for each in ready for key in blocking_keys(each)]
    await insert_all(connection, match_keys, keys)
    if ready:
        await connection.execute(
            text(
                "update children set prepared = w.prepared"
                " from unnest(cast(:ids as text[]), cast(:lines as text[])) as w(child_id, prepared)"
                " where children.child_id = w.child_id"
            ),
            {"ids": [each.child_id for each in ready], "lines": [each.to_json() for each in ready]},
        )


def _register_child(row: Any) -> RegisterChild:
    return RegisterChild(
        child_id=row["child_id"],
        forename=row["forename"],
        middle_names=row["middle_names"],
        surname=row["surname"],
        aliases=tuple(row["aliases"]),
        date_of_birth=row["date_of_birth"],
        sex=row["sex"],
        home_postcode=row["home_postcode"],
        previous_postcodes=tuple(row["previous_postcodes"]),
        stays=tuple(
            Stay(postcode, _day(start), _day(end)) for postcode, start, end in _decoded(row["stays"])
        ),
        addresses=(row["home_address"], *sorted(row["placement_addresses"]), *row["previous_addresses"]),
        phones=(row["phone"],) if row["phone"] else (),
        responsible_authority=row["responsible_authority"],
        uasc=bool(row["uasc"]),
        status=row["status"],
    )


def _decoded(stays: Any) -> list[list[Any]]:
    return list(json.loads(stays) if isinstance(stays, str) else stays)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
