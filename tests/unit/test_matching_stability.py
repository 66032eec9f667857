"""Whatever the order of the register, the notices or the keys, and however often asked, a decision stays the same."""

from __future__ import annotations

from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from missing_coord.matching.candidates import select_candidates
from missing_coord.matching.decide import MatchDecision
from missing_coord.matching.evaluate import RegisterMatcher
from missing_coord.matching.evidence import PersonEvidence, RegisterChild, pool_evidence
from tests.builders.match_desk import Desk, Town
from tests.builders.match_errors import NoticeMaker, RegisterMaker

SIZE = 240
SEEDS = st.integers(min_value=50_000, max_value=50_003)
HITS = st.dictionaries(
    st.text("abcdef", min_size=1, max_size=4),
    st.lists(st.integers(min_value=0, max_value=30), max_size=12, unique=True),
    max_size=12,
)


@cache
def world(seed: int) -> tuple[list[RegisterChild], list[PersonEvidence]]:
    if seed % 2:
        children = RegisterMaker(seed).register(SIZE)
        return children, [each.evidence for each in NoticeMaker(seed, children).notices(25)]
    children = Town(seed).register(SIZE)
    return children, [each.evidence for each in Desk(seed, children).notices(25)]


@cache
def decided(seed: int) -> list[MatchDecision]:
    children, notices = world(seed)
    matcher = RegisterMatcher(children)
    return [matcher.decide(notice) for notice in notices]


@settings(max_examples=12, deadline=None)
@given(seed=SEEDS, shuffle=st.randoms(use_true_random=False))
def test_the_order_of_the_register_and_of_the_notices_changes_no_decision(seed: int, shuffle: object) -> None:
    children, notices = world(seed)
    turned, places = list(children), list(range(len(notices)))
    shuffle.shuffle(turned)  # type: ignore[attr-defined]
    shuffle.shuffle(places)  # type: ignore[attr-defined]
    matcher = RegisterMatcher(turned)
    for place in places:
        assert matcher.decide(notices[place]) == decided(seed)[place]


@settings(max_examples=8, deadline=None)
@given(seed=SEEDS, times=st.integers(min_value=2, max_value=4))
def test_the_same_notice_several_times_over_is_decided_as_once(seed: int, times: int) -> None:
    children, notices = world(seed)
    matcher = RegisterMatcher(children)
    for notice, once in zip(notices, decided(seed), strict=True):
        assert matcher.decide(notice) == once
        assert matcher.decide(pool_evidence([notice] * times)) == once


@given(hits=HITS, shuffle=st.randoms(use_true_random=False), limit=st.integers(min_value=1, max_value=12))
def test_the_order_of_keys_and_of_children_under_them_changes_no_choice(
    hits: dict[str, list[int]], shuffle: object, limit: int
) -> None:
    keys = list(hits)
    shuffle.shuffle(keys)  # type: ignore[attr-defined]
    turned = {key: shuffle.sample(hits[key], len(hits[key])) for key in keys}  # type: ignore[attr-defined]
    chosen = select_candidates(hits, limit=limit)
    assert select_candidates(turned, limit=limit) == chosen
    assert len(chosen) <= limit
    assert set(chosen) <= {child for children in hits.values() for child in children}
    assert bool(chosen) == any(hits.values())
