"""PyVRP on the same instance: optional clients with prizes, one vehicle for each shift."""

from __future__ import annotations

from time import process_time
from typing import Any

from missing_coord.planning.problem import COST_UNIT, Problem
from tests.benchmarks.planning_network import Network, Orders, network_of

FAR = 2_000_000


def solve_with_pyvrp(problem: Problem, *, seconds: float, seed: int) -> tuple[Orders, float]:
    """Return routes and the CPU seconds of the search; building the model is not counted."""
    import pyvrp

    network = network_of(problem)
    data = _data(pyvrp, network)
    began = process_time()
    found = pyvrp.solve(
        data, lambda _: process_time() - began >= seconds, seed=seed, display=False, collect_stats=False
    )
    spent = process_time() - began
    orders: Orders = [[] for _ in problem.routes]
    for route in found.best.routes():
        clients = [each.idx for each in route.schedule() if each.is_client()]
        orders[network.routes[route.vehicle_type()]] = [network.stops[each].interview for each in clients]
    return orders, spent


def _data(pyvrp: Any, network: Network) -> Any:
    problem, interviews = network.problem, len(network.problem.ready)
    workers = len(problem.instance.workers)
    clients = [
        pyvrp.Client(
            stop.interview,
            service_duration=stop.minutes,
            tw_early=stop.opens,
            tw_late=stop.closes,
            prize=stop.worth,
            required=False,
        )
        for stop in network.stops
    ]
    vehicles = []
    for route in network.routes:
        worker, (start, end) = problem.routes[route].worker, network.hours(route)
        vehicles.append(
            pyvrp.VehicleType(
                1, start_depot=worker, end_depot=worker, tw_early=start, tw_late=end, profile=worker
            )
        )
    distances, duration = _profiles(network)
    return pyvrp.ProblemData(
        [pyvrp.Location(0, 0) for _ in range(interviews + workers)],
        clients,
        [pyvrp.Depot(interviews + worker) for worker in range(workers)],
        vehicles,
        distances,
        [duration] * workers,
    )


def _profiles(network: Network) -> tuple[list[Any], Any]:
    """Return distances for each worker: travel, a wish not met as a detour, a child not allowed as far away."""
    import numpy

    problem, distances = network.problem, []
    travel = numpy.array(network.minutes, dtype=numpy.int64)
    for worker in range(len(problem.instance.workers)):
        extra = numpy.zeros(len(travel), dtype=numpy.int64)
        for i, allowed in enumerate(problem.allowed):
            extra[i] = problem.stranger(i, worker) // COST_UNIT if worker in allowed else FAR
        distance = travel + extra[None, :]
        numpy.fill_diagonal(distance, 0)
        distances.append(distance)
    return distances, travel
