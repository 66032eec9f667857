"""Weights learned from decided pairs: counts of each level, shrunk towards the weights that were in force before."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import log2
from random import Random

from missing_coord.matching.prepared import PreparedChild, PreparedEvidence
from missing_coord.matching.score import Comparison, Scorer
from missing_coord.matching.weights import LevelWeight, Weights

# What was known before counts as much as this many decisions, so that a handful of cases moves little.
DECISIONS_BEFORE = 200.0
OTHERS_A_NOTICE = 20
_COMPARED = ("forename", "surname", "birth", "place", "phone", "sex", "local_id")
# Never learned below this: a level not yet seen is rare, not impossible.
_LEAST = 1e-5


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedNotice:
    """What a notice said and the child a person found it to be about; None: not on the register."""

    person: PreparedEvidence
    child: PreparedChild | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightChange:
    """One level before and after, with how often it was seen for the right child."""

    name: str
    before: LevelWeight
    after: LevelWeight
    seen: int

    @property
    def bits(self) -> float:
        """By how many bits the level now speaks more for a child, or less."""
        floor = 1e-6
        return log2(self.after.m / max(self.after.u, floor)) - log2(self.before.m / max(self.before.u, floor))


@dataclass(slots=True)
class LevelCounts:
    """How often each level of each field was seen."""

    seen: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    swapped: int = 0
    pairs: int = 0

    def add(self, comparison: Comparison) -> None:
        """Count one pair."""
        self.pairs += 1
        self.swapped += comparison.swapped
        for name in _COMPARED:
            self.seen[name][str(getattr(comparison, name))] += 1


def learn_weights(
    decided: Sequence[DecidedNotice],
    register: Sequence[PreparedChild],
    *,
    scorer: Scorer,
    version: str,
    before: float = DECISIONS_BEFORE,
    seed: int = 1,
) -> Weights:
    """New weights from decided notices; other children are drawn from the register to see what agrees by chance.

    Raises ValueError when no decision names a child of the register.
    """
    known = [each for each in decided if each.child is not None]
    if not known:
        raise ValueError("learn_weights needs at least one decision that names a child of the register")
    right, others = _counts(known, register, scorer, Random(seed))  # noqa: S311
    base = scorer.weights
    return replace(
        base,
        version=version,
        on_register=_shrunk(len(known), len(decided), base.on_register, before),
        swapped=_learned(base.swapped, _shrunk(right.swapped, right.pairs, base.swapped.m, before), 1.0, 0),
        fields={
            name: _field(rows, right.seen.get(name), others.seen.get(name), before)
            for name, rows in base.fields.items()
        },
    )


def changes(
    old: Weights, new: Weights, decided: Sequence[DecidedNotice], scorer: Scorer
) -> list[WeightChange]:
    """Every level whose shares changed, the largest change of evidence first."""
    seen = LevelCounts()
    for each in decided:
        if each.child is not None:
            seen.add(scorer.compare_all(each.person, [each.child])[0])
    found = [
        WeightChange(
            name=f"{name}.{level}", before=row, after=new.fields[name][level], seen=seen.seen[name][level]
        )
        for name, rows in old.fields.items()
        for level, row in rows.items()
        if (row.m, row.u) != (new.fields[name][level].m, new.fields[name][level].u)
    ]
    return sorted(found, key=lambda change: (-abs(change.bits), change.name))


def _counts(
    known: Iterable[DecidedNotice], register: Sequence[PreparedChild], scorer: Scorer, rng: Random
) -> tuple[LevelCounts, LevelCounts]:
    right, others = LevelCounts(), LevelCounts()
    for each in known:
        if each.child is None:
            continue
        right.add(scorer.compare_all(each.person, [each.child])[0])
        drawn = rng.sample(register, min(OTHERS_A_NOTICE, len(register)))
        strangers = [child for child in drawn if child.child_id != each.child.child_id]
        for comparison in scorer.compare_all(each.person, strangers):
            others.add(comparison)
    return right, others


def _field(
    rows: Mapping[str, LevelWeight],
    right: Counter[str] | None,
    others: Counter[str] | None,
    before: float,
) -> dict[str, LevelWeight]:
    if right is None or others is None:
        return dict(rows)
    said = sum(right.values()) - right["missing"]
    chances = sum(others.values()) - others["missing"]
    return {
        level: row
        if level == "missing" or not said
        else _learned(
            row,
            _shrunk(right[level], said, row.m, before),
            # A share worked out from the register itself (a name's own) stays so.
            _shrunk(others[level], chances, row.u, before * OTHERS_A_NOTICE) if row.u else 0.0,
            right[level],
        )
        for level, row in rows.items()
    }


def _learned(row: LevelWeight, m: float, u: float, seen: int) -> LevelWeight:
    source = (
        f"learned from decisions, {seen} of them at this level; before: {row.source.split('before: ')[-1]}"
    )
    return replace(row, m=max(m, _LEAST), u=u, source=source)


def _shrunk(count: int, total: int, share: float, before: float) -> float:
    """A share from counts, as if `before` earlier cases had shown the share held until now."""
    return (count + before * share) / (total + before)
