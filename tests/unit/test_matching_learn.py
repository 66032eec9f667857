"""Weights learned from decisions: how far they move, what is reported, and that they are read back as written."""

from __future__ import annotations

import json

import pytest

from missing_coord.matching.evaluate import RegisterMatcher, decided_files
from missing_coord.matching.evidence import PersonEvidence, RegisterChild
from missing_coord.matching.learn import DecidedNotice, changes, learn_weights
from missing_coord.matching.prepared import prepare_child, prepare_evidence
from missing_coord.matching.reading import evidence_from_data
from missing_coord.matching.retrain import retrain
from missing_coord.matching.weights import read_weights, shipped_weights, write_weights
from tests.builders.match_errors import NoticeMaker, RegisterMaker

CHILDREN = RegisterMaker(41).register(600)
MATCHER = RegisterMatcher(CHILDREN)
REGISTER = MATCHER.source.children
BY_ID = {child.child_id: child for child in REGISTER}


def decided(count: int) -> list[DecidedNotice]:
    notices = NoticeMaker(42, CHILDREN).notices(count)
    return [
        DecidedNotice(person=prepare_evidence(each.evidence), child=BY_ID.get(each.truth or ""))
        for each in notices
    ]


def test_the_shipped_weights_are_written_and_read_back_alike() -> None:
    shipped = shipped_weights()
    assert read_weights(write_weights(shipped)) == shipped


def test_a_few_decisions_move_little_and_many_move_far() -> None:
    few = learn_weights(decided(5), REGISTER, scorer=MATCHER.scorer, version="few")
    many = learn_weights(decided(1500), REGISTER, scorer=MATCHER.scorer, version="many")
    shipped = shipped_weights().fields["place"]["postcode"].m
    seen = 0.78
    assert abs(few.fields["place"]["postcode"].m - shipped) < 0.01
    assert abs(many.fields["place"]["postcode"].m - seen) < 0.06


def test_what_is_worked_out_from_the_register_and_what_is_missing_stays() -> None:
    learned = learn_weights(decided(400), REGISTER, scorer=MATCHER.scorer, version="x")
    assert learned.fields["surname"]["exact"].u == 0.0
    assert learned.fields["surname"]["missing"] == shipped_weights().fields["surname"]["missing"]
    assert learned.twin == shipped_weights().twin


def test_every_changed_level_is_reported_with_how_often_it_was_seen() -> None:
    told = decided(400)
    learned = learn_weights(told, REGISTER, scorer=MATCHER.scorer, version="x")
    found = changes(MATCHER.scorer.weights, learned, told, MATCHER.scorer)
    by_name = {change.name: change for change in found}
    assert by_name["surname.exact"].seen > 250
    assert [abs(change.bits) for change in found] == sorted((abs(c.bits) for c in found), reverse=True)
    assert all(change.before != change.after for change in found)


def test_learning_does_not_depend_on_the_order_of_decisions() -> None:
    told = decided(60)
    one = learn_weights(told, REGISTER, scorer=MATCHER.scorer, version="x", seed=3)
    again = learn_weights(told, REGISTER, scorer=MATCHER.scorer, version="x", seed=3)
    other = learn_weights(told[::-1], REGISTER, scorer=MATCHER.scorer, version="x", seed=3)
    assert one == again
    assert {k: row.m for k, row in one.fields["birth"].items()} == {
        k: row.m for k, row in other.fields["birth"].items()
    }


def test_without_a_decision_about_the_register_nothing_can_be_learned() -> None:
    with pytest.raises(ValueError, match="at least one decision"):
        learn_weights(
            [DecidedNotice(person=prepare_evidence(PersonEvidence(surname="X")), child=None)],
            REGISTER,
            scorer=MATCHER.scorer,
            version="x",
        )


def test_retraining_tries_the_weights_on_decisions_they_were_not_learned_from() -> None:
    found = retrain(decided(600), REGISTER, base=shipped_weights(), version="council-1")
    assert found.weights.version == "council-1"
    assert found.before.notices == found.after.notices == 300
    assert found.after.automatic > 200
    assert found.after.wrong <= 3
    assert found.decisions == 600


def test_evidence_kept_with_an_incident_is_read_back() -> None:
    kept = {
        "forename": "Ruby",
        "surname": "Hartwell",
        "date_of_birth": "2011-05-09",
        "aliases": ["Roo"],
        "looked_after": False,
        "no_longer_a_field": 1,
    }
    said = evidence_from_data(json.loads(json.dumps(kept)))
    assert said.aliases == ("Roo",)
    assert said.date_of_birth is not None
    assert said.date_of_birth.isoformat() == "2011-05-09"
    assert said.looked_after is False


def test_decided_files_leave_out_what_nobody_decided_and_children_not_on_the_register() -> None:
    register = [{"child_id": "C1", "forename": "Ruby", "surname": "Hartwell"}]
    notices = [
        {"force": "GMP", "reference": str(number), "forename": "Ruby", "surname": "Hartwell"}
        for number in range(4)
    ]
    told = {("GMP", "0"): "C1", ("GMP", "1"): "", ("GMP", "2"): "GONE"}
    found, children = decided_files(register, notices, told)
    assert [each.child and each.child.child_id for each in found] == ["C1", None]
    assert children == [prepare_child(RegisterChild(child_id="C1", forename="Ruby", surname="Hartwell"))]
