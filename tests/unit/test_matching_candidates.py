"""Finding candidates by equal keys, stored register rows, and whole files; figures on seeds not used for tuning."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from missing_coord.domain.records import ChildRecord, NoticeMessage, PoliceNotice, Sex
from missing_coord.matching.candidates import MAX_CANDIDATES, MemoryCandidates, select_candidates
from missing_coord.matching.evaluate import EvaluationRow, RegisterMatcher, evaluate_files
from missing_coord.matching.evidence import PersonEvidence, RegisterChild
from missing_coord.matching.keys import blocking_keys, lookup_keys
from missing_coord.matching.prepared import PreparedChild, prepare_child
from missing_coord.matching.rarity import RegisterStatistics, count_register
from missing_coord.matching.weights import read_weights, shipped_weights
from tests.benchmarks.matching_engine import answer_all
from tests.benchmarks.matching_figures import Answer, calibration_error, top_five
from tests.builders.match_desk import Desk, Town
from tests.builders.match_errors import TODAY, NoticeMaker, RegisterMaker
from tests.builders.match_rows import child_row, notice_row, placement_rows

CHILD = RegisterChild(
    child_id="C-12",
    forename="William",
    surname="Smith-O'Neill",
    aliases=("Billy Kowalski",),
    date_of_birth=date(2012, 3, 4),
    home_postcode="M14 5RQ",
    previous_postcodes=("OL1 2AB",),
    placement_postcodes=("SK3 9XY",),
    addresses=("12 Oak Road",),
    phones=("07700 900123",),
)


@pytest.mark.parametrize(
    "said",
    [
        PersonEvidence(local_child_id="c12"),
        PersonEvidence(forename="Bill", surname="SMITH"),
        PersonEvidence(forename="Will", surname="Oneil"),
        PersonEvidence(forename="Smyth", surname="William"),
        PersonEvidence(forename="Billy", surname="Kowalsky"),
        PersonEvidence(forename="Wxyz", surname="Qqq", date_of_birth=date(2012, 3, 4)),
        PersonEvidence(surname="Smith", date_of_birth=date(2012, 4, 3)),
        PersonEvidence(forename="William", surname="Zzz", date_of_birth=date(2011, 3, 4)),
        PersonEvidence(surname="Zzz", home_postcodes=("ol12ab",)),
        PersonEvidence(surname="Zzz", missing_from_postcodes=("SK3 9XY",)),
        PersonEvidence(surname="Zzz", phones=("+447700900123",)),
        PersonEvidence(surname="Zzz", addresses=("Flat 1, 12 Oak Rd",)),
        PersonEvidence(surname="Smith", age=14, age_on=date(2026, 6, 1)),
        PersonEvidence(forename="W", surname="Smith"),
        PersonEvidence(surname="Smith"),
    ],
)
def test_a_notice_with_one_thing_right_finds_the_child(said: PersonEvidence) -> None:
    assert not set(lookup_keys(said)).isdisjoint(blocking_keys(CHILD))


def test_a_notice_with_nothing_right_does_not_find_the_child() -> None:
    said = PersonEvidence(forename="Zoe", surname="Taylor", date_of_birth=date(2009, 7, 8))
    assert set(lookup_keys(said)).isdisjoint(blocking_keys(CHILD))


def test_keys_are_sorted_without_repeats_and_short() -> None:
    keys = blocking_keys(CHILD)
    assert keys == sorted(set(keys))
    assert max(len(key) for key in keys) <= 40
    assert blocking_keys(prepare_child(CHILD)) == keys


def test_giant_keys_are_left_out_and_the_choice_is_capped_and_ordered() -> None:
    hits = {
        "giant": list(range(1000, 1300)),
        "rare": [7],
        "wide": list(range(20)),
        "again": [7, 99],
    }
    chosen = select_candidates(hits, limit=10, key_cap=200)
    assert len(chosen) == 10
    assert chosen == sorted(chosen)
    assert {7, 99} <= set(chosen)
    assert select_candidates({"giant": list(range(300))}, key_cap=200) == []
    assert select_candidates(dict(reversed(hits.items())), limit=10, key_cap=200) == chosen


def test_a_prepared_child_survives_being_stored_as_json() -> None:
    ready = prepare_child(CHILD)
    stored = PreparedChild.from_json(ready.to_json())
    assert json.loads(stored.to_json()) == json.loads(ready.to_json())
    assert blocking_keys(stored) == blocking_keys(ready)


def test_a_prepared_child_of_another_version_is_refused() -> None:
    old = prepare_child(CHILD)._replace(version=0)
    with pytest.raises(ValueError, match="prepare it again"):
        PreparedChild.from_json(old.to_json())


def test_a_child_added_a_moment_ago_is_found() -> None:
    source = MemoryCandidates()
    keys = lookup_keys(PersonEvidence(forename="William", surname="Smith", date_of_birth=date(2012, 3, 4)))
    assert source.find(keys) == []
    source.add(CHILD)
    assert [child.child_id for child in source.find(keys)] == ["C-12"]


def test_a_source_with_many_like_children_gives_no_more_than_the_cap() -> None:
    source = MemoryCandidates(replace(CHILD, child_id=f"C{number}") for number in range(150))
    assert (
        len(source.find(lookup_keys(PersonEvidence(forename="William", surname="Smith")))) == MAX_CANDIDATES
    )


def test_register_statistics_count_names_and_survive_as_plain_data() -> None:
    counted = count_register(prepare_child(replace(CHILD, child_id=f"C{number}")) for number in range(10))
    assert counted.surname_share("smith") > counted.surname_share("taylor")
    again = RegisterStatistics(**json.loads(json.dumps(counted.to_json_data())))
    assert again == counted


def test_weights_name_what_is_wrong_with_them() -> None:
    assert shipped_weights().version == "v2"
    with pytest.raises(ValueError, match="on_register is missing"):
        read_weights('{"version": "v3"}')


REGISTER = [
    ChildRecord(
        child_id="C1",
        forename="Zoë",
        surname="O'Hara",
        date_of_birth=date(2011, 5, 9),
        sex=Sex.FEMALE,
        home_postcode="M14 5RQ",
    ),
    ChildRecord(
        child_id="C2", forename="Jack", surname="Smith", date_of_birth=date(2010, 2, 3), sex=Sex.MALE
    ),
]


def notice(**said: object) -> dict[str, object]:
    return {"force": "GMP", "reference": "1/26", "issued_at": "2026-10-01T10:00:00Z", **said}


def test_files_give_one_row_a_notice_in_the_contract_layout() -> None:
    notices = [
        notice(forename="ZOE", surname="OHARA", date_of_birth="09/05/2011", sex="F", home_postcode="m145rq"),
        notice(forename="Amelia", surname="Nowhere", date_of_birth="2012-12-12", reference="2/26"),
    ]
    rows = list(evaluate_files(REGISTER, notices))
    assert EvaluationRow._fields == (
        "row",
        "force",
        "reference",
        "child_id",
        "probability",
        "decision",
        "runner_up_child_id",
        "runner_up_probability",
        "reasons",
    )
    assert [(row.row, row.reference, row.decision) for row in rows] == [
        (1, "1/26", "match"),
        (2, "2/26", "none"),
    ]
    assert rows[0].child_id == "C1"
    assert rows[0].probability > 0.99


def test_records_and_mappings_of_the_same_notice_decide_alike() -> None:
    record = PoliceNotice(
        force="GMP",
        reference="1/26",
        message=NoticeMessage.MISSING,
        issued_at=datetime(2026, 10, 1, 10, tzinfo=UTC),
        forename="Zoe",
        surname="O'Hara",
        age=15,
        sex=Sex.FEMALE,
        looked_after=True,
    )
    mapping = notice(forename="Zoe", surname="O'Hara", age="15", sex="female", looked_after="yes")
    assert list(evaluate_files(REGISTER, [record])) == list(evaluate_files(REGISTER, [mapping]))


def test_placements_make_the_address_a_child_is_missing_from_count() -> None:
    said = [notice(forename="Jack", surname="Smith", missing_from_postcode="SK3 9XY")]
    placements = [{"child_id": "C2", "postcode": "SK3 9XY", "address": "5 Mill Lane"}]
    without = next(evaluate_files(REGISTER, said))
    lived = next(evaluate_files(REGISTER, said, placements=placements))
    assert lived.probability > without.probability
    assert "postcode same" in lived.reasons


@pytest.mark.parametrize("generator", ["errors", "desk"])
def test_on_unseen_seeds_the_automatic_band_is_right_and_probabilities_are_calibrated(generator: str) -> None:
    children = RegisterMaker(811).register(4000) if generator == "errors" else Town(823).register(4000)
    matcher = RegisterMatcher(children)
    maker = NoticeMaker(812, children) if generator == "errors" else Desk(824, children)
    found = answer_all(matcher, maker.notices(1500))
    precision, recall, _ = found.band
    assert precision >= 0.99
    assert recall >= 0.9
    assert top_five(found.answers) >= 0.99
    assert calibration_error(found.answers) < 0.02


@pytest.mark.parametrize("generator", ["errors", "desk"])
def test_unseen_files_of_the_contracts_layout_give_calibrated_probabilities(generator: str) -> None:
    children = RegisterMaker(851).register(1250) if generator == "errors" else Town(853).register(1250)
    maker = NoticeMaker(852, children) if generator == "errors" else Desk(854, children)
    notices = maker.notices(1000)
    rows = evaluate_files(
        [child_row(child) for child in children],
        [notice_row(each.evidence, number) for number, each in enumerate(notices)],
        placements=[row for child in children for row in placement_rows(child)],
    )
    answers = [
        Answer(truth=each.truth, ranking=[(row.child_id, row.probability)] if row.child_id else [])
        for row, each in zip(rows, notices, strict=True)
    ]
    assert calibration_error(answers) < 0.02
    assert sum(each.right for each in answers) > 850


def test_no_unregistered_brother_sister_or_twin_is_ever_matched() -> None:
    children = [replace(child, middle_names="", aliases=()) for child in RegisterMaker(829).register(1500)]
    matcher = RegisterMatcher(children)
    maker = NoticeMaker(830, children)
    for number, child in enumerate(children[:400]):
        relation = maker.maker.sibling(child, "NOT-HERE", twin=number % 2 == 0)
        said = replace(maker.evidence(relation), local_child_id="")
        found = matcher.decide(said)
        assert found.decision != "match", f"seed 830, child {number}, on {TODAY}"
