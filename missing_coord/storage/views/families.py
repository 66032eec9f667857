"""A child's family as the register has it: who else belongs to it and by what, and what is going on with each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import text

from missing_coord.domain.errors import NotFound
from missing_coord.linking.forms import place_form, plain_words, postcode_in
from missing_coord.storage.audit import opened
from missing_coord.storage.child_names import shown_name
from missing_coord.storage.unit_of_work import SqlUnitOfWork


class Tie(StrEnum):
    """By what a child counts as family; the strongest is said."""

    SELF = "self"
    SAME_HOME = "same_home"
    EARLIER_HOME = "earlier_home"
    NAME_AND_POSTCODE = "name_and_postcode"


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyEpisode:
    """One missing episode of a member."""

    episode_id: str
    started_at: datetime
    ended_at: datetime | None
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyInterview:
    """One open return interview of a member."""

    interview_id: str
    state: str
    due_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyAction:
    """One open action that an interview of a member asked for."""

    interview_id: str
    what: str
    owner_name: str
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyMember:
    """One child of the family; `episodes` are the newest, `episode_count` all of them."""

    child_id: str
    display_name: str
    date_of_birth: date | None
    status: str
    tie: Tie
    episode_count: int
    episodes: tuple[FamilyEpisode, ...]
    interviews: tuple[FamilyInterview, ...]
    actions: tuple[FamilyAction, ...]


SHOWN_EPISODES = 5
_COLUMNS = (
    "child_id, forename, surname, date_of_birth, status, home_address, home_postcode, previous_addresses,"
    " previous_postcodes"
)
_CHILD = text(f"select {_COLUMNS} from children where child_id = :child_id")
# Whoever shares a postcode, now or before; who of them is family is said by the comparing forms.
_NEAR = text(f"""
    select {_COLUMNS} from children c where not c.provisional and c.child_id <> :child_id and (
        c.home_postcode = any(:postcodes) or c.previous_postcodes && cast(:postcodes as text[]))
    order by c.date_of_birth nulls last, c.child_id
""")
_EPISODES = text("""
    select child_id, episode_id::text as episode_id, started_at, ended_at, kind from episodes
    where child_id = any(:ids) and status <> 'cancelled' order by started_at desc, episode_id
""")
_INTERVIEWS = text("""
    select child_id, interview_id::text as interview_id, state, due_at from interviews
    where child_id = any(:ids) and closed_at is null order by due_at nulls last
""")
_ACTIONS = text("""
    select i.child_id, a.interview_id::text as interview_id, a.what, a.owner_name, a.due_on
    from interview_actions a join interviews i using (interview_id)
    where i.child_id = any(:ids) and a.state = 'open' order by a.due_on, a.action_id
""")


async def family_of(uow: SqlUnitOfWork, child_id: str) -> list[FamilyMember]:
    """Return the child and the family, and write in the audit trail that each was opened; raises NotFound."""
    child = (await uow.execute(_CHILD, {"child_id": child_id})).mappings().one_or_none()
    if child is None:
        raise NotFound("There is no such child that you may see.")
    asked = {"child_id": child_id, "postcodes": _postcodes(child)}
    near = (await uow.execute(_NEAR, asked)).mappings().all() if asked["postcodes"] else []
    ties = {child_id: Tie.SELF} | {
        each["child_id"]: tie for each in near if (tie := _tie(child, each)) is not None
    }
    going_on = await _going_on(uow, ties)
    for each in ties:
        opened(uow, "child", each, family_of=child_id)
    return [
        _member(row, ties[row["child_id"]], going_on) for row in (child, *near) if row["child_id"] in ties
    ]


def _tie(child: Mapping[Any, Any], other: Mapping[Any, Any]) -> Tie | None:
    """Return by what one who shares a postcode with the child is family, None for a neighbour."""
    home, theirs = _home(child), _home(other)
    if home and home == theirs:
        return Tie.SAME_HOME
    if _homes(child) & _homes(other):
        return Tie.EARLIER_HOME
    surname = plain_words(child["surname"])
    same_name = bool(surname) and surname == plain_words(other["surname"])
    return Tie.NAME_AND_POSTCODE if same_name else None


def _home(row: Mapping[Any, Any]) -> str:
    return place_form(row["home_address"], row["home_postcode"]) if row["home_address"] else ""


def _homes(row: Mapping[Any, Any]) -> set[str]:
    """Return the homes now and before, in the form for comparing; one that is a postcode alone is no home."""
    forms = {place_form(each, "") for each in (row["home_address"], *row["previous_addresses"])}
    return {each for each in forms if each and each != postcode_in(each)}


def _postcodes(row: Mapping[Any, Any]) -> list[str]:
    return sorted({row["home_postcode"], *row["previous_postcodes"]} - {""})


Rows = dict[str, list[dict[str, Any]]]


async def _going_on(uow: SqlUnitOfWork, child_ids: Collection[str]) -> tuple[Rows, Rows, Rows]:
    found: list[Rows] = []
    for query in (_EPISODES, _INTERVIEWS, _ACTIONS):
        rows: Rows = defaultdict(list)
        for row in (await uow.execute(query, {"ids": sorted(child_ids)})).mappings():
            rows[row["child_id"]].append({name: value for name, value in row.items() if name != "child_id"})
        found.append(rows)
    return found[0], found[1], found[2]


def _member(row: Mapping[Any, Any], tie: Tie, going_on: Sequence[Rows]) -> FamilyMember:
    child_id = row["child_id"]
    episodes, interviews, actions = (each.get(child_id, []) for each in going_on)
    return FamilyMember(
        child_id=child_id,
        display_name=shown_name(row["forename"], row["surname"]),
        date_of_birth=row["date_of_birth"],
        status=row["status"],
        tie=tie,
        episode_count=len(episodes),
        episodes=tuple(FamilyEpisode(**each) for each in episodes[:SHOWN_EPISODES]),
        interviews=tuple(FamilyInterview(**each) for each in interviews),
        actions=tuple(FamilyAction(**each) for each in actions),
    )
