"""Notices whose child nobody is sure of, and one of them beside the children that it may be about."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text

from missing_coord.domain.errors import NotFound
from missing_coord.matching.evidence import PersonEvidence
from missing_coord.matching.keys import lookup_keys
from missing_coord.services.ports.reviews import KeptDecision
from missing_coord.storage.child_names import shown_name
from missing_coord.storage.unit_of_work import SqlUnitOfWork
from missing_coord.storage.views.interviews import clock_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewLine:
    """One incident that waits for a decision, as the list shows it; its clock runs all the same."""

    incident_id: str
    reference: str
    message: str
    received_at: datetime
    name: str
    best_name: str
    best_probability: float | None
    candidates: int
    clock: str
    due_at: datetime | None
    provisional: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """A child whom the engine proposed, with its probability and reasons."""

    child_id: str
    probability: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterCard:
    """What the register says of a child, for comparing; confidential addresses are left out by the database."""

    child_id: str
    name: str
    aliases: tuple[str, ...]
    date_of_birth: date | None
    sex: str
    postcodes: tuple[str, ...]
    address: str
    phone: str
    responsible_authority: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewDetail:
    """One incident in full, with what the notices say of the person."""

    incident_id: str
    version: int
    reference: str
    message: str
    received_at: datetime
    child_id: str
    match_state: str
    evidence: Mapping[str, Any]
    proposed: tuple[Proposed, ...]
    reasons: tuple[str, ...]
    weights_version: str
    decided_by: str
    decided_at: datetime | None
    decisions: tuple[KeptDecision, ...]


_WAITING = "i.match_state in ('review', 'unmatched')"
_LAST = """
    join lateral (select n.message, n.received_at, n.data ->> 'force' as force, n.data ->> 'reference' as reference
        from notices n where n.incident_id = i.incident_id
        order by n.issued_at desc, n.notice_id desc limit 1) last on true
"""
_LIST = text(f"""
    select i.incident_id::text, last.message, last.received_at, last.force, last.reference,
        i.candidates, c.forename, c.surname, b.forename as best_forename, b.surname as best_surname,
        duty.due_at, duty.provisional
    from incidents i {_LAST}
    join children c on c.child_id = i.child_id
    left join children b on b.child_id = i.candidates -> 0 ->> 'child_id'
    left join lateral (select l.due_at, l.provisional from episode_incidents ei
        join interview_episodes l using (episode_id)
        where ei.incident_id = i.incident_id and l.resolved_at is null order by l.due_at limit 1) duty on true
    where {_WAITING}
    order by duty.due_at nulls last, last.received_at, i.incident_id limit :limit offset :offset
""")
_ONE = text(f"""
    select i.*, i.incident_id::text as id, last.message, last.received_at, last.force, last.reference
    from incidents i {_LAST} where i.incident_id = cast(:id as uuid)
""")
_CARDS = text("""
    select c.*, array(select distinct a.postcode from placement_addresses a
        where a.child_id = c.child_id and a.postcode <> '') as placed
    from children c where c.child_id = any(:ids) and not c.provisional
""")
_FIND = text("""
    select child_id from children
    where not provisional and (lower(child_id) = lower(:words) or lower(surname) like lower(:start) escape '!'
        or lower(forename || ' ' || surname) like lower(:start) escape '!')
    order by lower(child_id) <> lower(:words), surname, forename, child_id limit :limit
""")


_ALIKE = text("""
    select child_id from match_keys where key = any(:keys) and child_id <> all(:found)
    group by child_id order by count(*) desc, child_id limit :limit
