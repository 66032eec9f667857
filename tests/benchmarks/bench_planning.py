"""Measures the planning engine against plain earliest deadline first on the same generated instances."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

from missing_coord.planning.instance import parse_instance
from missing_coord.planning.plan import Plan
from missing_coord.planning.solve import solve
from tests.builders.plan_checker import violations
from tests.builders.plan_instances import instance_of

SEEDS = 3
SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """One size of instance; shorter shifts and fewer days make it overloaded."""

    name: str
    interviews: int
    workers: int
    days: int = 3
    hours: int = 8


SIZES = (
    Size(name="30 x 8", interviews=30, workers=8),
    Size(name="150 x 30", interviews=150, workers=30),
    Size(name="150 x 18 overloaded", interviews=150, workers=18, hours=4),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The sum over all seeds of one way of solving one size."""

    asked: int
    on_time: int
    late: int
    unplanned: int
    travel_minutes: int
    cost: float
    seconds: float
    wrong: int


def run(console_print: Callable[[str], None]) -> None:
    """Print solve time, on-time share, travel and cost of the planner and of earliest deadline first."""
    console_print(f"plan solve: {SEEDS} seeds of each size, at most {SECONDS:g} s each; sums over the seeds")
    for size in SIZES:
        for way, seconds in (("earliest deadline first", 0.0), ("with improvement", SECONDS)):
            console_print(f"  {size.name:<20} {way:<24} {_line(_measure(size, seconds))}")


def _measure(size: Size, seconds: float) -> Measured:
    plans, elapsed, wrong = [], 0.0, 0
    for seed in range(SEEDS):
        source = instance_of(
            seed, interviews=size.interviews, workers=size.workers, days=size.days, hours=size.hours
        )
        instance = parse_instance(source)
        began = perf_counter()
        plan = solve(instance, seconds=seconds)
        elapsed += perf_counter() - began
        wrong += len(violations(source, plan.to_json()))
        plans.append(plan)
    return _summed(plans, elapsed / SEEDS, wrong)


def _summed(plans: list[Plan], seconds: float, wrong: int) -> Measured:
    scores = [plan.score for plan in plans]
    return Measured(
        asked=sum(score.planned + score.unplanned for score in scores),
        on_time=sum(score.on_time for score in scores),
        late=sum(score.late for score in scores),
        unplanned=sum(score.unplanned for score in scores),
        travel_minutes=sum(score.travel_minutes for score in scores),
        cost=sum(score.cost for score in scores),
        seconds=seconds,
        wrong=wrong,
    )


def _line(measured: Measured) -> str:
    share = 100 * measured.on_time / measured.asked
    return (
        f"on time {measured.on_time}/{measured.asked} ({share:.1f} %), late {measured.late}, "
        f"unplanned {measured.unplanned}, travel {measured.travel_minutes} min, cost {measured.cost:.0f}, "
        f"{measured.seconds:.2f} s a plan, violations {measured.wrong}"
    )
