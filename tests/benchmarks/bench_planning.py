"""Compares the planner with OR-Tools routing, PyVRP and earliest deadline first on the same instances.

`make bench` runs it in full and says first how long that takes; `PLANNING_BENCH=quick make bench` runs two seeds and
short times. In pieces: `python -m tests.benchmarks.bench_planning SIZE WAY FIRST_SEED SEEDS` prints one JSON line for
each run (WAY is edf, ortools, pyvrp, planner, or bound), and `python -m tests.benchmarks.bench_planning table FILE` the
table of such lines, `... rest` everything else.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean
from time import process_time

from missing_coord.planning.instance import parse_instance
from missing_coord.planning.plan import Plan
from missing_coord.planning.problem import Weights, compile_instance
from missing_coord.planning.solve import solve
from tests.benchmarks.planning_bounds import cost_bound, on_time_bound
from tests.benchmarks.planning_insertions import insertions, replans
from tests.benchmarks.planning_network import completed
from tests.benchmarks.planning_ortools import solve_with_ortools
from tests.benchmarks.planning_pyvrp import solve_with_pyvrp
from tests.benchmarks.planning_quarter import quarter
from tests.benchmarks.planning_quarter_ways import WAYS_OF_A_QUARTER
from tests.benchmarks.planning_route_bound import route_bound
from tests.builders.plan_checker import violations
from tests.builders.plan_instances import JSON, instance_of

QUICK = os.environ.get("PLANNING_BENCH") == "quick"
SEEDS = 2 if QUICK else 10
SECONDS = 2.0 if QUICK else 5.0
QUARTERS = {300: 5, 400: 5, 500: 2}
"""How many quarters are simulated at so many returns a month; beyond capacity one takes half a minute and more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """One size of instance; shorter shifts make it overloaded, peers may have more time where it is large.

    `bound_seconds` is how long the bound on the cost is drawn up; 0 where lateness makes it say nothing.
    """

    name: str
    interviews: int
    workers: int
    hours: int = 8
    seeds: int = SEEDS
    peers_seconds: float = SECONDS
    bound_seconds: float = 0


