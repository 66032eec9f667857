"""Relaxation bounds: no plan has more interviews in time, and none is cheaper."""

from __future__ import annotations

from missing_coord.planning.problem import COST_UNIT, MINUTE, Problem

LARGEST_PROGRAM = 50_000


def on_time_bound(problem: Problem, *, worth: list[int]) -> float:
    """Return the most `worth` of interviews that can be in time: a linear program over shifts and deadlines.

    An interview may be split over shifts; each share costs its length and the shortest leg that leads to it.
    Where the program would be too large the answer is that all could be in time.
    """
    if len(worth) * len(problem.routes) > LARGEST_PROGRAM:
        return float(sum(worth))
    from ortools.linear_solver import pywraplp

    solver = pywraplp.Solver.CreateSolver("GLOP")
    shares: dict[tuple[int, int], object] = {}
    spent = [problem.length[i] + min(_legs(problem, i), default=0) for i in range(len(worth))]
    for r, route in enumerate(problem.routes):
        start = max(route.start, problem.now)
        mine = [i for i, allowed in enumerate(problem.allowed) if route.worker in allowed]
        for i in mine:
            if max(start, problem.ready[i]) + problem.length[i] <= min(route.end, problem.due[i]):
                shares[i, r] = solver.NumVar(0, 1, "")
        here = [i for i in mine if (i, r) in shares]
        for end in sorted({min(problem.due[i], route.end) for i in here}):
            early = [i for i in here if min(problem.due[i], route.end) <= end]
            solver.Add(sum(spent[i] * shares[i, r] for i in early) <= end - start)  # type: ignore[operator, misc]
    for i in range(len(worth)):
        mine = [r for r in range(len(problem.routes)) if (i, r) in shares]
        if mine:
            solver.Add(sum(shares[i, r] for r in mine) <= 1)  # type: ignore[misc]
    solver.Maximize(sum(worth[i] * share for (i, _), share in shares.items()))  # type: ignore[operator, misc]
    if solver.Solve() != pywraplp.Solver.OPTIMAL:
        raise AssertionError("the linear program has no answer")
    return float(solver.Objective().Value())


def cost_bound(problem: Problem) -> float:
    """Return minutes that no plan undercuts: lateness as above, and a way into and out of each visit.

    The ways are a minimum-cost flow: shifts and times are dropped, visits may form rings without a base.
    """
    late_once = [each // COST_UNIT for each in problem.late_once]
    late = sum(late_once) - on_time_bound(problem, worth=late_once)
    return late + _ways_in_and_out(problem)


def _legs(problem: Problem, i: int) -> list[int]:
    return [leg for there, leg in enumerate(problem.travel.row(i)) if there != i]


def _ways_in_and_out(problem: Problem) -> float:
    import numpy
    from ortools.graph.python import min_cost_flow

    interviews, workers = len(problem.ready), len(problem.instance.workers)
    points = interviews + workers
    shifts = [sum(route.worker == worker for route in problem.routes) for worker in range(workers)]
    arcs = [(interviews + w, points + interviews + w, most, 0) for w, most in enumerate(shifts)]
    for a in range(interviews):
        row = [leg // MINUTE for leg in problem.travel.row(a)]
        arcs += [(a, points + b, 1, row[b]) for b in range(interviews) if a != b]
        arcs.append((a, points + a, 1, (problem.penalty[a] - problem.late_once[a]) // COST_UNIT))
        for base in (interviews + w for w in problem.allowed[a]):
            arcs += [(a, points + base, 1, row[base]), (base, points + a, 1, row[base])]
    flow = min_cost_flow.SimpleMinCostFlow()
    flow.add_arcs_with_capacity_and_unit_cost(*numpy.array(arcs, dtype=numpy.int64).T)
    for number, amount in enumerate([1] * interviews + shifts):
        flow.set_node_supply(number, amount)
        flow.set_node_supply(points + number, -amount)
    if flow.solve() != flow.OPTIMAL:
        raise AssertionError("the relaxation has no answer")
    return float(flow.optimal_cost())
