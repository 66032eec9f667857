"""Which thing is meant: full marks, numbers and addresses by themselves, loose ones when only one thing fits."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from missing_coord.linking.forms import is_numbered
from missing_coord.linking.loose import parts_of, street_form
from missing_coord.linking.mentions import MentionKind
from missing_coord.linking.naming import Naming
from missing_coord.linking.people import person_names

Token = tuple[str, str]
"""A loose way of naming: what kind of part it is, and the part."""


class EntityKind(StrEnum):
    """The kinds of thing, by how much it tells when two children name the same."""

    PHONE = "phone"
    HANDLE = "handle"
    VEHICLE = "vehicle"
    PART_MARK = "part_mark"
    HOUSE = "house"
    PLACE = "place"
    NAME = "name"
    BY_NAME = "by_name"


class Entity(NamedTuple):
    """One thing in the world: `value` is its comparing form."""

    kind: EntityKind
    value: str


@dataclass(slots=True)
class Entities:
    """What full names of things are known, and so what a loose one means; grows with every naming."""

    _meanings: dict[Token, dict[Entity, None]] = field(
        default_factory=lambda: defaultdict(dict)  # an ordered set: the same input gives the same order
    )

    def learn(self, naming: Naming) -> list[Token]:
        """Take in a full naming; return the loose ways of naming that mean something else now."""
        entity, loose = strict(naming)
        if entity is None:
            return []
        changed = []
        for token in loose:
            known = self._meanings[token]
            if entity not in known and len(known) < 2:
                known[entity] = None
                changed.append(token)
        return changed

    def meant(self, naming: Naming) -> tuple[tuple[Entity, ...], Token | None]:
        """Return the things that a naming means, a person by each name, and the loose way in which it was named."""
        if naming.kind is MentionKind.PERSON:
            things = tuple(dict.fromkeys(self._person(name) for name in names_of(naming)))
            return things, token_of(naming)
        entity, _ = strict(naming)
        if entity is not None:
            return (entity,), None
        token = token_of(naming)
        only = self._only(token) if token else None
        return (only or _loosely(naming),), token

    def _person(self, name: str) -> Entity:
        if " " in name:
            return Entity(EntityKind.NAME, name)
        return self._only(("by_name", name)) or Entity(EntityKind.BY_NAME, name)

    def _only(self, token: Token) -> Entity | None:
        known = self._meanings.get(token, {})
        return next(iter(known)) if len(known) == 1 else None


def names_of(naming: Naming) -> tuple[str, ...]:
    """Return the names said of a person."""
    return person_names(naming.as_said) or (naming.value,)


def strict(naming: Naming) -> tuple[Entity | None, tuple[Token, ...]]:
    """Return the thing when it is named in full, and the loose ways in which others may name it."""
    value = naming.value
    match naming.kind:
        case MentionKind.PHONE:
            return Entity(EntityKind.PHONE, value), ()
        case MentionKind.HANDLE:
            return Entity(EntityKind.HANDLE, value), ()
        case MentionKind.VEHICLE:
            if "?" in value:
                return None, ()
            return Entity(EntityKind.VEHICLE, value), tuple(("mark", part) for part in parts_of(value))
        case MentionKind.PLACE:
            if not is_numbered(value):
                return None, ()
            street = street_form(naming.as_said)
            return Entity(EntityKind.HOUSE, value), ((("street", street),) if street else ())
        case MentionKind.PERSON:
            names = names_of(naming)
            full = next((name for name in names if " " in name), "")
            by_names = tuple(("by_name", name) for name in names if " " not in name) if full else ()
            return (Entity(EntityKind.NAME, full) if full else None), by_names


def token_of(naming: Naming) -> Token | None:
    """Return the loose way in which something is named; None when it is named in full or cannot be more."""
    if naming.kind is MentionKind.VEHICLE and "?" in naming.value:
        return "mark", naming.value
    if naming.kind is MentionKind.PLACE and not is_numbered(naming.value):
        street = street_form(naming.as_said)
        return ("street", street) if street else None
    if naming.kind is MentionKind.PERSON:
        loose = [name for name in names_of(naming) if " " not in name]
        return ("by_name", loose[0]) if loose else None
    return None


def _loosely(naming: Naming) -> Entity:
    if naming.kind is MentionKind.VEHICLE:
        return Entity(EntityKind.PART_MARK, naming.value)
    return Entity(EntityKind.PLACE, street_form(naming.as_said) or naming.value)
