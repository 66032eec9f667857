"""The judge of plans must itself find what is wrong: each test spoils a good plan in one way."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from missing_coord.planning.instance import parse_instance
from missing_coord.planning.solve import solve
from tests.builders.plan_checker import violations
from tests.builders.planning import at, instance_with

INSTANCE = instance_with(
    workers=[{"capacity": 2}, {"base": [30_000, 0]}],
    interviews=[
        {"place": [5_000, 0], "excluded_workers": ["w2"]},
        {"place": [9_000, 0], "excluded_workers": ["w2"]},
        {"place": [31_000, 0], "latest": at(0, 12).isoformat()},
    ],
    pinned=[{"interview": "i1", "worker": "w1", "start": at(0, 10).isoformat()}],
)


def moved(text: str, **by: float) -> str:
    return (datetime.fromisoformat(text) + timedelta(**by)).isoformat()


def shift_visit(interview: str, **by: float) -> Callable[[dict[str, Any]], None]:
    def spoil(plan: dict[str, Any]) -> None:
        for visit in plan["visits"]:
            if visit["interview"] == interview:
                visit["start"], visit["end"] = moved(visit["start"], **by), moved(visit["end"], **by)

    return spoil


def give_to(interview: str, worker: str) -> Callable[[dict[str, Any]], None]:
    def spoil(plan: dict[str, Any]) -> None:
        for visit in plan["visits"]:
            if visit["interview"] == interview:
                visit["worker"] = worker

    return spoil


SPOILERS: dict[str, Callable[[dict[str, Any]], None]] = {
    "pin moved": shift_visit("i1", minutes=1),
    "cannot be reached in time": shift_visit("i2", minutes=-20),
    "after latest": shift_visit("i3", hours=3),
    "outside the shifts": shift_visit("i3", hours=9),
    "in the past": shift_visit("i3", days=-1),
    "excluded worker": give_to("i2", "w2"),
    "visits in week": give_to("i3", "w1"),
    "neither planned nor unplanned": lambda plan: plan["visits"].pop(),
    "answered 2 times": lambda plan: plan["visits"].append(plan["visits"][0]),
    "late minutes": lambda plan: plan["visits"][0].update(late_minutes=1),
    "travel minutes": lambda plan: plan["visits"][0].update(travel_minutes=0),
    "score.planned": lambda plan: plan["score"].update(planned=9),
}


@pytest.mark.parametrize("wrong", SPOILERS)
def test_a_spoiled_plan_is_found_out(wrong: str) -> None:
    good = solve(parse_instance(INSTANCE), seconds=1).to_json()
    assert violations(INSTANCE, good) == []
    bad: dict[str, Any] = copy.deepcopy(good)
    SPOILERS[wrong](bad)
    assert any(wrong in each for each in violations(INSTANCE, bad))


def test_a_route_that_comes_home_after_the_shift_is_found_out() -> None:
    good = solve(parse_instance(INSTANCE), seconds=1).to_json()
    shorter = copy.deepcopy(INSTANCE)
    end = max(visit["end"] for visit in good["visits"] if visit["worker"] == "w1")  # type: ignore[attr-defined]
    shorter["workers"][0]["shifts"][0]["end"] = moved(end, minutes=1)
    assert any("after the shift" in each for each in violations(shorter, good))
