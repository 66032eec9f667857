"""A re-plan around a plan in force: it moves little, keeps every rule, and says what moving saved."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import Any

import pytest

from missing_coord.planning.fields import InstanceError
from missing_coord.planning.instance import Pin, parse_instance, parse_visits
from missing_coord.planning.replan import Replanned, replan
from missing_coord.planning.solve import solve
from tests.builders.plan_checker import violations
from tests.builders.plan_instances import instance_of
from tests.builders.planning import at, instance_with

JSON = dict[str, Any]


def in_force(source: JSON) -> list[Pin]:
    plan = solve(parse_instance(source), seconds=0)
    return [Pin(interview=v.interview, worker=v.worker, start=v.start) for v in plan.visits]


def replanned(source: JSON, current: list[Pin]) -> Replanned:
    looks = count()
    made = replan(parse_instance(source), current, monotonic=lambda: next(looks) / 40)
    assert violations(source, made.plan.to_json()) == []
    return made


@pytest.mark.parametrize("seed", range(12))
def test_a_new_return_moves_at_most_one_in_twenty_visits(seed: int) -> None:
    busy = instance_of(seed, interviews=60, workers=8, hours=4)
    *told, new = busy["interviews"]
    current = in_force({**busy, "interviews": told})
    now = datetime.fromisoformat(busy["now"])
    new["due"] = now.replace(hour=12).isoformat()
    assert len(replanned(busy, current).moved) <= 0.05 * len(current)


def test_a_new_return_that_fits_moves_nobody() -> None:
    source = instance_with(workers=[{}, {}], interviews=[{}] * 6)
    current = in_force({**source, "interviews": source["interviews"][:5]})
    made = replanned(source, current)
    assert made.moved == ()
    assert made.gain == 0
    assert len(made.plan.visits) == 6


def test_one_visit_moves_when_that_keeps_a_new_return_in_time_and_the_gain_is_told() -> None:
    new = {"due": at(0, 10).isoformat()}
    long = [{"start": at(0, 9).isoformat(), "end": at(0, 18).isoformat()}]
    source = instance_with(workers=[{"shifts": long}] * 3, interviews=[{}] * 24 + [new])
    current = in_force({**source, "interviews": source["interviews"][:24]})
    assert sum(pin.start == at(0, 9) for pin in current) == 3, "every nine o'clock is taken"
    made = replanned(source, current)
    (visit,) = [each for each in made.plan.visits if each.interview == "i25"]
    assert visit.late_minutes == 0
    assert len(made.moved) == 1
    assert made.gain > 0


def test_the_visits_of_a_worker_who_is_away_now_are_planned_anew_and_the_others_stay() -> None:
    source = instance_with(workers=[{}, {}], interviews=[{}] * 4)
    current = in_force(source)
    gone = {pin.interview for pin in current if pin.worker == "w1"}
    source["workers"][0]["shifts"] = []
    made = replanned(source, current)
    assert set(made.impossible) == gone
    assert made.moved == ()
    assert {visit.worker for visit in made.plan.visits} == {"w2"}
    assert len(made.plan.visits) == 4


def test_a_visit_of_an_interview_that_is_gone_is_named_and_nothing_is_planned_for_it() -> None:
    source = instance_with(workers=[{}], interviews=[{}, {}])
    current = [*in_force(source), Pin(interview="i9", worker="w1", start=at(1, 9))]
    made = replanned(source, current)
    assert made.gone == ("i9",)
    assert {visit.interview for visit in made.plan.visits} == {"i1", "i2"}


def test_a_visit_by_a_worker_who_is_gone_is_planned_anew_and_said_to_be_impossible() -> None:
    source = instance_with(workers=[{}, {}], interviews=[{}])
    (pin,) = in_force(source)
    left = {**source, "workers": [each for each in source["workers"] if each["id"] != pin.worker]}
    made = replanned(left, [pin])
    assert made.impossible == ("i1",)
    assert [visit.worker for visit in made.plan.visits] == [source["workers"][1]["id"]]


def test_a_plan_in_force_that_names_an_interview_twice_is_refused() -> None:
    visit = {"interview": "i1", "worker": "w1", "start": at(0, 9).isoformat()}
    with pytest.raises(InstanceError, match=r"visits\[1\].interview: is in visits\[0\] too"):
        parse_visits({"visits": [visit, visit]})
