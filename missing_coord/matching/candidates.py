"""The port through which candidates are found, the choice among many hits, and a source in memory."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from math import fsum
from typing import Protocol, TypeVar

from missing_coord.matching.evidence import RegisterChild
from missing_coord.matching.keys import blocking_keys
from missing_coord.matching.prepared import PreparedChild, prepare_child

MAX_CHILDREN_PER_KEY = 200
MAX_CANDIDATES = 40

Child = TypeVar("Child", str, int)


class CandidateSource(Protocol):
    """Where children filed under equal keys are found: a database table, or memory."""

    def find(self, keys: Sequence[str]) -> Sequence[PreparedChild]:
        """The children worth comparing, chosen by `select_candidates`."""
        ...


def select_candidates(
    hits: Mapping[str, Sequence[Child]], *, limit: int = MAX_CANDIDATES, key_cap: int = MAX_CHILDREN_PER_KEY
) -> list[Child]:
    """Choose at most `limit` children: those under many and rare keys first, giant keys ignored, ties by id.

    `hits` maps each looked-up key to the children filed under it; a caller may stop reading a key at
    `key_cap` + 1 children.
    """
    shares: dict[Child, list[float]] = {}
    for children in hits.values():
        if 0 < len(children) <= key_cap:
            share = len(children) ** -0.5
            for child in children:
                shares.setdefault(child, []).append(share)
    if len(shares) <= limit:
        return sorted(shares)
    ranked = sorted(shares, key=lambda child: (-fsum(shares[child]), child))
    return sorted(ranked[:limit])


class MemoryCandidates:
    """Children filed in memory, for `match evaluate`, benchmarks and tests."""

    def __init__(self, children: Iterable[RegisterChild] = ()) -> None:
        self._children: list[PreparedChild] = []
        self._filed: dict[str, int | array[int]] = {}
        for child in children:
            self.add(child)

    def __len__(self) -> int:
        return len(self._children)

    def add(self, child: RegisterChild) -> PreparedChild:
        """File one more child and return it prepared."""
        ready = prepare_child(child)
        place = len(self._children)
        self._children.append(ready)
        for key in blocking_keys(ready):
            self._file(key, place)
        return ready

    def find(self, keys: Sequence[str]) -> Sequence[PreparedChild]:
        """The children worth comparing."""
        hits = {key: self._under(key) for key in keys}
        return [self._children[place] for place in select_candidates(hits)]

    def _file(self, key: str, place: int) -> None:
        filed = self._filed.setdefault(key, place)
        if isinstance(filed, array):
            filed.append(place)
        elif filed != place:
            self._filed[key] = array("I", (filed, place))

    def _under(self, key: str) -> Sequence[int]:
        filed = self._filed.get(key, ())
        return (filed,) if isinstance(filed, int) else filed
