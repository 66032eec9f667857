"""The engine run over a register and a file of notices in memory, one decision a row: `match evaluate`."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from missing_coord.matching.candidates import MemoryCandidates
from missing_coord.matching.decide import MatchDecision, MatchPolicy, decide
from missing_coord.matching.evidence import PersonEvidence, RegisterChild
from missing_coord.matching.keys import lookup_keys
from missing_coord.matching.learn import DecidedNotice
from missing_coord.matching.prepared import PreparedChild, prepare_child, prepare_evidence
from missing_coord.matching.rarity import count_register
from missing_coord.matching.reading import notice_evidence, register_child
from missing_coord.matching.score import Scorer
from missing_coord.matching.weights import Weights, shipped_weights


class EvaluationRow(NamedTuple):
    """One line of decisions.csv; `child_id` is the best candidate even when the decision is none, so that its
    probability can be checked."""

    row: int
    force: str
    reference: str
    child_id: str
    probability: float
    decision: str
    runner_up_child_id: str
    runner_up_probability: float
    reasons: str


class RegisterMatcher:
    """A whole register held in memory, asked about one person at a time."""

    def __init__(
        self,
        children: Iterable[RegisterChild],
        *,
        weights: Weights | None = None,
        policy: MatchPolicy | None = None,
    ) -> None:
        self.policy = policy or MatchPolicy()
        self.source = MemoryCandidates()
        with _nothing_is_garbage():
            statistics = count_register(self._filed(children))
        self.scorer = Scorer(weights=weights or shipped_weights(), statistics=statistics)

    def decide(self, evidence: PersonEvidence) -> MatchDecision:
        """Find candidates and decide."""
        person = prepare_evidence(evidence)
        candidates = self.source.find(lookup_keys(person))
        return decide(person, candidates, scorer=self.scorer, policy=self.policy)

    def _filed(self, children: Iterable[RegisterChild]) -> Iterator[PreparedChild]:
        for child in children:
            yield self.source.add(child)


@contextmanager
def _nothing_is_garbage() -> Iterator[None]:
    """While a register is filled, which stays: looking through it for garbage again and again doubles the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def evaluate_files(
    register: Iterable[Any],
    notices: Iterable[Any],
    *,
    placements: Iterable[Any] = (),
    weights: Weights | None = None,
    policy: MatchPolicy | None = None,
) -> Iterator[EvaluationRow]:
    """Decide every notice on its own against the register, in the order of the notices, rows numbered from 1.

    Records may be ChildRecord, PlacementRecord and PoliceNotice or mappings with the contract's column names.
    """
    lived = _by_child(placements)
    children = (register_child(row, placements=lived.get(_field(row, "child_id"), ())) for row in register)
    matcher = RegisterMatcher(children, weights=weights, policy=policy)
    for number, notice in enumerate(notices, start=1):
        yield _row(number, notice, matcher.decide(notice_evidence(notice)))


def decided_files(
    register: Iterable[Any],
    notices: Iterable[Any],
    told: Mapping[tuple[str, str], str],
    *,
    placements: Iterable[Any] = (),
) -> tuple[list[DecidedNotice], list[PreparedChild]]:
    """The notices whose force and reference were decided, with the child told (empty: not on the register).

    A notice told to be about a child that the register has not got is left out.
    """
    lived = _by_child(placements)
    rows = (register_child(row, placements=lived.get(_field(row, "child_id"), ())) for row in register)
    children = {child.child_id: prepare_child(child) for child in rows}
    decided: list[DecidedNotice] = []
    for notice in notices:
        child_id = told.get((_field(notice, "force"), _field(notice, "reference")))
        if child_id is not None and (not child_id or child_id in children):
            person = prepare_evidence(notice_evidence(notice))
            decided.append(DecidedNotice(person=person, child=children.get(child_id)))
    return decided, list(children.values())


def _row(number: int, notice: Any, found: MatchDecision) -> EvaluationRow:
    return EvaluationRow(
        row=number,
        force=_field(notice, "force"),
        reference=_field(notice, "reference"),
        child_id=found.child_id or (found.ranked[0].child_id if found.ranked else ""),
        probability=round(found.probability, 6),
        decision=found.decision.value,
        runner_up_child_id=found.runner_up_child_id or "",
        runner_up_probability=round(found.runner_up_probability, 6),
        reasons="; ".join(found.reasons),
    )


def _by_child(placements: Iterable[Any]) -> dict[str, list[Any]]:
    lived: dict[str, list[Any]] = {}
    for row in placements:
        lived.setdefault(_field(row, "child_id"), []).append(row)
    return lived


def _field(record: Any, name: str) -> str:
    value = record.get(name) if isinstance(record, Mapping) else getattr(record, name, None)
    return "" if value is None else str(value)
