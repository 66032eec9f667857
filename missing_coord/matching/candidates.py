"""The port through which candidates are found, the choice among many hits, and a source in memory."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from math import log2
from typing import TypeVar

from missing_coord.matching.evidence import RegisterChild
from missing_coord.matching.keys import distinct_keys
from missing_coord.matching.prepared import PreparedChild, prepare_child

MAX_CHILDREN_PER_KEY = 200
MAX_CANDIDATES = 40
# Nobody with less than a fifth of the best child's shared keys was ever right (tuning seeds, 100,000 children).
LEAST_SHARE = 0.2

# Whole numbers of this size take the least memory; that two keys ever share one is next to impossible.
_60_BITS = (1 << 60) - 1

Child = TypeVar("Child", str, int)


def select_candidates(
    hits: Mapping[str, Sequence[Child]], *, limit: int = MAX_CANDIDATES, key_cap: int = MAX_CHILDREN_PER_KEY
) -> list[Child]:
    """Choose at most `limit` children: those under many and rare keys, giant keys ignored, ties by id.

    `hits` maps each looked-up key to the children filed under it; a caller may stop reading a key at
    `key_cap` + 1 children. Weights are whole numbers, so that the order of keys cannot change a sum.
    """
    shares: dict[Child, int] = {}
    seen = shares.get
    for children in hits.values():
        count = len(children)
        if 0 < count <= key_cap:
            weight = _key_weight(count)
            for child in children:
                shares[child] = seen(child, 0) + weight
    if not shares:
        return []
    least = max(shares.values()) * LEAST_SHARE
    near = [child for child, share in shares.items() if share >= least]
    if len(near) > limit:
        near = sorted(near, key=lambda child: (-shares[child], child))[:limit]
    return sorted(near)


@lru_cache(maxsize=1024)
def _key_weight(count: int) -> int:
    """Thousandths of a bit: sharing a key with one child in a thousand says nothing, being alone under it ten bits."""
    return max(500, round(1000 * (10 - log2(count))))


class MemoryCandidates:
    """Children filed in memory, for `match evaluate`, benchmarks and tests."""

    def __init__(self, children: Iterable[RegisterChild] = ()) -> None:
        self._children: list[PreparedChild] = []
        # By the hash of a key, which is smaller than its text; if two keys shared one, a candidate more is compared.
        self._filed: dict[int, int | array[int]] = {}
        for child in children:
            self.add(child)

    def __len__(self) -> int:
        return len(self._children)

    def add(self, child: RegisterChild) -> PreparedChild:
        """File one more child and return it prepared."""
        return self.file(prepare_child(child))

    def file(self, ready: PreparedChild) -> PreparedChild:
        """File one more child that is prepared already."""
        place = len(self._children)
        self._children.append(ready)
        for key in distinct_keys(ready):
            self._file_under(hash(key) & _60_BITS, place)
        return ready

    @property
    def children(self) -> Sequence[PreparedChild]:
        """Everybody filed, in the order of filing."""
        return self._children

    def find(self, keys: Sequence[str]) -> Sequence[PreparedChild]:
        """The children worth comparing."""
        hits = {key: self.under(key) for key in keys}
        return [self._children[place] for place in select_candidates(hits)]

    def _file_under(self, key: int, place: int) -> None:
        filed = self._filed.setdefault(key, place)
        if isinstance(filed, array):
            filed.append(place)
        elif filed != place:
            self._filed[key] = array("I", (filed, place))

    def under(self, key: str) -> Sequence[int]:
        """The places in `children` of everybody filed under one key."""
        filed = self._filed.get(hash(key) & _60_BITS, ())
        return (filed,) if isinstance(filed, int) else filed
