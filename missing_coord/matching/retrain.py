"""New weights from a council's own decisions, what changed, and a trial on decisions they were not learned from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from missing_coord.matching.candidates import MemoryCandidates
from missing_coord.matching.decide import MatchOutcome, decide
from missing_coord.matching.keys import lookup_keys
from missing_coord.matching.learn import DecidedNotice, WeightChange, changes, learn_weights
from missing_coord.matching.prepared import PreparedChild
from missing_coord.matching.rarity import count_register
from missing_coord.matching.score import Scorer
from missing_coord.matching.weights import Weights


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What one table of weights does with decided notices: matched alone, of those wrong, left to a person."""

    notices: int
    automatic: int
    wrong: int
    review: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrained:
    """The new weights; `before` and `after` were tried on the half of the decisions not learned from."""

    weights: Weights
    decisions: int
    on_register: int
    changes: list[WeightChange]
    before: Trial
    after: Trial


def retrain(
    decided: Sequence[DecidedNotice], register: Sequence[PreparedChild], *, base: Weights, version: str
) -> Retrained:
    """Learn from all decisions; the trial learns from every other one and is judged on the rest.

    Raises ValueError when fewer than two decisions name a child of the register.
    """
    statistics = count_register(register)
    old = Scorer(weights=base, statistics=statistics)
    source = MemoryCandidates()
    for child in register:
        source.file(child)
    learned_from, judged = decided[::2], decided[1::2]
    half = learn_weights(learned_from, register, scorer=old, version=version)
    weights = learn_weights(decided, register, scorer=old, version=version)
    return Retrained(
        weights=weights,
        decisions=len(decided),
        on_register=sum(each.child is not None for each in decided),
        changes=changes(base, weights, decided, old),
        before=_tried(judged, source, old),
        after=_tried(judged, source, Scorer(weights=half, statistics=statistics)),
    )


def _tried(judged: Sequence[DecidedNotice], source: MemoryCandidates, scorer: Scorer) -> Trial:
    automatic = wrong = review = 0
    for each in judged:
        found = decide(each.person, source.find(lookup_keys(each.person)), scorer=scorer)
        review += found.decision is MatchOutcome.REVIEW
        if found.decision is MatchOutcome.MATCH:
            automatic += 1
            wrong += each.child is None or found.child_id != each.child.child_id
    return Trial(notices=len(judged), automatic=automatic, wrong=wrong, review=review)
