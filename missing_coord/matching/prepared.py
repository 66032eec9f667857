"""Both sides of a comparison, cleaned once: a register child as a compact row, and the evidence."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from missing_coord.domain.quick import quick
from missing_coord.matching.dates import birth_text
from missing_coord.matching.evidence import PersonEvidence, RegisterChild
from missing_coord.matching.normalise import (
    address_key,
    clean_id,
    clean_name,
    clean_phone,
    clean_postcode,
    clean_sex,
    split_alias,
)

PREPARED_VERSION = 2


class PreparedChild(NamedTuple):
    """A register child ready for comparison; a flat tuple, so that it is stored and rebuilt cheaply."""

    version: int
    child_id: str
    forename: str
    surname: str
    other_forenames: tuple[str, ...]
    other_surnames: tuple[str, ...]
    born: str
    sex: str
    postcodes: tuple[str, ...]
    earlier: tuple[str, ...]
    stays: tuple[tuple[str, str, str], ...]
    sectors: tuple[str, ...]
    addresses: tuple[str, ...]
    phones: tuple[str, ...]
    authority: str
    uasc: bool
    status: str

    def lived_at(self) -> Iterator[str]:
        """Every postcode that is known of the child, whenever it was."""
        yield from self.postcodes
        yield from self.earlier
        yield from (stay[0] for stay in self.stays)

    def to_json(self) -> str:
        """One line of JSON for a database column, read back by `from_json`."""
        return json.dumps(self, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> PreparedChild:
        """Rebuild from `to_json`; ValueError when other cleaning rules wrote it: prepare again."""
        return cls.from_row(json.loads(text))

    @classmethod
    def from_row(cls, row: Iterable[object]) -> PreparedChild:
        """Rebuild from the decoded JSON array (a jsonb column); ValueError when the version is another."""
        child = cls._make(row)
        if child.version != PREPARED_VERSION:
            raise ValueError(
                f"prepared child has version {child.version}, {PREPARED_VERSION} is needed: prepare it again"
            )
        return child


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedEvidence:
    """Evidence ready for comparison."""

    local_id: str
    forename: str
    surname: str
    other_forenames: tuple[str, ...]
    other_surnames: tuple[str, ...]
    born: str
    age: int | None
    age_on: date | None
    day: str
    sex: str
    postcodes: frozenset[str]
    sectors: frozenset[str]
    addresses: frozenset[str]
    phones: frozenset[str]
    authority: str
    looked_after: bool | None


def prepare_child(child: RegisterChild) -> PreparedChild:
    """Clean a register child once; the result depends on nothing but the child and PREPARED_VERSION."""
    forename, surname = clean_name(child.forename), clean_name(child.surname)
    forenames, surnames = _other_names(child.aliases)
    middle = clean_name(child.middle_names).split()
    postcodes = _cleaned([child.home_postcode, *child.placement_postcodes], clean_postcode)
    earlier = _cleaned(child.previous_postcodes, clean_postcode)
    stays = _stays(child)
    return PreparedChild(
        version=PREPARED_VERSION,
        child_id=child.child_id,
        forename=forename,
        surname=surname,
        other_forenames=_without(forename, [*middle, *forenames]),
        other_surnames=_without(surname, surnames),
        born=birth_text(child.date_of_birth),
        sex=clean_sex(child.sex),
        postcodes=postcodes,
        earlier=earlier,
        stays=stays,
        sectors=_sectors([*postcodes, *earlier, *(stay[0] for stay in stays)]),
        addresses=_cleaned(child.addresses, address_key),
        phones=_cleaned(child.phones, clean_phone),
        authority=clean_id(child.responsible_authority),
        uasc=child.uasc,
        status=child.status,
    )


def prepare_evidence(person: PersonEvidence) -> PreparedEvidence:
    """Clean what a notice says once, before it meets its candidates."""
    forename, surname = clean_name(person.forename), clean_name(person.surname)
    forenames, surnames = _other_names(person.aliases)
    postcodes = _cleaned([*person.home_postcodes, *person.missing_from_postcodes], clean_postcode)
    return PreparedEvidence(
        local_id=clean_id(person.local_child_id),
        forename=forename,
        surname=surname,
        other_forenames=_without(forename, forenames),
        other_surnames=_without(surname, surnames),
        born=birth_text(person.date_of_birth),
        age=person.age if person.age_on else None,
        age_on=person.age_on,
        day=birth_text(person.age_on),
        sex=clean_sex(person.sex),
        postcodes=frozenset(postcodes),
        sectors=frozenset(_sectors(postcodes)),
        addresses=frozenset(_cleaned(person.addresses, address_key)),
        phones=frozenset(_cleaned(person.phones, clean_phone)),
        authority=clean_id(person.responsible_authority),
        looked_after=person.looked_after,
    )


def _stays(child: RegisterChild) -> tuple[tuple[str, str, str], ...]:
    """Postcode, first day and end of each dated placement, days as eight digits, empty when not known."""
    found = (
        (clean_postcode(stay.postcode), birth_text(stay.start), birth_text(stay.end)) for stay in child.stays
    )
    return tuple(dict.fromkeys(stay for stay in found if stay[0]))


def _other_names(aliases: Iterable[str]) -> tuple[list[str], list[str]]:
    pairs = [split_alias(alias) for alias in aliases]
    return [forename for forename, _ in pairs], [surname for _, surname in pairs]


def _without(main: str, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name and name != main))


def _cleaned(texts: Iterable[str], clean: Callable[[str], str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(done for text in texts if text and (done := clean(text))))


def _sectors(postcodes: Iterable[str]) -> tuple[str, ...]:
    """The postcode sector: outward code and the digit after it, a few thousand addresses."""
    return tuple(dict.fromkeys(postcode[:-2] for postcode in postcodes))
