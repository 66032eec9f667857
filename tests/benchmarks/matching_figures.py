"""Figures of a ranked answer per notice, the same for every contestant; thresholds come from tuning data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Ranking = list[tuple[str, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The true child (None: not on the register) and the first five children with their scores, best first."""

    truth: str | None
    ranking: Ranking

    @property
    def score(self) -> float:
        """The score of the best child."""
        return self.ranking[0][1] if self.ranking else float("-inf")

    @property
    def right(self) -> bool:
        """Whether the best child is the true one."""
        return bool(self.ranking) and self.ranking[0][0] == self.truth


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Scores from which a best child counts as matched: for the best F1, and for precision 0.99 (automatic)."""

    best_f1: float
    automatic: float


def freeze(answers: Sequence[Answer], *, precision: float = 0.99) -> Thresholds:
    """Choose both thresholds on tuning data."""
    best, automatic, found = (0.0, 0.0), float("inf"), 0.0
    for score, said, right, known in _steps(answers):
        best = max(best, (2 * right / (said + known), score))
        if right / said >= precision and right > found:
            found, automatic = right, score
    return Thresholds(best_f1=best[1], automatic=automatic)


def recall_at(answers: Sequence[Answer], *, precision: float = 0.99) -> float:
    """The greatest recall at which the precision still holds."""
    return max(
        (right / known for _, said, right, known in _steps(answers) if right / said >= precision), default=0.0
    )


def at_threshold(answers: Sequence[Answer], threshold: float) -> tuple[float, float, float]:
    """Precision, recall and F1 of taking every best child from this score on."""
    taken = [each for each in answers if each.score >= threshold]
    known = sum(each.truth is not None for each in answers)
    return rates(len(taken), sum(each.right for each in taken), known)


def rates(said: int, right: int, known: int) -> tuple[float, float, float]:
    """Precision, recall and F1 from counts."""
    return right / max(said, 1), right / max(known, 1), 2 * right / max(said + known, 1)


def top_five(answers: Sequence[Answer]) -> float:
    """The share of notices about registered children with the right child among the first five."""
    known = [each for each in answers if each.truth is not None]
    return sum(any(child == each.truth for child, _ in each.ranking[:5]) for each in known) / max(
        len(known), 1
    )


def calibration_error(answers: Sequence[Answer], *, bins: int = 10) -> float:
    """Mean gap between the probability of the best child and how often it is right, over equal-width bins.

    Scores that are no probabilities have none: nan.
    """
    if any(each.score > 1.000001 for each in answers):
        return float("nan")
    buckets: list[list[Answer]] = [[] for _ in range(bins)]
    asked = [each for each in answers if each.ranking]
    for each in asked:
        buckets[min(int(each.score * bins), bins - 1)].append(each)
    gaps = (abs(sum(each.score - each.right for each in bucket)) for bucket in buckets)
    return sum(gaps) / max(len(asked), 1)


def _steps(answers: Sequence[Answer]) -> list[tuple[float, int, int, int]]:
    """(score, said, right, known) for every distinct score from the highest down."""
    known = sum(each.truth is not None for each in answers)
    ordered = sorted((each for each in answers if each.ranking), key=lambda each: -each.score)
    steps: list[tuple[float, int, int, int]] = []
    right = 0
    for place, each in enumerate(ordered):
        right += each.right
        if place + 1 == len(ordered) or ordered[place + 1].score < each.score:
            steps.append((each.score, place + 1, right, known))
    return steps
