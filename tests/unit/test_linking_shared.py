"""The same thing named for different children: what links, what is left out, and hot spots raised once."""

from __future__ import annotations

import pytest

from missing_coord.linking.policy import DEFAULT_PATTERN_POLICY
from missing_coord.linking.proposals import PatternKind, Proposal
from missing_coord.linking.shared import Naming, OwnWorld, is_common, shared_proposals
from tests.builders.linking import a_naming, at


def proposed(namings: list[Naming], own: dict[str, OwnWorld] | None = None) -> list[Proposal]:
    """Return what the default policy proposes."""
    return shared_proposals(namings, own=own or {}, policy=DEFAULT_PATTERN_POLICY, now=at(30))


@pytest.mark.parametrize(
    ("kind", "value"),
    [("vehicle", "AB12CDE"), ("phone", "+447700900951"), ("place", "14 m41ab"), ("person", "dez brown")],
)
def test_one_thing_named_for_two_children_is_one_proposal(kind: str, value: str) -> None:
    (found,) = proposed([a_naming("C1", kind=kind, value=value), a_naming("C2", kind=kind, value=value)])
    assert found.kind == f"shared_{kind}"
    assert found.children == ("C1", "C2")
    assert found.detail["strength"] == "strong"


def test_one_thing_named_twice_for_one_child_links_nobody() -> None:
    assert proposed([a_naming("C1", day=1), a_naming("C1", day=2)]) == []


def test_neither_key_nor_detail_holds_the_words() -> None:
    (found,) = proposed([a_naming("C1", said="grey AB12 CDE"), a_naming("C2")])
    assert "AB12" not in found.key + str(found.detail)
    assert {each.said for each in found.evidence} == {"grey AB12 CDE", "AB12CDE"}


@pytest.mark.parametrize(
    ("own", "kind", "value"),
    [
        (OwnWorld(places=frozenset({"14 m41ab"})), "place", "14 m41ab"),
        (OwnWorld(places=frozenset({"copper house"})), "place", "copper house"),
        (OwnWorld(postcodes=frozenset({"M41AB"})), "place", "the flats m41ab"),
        (OwnWorld(whole_postcodes=frozenset({"M41AB"})), "place", "20 m41ab"),
        (OwnWorld(school="alder high"), "place", "alder high school m41ab"),
        (OwnWorld(phones=frozenset({"+447700900951"})), "phone", "+447700900951"),
        (OwnWorld(names=frozenset({"tam quill"})), "person", "tam quill"),
    ],
)
def test_what_is_a_childs_own_links_it_to_nobody(own: OwnWorld, kind: str, value: str) -> None:
    namings = [a_naming("C1", kind=kind, value=value), a_naming("C2", kind=kind, value=value)]
    assert proposed(namings, {"C1": own}) == []
    assert len(proposed([*namings, a_naming("C3", kind=kind, value=value)], {"C1": own})) == 1


def test_the_house_next_door_to_the_own_home_is_not_the_own_home() -> None:
    own = OwnWorld(places=frozenset({"14 m41ab"}), postcodes=frozenset({"M41AB"}))
    namings = [a_naming(child, kind="place", value="20 m41ab") for child in ("C1", "C2")]
    assert len(proposed(namings, {"C1": own})) == 1


@pytest.mark.parametrize(
    "said",
    [
        "Northgate bus station",
        "city centre",
        "burger restaurant, Kingsway",
        "McDonald's, M1 1AA",
        "Alder Park",
    ],
)
def test_a_common_place_links_nobody_by_itself(said: str) -> None:
    namings = [a_naming(child, kind="place", value="v", said=said) for child in ("C1", "C2", "C3")]
    assert proposed(namings) == []


def test_a_house_in_park_road_is_no_common_place() -> None:
    assert not is_common("3 m41ab", "3 The Park, M4 1AB", DEFAULT_PATTERN_POLICY)
    assert not is_common("flat 3 park road", "Flat 3, Park Road", DEFAULT_PATTERN_POLICY)


def test_a_place_named_for_many_is_one_hot_spot_and_not_one_link_for_each_pair() -> None:
    namings = [a_naming(f"C{n:02}", kind="place", value="v", said="Alder Park", day=n) for n in range(11)]
    (found,) = proposed(namings)
    assert found.kind is PatternKind.HOT_SPOT
    assert found.detail["most_children_in_window"] == 11
    assert found.detail["notes"] == ["common_place", "named_for_many"]


def test_a_common_place_named_for_many_over_a_long_time_is_no_hot_spot() -> None:
    namings = [a_naming(f"C{n:02}", kind="place", value="v", said="Alder Park", day=n * 4) for n in range(11)]
    assert proposed(namings) == []


def test_a_first_name_alone_siblings_and_unmatched_records_are_called_weak() -> None:
    (first,) = proposed(
        [a_naming("C1", kind="person", value="dez"), a_naming("C2", kind="person", value="dez")]
    )
    assert first.detail["notes"] == ["first_name_only"]
    home = OwnWorld(household="14 m41ab")
    (family,) = proposed([a_naming("C1"), a_naming("C2")], {"C1": home, "C2": home})
    assert (family.detail["strength"], family.detail["notes"]) == ("weak", ["same_household"])
    (unmatched,) = proposed([a_naming("C1"), a_naming("P-1")], {"P-1": OwnWorld(provisional=True)})
    assert unmatched.detail["notes"] == ["provisional_record"]
