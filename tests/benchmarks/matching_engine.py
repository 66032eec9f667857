"""The engine's own answers to labelled notices, one at a time, timed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from missing_coord.matching.decide import MatchDecision, MatchOutcome
from missing_coord.matching.evaluate import RegisterMatcher
from tests.benchmarks.matching_figures import Answer, rates
from tests.builders.match_errors import LabelledNotice


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineAnswers:
    """Answers in the order of the notices, seconds for each, and the automatic band's counts."""

    answers: list[Answer]
    seconds: list[float]
    matched: int
    matched_right: int
    reviewed: int

    @property
    def band(self) -> tuple[float, float, float]:
        """Precision, recall and F1 of the automatic matches."""
        known = sum(each.truth is not None for each in self.answers)
        return rates(self.matched, self.matched_right, known)


def answer_all(matcher: RegisterMatcher, notices: Sequence[LabelledNotice]) -> EngineAnswers:
    """Decide every notice on its own."""
    timed = [_decided(matcher, each) for each in notices]
    pairs = [(each.truth, found) for each, (found, _) in zip(notices, timed, strict=True)]
    matched = [(truth, found) for truth, found in pairs if found.decision is MatchOutcome.MATCH]
    return EngineAnswers(
        answers=[
            Answer(truth=truth, ranking=[(child.child_id, child.probability) for child in found.ranked])
            for truth, found in pairs
        ],
        seconds=[seconds for _, seconds in timed],
        matched=len(matched),
        matched_right=sum(truth == found.child_id for truth, found in matched),
        reviewed=sum(found.decision is MatchOutcome.REVIEW for _, found in pairs),
    )


def _decided(matcher: RegisterMatcher, notice: LabelledNotice) -> tuple[MatchDecision, float]:
    start = time.perf_counter()
    found = matcher.decide(notice.evidence)
    return found, time.perf_counter() - start
