"""What links two children and what does not: rarity, own worlds, loose names, nights together, decisions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missing_coord.linking.group_proposals import group_proposals
from missing_coord.linking.groups import all_links, group_of, groups_of, renew_links
from missing_coord.linking.linker import Linker, entity_key
from missing_coord.linking.naming import Naming, OwnWorld
from missing_coord.linking.policy import DEFAULT_PATTERN_POLICY
from missing_coord.linking.proposals import PatternKind, digest
from missing_coord.linking.strength import Feedback, TieKind
from tests.builders.linking import at, gone, linker_of, read, strength_of

RAISED = DEFAULT_PATTERN_POLICY.link_at_least
PLATE = "QD19 XKV"


def both(kind: str, said: str, other: str = "", **more: float) -> tuple[Naming, Naming]:
    """Return one thing named for two children on different days."""
    return read("C1", kind, said), read("C2", kind, other or said, day=more.get("day", 3))


@pytest.mark.parametrize(
    ("kind", "said", "other"),
    [
        ("phone", "07700 900951", "+44 7700 900951"),
        ("handle", "@Kai.22", "snap: kai.22"),
        ("vehicle", "grey car QD19 XKV", "qd19xkv"),
    ],
)
def test_one_number_account_or_registration_links_two_children_however_it_is_written(
    kind: str, said: str, other: str
) -> None:
    assert strength_of(linker_of(*both(kind, said, other))) >= RAISED


@pytest.mark.parametrize(
    ("kind", "said"),
    [("place", "14 Elm Road, M4 1AB"), ("place", "Alder basin"), ("person", "Dez"), ("person", "Dez Colby")],
)
def test_one_place_or_one_name_alone_does_not(kind: str, said: str) -> None:
    assert 0 < strength_of(linker_of(*both(kind, said))) < RAISED


def test_what_many_name_tells_less_and_in_the_end_nothing() -> None:
    strengths = []
    for count in (2, 8, 20, 61):
        linker = linker_of(*(read(f"C{n}", "phone", "07700 900951", day=n) for n in range(1, count + 1)))
        strengths.append(strength_of(linker))
    assert strengths == sorted(strengths, reverse=True)
    assert strengths[0] > RAISED > strengths[2]
    assert strengths[3] == 0


def test_a_cab_that_both_took_links_them_hardly() -> None:
    assert strength_of(linker_of(*both("vehicle", f"taxi {PLATE}"))) < 0.1


def test_part_of_a_registration_counts_as_the_only_one_that_fits() -> None:
    namings = (*both("vehicle", "part plate QD19", PLATE), read("C3", "vehicle", PLATE, day=5))
    assert 0 < strength_of(linker_of(*namings)) < RAISED
    assert strength_of(linker_of(*namings, *both("place", "14 Elm Road M4 1AB"))) > RAISED
    assert strength_of(linker_of(*namings, read("C4", "vehicle", "QD19 ABC", day=6))) == 0


def test_an_address_without_its_postcode_is_the_only_one_of_that_street_and_number() -> None:
    linker = linker_of(
        *both("place", "Flat 2, 14 Elm Road, Manchester, M4 1AB", "14 elm rd"), *both("phone", "07700 900951")
    )
    link = linker.link("C1", "C2")
    assert link is not None
    assert {tie.kind for tie in link.ties} == {TieKind.HOUSE, TieKind.PHONE}


def test_a_by_name_means_the_only_person_who_is_called_so() -> None:
    linker = linker_of(*both("person", "Darren Colby aka Smokes, about 30", "Smokes"))
    link = linker.link("C1", "C2")
    assert link is not None
    assert [tie.kind for tie in link.ties] == [TieKind.NAME]


def test_two_of_one_first_name_and_very_different_ages_are_two_people() -> None:
    assert strength_of(linker_of(*both("person", "Dez, about 25", "Dez (15)"))) == 0


def test_own_home_placement_school_family_telephone_and_own_name_link_nobody() -> None:
    own = OwnWorld(
        places=frozenset({"14 m41ab"}),
        postcodes=frozenset({"M41AB"}),
        school="larch academy",
        phones=frozenset({"+447700900951"}),
        names=frozenset({"tamsin quill"}),
    )
    said = [("place", "14 Elm Road M4 1AB"), ("place", "Larch Academy"), ("phone", "07700900951")]
    namings = [each for kind, words in said for each in both(kind, words)]
    namings += [read("C1", "person", "Tamsin Quill")]
    assert linker_of(*namings, C1=own).link("C1", "C2") is None


def test_children_of_one_family_home_are_never_linked() -> None:
    world = OwnWorld(household="14 m41ab")
    assert linker_of(*both("phone", "07700 900951"), C1=world, C2=world).link("C1", "C2") is None


def test_the_telephone_of_a_home_that_only_its_children_name_links_them_hardly() -> None:
    home = OwnWorld(bases=frozenset({"9 m11aa"}))
    namings = both("phone", "07700 900951")
    assert strength_of(linker_of(*namings, C1=home, C2=home)) < 0.1
    outsider = read("C3", "phone", "07700 900951", day=6)
    assert strength_of(linker_of(*namings, outsider, C1=home, C2=home)) > RAISED


def night(number: int, day: float, reference: str) -> list[object]:
    """Return one night on which two children were missing by one police reference."""
    incident = {"references": {reference: "I"}, "number": number}
    return [gone("C1", start=at(day), **incident), gone("C2", start=at(day, 1), **incident)]


def test_one_night_together_is_not_a_link_and_two_are() -> None:
    one = night(1, 0, "gmp/1")
    assert 0 < strength_of(linker_of(goings=one)) < RAISED  # type: ignore[arg-type]
    assert strength_of(linker_of(goings=[*one, *night(2, 9, "gmp/2")])) > RAISED  # type: ignore[arg-type]


def test_nights_out_of_one_home_tell_less() -> None:
    home = OwnWorld(bases=frozenset({"9 m11aa"}))
    goings = [*night(1, 0, "gmp/1"), *night(2, 9, "gmp/2")]
    assert strength_of(linker_of(goings=goings, C1=home, C2=home)) < RAISED  # type: ignore[arg-type]


def test_the_house_of_one_party_counts_as_that_night_and_not_again() -> None:
    goings = [
        gone(child, start=at(0), found_places=frozenset({"14 m41ab"}), found_at=at(0, 4))
        for child in ("C1", "C2")
    ]
    namings = [
        Naming(**{**_fields(read(child, "place", "14 Elm Road M4 1AB")), "episode_id": f"E-{child}-1"})
        for child in ("C1", "C2")
    ]
    assert 0 < strength_of(linker_of(*namings, goings=goings)) < 0.2


def _fields(naming: Naming) -> dict[str, object]:
    return {name: getattr(naming, name) for name in Naming.__slots__}


def test_what_a_lead_rejected_counts_less_next_time_and_what_was_confirmed_is_a_known_concern() -> None:
    namings = both("vehicle", PLATE, day=4)
    plain = linker_of(*namings)
    thing = next(digest(*entity_key(tie.entity)) for tie in plain.link("C1", "C2").ties if tie.entity)  # type: ignore[union-attr]
    assert strength_of(linker_of(*namings, feedback=Feedback(noise={thing: 1}))) < strength_of(plain) / 2
    often = Feedback(rejected={"vehicle": 20})
    assert strength_of(linker_of(*namings, feedback=often)) < strength_of(plain)
    known = linker_of(*namings, feedback=Feedback(concerns=frozenset({thing})))
    (proposal,) = group_proposals(groups_of(all_links(known, at_least=RAISED)), known, now=at(10))
    assert proposal.kind is PatternKind.KNOWN_CONCERN


def test_children_who_share_things_in_turn_make_one_group_and_not_pairs() -> None:
    linker = linker_of(
        *both("phone", "07700 900951"),
        read("C2", "vehicle", PLATE, day=5),
        read("C3", "vehicle", PLATE, day=6),
    )
    groups = groups_of(all_links(linker, at_least=RAISED))
    assert [each.children for each in groups] == [("C1", "C2", "C3")]
    (proposal,) = group_proposals(groups, linker, now=at(30))
    assert proposal.detail["ties"] == {"phone": 1, "vehicle": 1}
    assert {each.said for each in proposal.evidence} == {"07700 900951", PLATE}


def test_a_group_by_places_alone_stays_weak_enough_to_come_last() -> None:
    namings = [
        read(child, "place", "14 Elm Road M4 1AB", day=day) for child in ("C1", "C2") for day in (1, 5, 9, 14)
    ]
    linker = linker_of(*namings)
    (proposal,) = group_proposals(groups_of(all_links(linker, at_least=RAISED)), linker, now=at(30))
    assert proposal.strength <= 60
    assert proposal.detail["notes"] == ["places_only"]


SAID = [
    ("phone", "07700 900951"),
    ("vehicle", PLATE),
    ("vehicle", "QD19 ABC"),
    ("vehicle", "part plate QD19"),
]
SAID += [("person", "Darren Colby aka Smokes"), ("person", "Smokes"), ("person", "Leo Vane aka Smokes")]
SAID += [("place", "14 Elm Road M4 1AB"), ("place", "14 elm rd"), ("place", "14 Elm Road, M9 9ZZ")]


@given(
    st.lists(
        st.tuples(st.integers(1, 5), st.sampled_from(SAID), st.integers(0, 60)), max_size=25, unique=True
    )
)
def test_taking_in_one_naming_after_another_gives_what_taking_in_all_gives(
    told: list[tuple[int, tuple[str, str], int]],
) -> None:
    namings = [read(f"C{child}", *said, day=day) for child, said, day in told]
    whole = linker_of(*namings)
    step_by_step = Linker()
    for each in namings:
        step_by_step.take(namings=[each])
    expected = {pair: link.probability for pair, link in all_links(whole, at_least=0.01).items()}
    found = {pair: link.probability for pair, link in all_links(step_by_step, at_least=0.01).items()}
    assert found == pytest.approx(expected)


def test_the_links_of_one_child_are_brought_up_to_date_by_themselves() -> None:
    linker = linker_of(read("C1", "phone", "07700 900951"))
    links = all_links(linker, at_least=RAISED)
    linker.take(namings=[read("C2", "phone", "07700 900951", day=3)])
    renew_links(linker, links, "C2", at_least=RAISED)
    group = group_of(links, "C1")
    assert group is not None
    assert group.children == ("C1", "C2")
