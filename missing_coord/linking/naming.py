"""Who named what, and what is each child's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from missing_coord.linking.forms import is_numbered, postcode_in
from missing_coord.linking.mentions import MentionKind
from missing_coord.linking.people import person_names


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """One thing named in one incident, or one interview, about one child's live episode."""

    kind: MentionKind
    value: str
    as_said: str
    child_id: str
    episode_id: str
    incident_id: str
    started_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnWorld:
    """What is a child's own and so links it to nobody, in comparing forms.

    `postcodes` are those of the child's homes and placements; `whole_postcodes` those of them that have no house
    number, so that every door there counts as the child's own. `bases` are the placements.
    """

    places: frozenset[str] = frozenset()
    postcodes: frozenset[str] = frozenset()
    whole_postcodes: frozenset[str] = frozenset()
    school: str = ""
    phones: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    household: str = ""
    bases: frozenset[str] = frozenset()
    provisional: bool = False


NOBODY = OwnWorld()


def is_own(naming: Naming, own: OwnWorld) -> bool:
    """Say whether a thing is the child's own home, placement, school, family telephone or name."""
    match naming.kind:
        case MentionKind.PLACE:
            return is_own_place(naming.value, own)
        case MentionKind.PHONE:
            return naming.value in own.phones
        case MentionKind.PERSON:
            return naming.value in own.names or not own.names.isdisjoint(person_names(naming.as_said))
        case _:
            return False


def is_own_place(value: str, own: OwnWorld) -> bool:
    """Say whether a place, in its comparing form, is the child's own home, placement or school."""
    near = own.whole_postcodes if is_numbered(value) else own.postcodes
    if value in own.places or postcode_in(value) in near:
        return True
    return bool(own.school) and f" {own.school} " in f" {value} "


def same_household(one: OwnWorld, other: OwnWorld) -> bool:
    """Say whether two children are of one family home."""
    return bool(one.household) and one.household == other.household


def same_base(one: OwnWorld, other: OwnWorld) -> bool:
    """Say whether two children live, or have lived, in one placement, or go to one school."""
    return not one.bases.isdisjoint(other.bases) or (bool(one.school) and one.school == other.school)
