"""`plan solve`: what a plan keeps, what it prefers, and what it says when something does not fit."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from missing_coord.planning.instance import parse_instance
from missing_coord.planning.solve import solve
from tests.builders.plan_checker import violations
from tests.builders.plan_instances import hostile_instance, instance_of
from tests.builders.planning import at, instance_with

HUNDREDS = int(os.environ.get("PLAN_HUNDREDS", "7"))


def stopwatch(calls: int) -> Callable[[], float]:
    """Return a clock on which a given number of looks is one second."""
    looks = count()
    return lambda: next(looks) / calls


def solved(source: dict[str, Any], *, seconds: float = 2, looks: int = 20) -> dict[str, Any]:
    plan = solve(parse_instance(source), seconds=seconds, monotonic=stopwatch(looks)).to_json()
    assert violations(source, plan) == []
    return plan


def visit(plan: dict[str, Any], interview: str) -> dict[str, Any]:
    (found,) = [each for each in plan["visits"] if each["interview"] == interview]
    return dict(found)


def unplanned(plan: dict[str, Any], interview: str) -> dict[str, Any]:
    (found,) = [each for each in plan["unplanned"] if each["interview"] == interview]
    return dict(found)


@pytest.mark.parametrize("hundred", range(HUNDREDS))
def test_hundreds_of_hostile_instances_get_only_feasible_plans(hundred: int) -> None:
    for seed in range(100 * hundred, 100 * hundred + 100):
        solved(hostile_instance(seed), seconds=0.5)


@pytest.mark.parametrize("fifty", range(HUNDREDS))
def test_many_ordinary_instances_get_only_feasible_plans(fifty: int) -> None:
    for seed in range(50 * fifty, 50 * fifty + 50):
        few = 1 + seed % 15
        solved(instance_of(seed, interviews=5 + seed % 40, workers=1 + seed % 8, capacity=few), seconds=0.5)


def test_one_interview_starts_as_soon_as_the_worker_can_be_there() -> None:
    plan = solved(instance_with(workers=[{}], interviews=[{"place": [10_000, 0]}]))
    planned = visit(plan, "i1")
    assert planned["travel_minutes"] == 20  # 10 km x 1.3 at 39 km/h is exactly 20 minutes
    assert planned["start"] == at(0, 9, 20).isoformat()
    assert plan["score"]["travel_minutes"] == 40


def test_the_earlier_deadline_gets_the_only_gap() -> None:
    shift = {"start": at(0, 9).isoformat(), "end": at(0, 10).isoformat()}
    late, soon = at(2, 8).isoformat(), at(0, 10).isoformat()
    source = instance_with(workers=[{"shifts": [shift]}], interviews=[{"due": late}, {"due": soon}])
    plan = solved(source, seconds=0)
    assert visit(plan, "i2")["late_minutes"] == 0
    assert "full" in unplanned(plan, "i1")["reason"]


def test_a_higher_priority_is_kept_in_time_when_only_one_can_be() -> None:
    due = at(0, 10).isoformat()
    plan = solved(instance_with(workers=[{}], interviews=[{"due": due}, {"due": due, "priority": 5}]))
    assert visit(plan, "i2")["late_minutes"] == 0
    assert visit(plan, "i1")["late_minutes"] == 60


def test_late_is_better_than_never_and_says_how_late() -> None:
    plan = solved(instance_with(workers=[{}], interviews=[{"due": at(0, 9, 30).isoformat()}]))
    assert visit(plan, "i1")["late_minutes"] == 30
    assert "ends 30 min after it is due" in visit(plan, "i1")["reasons"]


def test_after_latest_nothing_is_planned_and_the_first_free_start_is_named() -> None:
    plan = solved(instance_with(workers=[{}], interviews=[{"latest": at(0, 9, 30).isoformat()}]))
    assert plan["visits"] == []
    assert unplanned(plan, "i1")["earliest_possible"] == at(0, 9).isoformat()


def test_waiting_costs_nothing_unless_the_instance_says_so() -> None:
    shifts = [{"start": at(day, 9).isoformat(), "end": at(day, 17).isoformat()} for day in (0, 1)]
    near = {"base": [0, 0], "shifts": shifts[1:]}
    far = {"base": [26_000, 0], "shifts": shifts[:1]}
    source = instance_with(workers=[near, far], interviews=[{"place": [0, 0]}])
    assert visit(solved(source), "i1")["worker"] == "w1"
    hurried = solved({**source, "waiting_cost": 6})
    assert visit(hurried, "i1")["worker"] == "w2"
    waited = timedelta(hours=1) + timedelta(minutes=visit(hurried, "i1")["travel_minutes"])
    assert hurried["score"]["cost"] == 2 * 52 + 6 * (waited / timedelta(hours=1))


def test_a_worker_with_capacity_two_makes_two_visits_a_week() -> None:
    plan = solved(instance_with(workers=[{"capacity": 2}], interviews=[{}, {}, {}]))
    assert len(plan["visits"]) == 2
    assert "capacity" in plan["unplanned"][0]["reason"]


def test_capacity_begins_anew_at_london_midnight_on_monday() -> None:
    """On Monday 29 March 2027 London is an hour ahead of UTC: its week begins on Sunday at 23:00 UTC."""
    sunday = datetime(2027, 3, 28, 20, 0, tzinfo=UTC)
    shift = {"start": sunday.isoformat(), "end": (sunday + timedelta(hours=6)).isoformat()}
    asked = {"earliest": sunday.isoformat(), "due": (sunday + timedelta(days=3)).isoformat()}
    source = instance_with(workers=[{"shifts": [shift], "capacity": 1}], interviews=[asked, asked, asked])
    plan = solved({**source, "now": sunday.isoformat()})
    starts = sorted(each["start"] for each in plan["visits"])
    assert len(starts) == 1, "the second visit would follow at once, still in the first week"
    later = {**asked, "earliest": (sunday + timedelta(hours=3)).isoformat()}
    source = instance_with(workers=[{"shifts": [shift], "capacity": 1}], interviews=[asked, later, asked])
    plan = solved({**source, "now": sunday.isoformat()})
    starts = sorted(each["start"] for each in plan["visits"])
    assert starts == ["2027-03-28T20:00:00+00:00", "2027-03-28T23:00:00+00:00"]


def test_an_excluded_worker_and_one_without_the_skills_are_never_sent() -> None:
    plan = solved(
        instance_with(
            workers=[{"skills": ["somali"]}, {}, {"skills": ["somali"], "base": [20_000, 0]}],
            interviews=[{"skills": ["somali"], "excluded_workers": ["w1"]}],
        )
    )
    assert visit(plan, "i1")["worker"] == "w3"


def test_the_preferred_worker_goes_although_another_is_a_little_nearer() -> None:
    source = instance_with(
        workers=[{}, {"base": [2_000, 0]}], interviews=[{"preferred_worker": "w2", "place": [500, 0]}]
    )
    planned = visit(solved(source), "i1")
    assert planned["worker"] == "w2"
    assert "the preferred worker" in planned["reasons"]


def test_a_pinned_visit_stays_to_the_second_and_others_go_around_it() -> None:
    start = at(0, 9, 7) + timedelta(seconds=13)
    pin = {"interview": "i1", "worker": "w1", "start": start.isoformat()}
    plan = solved(instance_with(workers=[{}], interviews=[{}, {}], pinned=[pin]))
    assert visit(plan, "i1")["start"] == start.isoformat()
    assert visit(plan, "i2")["start"] >= visit(plan, "i1")["end"]


def test_a_visit_that_has_begun_stays_and_the_next_follows_it() -> None:
    pin = {"interview": "i1", "worker": "w1", "start": at(0, 9).isoformat()}
    source = instance_with(workers=[{}], interviews=[{}, {}], pinned=[pin])
    source["now"] = at(0, 9, 30).isoformat()
    assert visit(solved(source), "i2")["start"] == at(0, 10).isoformat()


@pytest.mark.parametrize(
    ("pin", "interview", "words"),
    [
        ({"start": at(0, 20).isoformat()}, {}, "outside the worker's shifts"),
        ({"start": at(0, 9).isoformat()}, {"excluded_workers": ["w1"]}, "excluded"),
        ({"start": at(0, 9).isoformat()}, {"skills": ["somali"]}, "skills"),
        ({"start": at(0, 9).isoformat()}, {"earliest": at(0, 10).isoformat()}, "before the earliest"),
        ({"start": at(0, 9).isoformat()}, {"latest": at(0, 9, 30).isoformat()}, "after the latest"),
        ({"start": at(0, 9).isoformat()}, {"place": [10_000, 0]}, "cannot travel"),
    ],
)
def test_a_pin_that_cannot_be_kept_is_reported_and_not_moved(
    pin: dict[str, Any], interview: dict[str, Any], words: str
) -> None:
    pinned = [{"interview": "i1", "worker": "w1", **pin}]
    plan = solved(instance_with(workers=[{}], interviews=[interview], pinned=pinned))
    assert words in unplanned(plan, "i1")["reason"]


def test_the_same_instance_gives_the_same_plan() -> None:
    source = instance_of(7, interviews=25, workers=4)
    first, second = (solved(source, looks=50) for _ in range(2))
    assert first["visits"] == second["visits"]


def test_improvement_stops_when_time_is_up_and_never_makes_a_plan_worse() -> None:
    source = instance_of(3, interviews=40, workers=6, hours=5, days=2)
    costs = [solved(source, seconds=s)["score"]["cost"] for s in (0, 1, 2, 20)]
    assert costs == sorted(costs, reverse=True)
    assert costs[-1] < costs[0]


def test_of_two_overlapping_shifts_the_time_belongs_to_the_first() -> None:
    shifts = [
        {"start": at(0, 9).isoformat(), "end": at(0, 12).isoformat()},
        {"start": at(0, 9).isoformat(), "end": at(0, 12).isoformat()},
    ]
    plan = solved(instance_with(workers=[{"shifts": shifts}], interviews=[{}] * 4))
    assert len(plan["visits"]) == 3


def test_without_workers_every_interview_is_unplanned_with_a_reason() -> None:
    plan = solved(instance_with(workers=[], interviews=[{}, {}]))
    assert [each["reason"] for each in plan["unplanned"]] == ["there are no workers"] * 2
