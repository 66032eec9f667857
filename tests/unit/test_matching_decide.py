"""Decisions on one notice: who is matched, who is reviewed, who is nobody's, and what is said about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missing_coord.matching.decide import MatchDecision, MatchOutcome, MatchPolicy, decide
from missing_coord.matching.evidence import PersonEvidence, RegisterChild, pool_evidence
from missing_coord.matching.prepared import prepare_child
from missing_coord.matching.rarity import RegisterStatistics
from missing_coord.matching.score import Scorer
from missing_coord.matching.weights import shipped_weights

STATISTICS = RegisterStatistics(
    children=20_000,
    surnames={"smith": 220, "hartwell": 3, "mohamed": 150, "tesfay": 20},
    forenames={"jack": 200, "james": 180, "ruby": 100, "ahmed": 150, "jayden": 90, "hayden": 60},
    january_firsts=400,
)
SCORER = Scorer(weights=shipped_weights(), statistics=STATISTICS)

RUBY = RegisterChild(
    child_id="C1",
    forename="Ruby",
    middle_names="Anne",
    surname="Hartwell",
    date_of_birth=date(2011, 5, 9),
    sex="female",
    home_postcode="M14 5RQ",
    addresses=("12 Oak Road",),
    phones=("07700 900123",),
    status="looked_after",
)
SAID = PersonEvidence(
    forename="Ruby",
    surname="Hartwell",
    date_of_birth=date(2011, 5, 9),
    sex="F",
    home_postcodes=("M14 5RQ",),
)


def ask(
    evidence: PersonEvidence, *children: RegisterChild, excluded: frozenset[str] = frozenset()
) -> MatchDecision:
    return decide(evidence, [prepare_child(child) for child in children], scorer=SCORER, excluded=excluded)


def test_a_child_with_same_name_birthday_and_postcode_is_matched() -> None:
    found = ask(SAID, RUBY)
    assert (found.decision, found.child_id) == (MatchOutcome.MATCH, "C1")
    assert found.probability > 0.999
    assert {"surname same (rare)", "forename same", "date of birth same", "postcode same"} <= set(
        found.reasons
    )


@pytest.mark.parametrize(
    "changed",
    [
        {"forename": "Hartwell", "surname": "Ruby"},
        {"surname": "HARTWELL-SMITH"},
        {"surname": "Hartwel"},
        {"forename": "Rubie"},
        {"forename": "RÚBY"},
        {"forename": "Anne"},
        {"date_of_birth": date(2011, 9, 5)},
        {"date_of_birth": date(2011, 5, 19)},
        {"date_of_birth": None},
        {"sex": ""},
        {"home_postcodes": ()},
        {"home_postcodes": ("BL1 1AA",)},
    ],
)
def test_one_error_or_gap_does_not_lose_the_right_child(changed: dict[str, object]) -> None:
    found = ask(replace(SAID, **changed), RUBY)  # type: ignore[arg-type]
    assert found.child_id == "C1"
    assert found.probability > 0.95


def test_names_the_other_way_round_are_said_in_the_reasons() -> None:
    found = ask(replace(SAID, forename="HARTWELL", surname="RUBY"), RUBY)
    assert "forename and surname the other way round" in found.reasons


def test_a_swapped_date_of_birth_is_said_in_the_reasons() -> None:
    found = ask(replace(SAID, date_of_birth=date(2011, 9, 5)), RUBY)
    assert "date of birth has day and month swapped" in found.reasons


def test_nobody_on_the_register_is_none_and_names_no_child() -> None:
    stranger = PersonEvidence(forename="Olwen", surname="Pryce", date_of_birth=date(2009, 2, 3), sex="F")
    found = ask(stranger, RUBY)
    assert (found.decision, found.child_id) == (MatchOutcome.NONE, None)
    assert found.reasons[0].startswith("no child on the register comes near")


def test_without_candidates_the_decision_is_none_with_probability_nought() -> None:
    found = ask(SAID)
    assert (found.decision, found.probability, found.ranked) == (MatchOutcome.NONE, 0.0, ())


def test_a_missing_field_is_neutral() -> None:
    with_sex = RegisterChild(child_id="C1", forename="Ruby", surname="Hartwell", sex="female")
    without = replace(with_sex, sex="", phones=("07700 900999",), home_postcode="M14 5RQ")
    said = PersonEvidence(forename="Ruby", surname="Hartwell")
    assert ask(said, with_sex).ranked[0].bits == ask(said, without).ranked[0].bits


TWIN = replace(RUBY, child_id="C2", forename="Grace", middle_names="")


def test_twins_on_the_register_are_told_apart_by_forename() -> None:
    found = ask(SAID, TWIN, RUBY)
    assert (found.decision, found.child_id) == (MatchOutcome.MATCH, "C1")
    assert "same surname and date of birth, another forename: may be her twin" in ask(SAID, TWIN).reasons


def test_an_unregistered_twin_is_never_matched_to_the_registered_one() -> None:
    found = ask(replace(SAID, phones=RUBY.phones, addresses=RUBY.addresses), TWIN)
    assert found.decision is not MatchOutcome.MATCH
    assert any("forename is not this child's" in reason for reason in found.reasons)


def test_twins_without_a_forename_in_the_notice_go_to_review_with_both_listed() -> None:
    found = ask(replace(SAID, forename=""), TWIN, RUBY)
    assert found.decision is MatchOutcome.REVIEW
    assert {each.child_id for each in found.ranked} == {"C1", "C2"}
    assert found.probability == pytest.approx(found.runner_up_probability)
    assert found.child_id == "C1"


def test_surname_birthday_and_address_alone_never_match_by_themselves() -> None:
    found = ask(replace(SAID, forename="", addresses=RUBY.addresses, phones=RUBY.phones), RUBY)
    assert found.decision is MatchOutcome.REVIEW
    assert any("no forename" in reason for reason in found.reasons)


def test_a_brother_or_sister_is_named_as_the_likely_confusion() -> None:
    sister = replace(TWIN, date_of_birth=date(2013, 8, 21))
    found = ask(replace(SAID, date_of_birth=None), sister)
    assert found.decision is not MatchOutcome.MATCH
    assert "same surname and address: may be her sister" in found.reasons
    brother = replace(sister, sex="male")
    unsaid = ask(replace(SAID, date_of_birth=None, sex=""), replace(brother, sex=""))
    assert (
        "same surname and address: may be her brother"
        in ask(replace(SAID, date_of_birth=None), brother).reasons
    )
    assert "same surname and address: may be a brother or sister" in unsaid.reasons


def test_two_common_names_that_look_alike_are_not_taken_for_a_slip() -> None:
    hayden = replace(RUBY, forename="Hayden", middle_names="", surname="Smith", sex="male")
    said = replace(SAID, forename="Jayden", surname="Smith", sex="M")
    assert ask(said, hayden).decision is not MatchOutcome.MATCH


UNACCOMPANIED = RegisterChild(
    child_id="C7",
    forename="Ahmed",
    surname="Mohamed",
    date_of_birth=date(2009, 1, 1),
    sex="male",
    uasc=True,
    status="looked_after",
)


def test_a_first_of_january_birthday_and_a_common_name_are_not_enough_to_match() -> None:
    said = PersonEvidence(forename="Ahmed", surname="Mohamed", date_of_birth=date(2009, 1, 1), sex="M")
    found = ask(said, UNACCOMPANIED)
    assert found.decision is MatchOutcome.REVIEW
    assert "date of birth same, but 1 January often means that only the age is known" in found.reasons


def test_the_same_birthday_weighs_more_when_it_is_not_the_first_of_january() -> None:
    usual = replace(UNACCOMPANIED, uasc=False, date_of_birth=date(2009, 3, 17))
    said = PersonEvidence(forename="Ahmed", surname="Mohamed", date_of_birth=date(2009, 3, 17), sex="M")
    january = replace(said, date_of_birth=date(2009, 1, 1))
    assert ask(said, usual).ranked[0].bits > ask(january, UNACCOMPANIED).ranked[0].bits + 4


def test_a_reassessed_birthday_does_not_lose_an_unaccompanied_child() -> None:
    said = PersonEvidence(
        forename="Ahmed", surname="Tesfay", date_of_birth=date(2008, 6, 4), missing_from_postcodes=("M8 1AA",)
    )
    found = ask(said, replace(UNACCOMPANIED, surname="Tesfay", placement_postcodes=("M8 1AA",)))
    assert found.decision is not MatchOutcome.NONE


def test_a_name_used_by_an_alias_counts_for_the_child() -> None:
    child = replace(RUBY, forename="Ruby", surname="Smith", aliases=("Roo Hartwell",))
    found = ask(replace(SAID, forename="Roo"), child)
    assert (found.decision, found.child_id) == (MatchOutcome.MATCH, "C1")


def test_a_rare_surname_says_more_than_a_common_one() -> None:
    common = replace(RUBY, surname="Smith")
    rare_bits = ask(SAID, RUBY).ranked[0].bits
    assert rare_bits > ask(replace(SAID, surname="Smith"), common).ranked[0].bits + 3
    assert "surname same (common)" in ask(replace(SAID, surname="Smith"), common).reasons


def test_names_alone_never_match_by_themselves() -> None:
    found = ask(PersonEvidence(forename="Ruby", surname="Hartwell"), RUBY)
    assert found.decision is MatchOutcome.REVIEW


def test_a_child_ruled_out_by_a_person_is_not_proposed_again() -> None:
    found = ask(SAID, RUBY, excluded=frozenset({"C1"}))
    assert found.decision is MatchOutcome.NONE
    assert all(each.child_id != "C1" for each in found.ranked)


def test_a_local_id_that_everything_else_contradicts_goes_to_review() -> None:
    said = PersonEvidence(
        local_child_id="C7", forename="Ruby", surname="Pryce", date_of_birth=date(2012, 2, 3), sex="F"
    )
    found = ask(said, UNACCOMPANIED)
    assert (found.decision, found.child_id) == (MatchOutcome.REVIEW, "C7")
    assert any(reason.startswith("not automatic") for reason in found.reasons)


def test_a_local_id_of_another_child_holds_back_an_otherwise_sure_match() -> None:
    found = ask(replace(SAID, local_child_id="C7"), RUBY, UNACCOMPANIED)
    assert (found.decision, found.child_id) == (MatchOutcome.REVIEW, "C1")
    assert "not automatic: the local id in the notice is another child's" in found.reasons
    assert "C7" in {each.child_id for each in found.ranked}


def test_a_local_id_with_the_same_surname_is_matched_without_a_forename() -> None:
    found = ask(PersonEvidence(local_child_id="c-1", surname="Hartwell"), RUBY)
    assert (found.decision, found.child_id) == (MatchOutcome.MATCH, "C1")


def test_the_review_list_has_at_most_five_children_and_probabilities_below_one_in_all() -> None:
    crowd = [replace(RUBY, child_id=f"D{number}", home_postcode="") for number in range(9)]
    found = ask(replace(SAID, home_postcodes=()), *crowd)
    assert found.decision is MatchOutcome.REVIEW
    assert len(found.ranked) == 5
    assert sum(each.probability for each in found.ranked) <= 1
    assert found.probability < 1 / 8


def test_reasons_hold_no_name_date_or_address() -> None:
    said = " ".join(ask(SAID, RUBY, TWIN).reasons).lower()
    assert not any(word in said for word in ("ruby", "hartwell", "grace", "m14", "oak", "2011"))


def test_a_stricter_policy_sends_more_to_review() -> None:
    strict = MatchPolicy(automatic_from=1.0)
    found = decide(SAID, [prepare_child(RUBY)], scorer=SCORER, policy=strict)
    assert found.decision is MatchOutcome.REVIEW


CROWD = (RUBY, TWIN, UNACCOMPANIED, replace(RUBY, child_id="C9", date_of_birth=date(2011, 9, 5)))


@given(order=st.permutations(CROWD), repeats=st.integers(min_value=0, max_value=2))
def test_the_order_and_repetition_of_candidates_change_nothing(
    order: list[RegisterChild], repeats: int
) -> None:
    assert ask(SAID, *order, *order[:repeats]) == ask(SAID, *CROWD)


@given(
    forename=st.sampled_from(("", "Ruby", "Grace", "R", "Rubi", "Jack")),
    surname=st.sampled_from(("Hartwell", "Smith", "Hartwel", "Ruby")),
    day=st.sampled_from((None, date(2011, 5, 9), date(2011, 9, 5), date(2011, 1, 1), date(2015, 4, 4))),
    postcode=st.sampled_from(((), ("M14 5RQ",), ("BL1 1AA",))),
)
def test_probabilities_are_shares_and_a_different_forename_is_never_automatic(
    forename: str, surname: str, day: date | None, postcode: tuple[str, ...]
) -> None:
    said = PersonEvidence(forename=forename, surname=surname, date_of_birth=day, home_postcodes=postcode)
    found = ask(said, *CROWD)
    assert 0 <= found.runner_up_probability <= found.probability <= 1
    assert sum(each.probability for each in found.ranked) <= 1 + 1e-9
    if forename == "Jack":
        assert found.decision is not MatchOutcome.MATCH


def test_notices_of_one_incident_pool_with_the_last_word_and_the_earlier_name_as_alias() -> None:
    first = PersonEvidence(forename="Roo", surname="Hartwell", phones=("07700 900123",), age=15)
    second = PersonEvidence(forename="Ruby", surname="Hartwell", date_of_birth=date(2011, 5, 9))
    pooled = pool_evidence([first, second])
    assert (pooled.forename, pooled.date_of_birth) == ("Ruby", date(2011, 5, 9))
    assert pooled.aliases == ("Roo Hartwell",)
    assert pooled.phones == ("07700 900123",)
    assert pool_evidence([first]) == first
    with pytest.raises(ValueError, match="at least one notice"):
        pool_evidence([])
