"""The synthetic council: the same for the same seed, of the right size and shape, and nothing in it is real."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, date, datetime
from functools import cache
from itertools import pairwise

from missing_coord.demo.council import Council, generate_council
from missing_coord.demo.history import History, generate_history
from missing_coord.demo.trickle import trickle
from missing_coord.domain.population import Population
from missing_coord.storage.postcodes import installed_postcodes

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
CODES_2025 = re.compile(r"A[3-6]|K[1-3]|P[13]|R[1235]|S1|T[0-4]|U[1-6]")


@cache
def council() -> Council:
    return generate_council(seed=7, as_of=NOW)


@cache
def history() -> History:
    return generate_history(council())


def everything() -> list[str]:
    rows = [*council().children, *council().placements, *council().workers, *history().notices]
    return [value for row in rows for value in row.values()]


def test_the_same_seed_gives_the_same_council() -> None:
    assert generate_council(seed=7, as_of=NOW) == council()


def test_another_seed_gives_another_council() -> None:
    other = generate_council(seed=8, as_of=NOW, looked_after=40, at_home=10, guests=3)

    assert [row["forename"] for row in other.children[:30]] != [
        row["forename"] for row in council().children[:30]
    ]


def test_the_council_has_its_1250_looked_after_children_600_at_home_and_70_guests() -> None:
    populations = Counter(each.population for each in council().residents.values())

    care = populations[Population.OWN_CARE_IN_AREA] + populations[Population.OWN_CARE_OUT_OF_AREA]
    assert (care, populations[Population.OWN_HOME], populations[Population.OTHER_AUTHORITY]) == (
        1250,
        600,
        70,
    )


def test_about_40_percent_of_the_looked_after_children_live_out_of_the_area() -> None:
    populations = Counter(each.population for each in council().residents.values())

    assert 0.35 <= populations[Population.OWN_CARE_OUT_OF_AREA] / 1250 <= 0.45


def test_every_identifier_is_used_once() -> None:
    children = [row["child_id"] for row in council().children]
    placements = [row["placement_id"] for row in council().placements]

    assert len(set(children)) == len(children)
    assert len(set(placements)) == len(placements)


def test_every_postcode_is_real_and_in_the_area_that_is_claimed() -> None:
    postcodes = installed_postcodes()
    for resident in council().residents.values():
        for row, area in zip(resident.placements, resident.areas, strict=True):
            place = postcodes.lookup(row["postcode"])
            assert place is not None
            assert place.authority_code == area.code
    for row in council().children:
        for postcode in filter(None, [row["home_postcode"], *row["previous_postcodes"].split(";")]):
            place = postcodes.lookup(postcode)
            assert place is not None
            assert place.authority_code == council().code


def test_placements_of_a_child_follow_one_another_and_use_codes_of_2025() -> None:
    for resident in council().residents.values():
        for before, after in pairwise(resident.placements):
            assert before["start_date"] < before["end_date"] == after["start_date"]
        for row in resident.placements:
            assert CODES_2025.fullmatch(row["place_code"])
            assert row["start_date"] >= resident.child["date_of_birth"]
        assert not resident.placements or resident.placements[-1]["end_date"] == ""


def test_supported_accommodation_holds_nobody_under_16() -> None:
    for resident in council().residents.values():
        for row in resident.placements:
            if row["place_code"] == "K3":
                assert resident.age_on(date.fromisoformat(row["start_date"])) >= 16


def test_adoption_placements_are_confidential() -> None:
    adoptions = [row for row in council().placements if row["place_code"].startswith("A")]

    assert len(adoptions) > 10
    assert {row["confidential"] for row in adoptions} == {"yes"}


def test_children_share_homes_siblings_share_surnames_and_twins_share_birthdays() -> None:
    homes = Counter(each.house for each in council().residents.values() if each.house)
    families = Counter(
        (row["surname"], row["home_address"], row["home_postcode"]) for row in council().children
    )
    births = Counter(
        (row["home_address"], row["home_postcode"], row["date_of_birth"])
        for row in council().children
        if row["home_address"]
    )

    assert sum(count > 1 for count in homes.values()) > 40
    assert sum(count > 1 for count in families.values()) > 150
    assert sum(count > 1 for count in births.values()) > 5


def test_unaccompanied_children_often_have_a_birthday_on_1_january() -> None:
    alone = [row for row in council().children if row["uasc"] == "yes"]
    new_year = [row for row in alone if row["date_of_birth"].endswith("-01-01")]

    assert len(alone) == 85
    assert 0.45 <= len(new_year) / len(alone) <= 0.75


def test_eight_workers_make_seven_and_a_half_posts() -> None:
    workers = council().workers
    charity = [row for row in workers if row["team"] == "commissioned"]

    assert len(workers) == 8
    assert round(sum(float(row["fte"]) for row in workers), 1) == 7.5
    assert round(sum(float(row["fte"]) for row in charity), 1) == 3.5
    assert sum(row["out_of_authority"] == "yes" for row in workers) == 2
    assert {row["weekly_target"] for row in workers} == {"15"}


def test_telephone_numbers_are_only_those_reserved_for_drama() -> None:
    numbers = [found for value in everything() for found in re.findall(r"(?<![\d-])0\d[\d ]{8,}", value)]

    assert len(numbers) > 800
    assert [number for number in numbers if not re.fullmatch(r"07700 900\d{3}", number)] == []


def test_no_two_children_have_the_same_telephone_number() -> None:
    numbers = [row["phone"] for row in council().children if row["phone"]]

    assert len(set(numbers)) == len(numbers)


def test_email_addresses_are_only_in_domains_reserved_for_examples() -> None:
    addresses = [value for value in everything() if "@" in value]

    assert len(addresses) > 1000
    assert [value for value in addresses if not re.search(r"\.(example\.org|invalid)$", value)] == []


def test_the_trickle_is_the_same_in_one_go_or_in_pieces() -> None:
    middle, end = NOW.replace(minute=7), NOW.replace(minute=40)

    whole = trickle(council(), since=NOW, until=end)

    assert whole == trickle(council(), since=NOW, until=middle) + trickle(council(), since=middle, until=end)
    assert {row["message"] for row in whole} >= {"missing", "found", "returned"}
    assert 20 <= sum(row["message"] == "missing" for row in whole) <= 30
