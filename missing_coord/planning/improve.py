"""Improves a plan by ruin and recreate: take some visits out, put them back, keep what gains (mostly)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from random import Random

from missing_coord.planning.exchange import Exchange
from missing_coord.planning.insertion import BLINK, Inserter
from missing_coord.planning.ruin import Ruin
from missing_coord.planning.tours import PER_SECOND, Tours

WARM, COLD = 240 * PER_SECOND, 6 * PER_SECOND
"""What the search may lose in one step at first and at last: about so many seconds of travel."""
STEPS_BETWEEN_LOOKS = 16
STEPS_FOR_EACH = 3000
MOST_TRIED = 12
EXCHANGES = 0.1
"""How often two workers change shifts with each other."""
WISHES_FIRST = 0.1
"""How often visits go to their preferred worker first, dear as that is, so that the others can follow."""


class Search:
    """One run of ruin and recreate over `tours`; the same clock readings give the same plan."""

    def __init__(self, tours: Tours, movable: Sequence[int], *, seed: int = 0) -> None:
        """Prepare a search that may move only `movable`."""
        random = Random(seed)  # noqa: S311 - a search, not a secret
        self.tours = tours
        self.inserter = Inserter(tours, random)
        self._movable = list(movable)
        self._random = random.random
        self._shuffle = random.shuffle
        self._ruin = Ruin(tours, self.inserter, self._movable, random)
        self._exchange = Exchange(tours, self.inserter, self._movable, random)
        self._unwished = [preferred < 0 for preferred in tours.problem.preferred]
        self._hard = [len(tours.problem.allowed[i]) for i in range(tours.count)]

    def construct(self, order: Sequence[int]) -> None:
        """Put in every interview of `order` where it costs least; those that fit nowhere stay absent."""
        for i in order:
            after = self.inserter.place(i)
            if after >= 0:
                self.tours.insert(i, after)

    def run(self, progress: Callable[[], float]) -> None:
        """Search until `progress` says 1; the best plan found stays in `tours`."""
        tours, random = self.tours, self._random
        if not self._movable or not tours.seq:
            return
        best, best_seq = tours.cost, tours.seq[:]
        steps, most = 0, STEPS_FOR_EACH * len(self._movable)
        temperature = WARM
        self.inserter.blink = BLINK
        while steps < most:
            if steps % STEPS_BETWEEN_LOOKS == 0:
                done = max(progress(), steps / most)
                if done >= 1:
                    break
                temperature = WARM * (COLD / WARM) ** done
            steps += 1
            before = tours.cost
            touched = self._exchange.swap() if self._at_ease(EXCHANGES) else self._rebuilt()
            lost = tours.cost - before
            if tours.overdrawn or (lost > 0 and lost >= -temperature * math.log(random() or 1e-9)):
                self._restore(touched)
            elif tours.cost < best:
                best, best_seq = tours.cost, tours.seq[:]
        self.steps = steps
        self._restore({r: seq for r, seq in enumerate(best_seq) if seq is not tours.seq[r]})

    def _rebuilt(self) -> dict[int, list[int]]:
        wishes_first = self._at_ease(WISHES_FIRST)
        touched = self._ruin.remove()
        self._recreate(touched, wishes_first=wishes_first)
        return touched

    def _at_ease(self, share: float) -> bool:
        """Say, in this share of the steps, that wishes may be looked after: never while somebody is left out."""
        return not self.tours.absent and self._random() < share

    def _restore(self, touched: dict[int, list[int]]) -> None:
        for route in touched:
            self.tours.put(route, [])
        for route, seq in touched.items():
            self.tours.put(route, seq)

    def _recreate(self, touched: dict[int, list[int]], *, wishes_first: bool) -> None:
        tours, place = self.tours, self.inserter.place
        waiting = self._ordered(self._waiting())
        if wishes_first:
            place = self.inserter.place_as_wished
            waiting.sort(key=self._unwished.__getitem__)
        for i in waiting:
            after = place(i)
            if after >= 0:
                route = tours.route_of[after]
                touched.setdefault(route, tours.seq[route])
                tours.insert(i, after)

    def _waiting(self) -> list[int]:
        fixed = self.tours.fixed
        waiting = sorted(i for i in self.tours.absent if not fixed[i])
        if len(waiting) > MOST_TRIED * 3:
            self._shuffle(waiting)
            del waiting[MOST_TRIED * 2 :]
        return waiting

    def _ordered(self, waiting: list[int]) -> list[int]:
        """Return what to insert in a random, deadline, farthest, hardest or weightiest order."""
        tours, choice = self.tours, self._random()
        self._shuffle(waiting)
        if choice < 0.35:
            return waiting
        if choice < 0.6:
            return sorted(waiting, key=tours.due.__getitem__)
        if choice < 0.75:
            return sorted(waiting, key=lambda i: -self.tours.rows[i][tours.count])
        if choice < 0.85:
            return sorted(waiting, key=self._hard.__getitem__)
        return sorted(waiting, key=lambda i: -tours.worth[i])
