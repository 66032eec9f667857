"""Two workers change shifts with each other: where both can, and never with a visit that is agreed."""

from __future__ import annotations

from random import Random
from typing import Any

from missing_coord.planning.exchange import Exchange
from missing_coord.planning.insertion import Inserter
from missing_coord.planning.instance import parse_instance
from missing_coord.planning.problem import Weights, compile_instance
from missing_coord.planning.tours import SCALE, Tours
from tests.builders.planning import at, instance_with

JSON = dict[str, Any]
WRONG_WAY_ROUND = [[0, 1], [2, 3]]


def crossed(**changes: Any) -> JSON:
    """Return two workers at one place, and four children who each know the one who does not go."""
    asked: list[JSON] = [
        {"preferred_worker": worker, "place": [1000 * n, 0]}
        for n, worker in enumerate(("w2", "w2", "w1", "w1"))
    ]
    asked[0].update(changes)
    return instance_with(workers=[{}, {}], interviews=asked)


def tried(source: JSON) -> Tours:
    problem = compile_instance(parse_instance(source), Weights())
    tours = Tours(problem)
    tours.load(WRONG_WAY_ROUND)
    exchange = Exchange(tours, Inserter(tours, Random(0)), [0, 1, 2, 3], Random(0))
    for _ in range(50):
        if exchange.swap():
            break
    return tours


def test_shifts_go_to_the_workers_whom_the_children_know() -> None:
    tours = tried(crossed())
    assert tours.seq == [[2, 3], [0, 1]]
    before = Tours(tours.problem)
    before.load(WRONG_WAY_ROUND)
    assert before.cost - tours.cost == 4 * SCALE * tours.problem.other_worker


def test_a_worker_whom_a_child_refused_does_not_get_the_shift() -> None:
    assert tried(crossed(excluded_workers=["w2"])).seq == WRONG_WAY_ROUND


def test_a_shift_that_cannot_be_driven_by_the_other_stays() -> None:
    source = crossed()
    source["workers"][1]["shifts"] = [{"start": at(0, 9).isoformat(), "end": at(0, 11).isoformat()}]
    source["interviews"][2]["minutes"] = source["interviews"][3]["minutes"] = 30
    source["interviews"][0]["minutes"] = 90
    assert tried(source).seq == WRONG_WAY_ROUND


def test_an_agreed_visit_stays_with_its_worker() -> None:
    source = crossed()
    source["pinned"] = [{"interview": "i1", "worker": "w1", "start": at(0, 9).isoformat()}]
    source["interviews"][0]["place"] = [0, 0]
    assert tried(source).seq == WRONG_WAY_ROUND
