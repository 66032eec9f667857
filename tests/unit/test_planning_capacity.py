"""Capacity against demand: a replay of past returns obeys every rule, and more staff or hours do what they should."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from random import Random

import pytest

from missing_coord.domain.records import Weekday, WorkingHours
from missing_coord.planning.capacity import Demand, Outcome, simulate
from missing_coord.planning.forecast import forecast, poisson_quantile
from missing_coord.planning.situation import Absence, WorkerSituation
from tests.builders.planning import MONDAY_8AM, WORKING_WEEK, a_worker, an_interview, at

END = at(28, 0)


def returned(number: int, back: datetime, *, missed: int = 0, area: str = "here") -> Demand:
    interview = an_interview(f"i{number}", earliest_at=back, due_at=back + timedelta(hours=72))
    return Demand(interview=interview, area=area, missed=missed)


def replayed(demand: Sequence[Demand], *workers: WorkerSituation) -> Outcome:
    return simulate(demand, workers, start=at(0, 0), end=END)


def a_busy_month(each_day: int) -> list[Demand]:
    random = Random(7)
    days = [at(day, 0) + timedelta(hours=random.uniform(0, 24)) for day in range(28) for _ in range(each_day)]
    return [returned(number, back) for number, back in enumerate(sorted(days))]


def test_a_return_is_seen_three_hours_after_at_the_earliest_in_working_hours() -> None:
    outcome = replayed([returned(1, at(0, 8))], a_worker())
    assert (outcome.in_time, outcome.late, outcome.unseen) == (1, 0, 0)
    assert outcome.median_hours == 4.0, "back at 8, visited from 11 to 12"


def test_a_friday_night_return_with_nobody_on_saturday_is_late_and_counts_where_it_belongs() -> None:
    friday = [returned(1, at(4, 6), area="north"), returned(2, at(4, 6, 30), area="south")]
    weekdays = replayed(friday, a_worker(working_hours=WorkingHours(time(8), time(10))))
    assert (weekdays.in_time, weekdays.late) == (1, 1)
    saturday = a_worker(
        working_days=WORKING_WEEK | {Weekday.SAT}, working_hours=WorkingHours(time(8), time(10))
    )
    assert replayed(friday, saturday).in_time == 2
    assert weekdays.unmet_by_weekday == (0, 0, 0, 0, 1, 0, 0)
    assert sum(weekdays.unmet_by_area.values()) == weekdays.unmet == 1


def test_the_weekly_target_holds_and_a_second_worker_takes_what_is_over() -> None:
    month = a_busy_month(4)
    one, two = replayed(month, a_worker("w1")), replayed(month, a_worker("w1"), a_worker("w2"))
    assert one.visits_possible == 60
    assert one.unmet > 30
    assert two.unmet < one.unmet / 4
    assert two.needed == one.needed == 112


def test_a_child_who_did_not_attend_takes_another_visit_and_is_seen_later() -> None:
    once, twice = (
        replayed([returned(1, at(0, 8))], a_worker()),
        replayed([returned(1, at(0, 8), missed=1)], a_worker()),
    )
    assert (once.visits, twice.visits) == (1, 2)
    assert twice.median_hours is not None
    assert once.median_hours is not None
    assert twice.median_hours >= once.median_hours + 12


def test_absences_and_refusals_of_the_past_count() -> None:
    away = a_worker(absences=(Absence(starts_at=at(0, 0), ends_at=at(7, 0)),))
    assert replayed([returned(1, at(0, 8))], away).late == 1
    refused = returned(1, at(0, 8))
    refused = replace(refused, interview=replace(refused.interview, refused_worker_ids=frozenset({"w1"})))
    assert replayed([refused], a_worker()).unseen == 1


def test_without_workers_nobody_is_seen_and_without_returns_nothing_is_needed() -> None:
    assert replayed([returned(1, at(0, 8))]).unseen == 1
    nothing = replayed([], a_worker())
    assert (nothing.needed, nothing.unmet, nothing.median_hours) == (0, 0, None)


def test_the_same_past_gives_the_same_answer() -> None:
    month = a_busy_month(3)
    assert replayed(month, a_worker()) == replayed(month, a_worker())


def test_the_forecast_is_the_mean_of_each_weekday_and_area() -> None:
    back = [(MONDAY_8AM + timedelta(days=7 * week), "here") for week in range(4)] * 2
    back += [(MONDAY_8AM + timedelta(days=7 * week + 2), "there") for week in range(2)]
    told = forecast(back, until=at(28, 9), weeks=4)
    assert [day.expected for day in told.days] == [2, 0, 0.5, 0, 0, 0, 0]
    assert told.days[0].by_area == {"here": 2, "there": 0}
    assert told.expected == 2.5
    assert told.error is None, "too short a history to try it on"


def test_returns_of_today_and_of_before_the_weeks_count_for_nothing() -> None:
    back = [(at(-1, 23), "here"), (at(28, 8), "here"), (at(27, 23), "here")]
    assert forecast(back, until=at(28, 9), weeks=4).expected == 0.25


def test_a_forecast_is_tried_on_the_last_weeks_and_says_how_far_off_it_was() -> None:
    steady = [(at(7 * week + day, 9), "here") for week in range(10) for day in range(5)]
    told = forecast(steady, until=at(70, 9), weeks=10)
    assert (told.error, told.naive_error) == (0, 0)
    changing = [(at(7 * week, 9), "here") for week in range(10) for _ in range(1 + 6 * (week % 2))]
    told = forecast(changing, until=at(70, 9), weeks=10)
    assert told.error is not None
    assert told.naive_error is not None
    assert 0 < told.error < told.naive_error


@pytest.mark.parametrize(("mean", "low", "high"), [(0, 0, 0), (4, 2, 7), (12.5, 8, 17)])
def test_four_days_in_five_lie_within_the_range(mean: float, low: int, high: int) -> None:
    assert (poisson_quantile(mean, 0.1), poisson_quantile(mean, 0.9)) == (low, high)
