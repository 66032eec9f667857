"""The postcode data: where a postcode is, which authority is responsible there, and how far apart two are."""

from __future__ import annotations

import random
import string

import pytest

from missing_coord.storage.postcodes import (
    PostcodePlace,
    installed_postcodes,
    miles_between,
    normalise_postcode,
    responsible_authority,
)

POSTCODES = installed_postcodes()


@pytest.mark.parametrize("typed", ["M1 1AA", "m11aa", " M1  1aa ", "M1-1AA"])
def test_a_postcode_is_found_however_it_is_typed(typed: str) -> None:
    assert POSTCODES.lookup(typed) == PostcodePlace(
        postcode="M1 1AA",
        authority_code="E08000003",
        district_code="E08000003",
        easting=385022,
        northing=398985,
    )


@pytest.mark.parametrize("typed", ["", "M1", "not a postcode", "ZZ1 1ZZ", "M1 1ZZZ", "Ｍ1 1AA", "M١ 1AA"])
def test_what_is_no_known_postcode_has_no_place(typed: str) -> None:
    assert POSTCODES.lookup(typed) is None


def test_a_postcode_outside_every_council_has_no_place() -> None:
    assert POSTCODES.lookup("JE2 3AB") is None


def test_in_a_two_tier_area_the_county_is_responsible() -> None:
    place = POSTCODES.lookup("LA1 1AA")

    assert place is not None
    assert (place.authority_code, place.district_code) == ("E10000017", "E07000121")


def test_a_single_tier_council_is_responsible_for_itself() -> None:
    assert responsible_authority("E08000003") == "E08000003"


def _numbers_of_postcodes() -> list[int]:
    """Read every file and return how many postcodes each holds."""
    return [len(shard.districts) for _, shard in POSTCODES._loaded(string.ascii_uppercase)]


def test_every_district_of_the_data_has_a_county() -> None:
    _numbers_of_postcodes()
    districts = [code for code in POSTCODES._district_codes if code.startswith("E07")]

    assert len(districts) == 164
    assert {responsible_authority(code)[:3] for code in districts} == {"E10"}


def test_all_postcodes_of_the_data_are_held_sorted_and_every_one_can_be_found() -> None:
    assert sum(_numbers_of_postcodes()) == 2_720_556

    shard = POSTCODES._shard("M")
    assert shard is not None
    keys = [shard.keys[at : at + 7] for at in range(0, len(shard.keys), 7)]
    assert keys == sorted(set(keys))
    assert all(shard.position(keys[at]) == at for at in range(0, len(keys), 997))


def test_sampled_postcodes_are_different_and_in_the_authority() -> None:
    places = POSTCODES.sample("E08000003", count=500, rng=random.Random(3), letters="M")

    assert len({place.postcode for place in places}) == 500
    assert {place.authority_code for place in places} == {"E08000003"}
    assert all(POSTCODES.lookup(place.postcode) == place for place in places)


def test_a_sample_of_a_county_takes_all_its_districts() -> None:
    places = POSTCODES.sample("E10000017", count=300, rng=random.Random(3))

    assert len({place.district_code for place in places}) == 12


def test_more_postcodes_than_there_are_is_refused() -> None:
    with pytest.raises(ValueError, match="authority_code"):
        POSTCODES.sample("E08000003", count=100_000, rng=random.Random(3), letters="M")


def test_miles_are_straight_lines_on_the_grid_to_one_decimal() -> None:
    here = PostcodePlace(postcode="A", authority_code="E1", district_code="E1", easting=0, northing=0)
    there = PostcodePlace(
        postcode="B", authority_code="E1", district_code="E1", easting=30_000, northing=40_000
    )

    assert miles_between(here, there) == round(50 / 1.6093, 1)


def test_no_miles_are_given_across_the_irish_grid() -> None:
    manchester, belfast = POSTCODES.lookup("M1 1AA"), POSTCODES.lookup("BT1 1AA")

    assert manchester is not None
    assert belfast is not None
    assert miles_between(manchester, belfast) is None


def test_a_postcode_is_written_with_one_space_before_its_last_three() -> None:
    assert normalise_postcode("sw1a1aa") == "SW1A 1AA"
    assert normalise_postcode("nowhere") is None
