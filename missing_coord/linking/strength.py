"""How strong a link is: what two children share, weighed by how few share it, as one probability."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from missing_coord.linking.entities import Entity, EntityKind

MODEL_VERSION = "2026-2"
MOST_NAMERS = 60
"""A thing named for more children than this links nobody."""
HALVED_AT = 16
"""A thing named for so many children tells half of what one named for two tells."""
MOST_OF_A_KIND = 2.0


class TieKind(StrEnum):
    """What ties two children: the same thing named, or going missing with each other."""

    PHONE = "phone"
    HANDLE = "handle"
    VEHICLE = "vehicle"
    PART_MARK = "part_mark"
    HOUSE = "house"
    PLACE = "place"
    NAME = "name"
    BY_NAME = "by_name"
    TOGETHER = "together"
    TOGETHER_SAME_BASE = "together_same_base"
    NAMED = "named"
    NAMED_SAME_BASE = "named_same_base"


# Fitted to made-up cities (tests/benchmarks/fit_linking.py), rounded, and what those hold too little of (places, names,
# by-names, half marks) set by hand to small values. Frozen before the judged cities were looked at.
_INTERCEPT = -7.6
_WEIGHTS = MappingProxyType(
    {
        TieKind.PHONE: 11.0,
        TieKind.HANDLE: 11.0,
        TieKind.VEHICLE: 9.0,
        TieKind.PART_MARK: 5.5,
        TieKind.HOUSE: 8.3,
        TieKind.PLACE: 0.8,
        TieKind.NAME: 1.7,
        TieKind.BY_NAME: 0.5,
        TieKind.TOGETHER: 10.0,
        TieKind.TOGETHER_SAME_BASE: 2.5,
        TieKind.NAMED: 0.5,
        TieKind.NAMED_SAME_BASE: 0.2,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """One thing that ties two children: `amount` is 1 for a rare thing named once by each, less for a common one."""

    kind: TieKind
    amount: float
    entity: Entity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What leads decided about earlier proposals, so that it counts in later ones.

    `confirmed` and `rejected` count decisions by kind of tie; `noise` are things of rejected proposals with how often,
    `concerns` things of confirmed ones.
    """

    confirmed: Mapping[str, int] = field(default_factory=dict)
    rejected: Mapping[str, int] = field(default_factory=dict)
    noise: Mapping[str, int] = field(default_factory=dict)
    concerns: frozenset[str] = frozenset()

    def shift(self, kind: TieKind) -> float:
        """Return by how much a kind of tie counts more (above 1) or less: half to one and a half times."""
        yes, no = self.confirmed.get(kind.value, 0), self.rejected.get(kind.value, 0)
        return 0.5 + (yes + 10) / (yes + no + 20)


NO_FEEDBACK = Feedback()


def rarity(children: int) -> float:
    """Return how much a thing tells that so many children name: 1 for very few, towards 0 for many."""
    return 0.0 if children > MOST_NAMERS else 1 / (1 + (children / HALVED_AT) ** 4)


def amounts(ties: list[Tie]) -> dict[TieKind, float]:
    """Return what ties come to by kind; several of one kind count up to a limit."""
    found: dict[TieKind, float] = {}
    for tie in ties:
        found[tie.kind] = min(MOST_OF_A_KIND, found.get(tie.kind, 0.0) + tie.amount)
    return found


def log_odds(ties: list[Tie], feedback: Feedback = NO_FEEDBACK) -> float:
    """Return the log-odds that two children with these ties belong together."""
    return _INTERCEPT + sum(
        _WEIGHTS[kind] * amount * feedback.shift(kind) for kind, amount in amounts(ties).items()
    )


def probability(odds: float) -> float:
    """Return log-odds as a probability."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))


def kind_of(entity: Entity) -> TieKind:
    """Return the kind of tie that a shared thing is."""
    return _KINDS[entity.kind]


_KINDS = {each: TieKind(each.value) for each in EntityKind}
