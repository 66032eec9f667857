"""Finds where one more visit costs least: beside the visits nearby and from the bases nearby, or anywhere."""

from __future__ import annotations

from collections.abc import Iterable
from heapq import nsmallest
from random import Random

from missing_coord.planning.problem import Problem
from missing_coord.planning.tours import PER_SECOND, SCALE, Tours

NEARBY = 40
NEARBY_BASES = 12
BLINK = 0.01
"""How often the search overlooks a place on purpose, so that it does not always take the same one."""
FORBIDDEN, WISHED, OTHER = 0, 1, 2


class Inserter:
    """Knows for each interview which routes may take it and which visits and bases are near."""

    def __init__(self, tours: Tours, random: Random) -> None:
        """Work out what is near and allowed; `tours` is searched as it stands at each call."""
        problem = tours.problem
        self.tours = tours
        self._random = random.random
        self.routes_of = _routes_by_worker(problem)
        self.allowed = _allowed(problem)
        self.other_worker = SCALE * problem.other_worker
        size = range(tours.count)
        nearest = [nsmallest(NEARBY + 1, size, key=row.__getitem__) for row in tours.rows]
        self.near = [[j for j in found if j != i][:NEARBY] for i, found in enumerate(nearest)]
        self._bases = [self._near_bases(i) for i in size]
        self.blink = 0.0

    def _near_bases(self, i: int) -> list[tuple[int, list[int]]]:
        """Return distance and routes of the nearest workers who may go, the preferred one in any case."""
        problem, row = self.tours.problem, self.tours.rows[i]
        allowed, first = problem.allowed[i], self.tours.count
        workers = allowed if len(allowed) < len(problem.instance.workers) else range(len(allowed))
        near = nsmallest(NEARBY_BASES, workers, key=lambda worker: row[first + worker])
        if problem.preferred[i] in allowed and problem.preferred[i] not in near:
            near.append(problem.preferred[i])
            near.sort(key=lambda worker: row[first + worker])
        return [
            (row[first + worker], [r for r in self.routes_of[worker] if self.allowed[i][r]])
            for worker in near
        ]

    def place(self, i: int) -> int:
        """Return the node after which interview `i` costs least, -1 where leaving it out costs no more."""
        tours = self.tours
        best, after = self._from_bases(i, *self._nearby(i))
        preferred = tours.problem.preferred[i]
        if preferred >= 0:
            best, after = self.scan(i, self.routes_of[preferred], best, after)
        if tours.count > NEARBY and best + tours.worth[i] >= tours.late_once[i]:
            best, after = self.scan(i, range(len(tours.seq)), best, after)
        return after

    def place_as_wished(self, i: int) -> int:
        """Return the node after which interview `i` costs least with the preferred worker, or else with anybody."""
        preferred = self.tours.problem.preferred[i]
        after = self.scan(i, self.routes_of[preferred])[1] if preferred >= 0 else -1
        return after if after >= 0 else self.place(i)

    def _nearby(self, i: int) -> tuple[int, int]:
        """Try the places before and after the visits nearby."""
        tours, checked, allowed, row = self.tours, self._checked, self.allowed[i], self.tours.rows[i]
        route_of, nxt, prv, leg, point = tours.route_of, tours.nxt, tours.prv, tours.leg, tours.point
        widest, dep, limit, length = tours.widest, tours.dep, tours.limit, tours.length[i]
        best, after, worth = 0, -1, tours.worth[i]
        extra = (0, -worth, self.other_worker - worth)
        for j in self.near[i]:
            r = route_of[j]
            if r < 0 or not allowed[r] or widest[r] < length:
                continue
            here, rest, a = row[j], extra[allowed[r]], prv[j]
            back = row[point[a]]
            cost = (back + here - leg[j]) * PER_SECOND + rest
            if cost < best and dep[a] + back + length + here <= limit[j]:
                cost = checked(i, a, j, cost, best)
                if cost < best:
                    best, after = cost, a
            b = nxt[j]
            back = row[point[b]]
            cost = (here + back - leg[b]) * PER_SECOND + rest
            if cost < best and dep[j] + here + length + back <= limit[b]:
                cost = checked(i, j, b, cost, best)
                if cost < best:
                    best, after = cost, j
        return best, after

    def _from_bases(self, i: int, best: int, after: int) -> tuple[int, int]:
        """Try the empty routes of the workers nearby."""
        tours, count = self.tours, self.tours.count
        extra, allowed, worth = (0, 0, self.other_worker), self.allowed[i], self.tours.worth[i]
        for distance, routes in self._bases[i]:
            least = 2 * distance * PER_SECOND - worth
            if least >= best:
                break
            for r in routes:
                if not tours.seq[r]:
                    node = count + r
                    cost = self._checked(i, node, node, least + extra[allowed[r]], best)
                    if cost < best:
                        best, after = cost, node
        return best, after

    def scan(self, i: int, routes: Iterable[int], best: int = 0, after: int = -1) -> tuple[int, int]:
        """Try every place on these routes; return the least cost, worth taken off, and the node before."""
        tours, count, checked = self.tours, self.tours.count, self._checked
        row, leg, point, nxt, allowed = tours.rows[i], tours.leg, tours.point, tours.nxt, self.allowed[i]
        dep, limit, length, worth = tours.dep, tours.limit, tours.length[i], tours.worth[i]
        extra, widest = (0, -worth, self.other_worker - worth), tours.widest
        for r in routes:
            if not allowed[r] or widest[r] < length:
                continue
            rest, a, b = extra[allowed[r]], count + r, -1
            back = row[point[a]]
            while b < count:
                b = nxt[a]
                there = row[point[b]]
                cost = (back + there - leg[b]) * PER_SECOND + rest
                if cost < best and dep[a] + back + length + there <= limit[b]:
                    cost = checked(i, a, b, cost, best)
                    if cost < best:
                        best, after = cost, a
                a, back = b, there
        return best, after

    def _checked(self, i: int, a: int, b: int, cost: int, best: int) -> int:
        """Return `cost` with what it costs in time; at least `best` where the visit does not fit."""
        tours = self.tours
        row, point = tours.rows[i], tours.point
        begin = tours.dep[a] + row[point[a]]
        if begin < tours.ready[i]:
            begin = tours.ready[i]
        if begin > tours.problem.last[i]:
            return best
        end = begin + tours.length[i]
        onward = end + row[point[b]]
        if onward > tours.limit[b]:
            return best
        if end > tours.free_until[i]:
            cost += tours.time_cost(i, end)
        if onward > tours.free[b]:
            cost += tours.delay(b, onward)
        r = tours.route_of[a]
        if tours.left[tours.room[r]] < 1 and tours.left[tours.next_room[r]] < 1:
            return best
        if tours.crosses[r] and not tours.within_weeks(i, a, begin):
            return best
        return best if self.blink and self._random() < self.blink else cost


def _routes_by_worker(problem: Problem) -> list[list[int]]:
    found: list[list[int]] = [[] for _ in problem.instance.workers]
    for number, route in enumerate(problem.routes):
        found[route.worker].append(number)
    return found


def _allowed(problem: Problem) -> list[bytes]:
    """Return for each interview what each route is: forbidden, the preferred worker's, or another's."""
    known: dict[tuple[frozenset[int], int], bytes] = {}
    found = []
    for i, workers in enumerate(problem.allowed):
        preferred = problem.preferred[i]
        if (workers, preferred) not in known:
            kind = [FORBIDDEN] * len(problem.instance.workers)
            for worker in workers:
                kind[worker] = WISHED if preferred in {-1, worker} else OTHER
            known[workers, preferred] = bytes(kind[route.worker] for route in problem.routes)
        found.append(known[workers, preferred])
    return found
