"""Solves an instance: pins, insertion by earliest deadline, ruin and recreate until time is up, reasons."""

from __future__ import annotations

import time
from collections.abc import Callable

from missing_coord.planning.construct import deadline_order, place_pins
from missing_coord.planning.describe import describe_plan
from missing_coord.planning.improve import Search
from missing_coord.planning.instance import Instance
from missing_coord.planning.plan import Plan
from missing_coord.planning.problem import Problem, Weights, compile_instance
from missing_coord.planning.routes import PlanState
from missing_coord.planning.tours import Tours

DEFAULT_SECONDS = 5.0
TELLING = 0.0002
"""Seconds kept back for each interview to put the plan into words."""


def solve(
    instance: Instance,
    *,
    seconds: float = DEFAULT_SECONDS,
    weights: Weights | None = None,
    monotonic: Callable[[], float] = time.monotonic,
) -> Plan:
    """Return a feasible plan; improvement stops `seconds` after the start, 0 is plain earliest deadline."""
    began = monotonic()
    problem = compile_instance(instance, weights or Weights())
    state = PlanState(problem)
    wrong_pins = place_pins(state)
    until = seconds - TELLING * len(problem.ready)
    for route, order in enumerate(search(problem, state, lambda: (monotonic() - began) / max(until, 1e-9))):
        state.set_order(route, order)
    return describe_plan(state, wrong_pins, seconds=round(monotonic() - began, 3))


def search(problem: Problem, agreed: PlanState, progress: Callable[[], float]) -> list[list[int]]:
    """Return the visits of every route; `progress` says which share of the time is used, 1 is all of it."""
    tours = Tours(problem)
    tours.load([table.order for table in agreed.routes])
    movable = [i for i, fixed in enumerate(problem.fixed) if not fixed]
    run = Search(tours, movable)
    run.construct(deadline_order(problem, movable))
    run.run(progress)
    return tours.seq
