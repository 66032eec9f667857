"""The beginning of a plan: agreed visits as they are, and the order in which the others are asked."""

from __future__ import annotations

from missing_coord.planning.instance import Pin
from missing_coord.planning.problem import Problem, seconds
from missing_coord.planning.routes import PlanState


def place_pins(state: PlanState) -> dict[int, str]:
    """Put every feasible pin in its place, earliest first; return what is wrong with the others."""
    instance = state.problem.instance
    number = {item.id: place for place, item in enumerate(instance.interviews)}
    wrong = {}
    for pin in sorted(instance.pinned, key=lambda each: (each.start, each.interview)):
        reason = _place_pin(state, number[pin.interview], pin)
        if reason:
            wrong[number[pin.interview]] = reason
    return wrong


def deadline_order(problem: Problem, interviews: list[int]) -> list[int]:
    """Return interviews by due time, then by priority, then by id."""
    items = problem.instance.interviews
    return sorted(interviews, key=lambda i: (problem.due[i], -items[i].priority, items[i].id))


def routes_for(problem: Problem, interview: int) -> list[int]:
    """Return the routes of the workers who may see this child."""
    allowed = problem.allowed[interview]
    return [number for number, route in enumerate(problem.routes) if route.worker in allowed]


def _place_pin(state: PlanState, i: int, pin: Pin) -> str | None:
    problem = state.problem
    item = problem.instance.interviews[i]
    worker = next(n for n, each in enumerate(problem.instance.workers) if each.id == pin.worker)
    start, end = problem.ready[i], problem.ready[i] + problem.length[i]
    if worker not in problem.allowed[i]:
        excluded = pin.worker in item.excluded_workers
        return "the worker is excluded" if excluded else "the worker does not have the skills"
    if item.earliest is not None and pin.start < item.earliest:
        return "it starts before the earliest time"
    if item.latest is not None and end > seconds(item.latest):
        return "it ends after the latest time"
    return _take(state, i, worker, start, end)


def _take(state: PlanState, i: int, worker: int, start: int, end: int) -> str | None:
    routes = state.problem.routes
    inside = [n for n, r in enumerate(routes) if r.worker == worker and r.start <= start and end <= r.end]
    if not inside:
        return "it lies outside the worker's shifts"
    if not state.has_room(inside[0]):
        return "the worker's capacity for that week is used up by agreed visits"
    opening = state.best(i, inside)
    if opening is None:
        return "the worker cannot travel to it and back in time, other agreed visits included"
    state.place(i, opening)
    return None
