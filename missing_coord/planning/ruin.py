"""Takes strings of neighbouring visits out of a plan, so that they can be put back better."""

from __future__ import annotations

from random import Random

from missing_coord.planning.insertion import Inserter
from missing_coord.planning.tours import Tours

VISITS_REMOVED = 8
LONGEST_STRING = 6
TROUBLED_SEEDS = 0.3
"""How often the search begins next to a visit that is late or left out, where there is one."""


class Ruin:
    """Removes strings around a seed, after Christiaens and Vanden Berghe (2020), agreed visits excepted."""

    def __init__(self, tours: Tours, inserter: Inserter, movable: list[int], random: Random) -> None:
        """Look at `tours` as they stand at each call."""
        self.tours = tours
        self._near = inserter.near
        self._movable = movable
        self._random = random.random

    def remove(self) -> dict[int, list[int]]:
        """Take visits out; return the routes touched with the visits they had."""
        random, tours = self._random, self.tours
        planned = len(self._movable) - len(tours.absent)
        used = sum(1 for seq in tours.seq if seq) if planned < 200 else max(1, planned // 3)
        longest = min(LONGEST_STRING, max(1, planned // max(1, used)) + 1)
        strings = int(random() * (4 * VISITS_REMOVED / (1 + longest) - 1)) + 1
        seed = self._seed()
        touched: dict[int, list[int]] = {}
        for i in (seed, *self._near[seed]):
            route = tours.route_of[i]
            if route < 0 or route in touched or tours.fixed[i]:
                continue
            touched[route] = seq = tours.seq[route]
            self._cut(route, seq, i, longest)
            if len(touched) >= strings:
                break
        return touched

    def _seed(self) -> int:
        random, tours = self._random, self.tours
        if random() < TROUBLED_SEEDS:
            i = self._movable[int(random() * len(self._movable))]
            for i in (self._movable[int(random() * len(self._movable))] for _ in range(12)):
                if tours.route_of[i] < 0 or tours.start[i] + tours.length[i] > tours.due[i]:
                    return i
            return i
        return self._movable[int(random() * len(self._movable))]

    def _cut(self, route: int, seq: list[int], i: int, longest: int) -> None:
        random, fixed = self._random, self.tours.fixed
        size = int(random() * min(longest, len(seq))) + 1
        place = seq.index(i)
        first = max(0, min(len(seq) - size, place - int(random() * size)))
        kept = seq[first : first + size]
        inside = [each for each in kept if fixed[each]]
        if size > 1 and random() < 0.3:
            inside += [each for each in kept if not fixed[each] and each != i and random() < 0.4]
            inside = [each for each in kept if each in inside]
        self.tours.put(route, [*seq[:first], *inside, *seq[first + size :]])