""")


async def reviews_waiting(uow: SqlUnitOfWork, *, limit: int, offset: int = 0) -> list[ReviewLine]:
    """Return the incidents that wait for a decision, the earliest deadline first."""
    result = await uow.execute(_LIST, {"limit": limit, "offset": offset})
    return [_line(row, now=uow.now) for row in result.mappings()]


async def count_waiting(uow: SqlUnitOfWork) -> int:
    """Return how many incidents wait for a decision."""
    result = await uow.execute(text(f"select count(*) from incidents i where {_WAITING}"))
    return int(result.scalar_one())


async def review_detail(uow: SqlUnitOfWork, incident_id: str) -> ReviewDetail:
    """Return one incident; raises NotFound. Whoever shows it calls `opened_review` with the children shown."""
    try:
        wanted = str(uuid.UUID(incident_id))
    except ValueError:
        raise _unknown() from None
    row = (await uow.execute(_ONE, {"id": wanted})).mappings().one_or_none()
    if row is None:
        raise _unknown()
    decisions = await uow.reviews.decisions(wanted)
    return ReviewDetail(
        incident_id=row["id"],
        reference=_reference(row),
        evidence=row["evidence"],
        proposed=tuple(_proposed(each) for each in row["candidates"]),
        reasons=tuple(row["reasons"]),
        decisions=tuple(decisions),
        **{name: row[name] for name in _SAME},
    )


_SAME = (
    "version",
    "message",
    "received_at",
    "child_id",
    "match_state",
    "weights_version",
    "decided_by",
    "decided_at",
)


def opened_review(uow: SqlUnitOfWork, detail: ReviewDetail, shown: Collection[str]) -> None:
    """Write in the audit trail that a notice was opened beside these children."""
    uow.audit(
        "opened",
        subject_type="incident",
        subject_id=detail.incident_id,
        child_id=detail.child_id,
        beside=sorted(shown),
    )


async def register_cards(uow: SqlUnitOfWork, child_ids: Sequence[str]) -> dict[str, RegisterCard]:
    """Return what the register says of these children; those who are not on it are left out."""
    result = await uow.execute(_CARDS, {"ids": list(child_ids)})
    return {row["child_id"]: _card(row) for row in result.mappings()}


async def find_children(uow: SqlUnitOfWork, words: str, *, limit: int = 5) -> list[str]:
    """Return the ids of register children with this id, or whose surname or full name starts like this.

    After them those whose names sound so, or who are also known so: nobody is missed for an apostrophe or a letter.
    """
    wanted = " ".join(words.split())
    if len(wanted) < 2:
        return []
    start = wanted.replace("!", "!!").replace("%", "!%").replace("_", "!_") + "%"
    result = await uow.execute(_FIND, {"words": wanted, "start": start, "limit": limit})
    found = [row[0] for row in result]
    forename, _, surname = wanted.rpartition(" ")
    read_as = PersonEvidence(surname=wanted), PersonEvidence(forename=forename, surname=surname)
    keys = sorted({key for each in read_as for key in lookup_keys(each)})
    async with uow.as_system():
        alike = await uow.execute(_ALIKE, {"keys": keys, "found": found, "limit": limit})
    return [*found, *(row[0] for row in alike)]


def _unknown() -> NotFound:
    return NotFound("There is no such notice that you may see.")


def _reference(row: Mapping[Any, Any]) -> str:
    return f"{row['force']}/{row['reference']}"


def _line(row: Mapping[Any, Any], *, now: datetime) -> ReviewLine:
    candidates = row["candidates"]
    return ReviewLine(
        incident_id=row["incident_id"],
        reference=_reference(row),
        message=row["message"],
        received_at=row["received_at"],
        name=shown_name(row["forename"], row["surname"]),
        best_name=shown_name(row["best_forename"], row["best_surname"])
        if row["best_surname"] is not None
        else "",
        best_probability=candidates[0]["probability"] if candidates else None,
        candidates=len(candidates),
        clock=clock_of(row["due_at"], None, now=now),
        due_at=row["due_at"],
        provisional=bool(row["provisional"]),
    )


def _proposed(candidate: Mapping[str, Any]) -> Proposed:
    return Proposed(
        child_id=candidate["child_id"],
        probability=candidate["probability"],
        reasons=tuple(candidate["reasons"]),
    )


def _card(row: Mapping[Any, Any]) -> RegisterCard:
    postcodes = [row["home_postcode"], *row["placed"], *row["previous_postcodes"]]
    return RegisterCard(
        child_id=row["child_id"],
        name=shown_name(
            " ".join(part for part in (row["forename"], row["middle_names"]) if part), row["surname"]
        ),
        aliases=tuple(row["aliases"]),
        date_of_birth=row["date_of_birth"],
        sex=row["sex"],
        postcodes=tuple(dict.fromkeys(each for each in postcodes if each)),
        address=row["home_address"],
        phone=row["phone"],
        responsible_authority=row["responsible_authority"],
        status=row["status"],
    )
