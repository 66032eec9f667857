"""The contest: every contestant builds the same register and answers the same notices, each in a process of its own."""

from __future__ import annotations

import gc
import json
import multiprocessing
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import Any

from missing_coord.matching.evaluate import RegisterMatcher
from missing_coord.matching.evidence import PersonEvidence, RegisterChild
from tests.benchmarks.matching_engine import answer_all
from tests.benchmarks.matching_figures import (
    Answer,
    Ranking,
    Thresholds,
    at_threshold,
    calibration_error,
    freeze,
    rates,
    recall_at,
    top_five,
)
from tests.benchmarks.matching_splink import SplinkContestant, alone, normalised
from tests.benchmarks.matching_trgm import TrigramContestant
from tests.builders.match_desk import Desk, Town
from tests.builders.match_errors import LabelledNotice, NoticeMaker, RegisterMaker
from tests.databases import Database

FROZEN = Path(__file__).parent / "matching_frozen" / "thresholds.json"
ENGINE, ALONE, NORMALISED, TRIGRAM = "missing-coord", "Splink", "Splink, normalised", "pg_trgm"
GENERATORS = ("errors", "desk")
ONE_BY_ONE, ONE_BY_ONE_LARGE = 40, 15
"""Splink answers one notice in about a second: so many are timed, all are judged in one call."""
TRIGRAM_NOTICES, TRIGRAM_NOTICES_LARGE = 1_000, 200
LARGE = 500_000


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """One register and labelled notices about it."""

    children: list[RegisterChild]
    notices: list[LabelledNotice]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one contestant did in one world; `automatic` is (said, right) where it has a band of its own."""

    answers: list[Answer]
    seconds: list[float]
    build_seconds: float
    megabytes: float
    automatic: tuple[int, int] | None = None


def make_world(generator: str, *, seed: int, size: int, notices: int) -> World:
    """Make a register and notices with one of the two generators."""
    if generator == "errors":
        children = RegisterMaker(seed).register(size)
        return World(children=children, notices=NoticeMaker(seed + 1, children).notices(notices))
    children = Town(seed).register(size)
    return World(children=children, notices=Desk(seed + 1, children).notices(notices))


def contest(world: World, database: Database | None, *, only: Sequence[str] = ()) -> dict[str, Result]:
    """Let everybody answer; without a database pg_trgm is left out."""
    results: dict[str, Result] = {}
    if not only or ENGINE in only:
        results |= _apart(_engine, world)
    if not only or ALONE in only:
        results |= _apart(_splink, world)
    if database and (not only or TRIGRAM in only):
        results |= _apart(_trigram, world, database)
    return results


def _apart(work: Callable[..., dict[str, Result]], *arguments: Any) -> dict[str, Result]:
    """Run in a forked process, so that its memory is its own and is given back."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=lambda: theirs.send(work(*arguments)))
    child.start()
    theirs.close()
    try:
        results: dict[str, Result] = ours.recv()
    finally:
        child.join()
    return results


def _engine(world: World) -> dict[str, Result]:
    before, start = _resident(), time.perf_counter()
    matcher = RegisterMatcher(world.children)
    built, grown = time.perf_counter() - start, _resident() - before
    gc.freeze()  # as the application does: a register that stays is not garbage
    answer_all(matcher, world.notices[:300])
    found = answer_all(matcher, world.notices)
    band = found.matched, found.matched_right
    return {
        ENGINE: Result(
            answers=found.answers,
            seconds=found.seconds,
            build_seconds=built,
            megabytes=grown,
            automatic=band,
        )
    }


def _splink(world: World) -> dict[str, Result]:
    before, start = _resident(), time.perf_counter()
    peer = SplinkContestant()
    peer.build(world.children)
    built, grown = time.perf_counter() - start, _resident() - before
    peer.rank_one(world.notices[0].evidence)
    singly = ONE_BY_ONE if len(world.children) < LARGE else ONE_BY_ONE_LARGE
    seconds = [_timed(peer.rank_one, each.evidence)[1] for each in world.notices[:singly]]
    rankings = peer.rank_many([each.evidence for each in world.notices])
    results = {}
    for name, view in ((ALONE, alone), (NORMALISED, normalised)):
        answers = [
            Answer(truth=each.truth, ranking=view(ranking)[:5])
            for each, ranking in zip(world.notices, rankings, strict=True)
        ]
        results[name] = Result(answers=answers, seconds=seconds, build_seconds=built, megabytes=grown)
    return results


def _trigram(world: World, database: Database) -> dict[str, Result]:
    start = time.perf_counter()
    peer = TrigramContestant(database)
    peer.build(world.children)
    built = time.perf_counter() - start
    asked = world.notices[: TRIGRAM_NOTICES if len(world.children) < LARGE else TRIGRAM_NOTICES_LARGE]
    timed = [_timed(peer.rank_one, each.evidence) for each in asked]
    answers = [
        Answer(truth=each.truth, ranking=ranking) for each, (ranking, _) in zip(asked, timed, strict=True)
    ]
    size = peer.size_in_megabytes()
    peer.close()
    seconds = [each for _, each in timed]
    return {TRIGRAM: Result(answers=answers, seconds=seconds, build_seconds=built, megabytes=size)}


def _timed(ask: Callable[[PersonEvidence], Ranking], evidence: PersonEvidence) -> tuple[Ranking, float]:
    start = time.perf_counter()
    ranking = ask(evidence)
    return ranking, time.perf_counter() - start


def _resident() -> float:
    """Memory of this process that is not shared with its parent, in megabytes."""
    text = Path("/proc/self/smaps_rollup").read_text(encoding="utf-8")
    private = (line for line in text.splitlines() if line.startswith(("Private_", "Swap:")))
    return sum(int(line.split()[1]) for line in private) / 1024


def figures(result: Result, frozen: Thresholds) -> dict[str, float]:
    """The figures of one contestant, times in milliseconds."""
    known = sum(each.truth is not None for each in result.answers)
    band = at_threshold(result.answers, frozen.automatic)
    if result.automatic:
        band = rates(*result.automatic, known)
    cuts = quantiles(result.seconds, n=20)
    return {
        "notices": len(result.answers),
        "p50 ms": cuts[9] * 1000,
        "p95 ms": cuts[18] * 1000,
        "automatic precision": band[0],
        "automatic recall": band[1],
        "F1": at_threshold(result.answers, frozen.best_f1)[2],
        "recall at precision 0.99": recall_at(result.answers),
        "top five": top_five(result.answers),
        "calibration error": calibration_error(result.answers),
        "build s": result.build_seconds,
        "memory MB": result.megabytes,
    }


def freeze_all(results: Sequence[dict[str, Result]]) -> dict[str, Thresholds]:
    """Thresholds of every contestant from its answers in tuning worlds."""
    names = {name for each in results for name in each}
    pooled = {name: [answer for each in results for answer in each[name].answers] for name in names}
    return {name: freeze(answers) for name, answers in pooled.items()}


def write_thresholds(frozen: dict[str, Thresholds], path: Path = FROZEN) -> None:
    """Keep the thresholds beside the benchmark."""
    rows = {
        name: {"best_f1": each.best_f1, "automatic": each.automatic} for name, each in sorted(frozen.items())
    }
    path.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


def read_thresholds(path: Path = FROZEN) -> dict[str, Thresholds]:
    """The thresholds that were frozen."""
    return {name: Thresholds(**row) for name, row in json.loads(path.read_text(encoding="utf-8")).items()}
