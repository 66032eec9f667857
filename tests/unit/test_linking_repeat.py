"""Repeat missing and long missing: windows, their edges, and firing once for each crossing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missing_coord.domain.london import LONDON
from missing_coord.linking.policy import DEFAULT_PATTERN_POLICY, LongRule, RepeatRule
from missing_coord.linking.proposals import EpisodeSpan
from missing_coord.linking.repeat import crossings, lasts_too_long, repeat_proposals
from tests.builders.linking import an_episode, at, on_days

THREE_IN_90 = RepeatRule(name="3_in_90_days", times=3, days=90)


def crossed(episodes: list[EpisodeSpan], rule: RepeatRule = THREE_IN_90) -> list[str]:
    """Return the episodes with which the threshold was crossed."""
    return [each.at.episode_id for each in crossings(episodes, rule)]


def test_third_episode_on_day_90_crosses() -> None:
    assert crossed(on_days([1, 40, 90])) == ["E3"]


def test_third_episode_on_day_91_does_not_cross() -> None:
    assert crossed(on_days([1, 40, 91])) == []


def test_day_90_is_a_london_day_and_not_a_number_of_hours() -> None:
    late = datetime(2026, 1, 1, 23, 59, tzinfo=LONDON)
    early = datetime(2026, 4, 1, 0, 1, tzinfo=LONDON)
    assert (early.date() - late.date()).days == 90
    episodes = [an_episode("E1", start=late), an_episode("E2", start=late + timedelta(days=9))]
    assert crossed([*episodes, an_episode("E3", start=early)]) == []
    assert crossed([*episodes, an_episode("E3", start=early - timedelta(minutes=2))]) == ["E3"]


def test_it_fires_once_while_the_count_stays_up() -> None:
    (crossing,) = crossings(on_days([1, 2, 3, 4, 5]), THREE_IN_90)
    assert [each.episode_id for each in crossing.window] == ["E1", "E2", "E3"]
    assert [each.episode_id for each in crossing.later] == ["E4", "E5"]


def test_it_fires_again_after_the_count_fell_below() -> None:
    assert crossed(on_days([1, 2, 3, 100, 101, 102])) == ["E3", "E6"]


def test_one_more_day_is_enough_for_the_count_to_fall_below() -> None:
    assert crossed(on_days([1, 45, 90, 91])) == ["E3", "E4"]
    assert crossed(on_days([1, 45, 89, 90])) == ["E3"]


def test_away_episodes_count_only_when_the_rule_says_so() -> None:
    mixed = [*on_days([1, 2]), an_episode("E3", start=at(2), kind="A")]
    both = RepeatRule(name="with_away", times=3, days=90, kinds=frozenset({"M", "A"}))
    assert crossed(mixed) == []
    assert crossed(mixed, both) == ["E3"]


@given(st.lists(st.integers(0, 400), max_size=25), st.integers(2, 5), st.integers(1, 100))
def test_crossings_are_those_of_a_day_by_day_count(days: list[int], times: int, window: int) -> None:
    """Walk through every day and every start, and watch an armed alarm, as a person would."""
    rule = RepeatRule(name="any", times=times, days=window)
    noon = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
    starts = sorted(days)
    expected, armed = 0, True
    for today in range(402):
        begun_before = [day for day in starts if today - window < day < today]
        armed = armed or len(begun_before) < times
        for count in range(len(begun_before) + 1, len(begun_before) + starts.count(today) + 1):
            if armed and count >= times:
                expected, armed = expected + 1, False
    episodes = [an_episode(f"E{n:03}", start=noon + timedelta(days=day)) for n, day in enumerate(starts)]
    assert len(crossings(episodes, rule)) == expected


def test_exactly_24_hours_is_not_more_than_24_hours() -> None:
    rule = LongRule(name="over_24_hours", hours=24)
    assert not lasts_too_long(an_episode(hours=24), rule, at(9))
    assert lasts_too_long(an_episode(hours=24.001), rule, at(9))


def test_an_open_episode_becomes_long_as_time_passes() -> None:
    rule = LongRule(name="over_24_hours", hours=24)
    assert not lasts_too_long(an_episode(hours=None), rule, at(1))
    assert lasts_too_long(an_episode(hours=None), rule, at(1, hours=1))


def test_a_proposal_carries_its_threshold_its_episodes_and_no_words() -> None:
    (in_90,) = repeat_proposals("C1", on_days([1, 30, 60]), policy=DEFAULT_PATTERN_POLICY, now=at(65))
    assert in_90.key == "repeat:3_in_90_days:C1:E3"
    assert (in_90.detail["times"], in_90.detail["days"], in_90.detail["kinds"]) == (3, 90, ["M"])
    assert {each.episode_id for each in in_90.evidence} == {"E1", "E2", "E3"}
    assert in_90.rule_version == DEFAULT_PATTERN_POLICY.version


def test_a_run_that_crosses_several_rules_is_raised_once_by_the_hardest_of_them() -> None:
    rules = [
        [
            each.detail["rule"]
            for each in repeat_proposals("C1", on_days(days), policy=DEFAULT_PATTERN_POLICY, now=at(70))
        ]
        for days in ([1, 30, 60], [1, 10, 20], [1, 4, 8, 12, 16, 20])
    ]
    assert rules == [["3_in_90_days"], ["3_in_30_days"], ["6_in_30_days"]]


def test_a_crossing_of_long_ago_is_history_and_not_news() -> None:
    proposals = repeat_proposals("C1", on_days([1, 2, 3]), policy=DEFAULT_PATTERN_POLICY, now=at(400))
    assert {each.news for each in proposals} == {False}


def test_a_rule_that_could_never_make_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 2 times"):
        RepeatRule(name="always", times=1, days=90)
