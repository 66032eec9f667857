"""What a police notice mentions beside the child: places, people, vehicles and telephone numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from missing_coord.domain.mentions import MentionKind as MentionKind
from missing_coord.linking.forms import phone_forms, place_form, vehicle_form
from missing_coord.linking.loose import handle_form, part_of_mark
from missing_coord.linking.people import person_names


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
    named = [each for text in notice.places for each in read_entry(MentionKind.PLACE, text)]
    for place, postcode in (
        (notice.found_place, notice.found_postcode),
        (notice.last_seen_place, notice.last_seen_postcode),
    ):
        named += read_entry(MentionKind.PLACE, _with_postcode(place, postcode))
    named += [each for text in notice.companions for each in read_entry(MentionKind.PERSON, text)]
    named += [each for text in notice.vehicles for each in read_entry(MentionKind.VEHICLE, text)]
    return named + read_entry(MentionKind.PHONE, notice.phone)


def read_entry(kind: MentionKind, text: str) -> list[tuple[MentionKind, str, str]]:
    """Return what one entry of a notice or an interview names: (kind, comparing form, words)."""
    match kind:
        case MentionKind.PLACE:
            return [(kind, place_form(text), text)]
        case MentionKind.PERSON:
            return [(kind, name, text) for name in person_names(text)[:1]]
        case MentionKind.VEHICLE:
            return [(kind, vehicle_form(text) or part_of_mark(text), text)]
        case MentionKind.PHONE:
            return [(kind, number, said) for number, said in phone_forms(text)]
        case MentionKind.HANDLE:
            return [(kind, handle_form(text), text)]


def _with_postcode(place: str, postcode: str) -> str:
    return f"{place}, {postcode}" if place and postcode and postcode not in place else place or postcode
