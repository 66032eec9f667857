"""Lets two workers change shifts with each other, visits and all: the same rounds, driven by whom the children know."""

from __future__ import annotations

from random import Random

from missing_coord.planning.insertion import Inserter
from missing_coord.planning.tours import Tours


class Exchange:
    """Swaps all visits of two shifts of different workers, where both can be driven so."""

    def __init__(self, tours: Tours, inserter: Inserter, movable: list[int], random: Random) -> None:
        """Look at `tours` as they stand at each call."""
        self.tours = tours
        self._allowed, self._routes_of = inserter.allowed, inserter.routes_of
        self._movable = movable
        self._random = random.random

    def swap(self) -> dict[int, list[int]]:
        """Swap two shifts; return the routes touched with the visits they had, none where it cannot be done."""
        tours = self.tours
        first = tours.route_of[self._movable[int(self._random() * len(self._movable))]]
        second = self._partner(first) if first >= 0 else first
        if first == second or tours.problem.routes[first].worker == tours.problem.routes[second].worker:
            return {}
        touched = {first: tours.seq[first], second: tours.seq[second]}
        if not (self._fits(first, touched[second]) and self._fits(second, touched[first])):
            return {}
        for route in touched:
            tours.put(route, [])
        tours.put(first, touched[second])
        tours.put(second, touched[first])
        return touched

    def _partner(self, route: int) -> int:
        """Return a shift of a worker whom one of the children prefers, or now and then any shift."""
        preferred = self.tours.problem.preferred
        wished = [preferred[i] for i in self.tours.seq[route] if preferred[i] >= 0]
        if wished and self._random() < 0.7:
            shifts = self._routes_of[wished[int(self._random() * len(wished))]]
            if shifts:
                return shifts[int(self._random() * len(shifts))]
        return int(self._random() * len(self.tours.seq))

    def _fits(self, route: int, seq: list[int]) -> bool:
        fixed, allowed = self.tours.fixed, self._allowed
        return all(allowed[i][route] and not fixed[i] for i in seq) and self.tours.can_drive(route, seq)
