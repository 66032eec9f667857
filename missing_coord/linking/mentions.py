"""What a police notice mentions beside the child: places, people, vehicles and telephone numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from missing_coord.linking.forms import person_form, phone_forms, place_form, vehicle_form


class MentionKind(StrEnum):
    """The kinds of thing that can be named for several children."""

    PLACE = "place"
    PERSON = "person"
    VEHICLE = "vehicle"
    PHONE = "phone"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Mention:
    """One thing that was named: `value` is its comparing form, `as_said` the words of the notice."""

    kind: MentionKind
    value: str
    as_said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeWords:
    """The fields of a police notice in which things are named, as they came."""

    places: tuple[str, ...] = ()
    companions: tuple[str, ...] = ()
    vehicles: tuple[str, ...] = ()
    phone: str = ""
    found_place: str = ""
    found_postcode: str = ""
    last_seen_place: str = ""
    last_seen_postcode: str = ""


def mentions_of(notices: Iterable[NoticeWords]) -> tuple[Mention, ...]:
    """Return what several notices about one incident mention, each thing once, in a fixed order.

    Words without a comparing form, such as "grey car", stay in the notice: they can link nobody.
    """
    found: dict[tuple[MentionKind, str], str] = {}
    for notice in notices:
        for kind, value, said in _named(notice):
            words = said.strip()
            key = (kind, value)
            if value and (key not in found or words < found[key]):
                found[key] = words
    return tuple(
        sorted(Mention(kind=kind, value=value, as_said=said) for (kind, value), said in found.items())
    )


def _named(notice: NoticeWords) -> list[tuple[MentionKind, str, str]]:
    named = [(MentionKind.PLACE, place_form(text), text) for text in notice.places]
    for place, postcode in (
        (notice.found_place, notice.found_postcode),
        (notice.last_seen_place, notice.last_seen_postcode),
    ):
        named.append((MentionKind.PLACE, place_form(place, postcode), _with_postcode(place, postcode)))
    named += [(MentionKind.PERSON, person_form(text), text) for text in notice.companions]
    named += [(MentionKind.VEHICLE, vehicle_form(text), text) for text in notice.vehicles]
    named += [(MentionKind.PHONE, number, said) for number, said in phone_forms(notice.phone)]
    return named


def _with_postcode(place: str, postcode: str) -> str:
    return f"{place}, {postcode}" if place and postcode and postcode not in place else place or postcode
