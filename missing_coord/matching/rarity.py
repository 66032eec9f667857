"""How common names are on the register: agreeing on a rare name says more than agreeing on a common one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from missing_coord.matching.dates import is_january_first
from missing_coord.matching.prepared import PreparedChild

# Counts start as if 200 children bore names of one in 2,000 each: a small register calls nothing too rare.
_TYPICAL_SHARE = 0.0005
_TYPICAL_CHILDREN = 200
RARE_SHARE = 0.0005
COMMON_SHARE = 0.004
CROWDED_FROM = 5
"""Children under one postcode or number from which it is counted: a children's home, a block of flats."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterStatistics:
    """Counts of the register that the score needs; a snapshot, so that one run decides every notice alike."""

    children: int
    surnames: Mapping[str, int] = field(default_factory=dict)
    forenames: Mapping[str, int] = field(default_factory=dict)
    january_firsts: int = 0
    crowded: Mapping[str, int] = field(default_factory=dict)

    def surname_share(self, surname: str) -> float:
        """The share of children with this surname, or with the most common part of a double-barrelled one."""
        words = {surname, *surname.split()}
        return max([self._share(self.surnames, word) for word in words])

    def forename_share(self, forename: str) -> float:
        """The share of children with this forename."""
        return self._share(self.forenames, forename)

    def shared_by(self, places_or_phones: Iterable[str]) -> int:
        """How many children share the most crowded of these postcodes or numbers, 0 when none is crowded."""
        return max([self.crowded.get(each, 0) for each in places_or_phones], default=0)

    @property
    def january_share(self) -> float:
        """The share of children whose date of birth is a 1 January."""
        return self.january_firsts / max(self.children, 1)

    def to_json_data(self) -> dict[str, object]:
        """Plain data for a stored snapshot."""
        return {
            "children": self.children,
            "surnames": dict(self.surnames),
            "forenames": dict(self.forenames),
            "january_firsts": self.january_firsts,
            "crowded": dict(self.crowded),
        }

    def _share(self, counts: Mapping[str, int], name: str) -> float:
        seen = counts.get(name, 0) + _TYPICAL_SHARE * _TYPICAL_CHILDREN
        return seen / (self.children + _TYPICAL_CHILDREN)


def count_register(children: Iterable[PreparedChild]) -> RegisterStatistics:
    """Count names and 1 January dates over the whole register."""
    surnames: Counter[str] = Counter()
    forenames: Counter[str] = Counter()
    homes: Counter[str] = Counter()
    total = january_firsts = 0
    for child in children:
        total += 1
        january_firsts += is_january_first(child.born)
        surnames.update({child.surname, *child.surname.split(), *child.other_surnames} - {""})
        homes.update({*child.lived_at(), *child.phones})
        forenames.update({child.forename, child.forename.partition(" ")[0]} - {""})
    return RegisterStatistics(
        children=total,
        surnames=surnames,
        forenames=forenames,
        january_firsts=january_firsts,
        crowded={place: count for place, count in homes.items() if count >= CROWDED_FROM},
    )
