"""The sensors over one child and over places: each fires once for a crossing and says what it saw."""

from __future__ import annotations

from datetime import date

from missing_coord.linking.hot_spots import hot_spot_proposals
from missing_coord.linking.policy import DEFAULT_PATTERN_POLICY
from missing_coord.linking.proposals import EpisodeSpan, PatternKind, Proposal
from missing_coord.linking.sensors import ChildHistory, Sign, sensor_proposals, signs_in
from tests.builders.linking import a_naming, an_episode, at, on_days

NOW = at(80)


def raised(
    kind: PatternKind, *episodes: EpisodeSpan, born: date | None = None, signs: tuple[Sign, ...] = ()
) -> list[Proposal]:
    """Return what one sensor raises of one child's history."""
    history = ChildHistory(child_id="C1", episodes=episodes, born_on=born, signs=signs)
    return [
        each
        for each in sensor_proposals(history, policy=DEFAULT_PATTERN_POLICY, now=NOW)
        if each.kind is kind
    ]


def sign(kind: str, day: float, episode: str = "E1") -> Sign:
    """Return a sign told about an episode."""
    return Sign(kind=kind, episode_id=episode, incident_id="I1", said=f"{kind} said", at=at(day))


def test_five_episodes_in_a_fortnight_after_a_quiet_past_are_raised_once_however_long_the_run_goes_on() -> (
    None
):
    found = raised(PatternKind.QUICKENING, *on_days([5, 60, 63, 65, 68, 70, 72, 74]))
    assert [each.detail["episodes"] for each in found] == [7]


def test_a_child_who_goes_on_as_often_as_ever_is_raised_once_at_the_start_of_it() -> None:
    (found,) = raised(PatternKind.QUICKENING, *on_days(list(range(1, 79, 2))))
    assert found.detail["crossed_at"] == at(8).isoformat()


def test_the_first_night_away_after_three_evenings_is_a_change_and_the_second_is_not() -> None:
    evenings = [an_episode(f"E{n}", start=at(n), hours=2) for n in (1, 2, 3)]
    nights = [an_episode(f"E{n}", start=at(n), hours=12) for n in (4, 5)]
    (found,) = raised(PatternKind.CHANGED_PATTERN, *evenings, *nights)
    assert found.detail["changes"] == ["first_night_away"]
    assert {each.episode_id for each in found.evidence} == {"E4"}


def test_an_episode_much_longer_than_any_before_is_a_change() -> None:
    nights = [an_episode(f"E{n}", start=at(n * 2), hours=11) for n in (1, 2, 3)]
    (found,) = raised(PatternKind.CHANGED_PATTERN, *nights, an_episode("E9", start=at(20), hours=50))
    assert found.detail["changes"] == ["much_longer"]


def test_a_child_under_13_is_raised_for_the_second_episode_or_for_a_night_away() -> None:
    born = date(2014, 6, 1)
    assert raised(PatternKind.UNDER_13, an_episode(hours=2), born=born) == []
    assert len(raised(PatternKind.UNDER_13, an_episode(hours=12), born=born)) == 1
    assert len(raised(PatternKind.UNDER_13, *on_days([1, 9, 12]), born=born)) == 1
    assert raised(PatternKind.UNDER_13, *on_days([1, 9, 12]), born=date(2010, 6, 1)) == []


def test_two_different_signs_within_the_window_are_raised_with_the_words() -> None:
    one, other = sign("second_phone", 1), sign("county_lines", 9)
    assert raised(PatternKind.EXPLOITATION_SIGNS, an_episode(), signs=(one, one)) == []
    (found,) = raised(PatternKind.EXPLOITATION_SIGNS, an_episode(), signs=(one, other))
    assert {each.said for each in found.evidence if each.said} == {"second_phone said", "county_lines said"}


def test_signs_are_read_from_the_words() -> None:
    rules = DEFAULT_PATTERN_POLICY.sensors
    assert signs_in("Came back with a second phone and unexplained money.", rules) == [
        "money_or_gifts",
        "second_phone",
    ]
    assert signs_in("Left after a disagreement.", rules) == []


def test_a_place_named_for_more_than_ten_children_in_a_month_is_a_hot_spot_whose_counts_agree() -> None:
    namings = [a_naming(f"C{n}", kind="place", value="alder basin", day=n) for n in range(1, 12)]
    (found,) = hot_spot_proposals(namings, own={}, policy=DEFAULT_PATTERN_POLICY, now=NOW)
    assert (found.detail["children"], found.detail["episodes"]) == (11, 11)
    assert sum(found.detail["by_hours"]) == sum(found.detail["by_weekday"]) == 11  # type: ignore[call-overload]
    assert hot_spot_proposals(namings[1:], own={}, policy=DEFAULT_PATTERN_POLICY, now=NOW) == []
