"""The flat lists of the search agree with the exact rules: costs, times, what an insertion adds, undoing."""

from __future__ import annotations

from random import Random

import pytest

from missing_coord.planning.construct import deadline_order, place_pins
from missing_coord.planning.improve import Search
from missing_coord.planning.insertion import Inserter
from missing_coord.planning.instance import parse_instance
from missing_coord.planning.problem import Problem, Weights, compile_instance
from missing_coord.planning.routes import PlanState
from missing_coord.planning.tours import SCALE, Tours
from missing_coord.planning.travel import travel_minutes, travel_minutes_to_each
from tests.builders.plan_instances import hostile_instance, instance_of

MIXED = [hostile_instance(seed) for seed in range(25)] + [
    instance_of(seed, interviews=45, workers=4, hours=5) for seed in range(3)
]
MIXED += [{**MIXED[number], "waiting_cost": 3.5} for number in (*range(0, 25, 3), 25, 26)]


def begun(source: object) -> tuple[Problem, PlanState, Tours, list[int]]:
    problem = compile_instance(parse_instance(source), Weights())
    state = PlanState(problem)
    place_pins(state)
    tours = Tours(problem)
    tours.load([table.order for table in state.routes])
    return problem, state, tours, [i for i, fixed in enumerate(problem.fixed) if not fixed]


def check_same(tours: Tours, state: PlanState) -> None:
    for route, order in enumerate(tours.seq):
        state.set_order(route, order)
    assert tours.cost == SCALE * state.cost
    assert tours.left == state.left
    for table in state.routes:
        assert [tours.start[i] for i in table.order] == list(table.starts)
        assert [tours.limit[i] for i in table.order] == list(table.limits)


@pytest.mark.parametrize("number", range(len(MIXED)))
def test_after_a_search_costs_times_and_capacity_are_those_of_the_exact_rules(number: int) -> None:
    problem, state, tours, movable = begun(MIXED[number])
    run = Search(tours, movable)
    run.construct(deadline_order(problem, movable))
    before = tours.cost
    looks = iter(range(1000))
    run.run(lambda: next(looks) / 20)
    assert tours.cost <= before
    check_same(tours, state)


@pytest.mark.parametrize("number", range(len(MIXED)))
def test_an_insertion_costs_what_was_foretold_and_nothing_cheaper_exists(number: int) -> None:
    problem, state, tours, movable = begun(MIXED[number])
    inserter = Inserter(tours, Random(0))
    for i in deadline_order(problem, movable):
        best, after = inserter.scan(i, range(len(tours.seq)))
        routes = [r for r, route in enumerate(problem.routes) if route.worker in problem.allowed[i]]
        exact = state.best(i, routes)
        assert (after < 0) == (exact is None or exact.cost >= 0)
        if after >= 0 and exact is not None:
            assert best == SCALE * exact.cost
            before = tours.cost
            state.set_order(route := tours.insert(i, after), tours.seq[route])
            assert tours.cost == before + best


@pytest.mark.parametrize("speed", [1, 33.3, 39, 40, 200])
def test_travel_to_many_places_is_travel_to_each(speed: float) -> None:
    random = Random(0)
    whole = [(float(east), 0.0) for east in range(0, 60_000, 500)]
    odd = [(random.uniform(-9e6, 9e6), random.uniform(-9e6, 9e6)) for _ in range(300)]
    for start in (whole[0], odd[0]):
        told = travel_minutes_to_each(start, [*whole, *odd], speed)
        assert told == [travel_minutes(start, end, speed) for end in (*whole, *odd)]


@pytest.mark.parametrize("interviews", [12, 45])
def test_what_is_near_an_interview_is_listed_nearest_first_without_itself(interviews: int) -> None:
    _, _, tours, _ = begun(instance_of(1, interviews=interviews, workers=3))
    for i, near in enumerate(Inserter(tours, Random(0)).near):
        assert i not in near
        assert [tours.rows[i][j] for j in near] == sorted(tours.rows[i][j] for j in near)
        assert len(near) == min(interviews - 1, 40)
