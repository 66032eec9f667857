"""Puts a finished plan into words: why each visit, why not the others, and what would be possible first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from missing_coord.domain.plurals import plural
from missing_coord.planning.construct import deadline_order, routes_for
from missing_coord.planning.options import OtherWorkers
from missing_coord.planning.plan import Plan, Score, Unplanned, Visit
from missing_coord.planning.problem import COST_UNIT, END_OF_TIME, MINUTE, earliest_start, instant
from missing_coord.planning.routes import PlanState, Window


def describe_plan(state: PlanState, wrong_pins: Mapping[int, str], *, seconds: float) -> Plan:
    """Return the plan with its reasons; `wrong_pins` says what is wrong with pins that could not be kept."""
    visits = tuple(sorted(_visits(state), key=lambda each: (each.start, each.worker, each.interview)))
    missing = [i for i, route in enumerate(state.route_of) if route < 0]
    unplanned = tuple(_unplanned(state, i, wrong_pins.get(i)) for i in deadline_order(state.problem, missing))
    return Plan(visits=visits, unplanned=unplanned, score=_score(state, visits), seconds=seconds)


def _visits(state: PlanState) -> Iterator[Visit]:
    problem, others = state.problem, OtherWorkers(state)
    for stretch, table in zip(problem.routes, state.routes, strict=True):
        here = stretch.base
        for i, start in zip(table.order, table.starts, strict=True):
            leg = problem.travel.row(here)[problem.point[i]] // MINUTE
            here, end, rest = problem.point[i], start + problem.length[i], others.of(i)
            yield Visit(
                interview=problem.instance.interviews[i].id,
                worker=problem.instance.workers[stretch.worker].id,
                start=instant(start),
                end=instant(end),
                travel_minutes=leg,
                late_minutes=max(0, -(-(end - problem.due[i]) // MINUTE)),
                reasons=_reasons(state, i, stretch.worker, end),
                next_options=rest.next_options,
                passed_over=rest.passed_over,
            )


def _reasons(state: PlanState, i: int, worker: int, end: int) -> tuple[str, ...]:
    problem = state.problem
    item = problem.instance.interviews[i]
    late = -(-(end - problem.due[i]) // MINUTE)
    reasons = ["agreed visit, kept as it is"] if problem.fixed[i] else []
    reasons.append(f"ends {_duration(abs(late))} {'after' if late > 0 else 'before'} it is due")
    if not problem.fixed[i]:
        several = f"{len(problem.allowed[i])} of {plural(len(problem.instance.workers), 'worker')}"
        reasons.append(f"{several} may see this child")
    if item.preferred_worker:
        chosen = problem.preferred[i] == worker
        reasons.append("the preferred worker" if chosen else _why_not_preferred(state, i))
    return tuple(reasons)


def _why_not_preferred(state: PlanState, i: int) -> str:
    problem = state.problem
    worker = problem.preferred[i]
    if worker < 0:
        return "the preferred worker is not among the workers"
    if worker not in problem.allowed[i]:
        return "the preferred worker is excluded or does not have the skills"
    if problem.fixed[i]:
        return "another worker than the preferred one was agreed"
    theirs = [n for n, route in enumerate(problem.routes) if route.worker == worker]
    if state.best(i, theirs) is None:
        return "the preferred worker has no room in the time allowed"
    return "the preferred worker would have made the plan later or longer to travel"


def _unplanned(state: PlanState, i: int, wrong_pin: str | None) -> Unplanned:
    problem = state.problem
    item = problem.instance.interviews[i]
    ready = earliest_start(item, problem.instance.now)
    first = _first_opening(state, i, ready)
    reason = f"agreed visit cannot be kept: {wrong_pin}" if wrong_pin else _binding(state, i, ready)
    return Unplanned(
        interview=item.id, reason=reason, earliest_possible=None if first is None else instant(first)
    )


def _first_opening(state: PlanState, i: int, ready: int) -> int | None:
    window = Window(ready, END_OF_TIME)
    starts = [each.start for r in routes_for(state.problem, i) for each in state.openings(i, r, window)]
    return min(starts, default=None)


def _binding(state: PlanState, i: int, ready: int) -> str:
    """Name the first wall that no worker gets over."""
    problem = state.problem
    item, last, length = problem.instance.interviews[i], problem.last[i], problem.length[i]
    if not problem.instance.workers:
        return "there are no workers"
    if not problem.allowed[i]:
        skilled = any(item.skills <= worker.skills for worker in problem.instance.workers)
        return "every worker with the skills is excluded" if skilled else "no worker has the skills"
    if ready > last:
        return "the time allowed is too short for the visit"
    mine = [
        r
        for r in routes_for(problem, i)
        if min(problem.routes[r].end - length, last) >= max(problem.routes[r].start, ready)
    ]
    if not mine:
        return "no worker who may see this child has a shift in the time allowed"
    empty = PlanState(problem)
    reachable = [r for r in mine if empty.openings(i, r, Window(ready, last))]
    if not reachable:
        none = all(problem.instance.workers[problem.routes[r].worker].capacity < 1 for r in mine)
        return "no worker has any capacity" if none else "no worker can get there and back in a shift in time"
    if not any(state.has_room(r) for r in reachable):
        return "the week's capacity of every worker who could come is used up"
    return "the shifts of every worker who could come are full in the time allowed"


def _score(state: PlanState, visits: tuple[Visit, ...]) -> Score:
    problem = state.problem
    late = [visit.late_minutes for visit in visits if visit.late_minutes]
    strangers = sum(
        problem.preferred[i] >= 0 and problem.preferred[i] != problem.routes[route].worker
        for i, route in enumerate(state.route_of)
        if route >= 0
    )
    return Score(
        planned=len(visits),
        on_time=len(visits) - len(late),
        late=len(late),
        unplanned=len(state.route_of) - len(visits),
        late_minutes=sum(late),
        travel_minutes=_travel(state),
        not_preferred=strangers,
        cost=state.cost / COST_UNIT,
    )


def _travel(state: PlanState) -> int:
    problem, total = state.problem, 0
    for stretch, table in zip(problem.routes, state.routes, strict=True):
        here = stretch.base
        for there in (*(problem.point[i] for i in table.order), stretch.base):
            total += problem.travel.row(here)[there]
            here = there
    return total // MINUTE


def _duration(minutes: int) -> str:
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
