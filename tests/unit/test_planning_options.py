"""Every planned visit names the next two workers who could go, and why each other one does not."""

from __future__ import annotations

from typing import Any

from missing_coord.planning.instance import parse_instance
from missing_coord.planning.plan import Visit
from missing_coord.planning.solve import solve
from tests.builders.planning import at, instance_with

JSON = dict[str, Any]


def visits(source: JSON) -> dict[str, Visit]:
    return {each.interview: each for each in solve(parse_instance(source), seconds=0).visits}


def test_each_other_worker_is_passed_over_with_the_reason_that_decided() -> None:
    soon = {"start": at(0, 9, 30).isoformat(), "end": at(0, 17).isoformat()}
    source = instance_with(
        workers=[
            {"skills": ["somali"]},
            {"skills": ["somali"], "base": [10_000, 0]},
            {},
            {"skills": ["somali"]},
            {"skills": ["somali"], "shifts": []},
            {"skills": ["somali"], "capacity": 0},
            {"skills": ["somali"], "shifts": [soon]},
            {"skills": ["somali"], "base": [900_000, 0]},
        ],
        interviews=[{"skills": ["somali"], "excluded_workers": ["w4"], "due": at(0, 10, 25).isoformat()}],
    )
    visit = visits(source)["i1"]
    assert visit.worker == "w1"
    assert visit.passed_over == {
        "w2": "would add 40 min to the plan",
        "w3": "does not have the skill somali",
        "w4": "excluded for this child",
        "w5": "no shift in the time allowed",
        "w6": "the week's capacity is used up",
        "w7": "could only come 5 min after it is due",
        "w8": "no gap in the time allowed, travel included",
    }
    assert [each.worker for each in visit.next_options] == ["w2", "w7"]
    assert visit.next_options[0].start == at(0, 9, 20)
    assert visit.next_options[1].late_minutes == 5


def test_a_preferred_worker_who_can_come_is_the_reason_against_the_others() -> None:
    source = instance_with(workers=[{}, {"base": [500, 0]}], interviews=[{"preferred_worker": "w2"}])
    assert visits(source)["i1"].passed_over == {"w1": "the preferred worker can come"}


def test_a_worker_who_would_make_another_child_late_is_passed_over_for_that() -> None:
    due = at(0, 10).isoformat()
    first, second = {"due": due, "priority": 5}, {"due": due, "excluded_workers": ["w1"]}
    made = visits(instance_with(workers=[{}, {}], interviews=[first, second]))
    assert (made["i1"].worker, made["i2"].worker) == ("w1", "w2")
    assert made["i1"].passed_over == {"w2": "another child would be seen after the deadline"}


def test_an_agreed_visit_is_not_weighed_against_others() -> None:
    pin = {"interview": "i1", "worker": "w1", "start": at(0, 10).isoformat()}
    made = visits(instance_with(workers=[{}, {}], interviews=[{}], pinned=[pin]))
    assert made["i1"].passed_over == {}
