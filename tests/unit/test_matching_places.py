"""Places: home, placement on the day, earlier addresses, slips of the keys, and how crowded a home is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from missing_coord.matching.decide import MatchOutcome, decide
from missing_coord.matching.evidence import PersonEvidence, RegisterChild, Stay
from missing_coord.matching.places import PlaceLevel, compare_places
from missing_coord.matching.prepared import prepare_child, prepare_evidence
from missing_coord.matching.rarity import count_register
from missing_coord.matching.score import Scorer
from missing_coord.matching.weights import shipped_weights

DAY = date(2026, 10, 1)
CHILD = RegisterChild(
    child_id="C1",
    forename="Ruby",
    surname="Hartwell",
    home_postcode="M14 5RQ",
    previous_postcodes=("OL1 2AB",),
    stays=(
        Stay("SK3 9XY", date(2026, 1, 1), date(2026, 6, 1)),
        Stay("BL2 4CD", date(2026, 6, 1), None),
    ),
    addresses=("12 Oak Road",),
)


def level(child: RegisterChild = CHILD, **said: object) -> PlaceLevel:
    person = PersonEvidence(age_on=DAY, **said)  # type: ignore[arg-type]
    return compare_places(prepare_evidence(person), prepare_child(child))


@pytest.mark.parametrize(
    ("postcode", "expected"),
    [
        ("M14 5RQ", PlaceLevel.POSTCODE),
        ("BL2 4CD", PlaceLevel.POSTCODE),
        ("SK3 9XY", PlaceLevel.EARLIER),
        ("OL1 2AB", PlaceLevel.EARLIER),
        ("M14 5RO", PlaceLevel.NEAR),
        ("M14 5ZZ", PlaceLevel.SECTOR),
        ("WN9 9ZZ", PlaceLevel.DIFFERENT),
    ],
)
def test_a_postcode_counts_by_when_the_child_lived_there(postcode: str, expected: PlaceLevel) -> None:
    assert level(missing_from_postcodes=(postcode,)) is expected


def test_on_a_change_over_day_the_new_placement_is_the_place() -> None:
    said = PersonEvidence(age_on=date(2026, 6, 1), missing_from_postcodes=("BL2 4CD",))
    old = replace(said, missing_from_postcodes=("SK3 9XY",))
    child = prepare_child(CHILD)
    assert compare_places(prepare_evidence(said), child) is PlaceLevel.POSTCODE
    assert compare_places(prepare_evidence(old), child) is PlaceLevel.EARLIER


def test_without_a_day_any_placement_is_the_place() -> None:
    said = PersonEvidence(missing_from_postcodes=("SK3 9XY",))
    assert compare_places(prepare_evidence(said), prepare_child(CHILD)) is PlaceLevel.POSTCODE


def test_a_numbered_street_agrees_also_with_one_slip() -> None:
    assert level(addresses=("12 Oak Road, Town",)) is PlaceLevel.ADDRESS
    assert level(addresses=("12 Oka Road",)) is PlaceLevel.NEAR
    assert level(addresses=("99 Elm Street",)) is PlaceLevel.DIFFERENT


def test_no_place_said_or_known_is_missing() -> None:
    assert level() is PlaceLevel.MISSING
    bare = RegisterChild(child_id="C2", forename="Ruby", surname="Hartwell")
    assert level(bare, home_postcodes=("M14 5RQ",)) is PlaceLevel.MISSING


def test_a_postcode_that_a_home_shares_among_many_says_less() -> None:
    housemates = [replace(CHILD, child_id=f"H{number}") for number in range(12)]
    strangers = [RegisterChild(child_id=f"S{number}", surname=f"Name{number}") for number in range(3000)]
    alone = count_register(prepare_child(child) for child in [CHILD, *strangers])
    crowded = count_register(prepare_child(child) for child in [*housemates, *strangers])
    said = prepare_evidence(PersonEvidence(forename="Ruby", home_postcodes=("M14 5RQ",)))
    child = [prepare_child(CHILD)]
    weights = shipped_weights()
    few = Scorer(weights=weights, statistics=alone).compare_all(said, child)[0]
    many = Scorer(weights=weights, statistics=crowded).compare_all(said, child)[0]
    assert crowded.crowded["M145RQ"] == 12
    assert many.bits < few.bits


def test_the_reason_says_that_the_address_is_an_earlier_one() -> None:
    scorer = Scorer(weights=shipped_weights(), statistics=count_register([]))
    said = PersonEvidence(forename="Ruby", surname="Hartwell", home_postcodes=("OL1 2AB",))
    found = decide(said, [prepare_child(CHILD)], scorer=scorer)
    assert found.decision is not MatchOutcome.NONE
    assert "postcode of an earlier address or placement" in found.reasons
