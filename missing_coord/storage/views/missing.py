"""Who is missing now, and finding a child by name, number or police reference; the database decides who sees whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text

from missing_coord.matching.evidence import PersonEvidence
from missing_coord.matching.keys import lookup_keys
from missing_coord.storage.child_names import shown_name
from missing_coord.storage.unit_of_work import SqlUnitOfWork

MOST_FOUND = 50
MOST_ALIKE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingLine:
    """A child who is missing: since when, how the police see it, and how often in the 90 days before now."""

    episode_id: str
    child_id: str
    name: str
    date_of_birth: date | None
    match_pending: bool
    references: tuple[str, ...]
    kind: str
    risk: str
    population: str
    started_at: datetime
    start_known: bool
    place_code: str
    host_authority: str
    responsible_authority: str
    times: int
    sign_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundChild:
    """A child as a list of finds shows it; `waiting`: a record of which nobody knows yet whose it is."""

    child_id: str
    name: str
    date_of_birth: date | None
    status: str
    responsible_authority: str
    missing: bool
    waiting: bool


_MISSING = """
    select e.episode_id::text, e.child_id, e.refs, e.kind, e.risk, e.population, e.started_at, e.start_known,
        e.place_code, e.host_authority, e.responsible_authority, c.forename, c.surname, c.date_of_birth,
        child_waits_for_review(c.child_id) as match_pending,
        (select count(*) from episodes o where o.child_id = e.child_id and o.status <> 'cancelled'
            and o.started_at > cast(:now as timestamptz) - interval '90 days') as times,
        coalesce((select p.presumed_return_id::text from presumed_returns p join episode_incidents ei
            using (incident_id) where ei.episode_id = e.episode_id and p.state = 'waiting'
            order by p.seen_at, p.presumed_return_id limit 1), '') as sign_id
    from episodes e join children c using (child_id)
    where e.ended_at is null and e.status = 'open'
"""
_LONGEST_FIRST = " order by e.started_at, e.episode_id"
_SAME = tuple(
    name for name in MissingLine.__dataclass_fields__ if name not in ("name", "references", "date_of_birth")
)
_NAMED = """
    select child_id from children c
    where lower(child_id) = lower(:words) or lower(surname) like lower(:start) escape '!'
        or lower(forename || ' ' || surname) like lower(:start) escape '!'
        or exists (select from unnest(c.aliases) a where lower(a) like lower(:start) escape '!')
        or child_id in (select e.child_id from episodes e where exists (select from unnest(e.refs) r
            where lower(:words) in (lower(r), lower(substr(r, strpos(r, '/') + 1)))))
    order by lower(child_id) <> lower(:words), surname, forename, child_id limit :limit
"""
_ALIKE = """
    select child_id from match_keys where key = any(:keys) and child_id <> all(:found)
    group by child_id order by count(*) desc, child_id limit :limit
"""
_CARDS = """
    select c.child_id, c.forename, c.surname, c.date_of_birth, c.status, c.responsible_authority,
        c.provisional as waiting, exists (select from episodes e where e.child_id = c.child_id
            and e.ended_at is null and e.status = 'open') as missing
    from children c where c.child_id = any(:ids)
"""


async def missing_now(uow: SqlUnitOfWork, *, episode_id: str = "") -> list[MissingLine]:
    """Return everybody who is missing, the longest first; or of one episode alone, empty when it is over."""
    only = " and e.episode_id::text = :episode_id" if episode_id else ""
    values = {"now": uow.now, **({"episode_id": episode_id} if episode_id else {})}
    result = await uow.execute(text(_MISSING + only + _LONGEST_FIRST), values)
    return [
        MissingLine(
            name=shown_name(row["forename"], row["surname"]),
            references=tuple(row["refs"]),
            date_of_birth=row["date_of_birth"],
            **{name: row[name] for name in _SAME},
        )
        for row in result.mappings()
    ]


async def found_children(uow: SqlUnitOfWork, words: str) -> list[FoundChild]:
    """Return the children of this number, police reference or beginning of a name, then those who sound so.

    Provisional records are among them. Writes in the audit trail who was shown, never what was looked for.
    """
    wanted = " ".join(words.split())
    if len(wanted) < 2:
        return []
    start = wanted.replace("!", "!!").replace("%", "!%").replace("_", "!_") + "%"
    named = await uow.execute(text(_NAMED), {"words": wanted, "start": start, "limit": MOST_FOUND})
    ids = [row[0] for row in named]
    ids += await _alike(uow, wanted, ids)
    cards = {row["child_id"]: row for row in (await uow.execute(text(_CARDS), {"ids": ids})).mappings()}
    shown = [each for each in ids if each in cards]
    uow.audit("searched", subject_type="children", subject_id="", found=shown)
    return [
        FoundChild(
            child_id=each,
            name=shown_name(cards[each]["forename"], cards[each]["surname"]),
            date_of_birth=cards[each]["date_of_birth"],
            status=cards[each]["status"],
            responsible_authority=cards[each]["responsible_authority"],
            missing=cards[each]["missing"],
            waiting=cards[each]["waiting"],
        )
        for each in shown
    ]


async def _alike(uow: SqlUnitOfWork, wanted: str, found: Sequence[str]) -> list[str]:
    forename, _, surname = wanted.rpartition(" ")
    read_as = PersonEvidence(surname=wanted), PersonEvidence(forename=forename, surname=surname)
    keys = sorted({key for each in read_as for key in lookup_keys(each)})
    async with uow.as_system():
        result = await uow.execute(text(_ALIKE), {"keys": keys, "found": list(found), "limit": MOST_ALIKE})
        return [row[0] for row in result]
