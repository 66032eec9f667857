"""Measures one new return among agreed visits of 200 workers: finding its place, and planning around it."""

from __future__ import annotations

from random import Random
from statistics import fmean, quantiles
from time import process_time

from missing_coord.planning.improve import Search
from missing_coord.planning.instance import Pin, parse_instance
from missing_coord.planning.problem import Weights, compile_instance
from missing_coord.planning.replan import replan
from missing_coord.planning.solve import solve
from missing_coord.planning.tours import Tours
from tests.builders.plan_instances import instance_of

PLANNED, NEW, WORKERS = 600, 400, 200


def insertions() -> str:
    """Return percentiles of single insertions into a plan of 200 workers with agreed visits."""
    source = instance_of(1, interviews=PLANNED + NEW, workers=WORKERS)
    told = solve(parse_instance({**source, "interviews": source["interviews"][:PLANNED]}), seconds=1)
    chosen = Random(1).sample(told.visits, PLANNED // 2)
    source["pinned"] = [
        {"interview": each.interview, "worker": each.worker, "start": each.start.isoformat()}
        for each in chosen
    ]
    number = {item["id"]: i for i, item in enumerate(source["interviews"])}
    worker = {item["id"]: w for w, item in enumerate(source["workers"])}
    problem = compile_instance(parse_instance(source), Weights())
    tours = Tours(problem)
    for visit in told.visits:
        start = int(visit.start.timestamp())
        (route,) = [
            n
            for n, r in enumerate(problem.routes)
            if r.worker == worker[visit.worker] and r.start <= start < r.end
        ]
        tours.put(route, [*tours.seq[route], number[visit.interview]])
    run = Search(tours, range(PLANNED, PLANNED + NEW))
    spent = []
    for i in range(PLANNED, PLANNED + NEW):
        began = process_time()
        after = run.inserter.place(i)
        if after >= 0:
            tours.insert(i, after)
        spent.append(1000 * (process_time() - began))
    cuts = quantiles(spent, n=100)
    return (
        f"one insertion, {WORKERS} workers, {PLANNED} visits of which {len(chosen)} agreed, {NEW} times:"
        f" p50 {cuts[49]:.2f} ms, p95 {cuts[94]:.2f} ms, most {max(spent):.2f} ms"
    )


def replans(*, seeds: int) -> str:
    """Return what re-planning for one new return moves where 18 workers are overloaded."""
    shares, gains, spent = [], [], []
    for seed in range(seeds):
        source = instance_of(seed, interviews=150, workers=18, hours=4)
        told = {**source, "interviews": source["interviews"][:-1]}
        plan = solve(parse_instance(told), seconds=2, monotonic=process_time)
        current = [Pin(interview=v.interview, worker=v.worker, start=v.start) for v in plan.visits]
        began = process_time()
        made = replan(parse_instance(source), current, monotonic=process_time)
        spent.append(process_time() - began)
        shares.append(100 * len(made.moved) / len(current))
        gains.append(made.gain)
    return (
        f"one new return into a full plan of 149, {seeds} seeds: moves {fmean(shares):.1f} % of the visits,"
        f" at most {max(shares):.1f} %; saves {fmean(gains):,.0f} of cost; {fmean(spent):.2f} s"
    )
