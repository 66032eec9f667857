"""One decision for one notice: match, review or none, with an absolute probability over all candidates."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import fsum
from typing import NamedTuple

from missing_coord.matching.compare import NameLevel
from missing_coord.matching.dates import BirthLevel
from missing_coord.matching.evidence import PersonEvidence
from missing_coord.matching.places import REAL_PLACES
from missing_coord.matching.prepared import PreparedChild, PreparedEvidence, prepare_evidence
from missing_coord.matching.reasons import explain, forename_agrees
from missing_coord.matching.score import Comparison, Scorer

_BIRTH_FOR = frozenset(
    {BirthLevel.EXACT, BirthLevel.EXACT_JANUARY, BirthLevel.SWAPPED, BirthLevel.DIGIT, BirthLevel.YEAR_OFF}
)
_BIRTH_AGAINST = (BirthLevel.DIFFERENT, BirthLevel.DIFFERENT_JANUARY, BirthLevel.AGE_DIFFERENT)


class MatchOutcome(StrEnum):
    """What to do with a notice."""

    MATCH = "match"
    REVIEW = "review"
    NONE = "none"


RIVAL = "not automatic: another child fits nearly as well"
"""The one caution that depends on the policy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchPolicy:
    """Thresholds, all probabilities; a council's policy, frozen before it is judged."""

    automatic_from: float = 0.99
    automatic_margin: float = 0.95
    review_from: float = 0.05
    list_from: float = 0.001
    list_length: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedCandidate:
    """One child on a review list, with the probability that the notice is about this child."""

    child_id: str
    probability: float
    bits: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchDecision:
    """The decision; `child_id` is empty for none, `ranked` still lists who came nearest."""

    decision: MatchOutcome
    child_id: str | None
    probability: float
    runner_up_child_id: str | None
    runner_up_probability: float
    ranked: tuple[RankedCandidate, ...]
    reasons: tuple[str, ...]
    weights_version: str


class _Weighed(NamedTuple):
    comparison: Comparison
    probability: float


def decide(
    evidence: PersonEvidence | PreparedEvidence,
    candidates: Sequence[PreparedChild],
    *,
    scorer: Scorer,
    policy: MatchPolicy | None = None,
    excluded: Collection[str] = frozenset(),
) -> MatchDecision:
    """Decide which candidate the evidence is about, if any.

    `excluded` holds child ids that a person has ruled out for this notice. The order of candidates changes
    nothing; equal probabilities are ordered by child id.
    """
    policy = policy or MatchPolicy()
    person = evidence if isinstance(evidence, PreparedEvidence) else prepare_evidence(evidence)
    allowed = {child.child_id: child for child in candidates if child.child_id not in excluded}
    weighed = _weigh(scorer.compare_all(person, list(allowed.values())), scorer)
    cautions = _cautions(weighed, policy)
    decision = _outcome(weighed, policy, cautions)
    ranked = _ranked(weighed, person, allowed, scorer=scorer, policy=policy)
    best = weighed[0] if weighed else None
    second = weighed[1] if len(weighed) > 1 else None
    return MatchDecision(
        decision=decision,
        child_id=best.comparison.child_id if best and decision is not MatchOutcome.NONE else None,
        probability=best.probability if best else 0.0,
        runner_up_child_id=second.comparison.child_id if second else None,
        runner_up_probability=second.probability if second else 0.0,
        ranked=ranked,
        reasons=_reasons(decision, ranked, cautions),
        weights_version=scorer.weights.version,
    )


def _weigh(comparisons: list[Comparison], scorer: Scorer) -> list[_Weighed]:
    """Probabilities that add up to one with 'not on the register' and 'an unregistered brother or sister'."""
    ordered = sorted(comparisons, key=lambda found: (-found.bits, found.child_id))
    masses = [scorer.prior * 2.0**found.bits for found in ordered]
    unknown = scorer.prior * scorer.weights.unknown_sibling
    siblings = fsum(unknown * 2.0**found.sibling_bits for found in ordered)
    total = fsum(masses) + siblings + 1 - scorer.weights.on_register
    return [_Weighed(found, mass / total) for found, mass in zip(ordered, masses, strict=True)]


def _outcome(weighed: list[_Weighed], policy: MatchPolicy, cautions: tuple[str, ...]) -> MatchOutcome:
    if not weighed:
        return MatchOutcome.NONE
    best = weighed[0].probability
    named = any(found.comparison.local_id == "same" for found in weighed)
    if best < policy.review_from and not named:
        return MatchOutcome.NONE
    return MatchOutcome.REVIEW if cautions or best < policy.automatic_from else MatchOutcome.MATCH


def _cautions(weighed: list[_Weighed], policy: MatchPolicy) -> tuple[str, ...]:
    """Why the best candidate may not be matched without a person, whatever its probability."""
    if not weighed:
        return ()
    best = weighed[0].comparison
    found = [_forename_caution(best), _names_only_caution(best), _local_id_caution(best, weighed)]
    if len(weighed) > 1:
        found.append(_rival_caution(weighed[0], weighed[1], policy))
    return tuple(caution for caution in found if caution)


def _forename_caution(best: Comparison) -> str | None:
    if forename_agrees(best):
        return None
    if best.forename is not NameLevel.MISSING:
        return "not automatic: the forename is not this child's"
    return (
        None
        if best.local_id == "same"
        else "not automatic: no forename to tell brothers, sisters and twins apart"
    )


def _names_only_caution(best: Comparison) -> str | None:
    beside_names = (
        best.birth in _BIRTH_FOR
        or best.place in REAL_PLACES
        or best.phone == "same"
        or best.local_id == "same"
    )
    return None if beside_names else "not automatic: little but the names speaks for this child"


def _local_id_caution(best: Comparison, weighed: list[_Weighed]) -> str | None:
    if best.local_id != "same":
        other = any(found.comparison.local_id == "same" for found in weighed[1:])
        return "not automatic: the local id in the notice is another child's" if other else None
    surname_against = best.surname is NameLevel.DIFFERENT
    if surname_against or best.birth in _BIRTH_AGAINST:
        return "not automatic: the local id is this child's, but name or date of birth says otherwise"
    return None


def _rival_caution(best: _Weighed, second: _Weighed, policy: MatchPolicy) -> str | None:
    if best.probability - second.probability >= policy.automatic_margin:
        return None
    return RIVAL if best.probability >= policy.automatic_from else None


def _ranked(
    weighed: list[_Weighed],
    person: PreparedEvidence,
    children: Mapping[str, PreparedChild],
    *,
    scorer: Scorer,
    policy: MatchPolicy,
) -> tuple[RankedCandidate, ...]:
    listed = [
        found
        for found in weighed
        if found.probability >= policy.list_from or found.comparison.local_id == "same"
    ]
    return tuple(
        RankedCandidate(
            child_id=found.comparison.child_id,
            probability=found.probability,
            bits=found.comparison.bits,
            reasons=explain(
                found.comparison,
                person=person,
                child=children[found.comparison.child_id],
                statistics=scorer.statistics,
            ),
        )
        for found in listed[: policy.list_length]
    )


def _reasons(
    decision: MatchOutcome, ranked: tuple[RankedCandidate, ...], cautions: tuple[str, ...]
) -> tuple[str, ...]:
    if not ranked:
        return ("no child on the register comes near",)
    if decision is MatchOutcome.NONE:
        return ("no child on the register comes near enough", *ranked[0].reasons)
    return (*ranked[0].reasons, *cautions)
