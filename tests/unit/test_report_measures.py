"""The monthly measures: what counts where, pending apart, as at an instant, and the same as an independent oracle."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missing_coord.domain.errors import DomainError
from missing_coord.domain.population import Population
from missing_coord.reporting.facts import DutyFact, EpisodeFact
from missing_coord.reporting.follow_up import ActionFact, ClosedFact, FollowUp, RecordFact
from missing_coord.reporting.html import render_html
from missing_coord.reporting.known import known_at
from missing_coord.reporting.measures import Measure
from missing_coord.reporting.monthly import Report, report_of
from missing_coord.reporting.periods import month_of
from tests.builders.reporting import (
    CLOSED_STATES,
    OPEN_STATES,
    RETURN,
    a_duty_fact,
    an_episode_fact,
    hours,
    oracle,
)

OCTOBER = month_of("2026-10")
LOOKED_AFTER = [f"C{number}" for number in range(100)]
LATER = datetime(2026, 11, 20, tzinfo=UTC)


def report(
    *,
    episodes: list[EpisodeFact] | None = None,
    duties: list[DutyFact] | None = None,
    as_at: datetime = LATER,
) -> Report:
    """Return the October report of these facts."""
    known = known_at(as_at, episodes=episodes or [], duties=duties or [], looked_after=LOOKED_AFTER)
    return report_of(OCTOBER, known)


def figures(**facts: Any) -> dict[str, tuple[int, int | None, int | None]]:
    """Return (numerator, denominator, pending) of every measure by its key."""
    measures: list[Measure] = [each for group in report(**facts).groups for each in group.measures]
    return {each.key: (each.numerator, each.denominator, each.pending) for each in measures}


def test_a_month_is_london_time_and_so_begins_an_hour_before_midnight_utc_in_summer() -> None:
    assert OCTOBER.starts_at == datetime(2026, 9, 30, 23, 0, tzinfo=UTC)
    assert OCTOBER.ends_at == datetime(2026, 11, 1, 0, 0, tzinfo=UTC)
    assert month_of("2026-12").ends_at == datetime(2027, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("value", ["2026-13", "October", "2026-1", "", "2026-10-01"])
def test_a_month_that_cannot_be_read_is_refused_with_the_right_form(value: str) -> None:
    with pytest.raises(DomainError, match="2026-10"):
        month_of(value)


def test_episodes_count_by_their_start_and_interviews_by_the_return() -> None:
    started = an_episode_fact(started_at=OCTOBER.ends_at - hours(1))
    returned_in_november = a_duty_fact(returned_at=OCTOBER.ends_at)
    found = figures(episodes=[started], duties=[returned_in_november])
    assert found["incidents"] == (1, None, None)
    assert found["eligible"] == (0, None, None)


def test_children_and_incidents_are_counted_apart() -> None:
    found = figures(episodes=[an_episode_fact(n, child_id="C1") for n in range(30)])
    assert (found["children_missing"][0], found["incidents"][0]) == (1, 30)
    assert found["looked_after_missing"] == (1, 100, None)


def test_still_within_72_hours_is_pending_and_not_a_failure() -> None:
    duties = [a_duty_fact(1), a_duty_fact(2, held_at=RETURN + hours(3), state="completed")]
    found = figures(duties=duties, as_at=RETURN + hours(72))
    assert found["completed"] == (1, 1, 1)
    assert found["completed_72_of_eligible"] == (1, 1, 1)
    assert figures(duties=[a_duty_fact(1)], as_at=RETURN + hours(72.001))["completed"] == (0, 1, 0)


def test_within_72_hours_is_stated_on_both_bases() -> None:
    duties = [
        a_duty_fact(1, held_at=RETURN + hours(72), state="completed"),
        a_duty_fact(2, held_at=RETURN + hours(73), state="completed"),
        a_duty_fact(3),
        a_duty_fact(4, held_at=RETURN - hours(1), state="completed"),
    ]
    found = figures(duties=duties)
    assert found["completed_72_of_completed"] == (2, 3, None)
    assert found["completed_72_of_eligible"] == (2, 4, 0)


def test_a_decision_that_none_is_required_is_a_line_of_its_own_and_stays_in_the_base() -> None:
    decided = a_duty_fact(1, resolved_at=RETURN + hours(2), state="not_required_manager_decision")
    found = figures(duties=[decided, a_duty_fact(2, held_at=RETURN + hours(2), state="completed")])
    assert found["outcome_not_required_manager_decision"] == (1, 2, None)
    assert found["completed"] == (1, 2, 0)


def test_declined_by_child_and_by_parent_are_two_lines() -> None:
    duties = [
        a_duty_fact(n, resolved_at=RETURN + hours(2), state=state)
        for n, state in enumerate(("declined_by_child", "declined_by_child", "declined_by_parent"))
    ]
    found = figures(duties=duties)
    assert (found["outcome_declined_by_child"][0], found["outcome_declined_by_parent"][0]) == (2, 1)


def test_children_of_other_authorities_are_in_no_figure_of_our_own() -> None:
    other = {"population": Population.OTHER_AUTHORITY}
    found = figures(episodes=[an_episode_fact(**other)], duties=[a_duty_fact(**other)])
    own = {key: value for key, value in found.items() if not key.startswith("other_authority_")}
    assert {value[0] for key, value in own.items() if key != "looked_after"} == {0}
    assert found["other_authority_incidents"][0] == found["other_authority_eligible"][0] == 1


def test_what_was_written_down_later_was_not_known_then() -> None:
    late = a_duty_fact(
        1,
        offered_at=RETURN + hours(1),
        offer_recorded_at=RETURN + hours(100),
        held_at=RETURN + hours(2),
        resolved_at=RETURN + hours(101),
        state="completed",
    )
    then = figures(duties=[late], as_at=RETURN + hours(99))
    assert (then["offered"], then["completed"]) == ((0, 1, 0), (0, 1, 0))
    assert figures(duties=[late])["completed_72_of_completed"] == (1, 1, None)


def test_what_the_police_told_later_was_not_known_then() -> None:
    told_late = an_episode_fact(told_at=LATER)
    assert figures(episodes=[told_late], as_at=RETURN + hours(9))["incidents"][0] == 0
    ended_late = a_duty_fact(told_ended_at=LATER)
    assert figures(duties=[ended_late], as_at=RETURN + hours(9))["eligible"][0] == 0


def test_who_held_them_adds_up_to_all_that_were_held() -> None:
    teams = ("in_house", "commissioned", "spot_purchase", "", "retired_team")
    duties = [a_duty_fact(n, held_at=RETURN, state="completed", team=team) for n, team in enumerate(teams)]
    found = figures(duties=duties)
    assert found["team_in_house"] == (1, 5, None)
    assert found["team_unknown"] == (2, 5, None)


POPULATIONS = st.sampled_from(list(Population))
MOMENTS = st.integers(-40 * 24, 70 * 24).map(lambda n: RETURN + hours(n))
DELAYS = st.integers(-20, 200)


@st.composite
def random_duty(draw: st.DrawFn, number: int = 0) -> DutyFact:
    """Return a duty with any history, late entries included."""
    returned = draw(MOMENTS)
    values: dict[str, Any] = {
        "returned_at": returned,
        "population": draw(POPULATIONS),
        "child_id": draw(CHILDREN),
    }
    values["told_ended_at"] = returned + hours(draw(st.integers(0, 300)))
    if draw(st.booleans()):
        values["offered_at"] = returned + hours(draw(DELAYS))
        values["offer_recorded_at"] = values["offered_at"] + hours(draw(st.integers(0, 60)))
    values["state"] = draw(st.sampled_from(OPEN_STATES))
    if draw(st.booleans()):
        values["state"] = draw(st.sampled_from(CLOSED_STATES))
        values["resolved_at"] = returned + hours(draw(st.integers(0, 300)))
        if values["state"] == "completed":
            values["held_at"] = returned + hours(draw(DELAYS))
    return a_duty_fact(number, **{"resolved_at": None, **values})


CHILDREN = st.integers(1, 6).map(lambda n: f"C{n}")
EPISODES = st.lists(
    st.builds(
        lambda start, lag, kind, population, child: an_episode_fact(
            started_at=start, told_at=start + hours(lag), kind=kind, population=population, child_id=child
        ),
        MOMENTS,
        st.integers(0, 400),
        st.sampled_from("MMA"),
        POPULATIONS,
        CHILDREN,
    ),
    max_size=25,
)


@given(EPISODES, st.lists(random_duty(), max_size=30), st.integers(1, 60 * 24))
def test_every_figure_is_that_of_an_independent_count(
    episodes: list[EpisodeFact], duties: list[DutyFact], after: int
) -> None:
    as_at = OCTOBER.starts_at + hours(after)
    found = figures(episodes=episodes, duties=duties, as_at=as_at)
    expected = oracle(
        [asdict(each) for each in episodes],
        [asdict(each) for each in duties],
        month=(OCTOBER.starts_at, OCTOBER.ends_at),
        as_at=as_at,
    )
    for key, (numerator, denominator, pending) in expected.items():
        base = 100 if denominator == -1 else denominator
        assert found[key] == (numerator, base, pending), key
    outcomes = [value[0] for key, value in found.items() if key.startswith("outcome_")]
    assert sum(outcomes) == found["eligible"][0]
    places = ("home", "care_in_area", "care_out_of_area")
    assert sum(found[f"{place}_eligible"][0] for place in places) == found["eligible"][0]
    assert sum(found[f"{place}_completed_72"][0] for place in places) == found["completed_72_of_eligible"][0]


def test_a_theme_is_compared_with_earlier_months_and_a_rise_beyond_chance_is_said() -> None:
    def told(number: int, at: datetime, push: tuple[str, ...]) -> RecordFact:
        return RecordFact(
            interview_id=f"I{number}",
            child_id=f"C{number}",
            others=False,
            held_at=at,
            push=push,
        )

    earlier = [
        told(n, RETURN - timedelta(days=n), ("bullying",) if n % 10 == 0 else ()) for n in range(30, 300)
    ]
    now = [told(1000 + n, RETURN + hours(n), ("bullying",) if n % 2 else ()) for n in range(40)]
    first = an_episode_fact(started_at=RETURN - timedelta(days=500))
    known = known_at(LATER, episodes=[first], duties=[], follow_up=FollowUp(records=(*earlier, *now)))
    found = report_of(OCTOBER, known)
    (theme,) = [each for each in found.trends if each.key == "push_bullying"]
    assert (theme.points[-1].numerator, theme.points[-1].denominator) == (20, 40)
    assert theme.verdict == "higher than chance explains"
    assert theme.name == "Went away from: bullying"
    page = render_html(found)
    assert "Went away from: bullying<small>higher than chance explains</small>" in page
    assert "What children went away from" in page


def test_a_reason_that_is_new_on_the_list_is_not_called_a_rise() -> None:
    def told(number: int, days: int, lists: str, push: tuple[str, ...]) -> RecordFact:
        at = RETURN - timedelta(days=days)
        return RecordFact(
            interview_id=f"I{number}", child_id="C", others=False, held_at=at, lists_version=lists, push=push
        )

    before = [told(n, n, "2026-1", ("school",)) for n in range(30, 400)]
    since = [told(1000 + n, 0, "2027-1", ("gaming", "school")[n % 2 :]) for n in range(40)]
    first = an_episode_fact(started_at=RETURN - timedelta(days=500))
    known = known_at(LATER, episodes=[first], duties=[], follow_up=FollowUp(records=(*before, *since)))
    found = {each.key: each for each in report_of(OCTOBER, known).trends}
    new, old = found["push_gaming"], found["push_school"]
    assert [each.denominator for each in new.points] == [0] * (len(new.points) - 1) + [40]
    assert new.verdict == "too little to compare with"
    assert old.points[0].denominator


def test_only_the_newest_audit_of_a_closing_counts_and_grades_add_up() -> None:
    closed = tuple(
        ClosedFact(
            interview_id=f"I{n}",
            others=False,
            closed_at=RETURN,
            grade=("good", "inadequate", "")[n % 3],
            returned=n % 3 == 1,
            first_audited_at=RETURN + hours(n) if n % 3 < 2 else None,
        )
        for n in range(9)
    )
    known = known_at(LATER, episodes=[], duties=[], follow_up=FollowUp(closed=closed))
    found = {each.key: each for group in report_of(OCTOBER, known).groups for each in group.measures}
    assert (found["audit_due"].numerator, found["audited"].numerator) == (9, 6)
    assert (found["grade_good"].numerator, found["grade_inadequate"].numerator) == (3, 3)
    assert found["audit_returned"].numerator == 3
    assert (found["audit_wait"].numerator, found["audit_wait"].denominator) == (3, 6)


def test_an_action_is_due_at_the_end_of_its_london_day() -> None:
    due = date(2026, 10, 24)

    def action(closed_at: datetime | None) -> ActionFact:
        return ActionFact(
            interview_id="I1",
            others=False,
            opened_at=RETURN,
            due_on=due,
            state="open" if closed_at is None else "done",
            closed_at=closed_at,
        )

    last = datetime(2026, 10, 24, 22, 59, tzinfo=UTC)
    actions = (action(last), action(last + timedelta(minutes=1)), action(None))
    known = known_at(LATER, episodes=[], duties=[], follow_up=FollowUp(actions=actions))
    found = {each.key: each for group in report_of(OCTOBER, known).groups for each in group.measures}
    assert (found["actions"].numerator, found["actions_done"].numerator) == (3, 2)
    assert (found["actions_in_time"].numerator, found["actions_overdue"].numerator) == (1, 1)
