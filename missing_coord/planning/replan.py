"""Plans anew around a plan in force: what is told already stays, unless moving a few visits saves a deadline."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from missing_coord.planning.construct import deadline_order, place_pins
from missing_coord.planning.describe import describe_plan
from missing_coord.planning.improve import Search
from missing_coord.planning.instance import Instance, Pin
from missing_coord.planning.plan import Plan
from missing_coord.planning.problem import COST_UNIT, Problem, Weights, compile_instance
from missing_coord.planning.routes import PlanState
from missing_coord.planning.tours import Tours

MOST_MOVED = 0.05
"""The share of the visits that are planned but not agreed which a re-plan may move."""
DEFAULT_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Replanned:
    """The new plan; `moved` are visits that got another worker or time, `impossible` those that had to.

    `gone` are visits of the plan in force whose interview is not in the instance: nothing is planned for them.
    `gain` is what moving saved, in the plan's cost, against leaving everything where it was.
    """

    plan: Plan
    moved: tuple[str, ...]
    impossible: tuple[str, ...]
    gone: tuple[str, ...]
    gain: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attempt:
    state: PlanState
    wrong_pins: dict[int, str]
    tours: Tours


def replan(
    instance: Instance,
    current: Sequence[Pin],
    *,
    seconds: float = DEFAULT_SECONDS,
    monotonic: Callable[[], float] = time.monotonic,
) -> Replanned:
    """Return a plan with everything in `current` kept, at most one visit in twenty moved for a deadline.

    A visit of `current` that breaks a rule now (its worker is away or not known any more, say) is planned like a
    new return.
    """
    began = monotonic()
    agreed, asked = {pin.interview for pin in instance.pinned}, {item.id for item in instance.interviews}
    mine = [pin for pin in current if pin.interview in asked - agreed]
    impossible = _impossible(instance, mine)
    kept = [pin for pin in mine if pin.interview not in impossible]
    still = best = _attempt(instance, kept, lambda: 1.0)
    released = _released(still, {pin.interview for pin in kept})
    if released:
        rest = [pin for pin in kept if pin.interview not in released]
        begin = monotonic()
        moving = _attempt(instance, rest, lambda: (monotonic() - begin) / max(seconds, 1e-9))
        best = moving if moving.tours.cost < still.tours.cost else still
    plan = describe_plan(best.state, best.wrong_pins, seconds=round(monotonic() - began, 3))
    gain = still.state.cost - best.state.cost
    return Replanned(
        plan=plan,
        moved=_moved(plan, kept),
        impossible=tuple(sorted(impossible)),
        gone=tuple(sorted({pin.interview for pin in current} - asked)),
        gain=gain / COST_UNIT,
    )


def _compiled(instance: Instance, kept: Sequence[Pin]) -> tuple[Problem, PlanState, dict[int, str]]:
    problem = compile_instance(replace(instance, pinned=(*instance.pinned, *kept)), Weights())
    state = PlanState(problem)
    return problem, state, place_pins(state)


def _impossible(instance: Instance, kept: Sequence[Pin]) -> frozenset[str]:
    workers = {worker.id for worker in instance.workers}
    nobody = frozenset(pin.interview for pin in kept if pin.worker not in workers)
    _, _, wrong = _compiled(instance, [pin for pin in kept if pin.interview not in nobody])
    mine = {pin.interview for pin in kept}
    return nobody | frozenset(instance.interviews[i].id for i in wrong) & mine


def _attempt(instance: Instance, kept: Sequence[Pin], progress: Callable[[], float]) -> _Attempt:
    problem, state, wrong = _compiled(instance, kept)
    tours = Tours(problem)
    tours.load([table.order for table in state.routes])
    movable = [i for i, fixed in enumerate(problem.fixed) if not fixed]
    run = Search(tours, movable)
    run.construct(deadline_order(problem, movable))
    run.run(progress)
    for route, order in enumerate(tours.seq):
        state.set_order(route, order)
    return _Attempt(state=state, wrong_pins=wrong, tours=tours)


def _released(attempt: _Attempt, kept: Collection[str]) -> frozenset[str]:
    """Return the few visits, of those before the deadline the nearest, that stand in the way of what suffers."""
    tours, problem = attempt.tours, attempt.state.problem
    names = [item.id for item in problem.instance.interviews]
    troubled = [i for i in range(tours.count) if not problem.fixed[i] and _suffers(tours, i)]
    if not troubled:
        return frozenset()
    mine = [i for i, name in enumerate(names) if name in kept]
    near = sorted(mine, key=lambda j: (*min(_apart(tours, i, j) for i in troubled), j))
    return frozenset(names[i] for i in near[: int(len(mine) * MOST_MOVED)])


def _apart(tours: Tours, i: int, j: int) -> tuple[bool, int]:
    return tours.start[j] >= tours.due[i], tours.rows[i][j]


def _suffers(tours: Tours, i: int) -> bool:
    return tours.route_of[i] < 0 or tours.start[i] + tours.length[i] > tours.due[i]


def _moved(plan: Plan, kept: Sequence[Pin]) -> tuple[str, ...]:
    now = {visit.interview: (visit.worker, visit.start) for visit in plan.visits}
    return tuple(sorted(p.interview for p in kept if now.get(p.interview) != (p.worker, p.start)))
