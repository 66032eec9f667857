"""How far two people who judged the same things agree, beyond what chance alone would give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from fractions import Fraction

LEAST_FOR_KAPPA = 30
"""Below so many pairs a kappa says next to nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """On how many of how many things both said the same; `kappa` is None where it is not defined."""

    pairs: int
    same: int
    kappa: Fraction | None

    @property
    def few(self) -> bool:
        """Whether these are too few to rest anything on."""
        return self.pairs < LEAST_FOR_KAPPA


def agreement_of(pairs: Sequence[tuple[Hashable, Hashable]]) -> Agreement:
    """Return the agreement and Cohen's kappa (1960), unweighted; none where both always said one and the same."""
    many = len(pairs)
    same = sum(first == second for first, second in pairs)
    firsts, seconds = Counter(first for first, _ in pairs), Counter(second for _, second in pairs)
    by_chance = sum(firsts[each] * seconds[each] for each in firsts)
    kappa = Fraction(same * many - by_chance, many * many - by_chance) if by_chance != many * many else None
    return Agreement(pairs=many, same=same, kappa=kappa)
