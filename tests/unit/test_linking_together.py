"""Missing together: overlap in time with something more in common, siblings and one home said to be weak."""

from __future__ import annotations

import time
from typing import Any

import pytest

from missing_coord.linking.policy import DEFAULT_PATTERN_POLICY
from missing_coord.linking.proposals import Proposal
from missing_coord.linking.together import Circumstances, occurrences, together_proposals
from tests.builders.linking import an_episode, at, gone

REFERENCE = frozenset({("gmp/1", "gmp/1")})
HOME = frozenset({"urn:SC123"})
FOUND: dict[str, Any] = {"found_places": frozenset({"14 m41ab"})}


def proposed(*episodes: Circumstances) -> list[Proposal]:
    """Return what the default policy proposes."""
    found = occurrences(episodes, policy=DEFAULT_PATTERN_POLICY)
    return together_proposals(found, policy=DEFAULT_PATTERN_POLICY, now=at(30))


def test_two_children_in_one_police_reference_are_missing_together() -> None:
    (found,) = proposed(gone("C1", references=REFERENCE), gone("C2", references=REFERENCE, start=at(hours=2)))
    assert found.key == "together:C1+C2"
    assert found.detail["reasons"] == ["same_police_reference"]
    assert found.detail["strength"] == "strong"


def test_a_child_named_as_companion_of_a_missing_child_is_missing_together_in_the_words_said() -> None:
    one = gone("C1", companions={"tam quill": ("Tam QUILL", "I-7")})
    (found,) = proposed(one, gone("C2", names=frozenset({"tam quill"})))
    assert found.detail["reasons"] == ["named_as_companion"]
    assert "Tam QUILL" in {each.said for each in found.evidence}


def test_two_children_who_name_the_same_third_person_are_not_thereby_together() -> None:
    dez = {"dez brown": ("Dez Brown", "I")}
    assert proposed(gone("C1", companions=dez), gone("C2", companions=dez)) == []


def test_found_at_one_place_within_two_hours_is_found_together() -> None:
    one = gone("C1", found_at=at(hours=4), **FOUND)
    assert proposed(one, gone("C2", found_at=at(hours=6), **FOUND))[0].detail["reasons"] == ["found_together"]
    assert proposed(one, gone("C2", found_at=at(hours=6.1), **FOUND)) == []
    assert proposed(one, gone("C2", found_at=None, **FOUND)) == []


def test_one_home_alone_is_coincidence_once_and_from_the_second_time_weak_and_says_so() -> None:
    once = [gone("C1", homes=HOME), gone("C2", homes=HOME)]
    again = [gone("C1", homes=HOME, start=at(hours=300)), gone("C2", homes=HOME, start=at(hours=301))]
    assert proposed(*once) == []
    (found,) = proposed(*once, *again)
    assert (found.detail["strength"], found.detail["notes"]) == ("weak", ["same_home_only"])


def test_one_home_and_one_reference_are_strong() -> None:
    (found,) = proposed(
        gone("C1", homes=HOME, references=REFERENCE), gone("C2", homes=HOME, references=REFERENCE)
    )
    assert found.detail["reasons"] == ["same_home", "same_police_reference"]
    assert found.detail["strength"] == "strong"


def test_siblings_are_weak_even_in_one_reference() -> None:
    family = {"references": REFERENCE, "household": "14 m41ab"}
    (found,) = proposed(gone("C1", **family), gone("C2", **family))
    assert (found.detail["strength"], found.detail["notes"]) == ("weak", ["same_household"])


def test_from_one_home_but_a_day_apart_is_not_together() -> None:
    one = gone("C1", homes=HOME, hours=100)
    day, longer = gone("C2", homes=HOME, start=at(hours=24)), gone("C2", homes=HOME, start=at(hours=24.1))
    assert len(occurrences([one, day], policy=DEFAULT_PATTERN_POLICY)) == 1
    assert occurrences([one, longer], policy=DEFAULT_PATTERN_POLICY) == []


@pytest.mark.parametrize(("hours", "together"), [(4.99, True), (5.0, False), (6.0, False)])
def test_an_episode_that_begins_when_the_other_ends_does_not_overlap(hours: float, together: bool) -> None:
    one = gone("C1", references=REFERENCE, hours=5)
    assert bool(proposed(one, gone("C2", references=REFERENCE, start=at(hours=hours)))) is together


def test_an_open_episode_overlaps_what_begins_later() -> None:
    one = gone("C1", references=REFERENCE, hours=None)
    assert len(proposed(one, gone("C2", references=REFERENCE, start=at(20)))) == 1


def test_every_time_of_one_pair_is_in_one_proposal() -> None:
    again = [
        Circumstances(
            span=an_episode(f"E-{child}-2", child=child, start=at(9)),
            incident_id=f"I-{child}-2",
            references=REFERENCE,
        )
        for child in ("C1", "C2")
    ]
    (found,) = proposed(gone("C1", references=REFERENCE), gone("C2", references=REFERENCE), *again)
    assert found.detail["times"] == 2
    assert len(found.evidence) == 4


def test_only_pairs_with_a_changed_child_are_looked_at_when_asked() -> None:
    three = [gone(child, references=REFERENCE) for child in ("C1", "C2", "C3")]
    found = occurrences(three, policy=DEFAULT_PATTERN_POLICY, of_children={"C3"})
    assert {(each.first.span.child_id, each.second.span.child_id) for each in found} == {
        ("C1", "C3"),
        ("C2", "C3"),
    }


def test_a_hundred_thousand_episodes_of_three_years_do_not_explode() -> None:
    episodes = [
        Circumstances(
            span=an_episode(f"E{n}", child=f"C{n % 9_000}", start=at(hours=n * 0.26), hours=20),
            homes=frozenset({f"urn:{n % 400}"}),
            references=frozenset({(f"r{n}", f"r{n}")}),
        )
        for n in range(100_000)
    ]
    began = time.process_time()
    occurrences(episodes, policy=DEFAULT_PATTERN_POLICY)
    assert time.process_time() - began < 20
