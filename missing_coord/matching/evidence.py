"""What a police notice says about a person and what the register knows about a child, before any cleaning."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from missing_coord.domain.quick import quick


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class PersonEvidence:
    """What the notices of one incident say about one person; empty text, tuple or None means not said."""

    local_child_id: str = ""
    forename: str = ""
    surname: str = ""
    aliases: tuple[str, ...] = ()
    date_of_birth: date | None = None
    age: int | None = None
    age_on: date | None = None
    sex: str = ""
    home_postcodes: tuple[str, ...] = ()
    missing_from_postcodes: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    responsible_authority: str = ""
    looked_after: bool | None = None


class Stay(NamedTuple):
    """A placement's postcode and its days; the end is the first day that the child no longer lived there."""

    postcode: str
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterChild:
    """A child as the council's register and placements know them; `stays` are placements whose days are known."""

    child_id: str
    forename: str = ""
    middle_names: str = ""
    surname: str = ""
    aliases: tuple[str, ...] = ()
    date_of_birth: date | None = None
    sex: str = ""
    home_postcode: str = ""
    previous_postcodes: tuple[str, ...] = ()
    placement_postcodes: tuple[str, ...] = ()
    stays: tuple[Stay, ...] = ()
    addresses: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    responsible_authority: str = ""
    uasc: bool = False
    status: str = ""


def pool_evidence(notices: Sequence[PersonEvidence]) -> PersonEvidence:
    """Pool several notices about one person, oldest first: the last word wins, other names become aliases.

    Raises ValueError when there is nothing to pool.
    """
    if not notices:
        raise ValueError("pool_evidence needs at least one notice")
    pooled = notices[0]
    for notice in notices[1:]:
        pooled = _later(pooled, notice)
    return pooled


def _later(earlier: PersonEvidence, later: PersonEvidence) -> PersonEvidence:
    said_age = later if later.age is not None else earlier
    return replace(
        earlier,
        local_child_id=later.local_child_id or earlier.local_child_id,
        forename=later.forename or earlier.forename,
        surname=later.surname or earlier.surname,
        aliases=_merged(earlier.aliases, later.aliases, _superseded_name(earlier, later)),
        date_of_birth=later.date_of_birth or earlier.date_of_birth,
        age=said_age.age,
        age_on=said_age.age_on,
        sex=later.sex or earlier.sex,
        home_postcodes=_merged(earlier.home_postcodes, later.home_postcodes),
        missing_from_postcodes=_merged(earlier.missing_from_postcodes, later.missing_from_postcodes),
        addresses=_merged(earlier.addresses, later.addresses),
        phones=_merged(earlier.phones, later.phones),
        responsible_authority=later.responsible_authority or earlier.responsible_authority,
        looked_after=earlier.looked_after if later.looked_after is None else later.looked_after,
    )


def _superseded_name(earlier: PersonEvidence, later: PersonEvidence) -> tuple[str, ...]:
    """The earlier full name, when the later notice gives another one."""
    same_forename = not later.forename or later.forename == earlier.forename
    same_surname = not later.surname or later.surname == earlier.surname
    if same_forename and same_surname:
        return ()
    name = f"{earlier.forename} {earlier.surname}".strip()
    return (name,) if name else ()


def _merged(*groups: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for group in groups for text in group if text))
