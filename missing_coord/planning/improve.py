"""Improves a plan by small moves in a fixed order, each kept only when the plan gets cheaper."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from missing_coord.planning.construct import deadline_order, routes_for
from missing_coord.planning.routes import PlanState

OutOfTime = Callable[[], bool]


def improve(state: PlanState, movable: list[int], out_of_time: OutOfTime) -> None:
    """Improve `state` in place until no single move gains or `out_of_time` says so; it never gets dearer."""
    search = _Search(state, movable, out_of_time)
    state.keep()
    while search.one_round():
        pass


class _Search:
    """One run of improvement over a plan; knows which interviews may move and where each may go."""

    def __init__(self, state: PlanState, movable: list[int], out_of_time: OutOfTime) -> None:
        self.state = state
        self.movable = deadline_order(state.problem, movable)
        self.routes = {i: routes_for(state.problem, i) for i in movable}
        self.out_of_time = out_of_time

    def one_round(self) -> bool:
        """Try every move once; say whether one gained and there is time for another round."""
        gains = [self._relocate(), self._make_room(), self._swap()]
        return any(gains) and not self.out_of_time()

    def _relocate(self) -> bool:
        """Move single visits to where they cost least; open interviews are tried too."""
        return any([self._kept(self._rehome, i) for i in self._while_time(self.movable)])

    def _make_room(self) -> bool:
        """For each interview that is open or late, push one other visit aside when that is cheaper in all."""
        return any([self._push_aside(i) for i in self._while_time(self.movable) if self._suffers(i)])

    def _swap(self) -> bool:
        """Let two visits of different routes change places, each at its best position there."""
        gained = False
        for place, i in enumerate(self._while_time(self.movable)):
            for j in self._while_time(self.movable[place + 1 :]):
                if self._swappable(i, j):
                    gained = self._kept(self._exchange, i, j) or gained
        return gained

    def _push_aside(self, i: int) -> bool:
        problem, can_move = self.state.problem, self.routes
        for r in self.routes[i]:
            if problem.routes[r].end <= problem.ready[i] or problem.routes[r].start > problem.due[i]:
                continue
            others = [j for j in self.state.routes[r].order if j in can_move and j != i]
            if any(self._kept(self._displace, i, j, r) for j in self._while_time(others)):
                return True
        return False

    def _rehome(self, i: int) -> bool:
        self._take_out(i)
        return self._insert(i, self.routes[i])

    def _displace(self, i: int, other: int, route: int) -> bool:
        self._take_out(i)
        self._take_out(other)
        return self._insert(i, [route]) and self._insert(other, self.routes[other])

    def _exchange(self, i: int, j: int) -> bool:
        first, second = self.state.route_of[i], self.state.route_of[j]
        self._take_out(i)
        self._take_out(j)
        return self._insert(i, [second]) and self._insert(j, [first])

    def _take_out(self, i: int) -> None:
        if self.state.route_of[i] >= 0:
            self.state.remove(i)

    def _insert(self, i: int, routes: list[int]) -> bool:
        opening = self.state.best(i, routes)
        if opening is not None:
            self.state.place(i, opening)
        return opening is not None

    def _kept(self, move: Callable[..., bool], *interviews: int) -> bool:
        """Make a move and keep it when it succeeds and the plan is cheaper; otherwise take it back."""
        cost = self.state.cost
        gained = move(*interviews) and self.state.cost < cost and not self.state.overdrawn
        if gained:
            self.state.keep()
        else:
            self.state.undo()
        return gained

    def _swappable(self, i: int, j: int) -> bool:
        state = self.state
        first, second = state.route_of[i], state.route_of[j]
        if first < 0 or second < 0 or first == second:
            return False
        routes, allowed = state.problem.routes, state.problem.allowed
        return routes[second].worker in allowed[i] and routes[first].worker in allowed[j]

    def _suffers(self, i: int) -> bool:
        state = self.state
        if state.route_of[i] < 0:
            return True
        return state.start_of(i) + state.problem.length[i] > state.problem.due[i]

    def _while_time(self, interviews: list[int]) -> Iterator[int]:
        for i in interviews:
            if self.out_of_time():
                return
            yield i
