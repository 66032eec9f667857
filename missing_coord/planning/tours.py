"""All routes as flat lists, for a search that tries many thousand changes a second."""

from __future__ import annotations

from collections.abc import Sequence

from missing_coord.planning.problem import COST_UNIT, HOUR, MINUTE, Problem

SCALE = 3
PER_SECOND = SCALE * COST_UNIT // MINUTE
"""The search counts in thirds of the plan's cost unit, so that a second of travel costs a whole number."""


class Tours:
    """Every route as a ring of nodes: interview i is node i, the base of route r is node `count + r`.

    Lists are indexed by node: `dep` is when one may leave it, `leg` the travel to it from the node before,
    `limit` the last arrival that keeps the rest feasible, `free` the last that also costs nothing;
    `widest` is the most time that any place on a route leaves for one more visit and its detour.
    """

    __slots__ = (
        "_first_week",
        "absent",
        "cost",
        "count",
        "crosses",
        "dep",
        "due",
        "fixed",
        "free",
        "free_until",
        "home",
        "late_minute",
        "late_once",
        "left",
        "leg",
        "length",
        "limit",
        "next_room",
        "nxt",
        "overdrawn",
        "point",
        "problem",
        "prv",
        "ready",
        "room",
        "route_cost",
        "route_of",
        "rows",
        "seq",
        "start",
        "waiting_hour",
        "widest",
        "worth",
    )

    def __init__(self, problem: Problem) -> None:
        """Start with empty routes."""
        routes = problem.routes
        self.problem = problem
        self.count = count = len(problem.ready)
        self.rows = [problem.travel.row(i) for i in range(count)]
        self.ready, self.length = list(problem.ready), list(problem.length)
        self.due, self.fixed = list(problem.due), list(problem.fixed)
        self.free_until, self.waiting_hour = list(problem.free_until), problem.waiting_hour
        self.late_once = [SCALE * each for each in problem.late_once]
        self.late_minute = [SCALE * each for each in problem.late_minute]
        self.worth = [SCALE * each for each in problem.penalty]
        self.room = [route.room for route in routes]
        self.crosses = [route.end > route.turn for route in routes]
        self.next_room = [route.next_room if route.end > route.turn else route.room for route in routes]
        self.left = list(problem.rooms)
        self.overdrawn = 0
        bases = range(count, count + len(routes))
        self.home = [max(route.start, problem.now) for route in routes]
        self.point = [*range(count), *(route.base for route in routes)]
        self.nxt, self.prv = [*range(count), *bases], [*range(count), *bases]
        self.route_of = [-1] * count + list(range(len(routes)))
        self.start = [0] * count + [route.end for route in routes]
        self.dep = [0] * count + self.home
        self.leg = [0] * len(self.point)
        self.limit = [0] * count + [route.end for route in routes]
        self.free = list(self.limit)
        self.seq: list[list[int]] = [[] for _ in routes]
        self.widest = [end - start for end, start in zip(self.limit[count:], self.home, strict=True)]
        self.route_cost = [0] * len(routes)
        self._first_week = [0] * len(routes)
        self.absent = set(range(count))
        self.cost = sum(self.worth)

    def time_cost(self, i: int, end: int) -> int:
        """Return what it costs that interview `i` ends only at `end`: the waiting, and being late."""
        if end <= self.free_until[i]:
            return 0
        cost = 0
        if self.waiting_hour[i]:
            cost = SCALE * ((end - self.length[i] - self.ready[i]) * self.waiting_hour[i] // HOUR)
        if end <= self.due[i]:
            return cost
        return cost + self.late_once[i] - (self.due[i] - end) // MINUTE * self.late_minute[i]

    def put(self, route: int, seq: list[int]) -> None:
        """Make `seq` the visits of a route; it must be feasible. Interviews it lost become absent."""
        old = self.seq[route]
        for i in old:
            if self.route_of[i] == route:
                self.route_of[i] = -1
                self.absent.add(i)
        self.seq[route] = seq
        self.absent.difference_update(seq)
        cost = self._times(route, seq)
        self._limits(route, seq)
        self.cost += cost - self.route_cost[route]
        self.route_cost[route] = cost
        self._count(route, old, seq)

    def _times(self, route: int, seq: list[int]) -> int:
        """Write the earliest times of a route; return its cost, the worth of its visits taken off."""
        here = base = self.count + route
        worker, problem = self.problem.routes[route].worker, self.problem
        rows, ready, length, now = self.rows, self.ready, self.length, self.problem.now
        nxt, prv, start, dep, legs = self.nxt, self.prv, self.start, self.dep, self.leg
        free, travel, cost, here_point = self.home[route], 0, 0, self.point[base]
        free_until = self.free_until
        for i in seq:
            leg = rows[i][here_point]
            begin = free + leg
            if begin < ready[i] or self.fixed[i]:
                begin = ready[i]
            start[i], legs[i], prv[i], nxt[here] = begin, leg, here, i
            self.route_of[i] = route
            end = begin + length[i]
            if end > free_until[i]:
                cost += self.time_cost(i, end)
            if problem.preferred[i] >= 0 and problem.preferred[i] != worker:
                cost += SCALE * problem.other_worker
            cost -= self.worth[i]
            dep[i] = free = end if end > now else now
            travel += leg
            here = here_point = i
        leg = rows[here][self.point[base]] if seq else 0
        legs[base], prv[base], nxt[here] = leg, here, base
        return cost + (travel + leg) * PER_SECOND

    def _limits(self, route: int, seq: list[int]) -> None:
        there = self.count + route
        limit = free = self.limit[there]
        last, length, start, legs = self.problem.last, self.length, self.start, self.leg
        free_until, dep, widest = self.free_until, self.dep, 0
        for i in reversed(seq):
            spent = length[i] + legs[there]
            if limit - dep[i] - legs[there] > widest:
                widest = limit - dep[i] - legs[there]
            limit, free = limit - spent, free - spent
            if limit > last[i]:
                limit = last[i]
            unhurried = free_until[i] - length[i]
            if free > unhurried:
                free = unhurried
            if free > limit:
                free = limit
            if free < start[i]:
                free = start[i]
            self.limit[i], self.free[i] = limit, free
            there = i
        self.widest[route] = max(widest, limit - self.home[route] - legs[there])

    def _count(self, route: int, old: list[int], seq: list[int]) -> None:
        if not self.crosses[route]:
            self._give_back(self.room[route], len(old) - len(seq))
            return
        turn, before = self.problem.routes[route].turn, self._first_week[route]
        first = sum(self.start[i] < turn for i in seq)
        self._first_week[route] = first
        self._give_back(self.room[route], before - first)
        self._give_back(self.next_room[route], len(old) - before - len(seq) + first)

    def _give_back(self, room: int, visits: int) -> None:
        before = self.left[room]
        self.left[room] = after = before + visits
        self.overdrawn += (after < 0) - (before < 0)

    def delay(self, node: int, arrival: int) -> int:
        """Return what it costs that one arrives at `node` only then, the visits after it included."""
        cost, count, start = 0, self.count, self.start
        while node < count and arrival > start[node]:
            end = arrival + self.length[node]
            if end > self.free_until[node]:
                cost += self.time_cost(node, end) - self.time_cost(node, start[node] + self.length[node])
            node = self.nxt[node]
            arrival = end + self.leg[node]
        return cost

    def within_weeks(self, i: int, after: int, begin: int) -> bool:
        """Say whether a route over two ISO weeks keeps both within capacity with `i` after node `after`."""
        route = self.route_of[after]
        turn, first = self.problem.routes[route].turn, int(begin < self.problem.routes[route].turn)
        node, arrival = self.nxt[after], begin + self.length[i] + self.rows[i][self.point[self.nxt[after]]]
        while node < self.count and arrival > self.start[node]:
            first -= self.start[node] < turn <= arrival
            arrival += self.length[node]
            node = self.nxt[node]
            arrival += self.leg[node]
        return self.left[self.room[route]] >= first and self.left[self.next_room[route]] >= 1 - first

    def can_drive(self, route: int, seq: Sequence[int]) -> bool:
        """Say whether these visits, none of them agreed, can be made in this order within a shift."""
        point, rows, last = self.point[self.count + route], self.rows, self.problem.last
        free, here = self.home[route], point
        for i in seq:
            begin = max(free + rows[i][here], self.ready[i])
            if begin > last[i]:
                return False
            free, here = begin + self.length[i], i
        return not seq or free + rows[here][point] <= self.problem.routes[route].end

    def insert(self, i: int, after: int) -> int:
        """Put interview `i` after node `after`, where it must fit; return the route."""
        route = self.route_of[after]
        seq = self.seq[route]
        place = seq.index(after) + 1 if after < self.count else 0
        self.put(route, [*seq[:place], i, *seq[place:]])
        return route

    def load(self, orders: Sequence[Sequence[int]]) -> None:
        """Take over the visits of every route."""
        for route, order in enumerate(orders):
            if order:
                self.put(route, list(order))
