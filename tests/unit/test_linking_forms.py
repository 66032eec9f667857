"""The comparing forms of what notices name, and the mentions read from them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missing_coord.linking.forms import person_form, phone_form, phone_forms, place_form, vehicle_form
from missing_coord.linking.mentions import Mention, MentionKind, NoticeWords, mentions_of


@pytest.mark.parametrize(
    ("said", "mark"),
    [
        ("AB12 CDE", "AB12CDE"),
        ("ab12cde", "AB12CDE"),
        ("grey hatchback QD19 XKV", "QD19XKV"),
        ("silver van, reg QDI9 XKV", "QD19XKV"),
        ("AB 12 CDE", "AB12CDE"),
        ("A123 BCD", "A123BCD"),
        ("ABC 123D", "ABC123D"),
        ("BIG 1234", "BIG1234"),
        ("grey car", ""),
        ("black BMW 320D", ""),
        ("number not known", ""),
        ("", ""),
    ],
)
def test_registration_marks_agree_however_they_are_written(said: str, mark: str) -> None:
    assert vehicle_form(said) == mark


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("07700 900951", "+447700900951"),
        ("+44 (0)7700 900951", "+447700900951"),
        ("0044 7700 900951", "+447700900951"),
        ("7700900951", "+447700900951"),
        ("+48 601 234 567", "+48601234567"),
        ("12345", ""),
        ("00000 000000", ""),
    ],
)
def test_telephone_numbers_agree_however_they_are_written(said: str, number: str) -> None:
    assert phone_form(said) == number


def test_several_numbers_in_one_field_are_several_mentions() -> None:
    found = phone_forms("07700 900123 (own), 07700 900951 friend's")
    assert [number for number, _ in found] == ["+447700900123", "+447700900951"]


@pytest.mark.parametrize(
    "said",
    [
        "14 Copper Lane, Manchester, M4 1AB",
        "14 copper ln, M41AB",
        "Flat 3, 14 Copper Lane M4 1AB",
        "14 M4 1AB",
    ],
)
def test_one_numbered_house_agrees_however_it_is_written(said: str) -> None:
    assert place_form(said) == "14 m41ab"


def test_a_flat_in_a_named_house_keeps_its_number() -> None:
    assert place_form("Flat 3, Copper House, M4 1AB") == "3 m41ab"


def test_a_named_place_keeps_its_name_as_a_postcode_covers_many_doors() -> None:
    assert place_form("McDonald's", "M1 1AA") == "mcdonalds m11aa"
    assert place_form("Bus station, M1 1AA") != place_form("McDonald's, M1 1AA")


@pytest.mark.parametrize("said", ["family home", "Home", "friend's house", "not known", "", "placement"])
def test_places_that_name_nowhere_have_no_form(said: str) -> None:
    assert place_form(said) == ""


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Dez (adult, about 25)", "dez"),
        ("Mr. José O'Neill", "jose oneill"),
        ("unknown", ""),
        ("mum", ""),
        ("J", ""),
    ],
)
def test_names_agree_without_titles_brackets_and_accents(said: str, name: str) -> None:
    assert person_form(said) == name


def test_all_notices_of_an_incident_mention_each_thing_once() -> None:
    first = NoticeWords(vehicles=("QD19 XKV",), companions=("Dez",), places=("Copper Lane",))
    second = NoticeWords(vehicles=("qd19xkv grey",), found_place="Alder Park", found_postcode="M4 1AB")
    assert mentions_of([first, second]) == (
        Mention(kind=MentionKind.PERSON, value="dez", as_said="Dez"),
        Mention(kind=MentionKind.PLACE, value="alder park m41ab", as_said="Alder Park, M4 1AB"),
        Mention(kind=MentionKind.PLACE, value="copper lane", as_said="Copper Lane"),
        Mention(kind=MentionKind.VEHICLE, value="QD19XKV", as_said="QD19 XKV"),
    )


@given(st.lists(st.text(max_size=40), max_size=5), st.text(max_size=60))
def test_no_text_breaks_the_forms_and_order_does_not_matter(texts: list[str], phone: str) -> None:
    words = NoticeWords(places=tuple(texts), companions=tuple(texts), vehicles=tuple(texts), phone=phone)
    turned = NoticeWords(
        places=tuple(reversed(texts)),
        companions=tuple(reversed(texts)),
        vehicles=tuple(reversed(texts)),
        phone=phone,
    )
    found = mentions_of([words])
    assert found == mentions_of([turned, words])
    assert all(each.value for each in found)


def test_words_without_a_digit_are_no_registration() -> None:
    assert vehicle_form("black Clio, reg ends HGA") == ""
    assert vehicle_form("QDI9 XKV") == "QD19XKV"
