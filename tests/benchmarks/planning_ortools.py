"""OR-Tools routing on the same instance: optional visits with penalties, one vehicle for each shift."""

from __future__ import annotations

import math
from collections import defaultdict
from time import process_time
from typing import Any

from missing_coord.planning.problem import COST_UNIT, Problem
from tests.benchmarks.planning_network import Network, Orders, network_of

LONGEST = 100_000
LONGEST_WAIT = 3
"""The search ends after so many times its CPU seconds on the wall clock: its first plan looks at no other limit."""
CALLS_BETWEEN_LOOKS = 50


def solve_with_ortools(problem: Problem, *, seconds: float) -> tuple[Orders, float]:
    """Return routes and CPU seconds of guided local search from parallel cheapest insertion."""
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    network = network_of(problem)
    count, routes = len(network.stops), network.routes
    bases = [count + problem.routes[r].worker for r in routes]
    manager = pywrapcp.RoutingIndexManager(count + len(problem.instance.workers), len(routes), bases, bases)
    routing = pywrapcp.RoutingModel(manager)
    _add_travel(network, manager, routing)
    _add_wishes(network, routing)
    _add_rules(network, manager, routing)
    _add_capacity(network, routing)
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    first, later = routing_enums_pb2.FirstSolutionStrategy, routing_enums_pb2.LocalSearchMetaheuristic
    parameters.first_solution_strategy = first.PARALLEL_CHEAPEST_INSERTION
    parameters.local_search_metaheuristic = later.GUIDED_LOCAL_SEARCH
    parameters.time_limit.FromSeconds(math.ceil(LONGEST_WAIT * seconds))
    began, calls = process_time(), iter(range(10**12))
    routing.AddSearchMonitor(
        routing.solver().CustomLimit(
            lambda: next(calls) % CALLS_BETWEEN_LOOKS == 0 and process_time() - began >= seconds
        )
    )
    solution = routing.SolveWithParameters(parameters)
    return _orders(network, manager, routing, solution), process_time() - began


def _orders(network: Network, manager: Any, routing: Any, solution: Any) -> Orders:
    orders: Orders = [[] for _ in network.problem.routes]
    for vehicle, route in enumerate(network.routes if solution else ()):
        index = solution.Value(routing.NextVar(routing.Start(vehicle)))
        while not routing.IsEnd(index):
            orders[route].append(network.stops[manager.IndexToNode(index)].interview)
            index = solution.Value(routing.NextVar(index))
    return orders


def _add_travel(network: Network, manager: Any, routing: Any) -> None:
    """Add travel as cost, and time: the length of the visit one leaves plus the travel onward."""
    interviews, bases = len(network.problem.ready), len(network.problem.instance.workers)
    points = [stop.interview for stop in network.stops] + list(range(interviews, interviews + bases))
    travel = [[network.minutes[a][b] for b in points] for a in points]
    length = [stop.minutes for stop in network.stops] + [0] * bases
    routing.SetArcCostEvaluatorOfAllVehicles(routing.RegisterTransitMatrix(travel))
    passing = [[length[a] + leg for leg in row] for a, row in enumerate(travel)]
    routing.AddDimension(routing.RegisterTransitMatrix(passing), LONGEST, LONGEST, False, "time")
    time = routing.GetDimensionOrDie("time")
    for vehicle, route in enumerate(network.routes):
        time.CumulVar(routing.Start(vehicle)).SetRange(*network.hours(route))
        time.CumulVar(routing.End(vehicle)).SetRange(*network.hours(route))
    for number, stop in enumerate(network.stops):
        time.CumulVar(manager.NodeToIndex(number)).SetRange(stop.opens, stop.closes)


def _add_wishes(network: Network, routing: Any) -> None:
    """Add what it costs that another worker than the preferred one goes."""
    problem, evaluators = network.problem, []
    workers = len(problem.instance.workers)
    for worker in range(workers):
        extra = [problem.stranger(stop.interview, worker) // COST_UNIT for stop in network.stops]
        evaluators.append(routing.RegisterUnaryTransitVector(extra + [0] * workers))
    by_vehicle = [evaluators[problem.routes[r].worker] for r in network.routes]
    routing.AddDimensionWithVehicleTransits(by_vehicle, 0, LONGEST, True, "wishes")
    routing.GetDimensionOrDie("wishes").SetSpanCostCoefficientForAllVehicles(1)


def _add_rules(network: Network, manager: Any, routing: Any) -> None:
    """Add who may see whom, and that an interview may be left out at its cost."""
    problem, routes = network.problem, network.routes
    for number, stop in enumerate(network.stops):
        index = manager.NodeToIndex(number)
        routing.AddDisjunction([index], stop.worth)
        vehicles = [
            v for v, r in enumerate(routes) if problem.routes[r].worker in problem.allowed[stop.interview]
        ]
        if len(vehicles) < len(routes):
            routing.VehicleVar(index).SetValues([-1, *vehicles])


def _add_capacity(network: Network, routing: Any) -> None:
    """Add the weekly capacity where the shifts of a week could hold more visits than it allows."""
    problem, by_room = network.problem, defaultdict(list)
    for vehicle, r in enumerate(network.routes):
        by_room[problem.routes[r].room].append(vehicle)
    shortest = min(stop.minutes for stop in network.stops)
    one = routing.RegisterUnaryTransitVector([1] * routing.nodes())
    routing.AddDimension(one, 0, routing.nodes() + 2, True, "visits")
    visits = routing.GetDimensionOrDie("visits")
    for room, vehicles in by_room.items():
        hours = [network.hours(network.routes[v]) for v in vehicles]
        if sum((end - start) // shortest for start, end in hours) > problem.rooms[room]:
            ends = [visits.CumulVar(routing.End(v)) for v in vehicles]
            routing.solver().Add(routing.solver().Sum(ends) <= problem.rooms[room] + len(vehicles))
