"""Solves an instance: pins, insertion by earliest deadline, improvement until time is up, reasons."""

from __future__ import annotations

import time
from collections.abc import Callable

from missing_coord.planning.construct import insert_by_deadline, place_pins
from missing_coord.planning.describe import describe_plan
from missing_coord.planning.improve import improve
from missing_coord.planning.instance import Instance
from missing_coord.planning.plan import Plan
from missing_coord.planning.problem import Weights, compile_instance
from missing_coord.planning.routes import PlanState

DEFAULT_SECONDS = 5.0


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
    movable = [i for i, fixed in enumerate(problem.fixed) if not fixed]
    insert_by_deadline(state, movable)
    if seconds > 0:
        improve(state, movable, lambda: monotonic() - began >= seconds)
    return describe_plan(state, wrong_pins, seconds=round(monotonic() - began, 3))
