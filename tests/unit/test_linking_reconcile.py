"""What is raised, added to, withdrawn, and left as a person decided it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from missing_coord.linking.proposals import Evidence, PatternKind, PatternState, Proposal
from missing_coord.linking.reconcile import KeptPattern, reconcile, stored_detail


def link(*children: str, episodes: Sequence[str] = ("1",), news: bool = True) -> Proposal:
    """Return a proposed link between children with these episodes of each."""
    pieces = {
        Evidence(child_id=child, episode_id=f"{child}-{n}", said="x") for child in children for n in episodes
    }
    return Proposal(
        kind=PatternKind.HOT_SPOT,
        family="hot:1",
        key="hot:1",
        rule_version="t",
        detail={},
        evidence=frozenset(pieces),
        least_children=2,
        news=news,
    )


def crossing(at: str, *later: str) -> Proposal:
    """Return a proposed repeat of one child that crossed with an episode."""
    return Proposal(
        kind=PatternKind.REPEAT_MISSING,
        family="repeat:r:C1",
        key=f"repeat:r:C1:{at}",
        rule_version="t",
        detail={},
        evidence=frozenset(Evidence(child_id="C1", episode_id=each) for each in ("E0", at, *later)),
        anchors=frozenset((at, *later)),
    )


def kept(
    proposal: Proposal, state: PatternState = PatternState.PROPOSED, pattern_id: str = "p1"
) -> KeptPattern:
    """Return a proposal as it is kept."""
    return KeptPattern(
        pattern_id=pattern_id,
        kind=proposal.kind,
        key=proposal.key,
        state=state,
        detail=stored_detail(proposal),
        evidence=proposal.evidence,
    )


def test_what_is_new_is_raised_under_its_key() -> None:
    assert [key for key, _ in reconcile([link("C1", "C2")], []).raised] == ["hot:1"]


def test_what_is_kept_already_changes_nothing() -> None:
    outcome = reconcile([link("C1", "C2")], [kept(link("C1", "C2"))])
    assert (outcome.raised, outcome.renewed, outcome.withdrawn) == ([], [], [])


def test_new_evidence_is_added_to_the_open_proposal() -> None:
    outcome = reconcile([link("C1", "C2", "C3")], [kept(link("C1", "C2"))])
    assert outcome.raised == []
    assert [each.proposal.children for each in outcome.renewed] == [("C1", "C2", "C3")]


@pytest.mark.parametrize("state", [PatternState.REJECTED, PatternState.CONFIRMED])
def test_what_was_decided_is_not_raised_again_for_the_same_evidence(state: PatternState) -> None:
    outcome = reconcile([link("C1", "C2")], [kept(link("C1", "C2"), state)])
    assert (outcome.raised, outcome.renewed, outcome.withdrawn) == ([], [], [])


def test_one_more_naming_by_one_known_child_does_not_reopen_a_rejected_link() -> None:
    more = replace(
        link("C1", "C2"),
        evidence=link("C1", "C2").evidence | {Evidence(child_id="C1", episode_id="C1-2", said="x")},
    )
    assert reconcile([more], [kept(link("C1", "C2"), PatternState.REJECTED)]).raised == []


def test_another_child_raises_a_rejected_link_again_under_a_key_of_its_own() -> None:
    outcome = reconcile([link("C1", "C2", "C3")], [kept(link("C1", "C2"), PatternState.REJECTED)])
    assert [key for key, _ in outcome.raised] == ["hot:1/2"]


def test_evidence_that_stands_by_itself_raises_a_decided_link_again() -> None:
    again = link("C1", "C2", episodes=("1", "2"))
    assert len(reconcile([again], [kept(link("C1", "C2"), PatternState.CONFIRMED)]).raised) == 1


def test_an_undecided_pattern_without_evidence_is_withdrawn_and_a_decided_one_stays() -> None:
    waiting, decided = kept(link("C1", "C2")), kept(crossing("E1"), PatternState.CONFIRMED, "p2")
    assert reconcile([], [waiting, decided]).withdrawn == [waiting]


def test_a_withdrawn_pattern_whose_evidence_comes_back_waits_again() -> None:
    outcome = reconcile([link("C1", "C2")], [kept(link("C1", "C2"), PatternState.WITHDRAWN)])
    assert outcome.raised == []
    assert [each.kept.pattern_id for each in outcome.renewed] == ["p1"]


def test_late_data_that_moves_a_crossing_keeps_the_proposal() -> None:
    outcome = reconcile([crossing("E1", "E2")], [kept(crossing("E2"))])
    assert (outcome.raised, outcome.withdrawn) == ([], [])
    assert [each.key for each in outcome.renewed] == ["repeat:r:C1:E1"]


def test_late_data_that_moves_a_decided_crossing_raises_nothing() -> None:
    assert reconcile([crossing("E1", "E2")], [kept(crossing("E2"), PatternState.REJECTED)]).raised == []


def test_a_second_crossing_is_a_second_proposal() -> None:
    outcome = reconcile([crossing("E1"), crossing("E9")], [kept(crossing("E1"), PatternState.CONFIRMED)])
    assert [key for key, _ in outcome.raised] == ["repeat:r:C1:E9"]


def test_history_is_not_raised_but_holds_up_what_was_raised() -> None:
    old = link("C1", "C2", news=False)
    assert reconcile([old], []).raised == []
    assert reconcile([old], [kept(old)]).withdrawn == []


def group(*children: str, things: Sequence[str] = ("car",)) -> Proposal:
    """Return a proposed group of children, tied by these things."""
    return Proposal(
        kind=PatternKind.LINKED_CHILDREN,
        family="group",
        key=f"group:{'+'.join(children)}",
        rule_version="t",
        detail={"things": list(things)},
        evidence=frozenset(Evidence(child_id=each, episode_id=f"{each}-1", said="x") for each in children),
        alike=frozenset(children),
        least_children=2,
    )


def test_a_group_that_grows_keeps_its_key_and_is_not_raised_again() -> None:
    outcome = reconcile([group("C1", "C2", "C3")], [kept(group("C1", "C2"))])
    assert (outcome.raised, outcome.withdrawn) == ([], [])
    assert [each.key for each in outcome.renewed] == ["group:C1+C2"]


def test_a_group_that_falls_apart_leaves_one_proposal_for_each_part() -> None:
    outcome = reconcile([group("C1", "C2"), group("C3", "C4")], [kept(group("C1", "C2", "C3", "C4"))])
    assert len(outcome.renewed) == 1
    assert [key for key, _ in outcome.raised] == ["group:C3+C4"]


def test_a_confirmed_group_comes_back_for_another_child_only() -> None:
    confirmed = kept(group("C1", "C2"), PatternState.CONFIRMED)
    assert reconcile([group("C1", "C2", things=("car", "phone"))], [confirmed]).raised == []
    assert [key for key, _ in reconcile([group("C1", "C2", "C3")], [confirmed]).raised] == ["group:C1+C2+C3"]


def test_a_rejected_group_comes_back_for_another_thing_that_ties_it() -> None:
    rejected = kept(group("C1", "C2"), PatternState.REJECTED)
    assert reconcile([group("C1", "C2")], [rejected]).raised == []
    again = reconcile([group("C1", "C2", things=("car", "phone"))], [rejected])
    assert [key for key, _ in again.raised] == ["group:C1+C2/2"]


def test_what_was_parked_waits_again_when_new_evidence_comes() -> None:
    parked = kept(group("C1", "C2"), PatternState.PARKED)
    assert reconcile([group("C1", "C2")], [parked]).renewed == []
    assert len(reconcile([group("C1", "C2", "C3")], [parked]).renewed) == 1
