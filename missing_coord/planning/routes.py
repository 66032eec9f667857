"""The plan under construction: the visits on every route, their times, and where one more would fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from missing_coord.planning.problem import COST_UNIT, MINUTE, Problem


class Opening(NamedTuple):
    """A place where a visit fits: what it costs, when it starts, on which route, before which stop."""

    cost: int
    start: int
    route: int
    position: int


class Window(NamedTuple):
    """When a visit may start, in seconds; one that is agreed starts at `ready` exactly."""

    ready: int
    last: int
    agreed: bool = False


class Timetable(NamedTuple):
    """One route with its visits in order; `limits` are the last starts that keep the rest feasible.

    `first_week` counts the visits that start before the shift passes into another ISO week.
    """

    order: tuple[int, ...]
    starts: tuple[int, ...]
    limits: tuple[int, ...]
    cost: int
    first_week: int


EMPTY = Timetable((), (), (), 0, 0)


def timetable(problem: Problem, route: int, order: Sequence[int]) -> Timetable | None:
    """Work out the earliest times of a route in this order; None when it cannot be driven."""
    stretch, row = problem.routes[route], problem.travel.row
    free, here, travel, cost = stretch.start, stretch.base, 0, 0
    starts = []
    for i in order:
        leg = row(here)[problem.point[i]]
        start = problem.ready[i]
        if not problem.fixed[i]:
            start = max(start, max(free, problem.now) + leg)
        if start > problem.last[i] or free + leg > start:
            return None
        starts.append(start)
        free, here = start + problem.length[i], problem.point[i]
        travel += leg
        cost += problem.time_cost(i, free) + problem.stranger(i, stretch.worker) - problem.penalty[i]
    home = row(here)[stretch.base]
    if free + home > stretch.end:
        return None
    travel_cost = (travel + home) // MINUTE * COST_UNIT
    first_week = sum(start < stretch.turn for start in starts)
    limits = _limits(problem, route, order)
    return Timetable(tuple(order), tuple(starts), limits, cost + travel_cost, first_week)


def _limits(problem: Problem, route: int, order: Sequence[int]) -> tuple[int, ...]:
    stretch, row = problem.routes[route], problem.travel.row
    limit, there = stretch.end, stretch.base
    limits = []
    for i in reversed(order):
        point = problem.point[i]
        limit = min(problem.last[i], limit - row(point)[there] - problem.length[i])
        there = point
        limits.append(limit)
    return tuple(reversed(limits))


class PlanState:
    """The routes as they stand, and the visits that each worker has left in each week."""

    def __init__(self, problem: Problem) -> None:
        """Start with empty routes."""
        self.problem = problem
        self.routes: list[Timetable] = [EMPTY] * len(problem.routes)
        self.route_of: list[int] = [-1] * len(problem.ready)
        self.left: list[int] = list(problem.rooms)
        self.cost: int = sum(problem.penalty)

    def _put(self, route: int, table: Timetable) -> None:
        """Replace one route; visits that it no longer holds have none until another route takes them."""
        old = self.routes[route]
        for i in old.order:
            if self.route_of[i] == route:
                self.route_of[i] = -1
        for i in table.order:
            self.route_of[i] = route
        stretch, first = self.problem.routes[route], old.first_week - table.first_week
        self.left[stretch.room] += first
        self.left[stretch.next_room] += len(old.order) - len(table.order) - first
        self.cost += table.cost - old.cost
        self.routes[route] = table

    def place(self, interview: int, opening: Opening) -> None:
        """Put a visit into its opening, which must come from the state as it is now."""
        order = self.routes[opening.route].order
        self.set_order(opening.route, (*order[: opening.position], interview, *order[opening.position :]))

    def set_order(self, route: int, order: Sequence[int]) -> None:
        """Give a route its visits in this order; raises ValueError when it cannot be driven."""
        table = timetable(self.problem, route, order) if order else EMPTY
        if table is None:
            raise ValueError(f"route {route} cannot be driven in this order")
        self._put(route, table)

    def best(self, interview: int, routes: Iterable[int]) -> Opening | None:
        """Return the cheapest opening among `routes`, the earliest of equals; None when it fits nowhere."""
        problem = self.problem
        window = Window(problem.ready[interview], problem.last[interview], problem.fixed[interview])
        found = (opening for r in routes for opening in self.openings(interview, r, window))
        return min(found, default=None)

    def openings(self, interview: int, route: int, window: Window) -> list[Opening]:
        """Return each place on a route where the visit can start in `window` and all others stay feasible."""
        problem, table, stretch = self.problem, self.routes[route], self.problem.routes[route]
        ready, last, agreed = window
        if stretch.end < ready or stretch.start > last or not self.has_room(route):
            return []
        length, row = problem.length[interview], problem.travel.row(problem.point[interview])
        rest = problem.stranger(interview, stretch.worker) - problem.penalty[interview]
        count, found = len(table.order), []
        free, here = stretch.start, stretch.base
        for position in range(count + 1):
            start = ready if agreed else max(ready, max(free, problem.now) + row[here])
            if free > last:
                break
            at_end = position == count
            there = stretch.base if at_end else problem.point[table.order[position]]
            onward = start + length + row[there]
            fits = start <= last and free + row[here] <= start
            if fits and onward <= (stretch.end if at_end else table.limits[position]):
                detour = (row[here] + row[there] - problem.travel.row(here)[there]) // MINUTE * COST_UNIT
                cost = detour + rest + problem.time_cost(interview, start + length)
                cost += 0 if at_end else self._delay(table, position, onward)
                found.append(Opening(cost, start, route, position))
            if not at_end:
                free, here = table.starts[position] + problem.length[table.order[position]], there
        crosses = stretch.end > stretch.turn
        return [each for each in found if self._within_capacity(interview, each)] if crosses else found

    def has_room(self, route: int) -> bool:
        """Say whether the worker has capacity left in an ISO week that this route touches."""
        stretch = self.problem.routes[route]
        crosses = stretch.end > stretch.turn
        return self.left[stretch.room] > 0 or (crosses and self.left[stretch.next_room] > 0)

    def _within_capacity(self, interview: int, opening: Opening) -> bool:
        """Say whether a shift over two ISO weeks keeps both within capacity when this opening is taken."""
        problem, table, stretch = self.problem, self.routes[opening.route], self.problem.routes[opening.route]
        first = int(opening.start < stretch.turn)
        if opening.position < len(table.order):
            there = problem.point[table.order[opening.position]]
            onward = opening.start + problem.length[interview]
            onward += problem.travel.row(problem.point[interview])[there]
            pushed = self._pushed(table, opening.position, onward)
            first -= sum(old < stretch.turn <= new for _, old, new in pushed)
        return self.left[stretch.room] >= first and self.left[stretch.next_room] >= 1 - first

    def _delay(self, table: Timetable, position: int, arrival: int) -> int:
        """Return what it costs that the visits from `position` on start later, the first at `arrival`."""
        problem, cost = self.problem, 0
        for i, old, new in self._pushed(table, position, arrival):
            length = problem.length[i]
            cost += problem.time_cost(i, new + length) - problem.time_cost(i, old + length)
        return cost

    def _pushed(self, table: Timetable, position: int, arrival: int) -> Iterator[tuple[int, int, int]]:
        """Yield interview, old and new start of each visit that moves when the first is at `arrival`."""
        problem = self.problem
        for place in range(position, len(table.order)):
            i, old = table.order[place], table.starts[place]
            if arrival <= old:
                return
            yield i, old, arrival
            if place + 1 < len(table.order):
                row = problem.travel.row(problem.point[i])
                arrival += problem.length[i] + row[problem.point[table.order[place + 1]]]
