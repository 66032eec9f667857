"""What the peers are told: an instance without pins in whole minutes, and their answer made into a plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from missing_coord.planning.construct import deadline_order, routes_for
from missing_coord.planning.describe import describe_plan
from missing_coord.planning.plan import Plan
from missing_coord.planning.problem import COST_UNIT, MINUTE, Problem
from missing_coord.planning.routes import PlanState, timetable

Orders = list[list[int]]
"""The interviews of each route, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """An interview to be visited in time; `worth` is what that saves, in minutes of travel."""

    interview: int
    opens: int
    closes: int
    minutes: int
    worth: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """The stops, the routes that can still be driven, and minutes of travel between interviews and bases."""

    problem: Problem
    stops: tuple[Stop, ...]
    routes: tuple[int, ...]
    minutes: list[list[int]]
    origin: int

    def hours(self, route: int) -> tuple[int, int]:
        """Return the minutes from `origin` between which a route is driven."""
        stretch = self.problem.routes[route]
        return max(
            stretch.start, self.problem.now
        ) // MINUTE - self.origin, stretch.end // MINUTE - self.origin


def network_of(problem: Problem) -> Network:
    """Return the instance in minutes from the first moment at which anybody can drive."""
    origin = problem.now // MINUTE
    points = len(problem.ready) + len(problem.instance.workers)
    stops = []
    for i, ready in enumerate(problem.ready):
        closes = min(problem.last[i], problem.due[i] - problem.length[i]) // MINUTE - origin
        opens = ready // MINUTE - origin
        if opens <= closes:
            length, worth = problem.length[i] // MINUTE, problem.penalty[i] // COST_UNIT
            stops.append(Stop(interview=i, opens=opens, closes=closes, minutes=length, worth=worth))
    return Network(
        problem=problem,
        stops=tuple(stops),
        routes=tuple(n for n, route in enumerate(problem.routes) if route.end > problem.now),
        minutes=[[leg // MINUTE for leg in problem.travel.row(point)] for point in range(points)],
        origin=origin,
    )


def completed(problem: Problem, orders: Orders, *, seconds: float) -> Plan:
    """Return the peer's routes as a plan: what breaks a rule is taken out, what is left is put in, late or not."""
    state = PlanState(problem)
    for route, order in enumerate(orders):
        _take_over(state, route, order)
    absent = [i for i, route in enumerate(state.route_of) if route < 0]
    for i in deadline_order(problem, absent):
        opening = state.best(i, routes_for(problem, i))
        if opening is not None:
            state.place(i, opening)
    return describe_plan(state, {}, seconds=seconds)


def _take_over(state: PlanState, route: int, order: Sequence[int]) -> None:
    problem, kept = state.problem, list[int]()
    for i in order:
        may = problem.routes[route].worker in problem.allowed[i] and state.route_of[i] < 0
        if may and state.has_room(route) and timetable(problem, route, [*kept, i]) is not None:
            kept.append(i)
            state.set_order(route, kept)
