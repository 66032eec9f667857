"""The matching engine in memory: speed, candidates, precision and recall on seeds not used for tuning."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import mean, quantiles

from missing_coord.matching.decide import MatchDecision, MatchOutcome, decide
from missing_coord.matching.evaluate import RegisterMatcher
from missing_coord.matching.keys import lookup_keys
from missing_coord.matching.prepared import prepare_evidence
from tests.builders.match_errors import LabelledNotice, NoticeMaker, RegisterMaker

JUDGED_REGISTER_SEED = 7001
JUDGED_NOTICE_SEED = 7002


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One notice: what was decided, what was true, how long it took in seconds."""

    truth: str | None
    found: MatchDecision
    candidates: int
    retrieved: bool
    find_seconds: float
    decide_seconds: float


def judge(matcher: RegisterMatcher, notices: list[LabelledNotice]) -> list[Judged]:
    """Decide every notice and time it."""
    return [_judge_one(matcher, notice) for notice in notices]


def _judge_one(matcher: RegisterMatcher, notice: LabelledNotice) -> Judged:
    start = time.perf_counter()
    person = prepare_evidence(notice.evidence)
    candidates = matcher.source.find(lookup_keys(person))
    between = time.perf_counter()
    found = decide(person, candidates, scorer=matcher.scorer, policy=matcher.policy)
    end = time.perf_counter()
    return Judged(
        truth=notice.truth,
        found=found,
        candidates=len(candidates),
        retrieved=any(child.child_id == notice.truth for child in candidates),
        find_seconds=between - start,
        decide_seconds=end - between,
    )


def figures(judged: list[Judged]) -> dict[str, float]:
    """Precision and recall of the automatic band, review, calibration and times in milliseconds."""
    automatic = [row for row in judged if row.found.decision is MatchOutcome.MATCH]
    right = sum(row.found.child_id == row.truth for row in automatic)
    known = [row for row in judged if row.truth]
    listed = sum(any(found.child_id == row.truth for found in row.found.ranked) for row in known)
    whole = quantiles([row.find_seconds + row.decide_seconds for row in judged], n=20)
    deciding = quantiles([row.decide_seconds for row in judged], n=20)
    return {
        "notices": len(judged),
        "about registered children": len(known),
        "candidates a notice, mean": mean(row.candidates for row in judged),
        "right child among candidates": sum(row.retrieved for row in known) / len(known),
        "automatic matches": len(automatic),
        "automatic, wrong": len(automatic) - right,
        "automatic precision": right / len(automatic) if automatic else 0.0,
        "automatic recall": right / len(known),
        "sent to review": sum(row.found.decision is MatchOutcome.REVIEW for row in judged) / len(judged),
        "right child in top 5": listed / len(known),
        "expected calibration error": calibration_error(judged),
        "ms a notice, p50": whole[9] * 1000,
        "ms a notice, p95": whole[18] * 1000,
        "ms deciding, p50": deciding[9] * 1000,
        "ms deciding, p95": deciding[18] * 1000,
    }


def calibration_error(judged: list[Judged], *, bins: int = 10) -> float:
    """Mean gap between the probability of the best candidate and how often it is right, over equal-width bins."""
    buckets: list[list[tuple[float, bool]]] = [[] for _ in range(bins)]
    for row in judged:
        best = row.found.ranked[0] if row.found.ranked else None
        if best:
            buckets[min(int(best.probability * bins), bins - 1)].append(
                (best.probability, best.child_id == row.truth)
            )
    total = sum(len(bucket) for bucket in buckets) or 1
    gaps = (abs(sum(p for p, _ in bucket) - sum(hit for _, hit in bucket)) for bucket in buckets)
    return sum(gaps) / total


def run(console_print: Callable[[str], object], *, sizes: tuple[int, ...] = (1_250, 100_000)) -> None:
    """Print one table for every size of register."""
    console_print("Matching, in memory, on made-up data (seeds not used for tuning)")
    for size in sizes:
        children = RegisterMaker(JUDGED_REGISTER_SEED).register(size)
        start = time.perf_counter()
        matcher = RegisterMatcher(children)
        built = time.perf_counter() - start
        notices = NoticeMaker(JUDGED_NOTICE_SEED, children).notices(10_000)
        judge(matcher, notices[:500])
        console_print(f"  register of {size:,} children, built in {built:.1f} s")
        for name, value in figures(judge(matcher, notices)).items():
            console_print(
                f"    {name:<32} {value:>12,.4f}" if value % 1 else f"    {name:<32} {value:>12,.0f}"
            )


if __name__ == "__main__":
    run(print)