SIZES = {
    "30x8": Size(name="30 x 8", interviews=30, workers=8, bound_seconds=SECONDS),
    "150x30": Size(name="150 x 30", interviews=150, workers=30, bound_seconds=4 * SECONDS),
    "150x18": Size(name="150 x 18 overloaded", interviews=150, workers=18, hours=4),
    "1000x200": Size(
        name="1,000 x 200",
        interviews=1000,
        workers=200,
        peers_seconds=10 if QUICK else 60,
        bound_seconds=10 if QUICK else 240,
    ),
}
BOUND = "bound"
WAYS = ("edf", "ortools", "pyvrp", "planner")
NAMES = {
    "edf": "earliest deadline first",
    "ortools": "OR-Tools routing",
    "pyvrp": "PyVRP",
    "planner": "missing-coord",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one way made of one instance; `seconds` are CPU seconds, bounds are 0 but for the way `bound`."""

    size: str
    way: str
    seed: int
    asked: int
    on_time: int
    late: int
    unplanned: int
    travel: int
    cost: float
    seconds: float
    violations: int
    on_time_bound: float = 0
    cost_bound: float = 0


def run(console_print: Callable[[str], None]) -> None:
    """Print the comparison for every size."""
    console_print(estimate())
    lines = (
        measure(size, way, seed)
        for size, told in SIZES.items()
        for way in (*WAYS, BOUND)
        for seed in range(told.seeds)
    )
    for line in table(lines):
        console_print(line)
    for line in rest():
        console_print(line)


def estimate() -> str:
    """Return how long the comparison takes, the peers' models, the quarter and the rest included."""
    each = [
        told.seeds * (SECONDS + 2 * told.peers_seconds + told.bound_seconds + told.interviews / 100)
        for told in SIZES.values()
    ]
    return f"planning: about {sum(each) / 60 + 10:.0f} minutes"


def rest() -> Iterator[str]:
    """Yield what one new return costs, and what becomes of the children of a quarter."""
    yield insertions()
    yield replans(seeds=SEEDS)
    for a_month in QUARTERS:
        for name, way in WAYS_OF_A_QUARTER.items():
            yield quarter(name, way, a_month=a_month, seeds=range(min(SEEDS, QUARTERS[a_month])))


def measure(size: str, way: str, seed: int) -> Run:
    """Solve one instance in one way, or bound it."""
    told = SIZES[size]
    source = instance_of(seed, interviews=told.interviews, workers=told.workers, hours=told.hours)
    if way == BOUND:
        return _bound(size, seed, source)
    plan = _plan(source, way, seed, told.peers_seconds)
    score = plan.score
    return Run(
        size=size,
        way=way,
        seed=seed,
        asked=told.interviews,
        on_time=score.on_time,
        late=score.late,
        unplanned=score.unplanned,
        travel=score.travel_minutes,
        cost=score.cost,
        seconds=plan.seconds,
        violations=len(violations(source, plan.to_json())),
    )


def _plan(source: JSON, way: str, seed: int, peers_seconds: float) -> Plan:
    instance = parse_instance(source)
    if way in {"edf", "planner"}:
        return solve(instance, seconds=SECONDS if way == "planner" else 0, monotonic=process_time)
    problem = compile_instance(instance, Weights())
    if way == "ortools":
        orders, spent = solve_with_ortools(problem, seconds=peers_seconds)
    else:
        orders, spent = solve_with_pyvrp(problem, seconds=peers_seconds, seed=seed)
    return completed(problem, orders, seconds=spent)


def _bound(size: str, seed: int, source: JSON) -> Run:
    told, began = SIZES[size], process_time()
    problem = compile_instance(parse_instance(source), Weights())
    reached = solve(parse_instance(source), seconds=SECONDS, monotonic=process_time).score.cost
    least = cost_bound(problem)
    if told.bound_seconds:
        least = max(least, route_bound(problem, seconds=told.bound_seconds, reached=reached))
    nothing = dict.fromkeys(("on_time", "late", "unplanned", "travel", "cost", "violations"), 0)
    return Run(
        size=size,
        way=BOUND,
        seed=seed,
        asked=told.interviews,
        seconds=process_time() - began,
        on_time_bound=on_time_bound(problem, worth=[1] * len(problem.ready)),
        cost_bound=least,
        **nothing,
    )


def table(runs: Iterable[Run]) -> Iterator[str]:
    """Yield the comparison as a Markdown table of means over the seeds."""
    yield "| Size | Way | seeds | on time | late | left out | travel min | cost | CPU s | of the bound | wrong |"
    yield "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
    kept = list(runs)
    for size in SIZES:
        ours = [each for each in kept if each.size == size and each.cost_bound]
        most = {each.seed: (each.on_time_bound, each.cost_bound) for each in ours}
        for way in WAYS:
            mine = [each for each in kept if (each.size, each.way) == (size, way)]
            if mine:
                yield _row(SIZES[size].name, mine, most)


def _row(name: str, runs: list[Run], bounds: dict[int, tuple[float, float]]) -> str:
    means = [
        fmean(getattr(each, key) for each in runs)
        for key in ("on_time", "late", "unplanned", "travel", "cost")
    ]
    both = [(each, bounds[each.seed]) for each in runs if each.seed in bounds]
    share = "-"
    if both:
        in_time = sum(each.on_time for each, _ in both) / sum(bound[0] for _, bound in both)
        cost = sum(bound[1] for _, bound in both) / sum(each.cost for each, _ in both)
        share = f"{100 * in_time:.1f} % on time" + (f", {100 * cost:.0f} % cost" if cost > 0.1 else "")
    seconds, wrong = fmean(each.seconds for each in runs), sum(each.violations for each in runs)
    figures = [
        f"{means[0]:.1f}",
        f"{means[1]:.1f}",
        f"{means[2]:.1f}",
        f"{means[3]:,.0f}",
        f"{means[4]:,.0f}",
    ]
    cells = [name, NAMES[runs[0].way], str(len(runs)), *figures, f"{seconds:.1f}", share, str(wrong)]
    return f"| {' | '.join(cells)} |"


def main(arguments: list[str]) -> None:
    """Run pieces of the comparison, or print the table of runs already made."""
    if arguments == ["rest"]:
        for line in rest():
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()
        return
    if arguments[0] == "table":
        lines = Path(arguments[1]).read_text(encoding="utf-8").splitlines()
        sys.stdout.write("\n".join([*table(Run(**json.loads(line)) for line in lines), ""]))
        return
    size, way, first, count = arguments
    for seed in range(int(first), int(first) + int(count)):
        sys.stdout.write(json.dumps(asdict(measure(size, way, seed))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
