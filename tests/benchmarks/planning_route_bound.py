"""A tighter bound on the cost of a large plan: Lagrangian relaxation over routes of limited length.

Each interview gets a price; each shift may then drive the route that is cheapest after prices, whoever else visits
the same children. Whatever the prices are, prices plus what all shifts gain is no more than the cost of any plan.
Deadlines, the order of the days and weekly capacity are dropped; a child may be visited twice on a route, but not
directly after one other child.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import process_time
from typing import Any

import numpy

from missing_coord.planning.problem import COST_UNIT, MINUTE, Problem

FIRST_STEP, LAST_STEP = 1.0, 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """Travel minutes between interviews, and for each worker the legs from the base and what may not be collected."""

    between: Any
    from_base: Any
    extra: Any
    shifts: Any
    most_visits: int


def prices_of(problem: Problem) -> Prices:
    """Return the instance as arrays; `extra` is what a visit by a worker costs beside travel, infinite if forbidden."""
    count, workers = len(problem.ready), len(problem.instance.workers)
    rows = numpy.array([problem.travel.row(i) for i in range(count)], dtype=numpy.float64) / MINUTE
    extra = numpy.full((workers, count), numpy.inf)
    for i, allowed in enumerate(problem.allowed):
        for worker in allowed:
            extra[worker, i] = problem.stranger(i, worker) / COST_UNIT
    shifts = numpy.zeros(workers)
    for route in problem.routes:
        shifts[route.worker] += 1
    longest = max(route.end - max(route.start, problem.now) for route in problem.routes)
    return Prices(
        between=rows[:, :count],
        from_base=rows[:, count:].T,
        extra=extra,
        shifts=shifts,
        most_visits=longest // min(problem.length),
    )


def route_bound(problem: Problem, *, seconds: float, reached: float) -> float:
    """Return minutes that no plan undercuts; `reached` is the cost of a plan, which sets the length of the steps."""
    told = prices_of(problem)
    lightest = told.extra.min(axis=0)
    price = numpy.where(numpy.isfinite(told.extra), told.extra, 0).max(axis=0) + 3.0
    price = numpy.maximum(price, lightest)
    best, best_price, step, since = -numpy.inf, price, FIRST_STEP, 0
    began = process_time()
    while process_time() - began < seconds and step > LAST_STEP:
        value, visits = _relaxed(told, price)
        since += 1
        if value > best:
            best, best_price, since = value, price, 0
        elif since >= 12:
            price, step, since = best_price, step / 2, 0
            value, visits = _relaxed(told, price)
        slope = 1 - visits
        price = price + step * (reached - value) / max(1.0, float(slope @ slope)) * slope
    return float(best)


def _relaxed(told: Prices, price: Any) -> tuple[float, Any]:
    """Return the bound at these prices and how often each interview is visited."""
    value, visits = float(price.sum()), numpy.zeros(len(price))
    for worker, shifts in enumerate(told.shifts):
        gain, route = _cheapest_route(told, worker, price - told.extra[worker])
        if gain < 0:
            value += shifts * gain
            numpy.add.at(visits, route, shifts)
    return value, visits


def _worth_a_look(told: Prices, worker: int, collected: Any) -> Any:
    """Return the interviews that a route with a gain can reach: there and back costs less than the best prices."""
    home, chosen = told.from_base[worker], numpy.flatnonzero(collected > 0)
    while True:
        top = numpy.sort(collected[chosen])[-told.most_visits :].sum()
        kept = chosen[2 * home[chosen] < top]
        if len(kept) == len(chosen):
            return kept
        chosen = kept


def _cheapest_route(told: Prices, worker: int, collected: Any) -> tuple[float, list[int]]:
    """Return the cost after prices of the cheapest route of a worker, and its interviews."""
    here = _worth_a_look(told, worker, collected)
    if not len(here):
        return 0.0, []
    home, gains = told.from_base[worker][here], collected[here]
    legs, order = told.between[numpy.ix_(here, here)].copy(), numpy.arange(len(here))
    numpy.fill_diagonal(legs, numpy.inf)
    first, second = home - gains, numpy.full(len(here), numpy.inf)
    before = numpy.full(len(here), -1)
    steps = [(before, before)]
    best, end = float((first + home).min()), (0, int((first + home).argmin()))
    for number in range(1, told.most_visits):
        through = first[:, None] + legs
        back = before >= 0
        through[order[back], before[back]] = second[back] + legs[order[back], before[back]]
        least = through.argmin(axis=0)
        first_next = through[least, order] - gains
        through[least, order] = numpy.inf
        runner = through.argmin(axis=0)
        second = through[runner, order] - gains
        first, before = first_next, least
        steps.append((least, runner))
        if (first + home).min() < best:
            best, end = float((first + home).min()), (number, int((first + home).argmin()))
    return best, [int(here[each]) for each in _walked(steps, end)]


def _walked(steps: list[tuple[Any, Any]], end: tuple[int, int]) -> list[int]:
    number, node = end
    path, rank = [node], 0
    while number > 0:
        previous = int(steps[number][rank][node])
        number -= 1
        rank = 1 if number and int(steps[number][0][previous]) == node else 0
        path.append(previous)
        node = previous
    return path
