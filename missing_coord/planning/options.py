"""For each planned visit: who else could go and when, and why each other worker was passed over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from missing_coord.planning.plan import NextOption
from missing_coord.planning.problem import COST_UNIT, MINUTE, Problem, instant
from missing_coord.planning.routes import Opening, PlanState, Window

MOST_OPTIONS = 2
MOST_PAIRS = 20_000
"""Interviews x routes up to which a plan says this of every visit; beyond it would take longer than the plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Others:
    """The next best workers for a visit, and a reason for each worker who does not go, by worker id."""

    next_options: tuple[NextOption, ...] = ()
    passed_over: Mapping[str, str]


NOBODY = Others(passed_over={})


class OtherWorkers:
    """Looks at a finished plan; every visit stays where it is while another worker is considered for it."""

    def __init__(self, state: PlanState) -> None:
        """Keep the plan and its routes by worker."""
        self._state = state
        self._routes: dict[int, list[int]] = defaultdict(list)
        for number, route in enumerate(state.problem.routes):
            self._routes[route.worker].append(number)
        self._few = len(state.route_of) * len(state.problem.routes) <= MOST_PAIRS

    def of(self, i: int) -> Others:
        """Return the others for interview `i`, which has a visit; nothing for an agreed one or a large plan."""
        problem = self._state.problem
        if problem.fixed[i] or not self._few:
            return NOBODY
        chosen = problem.routes[self._state.route_of[i]].worker
        openings: dict[int, Opening] = {}
        reasons: dict[int, str] = {}
        for worker in range(len(problem.instance.workers)):
            if worker != chosen:
                found = self._best(i, worker)
                if isinstance(found, str):
                    reasons[worker] = found
                else:
                    openings[worker] = found
        ranked = sorted(openings, key=lambda worker: openings[worker])
        for worker in ranked:
            reasons[worker] = self._behind(i, worker, chosen, openings[worker])
        names = [worker.id for worker in problem.instance.workers]
        return Others(
            next_options=tuple(_option(problem, i, names[w], openings[w]) for w in ranked[:MOST_OPTIONS]),
            passed_over={names[worker]: reasons[worker] for worker in sorted(reasons)},
        )

    def _best(self, i: int, worker: int) -> Opening | str:
        problem, state = self._state.problem, self._state
        item, other = problem.instance.interviews[i], problem.instance.workers[worker]
        if other.id in item.excluded_workers:
            return "excluded for this child"
        missing = item.skills - other.skills
        if missing:
            return f"does not have the skill {', '.join(sorted(missing))}"
        window = Window(problem.ready[i], problem.last[i])
        found = [each for r in self._routes[worker] for each in state.openings(i, r, window)]
        if found:
            return min(found)
        hours = [
            r
            for r in self._routes[worker]
            if max(problem.routes[r].start, problem.ready[i]) + problem.length[i] <= problem.routes[r].end
        ]
        if not hours:
            return "no shift in the time allowed"
        if not any(state.has_room(r) for r in hours):
            return "the week's capacity is used up"
        return "no gap in the time allowed, travel included"

    def _behind(self, i: int, worker: int, chosen: int, opening: Opening) -> str:
        """Return what speaks against an opening, the weightiest first."""
        problem = self._state.problem
        end = opening.start + problem.length[i]
        if end > problem.due[i]:
            return f"could only come {-(-(end - problem.due[i]) // MINUTE)} min after it is due"
        if problem.preferred[i] == chosen:
            return "the preferred worker can come"
        late_others = opening.cost + problem.penalty[i] - problem.stranger(i, worker)
        minutes = late_others // COST_UNIT
        if minutes > 24 * 60:
            return "another child would be seen after the deadline"
        return f"would add {minutes} min to the plan"


def _option(problem: Problem, i: int, worker: str, opening: Opening) -> NextOption:
    end = opening.start + problem.length[i]
    return NextOption(
        worker=worker,
        start=instant(opening.start),
        end=instant(end),
        late_minutes=max(0, -(-(end - problem.due[i]) // MINUTE)),
    )
