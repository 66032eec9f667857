"""Cleaning of names and dates, and how names and dates compare."""

from __future__ import annotations

from datetime import date

import pytest

from missing_coord.matching.compare import NameLevel, compare_forenames, compare_surnames
from missing_coord.matching.dates import (
    BirthLevel,
    birth_text,
    compare_age,
    compare_births,
    day_month_swapped,
)
from missing_coord.matching.normalise import (
    address_key,
    clean_name,
    clean_phone,
    clean_postcode,
    split_alias,
)
from missing_coord.matching.sounds import sound


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("O'Brien", "O BRIEN"),
        ("O’Brien", "obrien"),
        ("MacDonald", "McDonald"),
        ("Mac Donald", "MCDONALD"),
        ("Wiśniewski", "WISNIEWSKI"),
        ("Łukasz", "Lukasz"),
        ("Şahin", "sahin"),
        ("Smith-Jones", "SMITH JONES"),
        ("van der Berg", "VanDerBerg"),
        ("Al-Hassan", "Al Hassan"),
        ("  Anne   Marie ", "anne-marie"),
    ],
)
def test_two_spellings_of_one_name_clean_to_the_same_text(one: str, other: str) -> None:
    assert clean_name(one) == clean_name(other)


@pytest.mark.parametrize("said", ["", "Unknown", "not known", "N/K", "-", "?", "None"])
def test_words_that_say_nothing_clean_to_no_name(said: str) -> None:
    assert clean_name(said) == ""


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("محمد", "Mohammed"),
        ("أحمد", "Ahmed"),
        ("علي", "Ali"),
        ("كريم", "Karim"),
        ("يوسف", "Yusuf"),
        ("Олена", "Olena"),
        ("Сергій", "Serhii"),
    ],
)
def test_a_name_in_cyrillic_or_arabic_letters_agrees_with_its_latin_spelling(
    written: str, known: str
) -> None:
    level = compare_forenames(clean_name(written), clean_name(known))
    assert level in (NameLevel.EXACT, NameLevel.VARIANT, NameLevel.CLOSE)


def test_a_name_in_a_script_without_a_table_is_kept_and_not_lost() -> None:
    assert clean_name("გიორგი") == "გიორგი"


def test_short_welsh_and_irish_names_are_not_taken_for_arabic_skeletons() -> None:
    assert compare_forenames("flynn", "fallon") is NameLevel.DIFFERENT
    assert compare_forenames("lynn", "glyn") is NameLevel.DIFFERENT


@pytest.mark.parametrize(
    ("alias", "parts"),
    [
        ("Jay", ("jay", "")),
        ("Jay Smith", ("jay", "smith")),
        ("Khan, Ali", ("ali", "khan")),
        ("", ("", "")),
    ],
)
def test_an_alias_is_read_as_forename_and_surname(alias: str, parts: tuple[str, str]) -> None:
    assert split_alias(alias) == parts


def test_postcodes_phones_and_addresses_compare_without_layout() -> None:
    assert clean_postcode("m14 5rq") == clean_postcode("M145RQ") == "M145RQ"
    assert clean_postcode("Manchester") == ""
    assert clean_phone("+44 7700 900123") == clean_phone("07700 900 123")
    assert clean_phone("123") == ""
    assert address_key("Flat 2, 14 Oak Rd., Town") == address_key("14 oak road")
    assert address_key("The Gables") == ""


@pytest.mark.parametrize(
    ("said", "known", "level"),
    [
        ("smith", "smith", NameLevel.EXACT),
        ("smith jones", "jones", NameLevel.PART),
        ("smtih", "smith", NameLevel.CLOSE),
        ("kowalsky", "kowalski", NameLevel.CLOSE),
        ("hussain", "hussein", NameLevel.CLOSE),
        ("taylor", "smith", NameLevel.DIFFERENT),
        ("", "smith", NameLevel.MISSING),
    ],
)
def test_surnames_compare_by_level(said: str, known: str, level: NameLevel) -> None:
    assert compare_surnames(said, known) is level
    assert compare_surnames(known, said) is level


@pytest.mark.parametrize(
    ("said", "known", "level"),
    [
        ("liam", "liam", NameLevel.EXACT),
        ("bill", "william", NameLevel.VARIANT),
        ("muhammad", "mohamed", NameLevel.VARIANT),
        ("kasia", "katarzyna", NameLevel.VARIANT),
        ("anne marie", "anne", NameLevel.PART),
        ("j", "jack", NameLevel.INITIAL),
        ("j", "harry", NameLevel.DIFFERENT),
        ("charlott", "charlotte", NameLevel.CLOSE),
        ("jack", "harry", NameLevel.DIFFERENT),
        ("tom", "tim", NameLevel.DIFFERENT),
        ("jack", "", NameLevel.MISSING),
    ],
)
def test_forenames_compare_by_level(said: str, known: str, level: NameLevel) -> None:
    assert compare_forenames(said, known) is level
    assert compare_forenames(known, said) is level


def test_spellings_of_one_sound_share_a_code_and_different_names_do_not() -> None:
    assert sound("mohammed") == sound("muhamad")
    assert sound("siddique") == sound("sidique")
    assert sound("philips") == sound("fillips")
    assert sound("taylor") != sound("smith")


@pytest.mark.parametrize(
    ("said", "known", "level"),
    [
        (date(2010, 5, 9), date(2010, 5, 9), BirthLevel.EXACT),
        (date(2010, 1, 1), date(2010, 1, 1), BirthLevel.EXACT_JANUARY),
        (date(2010, 5, 9), date(2010, 9, 5), BirthLevel.SWAPPED),
        (date(2010, 5, 9), date(2010, 5, 19), BirthLevel.DIGIT),
        (date(2010, 5, 12), date(2010, 5, 21), BirthLevel.DIGIT),
        (date(2010, 5, 9), date(2009, 5, 9), BirthLevel.YEAR_OFF),
        (date(2010, 5, 9), date(2010, 1, 1), BirthLevel.YEAR_ONLY),
        (date(2010, 5, 9), date(2012, 1, 1), BirthLevel.DIFFERENT_JANUARY),
        (date(2010, 5, 9), date(2010, 5, 27), BirthLevel.MONTH_SAME),
        (date(2010, 5, 9), date(2013, 11, 27), BirthLevel.DIFFERENT),
        (None, date(2013, 11, 27), BirthLevel.MISSING),
    ],
)
def test_dates_of_birth_compare_by_level(said: date | None, known: date, level: BirthLevel) -> None:
    assert compare_births(birth_text(said), birth_text(known)) is level
    assert compare_births(birth_text(known), birth_text(said)) is level


def test_a_day_above_twelve_has_no_swapped_date() -> None:
    assert day_month_swapped("20100513") == ""
    assert day_month_swapped("20100505") == ""
    assert day_month_swapped("20100509") == "20100905"


def test_an_age_is_compared_on_the_day_it_was_said() -> None:
    born = "20101231"
    assert compare_age(14, date(2025, 12, 30), born) is BirthLevel.AGE_SAME
    assert compare_age(15, date(2025, 12, 31), born) is BirthLevel.AGE_SAME
    assert compare_age(16, date(2025, 12, 31), born) is BirthLevel.AGE_NEAR
    assert compare_age(11, date(2025, 12, 31), born) is BirthLevel.AGE_DIFFERENT
    assert compare_age(11, date(2025, 12, 31), "") is BirthLevel.MISSING
