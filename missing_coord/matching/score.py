"""How strongly one candidate agrees with the evidence, in bits (log2 of a likelihood ratio)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from math import log2
from typing import NamedTuple

from missing_coord.matching.compare import AGREEING, NameLevel, compare_forenames, compare_surnames
from missing_coord.matching.dates import BirthLevel, compare_age, compare_births
from missing_coord.matching.normalise import clean_id
from missing_coord.matching.places import REAL_PLACES, PlaceLevel, compare_places
from missing_coord.matching.prepared import PreparedChild, PreparedEvidence
from missing_coord.matching.rarity import RegisterStatistics
from missing_coord.matching.variants import name_roots
from missing_coord.matching.weights import LevelWeight, Weights

# Members looked up once: reading one from its class costs more than comparing two names.
_EXACT, _CLOSE, _ALIKE, _OTHER_NAME = (
    NameLevel.EXACT,
    NameLevel.CLOSE,
    NameLevel.ALIKE,
    NameLevel.OTHER_NAME,
)
_BIRTH_MISSING = BirthLevel.MISSING
_SAME_BIRTH = frozenset({BirthLevel.EXACT, BirthLevel.EXACT_JANUARY})
_NEVER = -99.0
# Parents hardly ever give two children forms of one name: one family in about 128.
_SAME_FORENAME_IN_FAMILY = -7.0
# Of two names this common a near spelling is more likely another child (Jayden, Hayden) than a slip.
_BOTH_COMMON = 0.0004
_USUALLY_SHARED_BY = 3
_SAME_FAMILY_NAME = frozenset({NameLevel.EXACT, NameLevel.CLOSE, NameLevel.PART, NameLevel.OTHER_NAME})
_SAME_GIVEN_NAME = AGREEING - {NameLevel.INITIAL}


class Comparison(NamedTuple):
    """One candidate compared: bits, bits for an unregistered brother or sister instead, and each level."""

    child_id: str
    bits: float
    sibling_bits: float
    forename: NameLevel
    surname: NameLevel
    swapped: bool
    birth: BirthLevel
    place: PlaceLevel
    phone: str
    sex: str
    local_id: str


class _Bits(NamedTuple):
    """Bits of the levels for one piece of evidence, with the rarity of its own names and places worked in."""

    forename: dict[NameLevel, float]
    surname: dict[NameLevel, float]
    place: Mapping[str, float]
    phone: Mapping[str, float]
    said_roots: frozenset[str]


class Scorer:
    """Compares evidence with candidates under one version of the weights and one snapshot of the register."""

    def __init__(self, *, weights: Weights, statistics: RegisterStatistics) -> None:
        self.weights = weights
        self.statistics = statistics
        self._children = max(statistics.children, 100)
        fields = weights.fields
        floors = {"exact_january": statistics.january_share / 6}
        self._birth = {key: row.bits(at_least=floors.get(key, 0)) for key, row in fields["birth"].items()}
        # The same few shares come again and again: for each the bits are worked out once.
        remembered = lru_cache(maxsize=4096)
        self._given_name = remembered(partial(_rarity_bits, fields["forename"]))
        self._family_name = remembered(partial(_rarity_bits, fields["surname"]))
        self._place = remembered(partial(_shared_bits, fields["place"]))
        self._phone = remembered(partial(_shared_bits, fields["phone"]))
        self._sex = {key: row.bits() for key, row in fields["sex"].items()}
        self._local_id = {
            key: row.bits(at_least=weights.local_id_wrong / self._children if key == "same" else 0)
            for key, row in fields["local_id"].items()
        }
        self._authority = {key: row.bits() for key, row in fields["authority"].items()}
        self._care = {key: row.bits() for key, row in fields["care"].items()}
        self._together = weights.together.bits()
        self._swapped = weights.swapped.bits()
        self._closed = weights.closed.bits()
        self._twin = log2(weights.twin) - log2(fields["birth"]["exact"].u)

    @property
    def prior(self) -> float:
        """The probability, before any evidence, that the notice is about one given child of the register."""
        return self.weights.on_register / self._children

    def compare_all(self, person: PreparedEvidence, children: Sequence[PreparedChild]) -> list[Comparison]:
        """Compare the evidence with every candidate, in the order given."""
        bits = self._evidence_bits(person)
        return [self._compare(person, child, bits) for child in children]

    def _evidence_bits(self, person: PreparedEvidence) -> _Bits:
        shares = self.statistics
        roots = [name_roots(name) for name in (person.forename, *person.other_forenames) if name]
        return _Bits(
            self._given_name(shares.forename_share(person.forename)),
            self._family_name(shares.surname_share(person.surname)),
            self._place(self._crowd(person.postcodes)),
            self._phone(self._crowd(person.phones)),
            frozenset[str]().union(*roots),
        )

    def _crowd(self, said: frozenset[str]) -> float:
        """The share of children at one place or number; where many share it (a children's home), it says less."""
        crowd = self.statistics.shared_by(said) if said else 0
        return (crowd or _USUALLY_SHARED_BY) / self._children

    def _compare(self, person: PreparedEvidence, child: PreparedChild, bits: _Bits) -> Comparison:
        forename = self._forename(person, child, bits)
        surname = _surname(person, child)
        surname_bits = bits.surname[surname]
        total = bits.forename[forename] + surname_bits
        swapped = False
        if total < 0 and person.forename and person.surname:
            crossed = self._crossed(person, child)
            if crossed is not None and crossed[0] > total:
                total, forename, surname = crossed
                surname_bits, swapped = bits.surname[surname], True
        if forename in _SAME_GIVEN_NAME and surname in _SAME_FAMILY_NAME:
            total += self._together
        birth = _birth(person, child)
        place = compare_places(person, child)
        phone = _shared(person.phones, child.phones)
        sex = _same(person.sex, child.sex)
        local_id = _same(person.local_id, clean_id(child.child_id)) if person.local_id else "missing"
        family = bits.place[place] + bits.phone[phone]
        # An unaccompanied child's date of birth is often an assessed one: it speaks half as loud either way.
        total += family + (self._birth[birth] / 2 if child.uasc else self._birth[birth])
        total += self._sex[sex] + self._local_id[local_id] + self._circumstances(person, child)
        sibling = _NEVER
        if surname in _SAME_FAMILY_NAME and place in REAL_PLACES and local_id != "same":
            sibling = surname_bits + family + self._sibling_bits(forename, birth)
        return Comparison(
            child.child_id, total, sibling, forename, surname, swapped, birth, place, phone, sex, local_id
        )

    def _circumstances(self, person: PreparedEvidence, child: PreparedChild) -> float:
        status = child.status
        bits = self._closed if status == "closed" else 0.0
        if person.authority and child.authority:
            bits += self._authority["same" if person.authority == child.authority else "different"]
        if person.looked_after is not None and status:
            agree = person.looked_after == (status == "looked_after")
            bits += self._care["same" if agree else "different"]
        return bits

    def _sibling_bits(self, forename: NameLevel, birth: BirthLevel) -> float:
        """Bits of the personal fields if the notice were about a brother or sister of the candidate."""
        given = _SAME_FORENAME_IN_FAMILY if forename in _SAME_GIVEN_NAME else 0.0
        return given + self._twin if birth in _SAME_BIRTH else given

    def _crossed(
        self, person: PreparedEvidence, child: PreparedChild
    ) -> tuple[float, NameLevel, NameLevel] | None:
        """Bits and levels with the names the other way round; None when neither agrees so."""
        first, last = person.forename[0], person.surname[0]
        if last != child.forename[:1] and first != child.surname[:1]:
            return None
        forename = compare_forenames(person.surname, child.forename)
        surname = compare_surnames(person.forename, child.surname)
        if forename not in _SAME_GIVEN_NAME and surname not in _SAME_FAMILY_NAME:
            return None
        as_forename = self._given_name(self.statistics.forename_share(person.surname))
        as_surname = self._family_name(self.statistics.surname_share(person.forename))
        return as_forename[forename] + as_surname[surname] + self._swapped, forename, surname

    def _forename(self, person: PreparedEvidence, child: PreparedChild, bits: _Bits) -> NameLevel:
        level = compare_forenames(person.forename, child.forename)
        if level is _CLOSE and self._both_common(person.forename, child.forename):
            level = _ALIKE
        if level in _SAME_GIVEN_NAME or not (person.other_forenames or child.other_forenames):
            return level
        for known in child.other_forenames:
            if not name_roots(known).isdisjoint(bits.said_roots):
                return _OTHER_NAME
        if person.other_forenames and not name_roots(child.forename).isdisjoint(bits.said_roots):
            return _OTHER_NAME
        return level

    def _both_common(self, first: str, second: str) -> bool:
        share = self.statistics.forename_share
        return share(first) >= _BOTH_COMMON and share(second) >= _BOTH_COMMON


def _shared_bits(levels: Mapping[str, LevelWeight], share: float) -> dict[str, float]:
    """Bits of each level of a place or number; agreeing on it is at least as likely as others sharing it."""
    shared = ("postcode", "earlier", "same")
    return {key: row.bits(at_least=share if key in shared else 0) for key, row in levels.items()}


def _rarity_bits(levels: Mapping[str, LevelWeight], share: float) -> dict[NameLevel, float]:
    """Bits of each name level for a name with this share; near agreement is likelier by chance."""
    chance = {
        "exact": share,
        "variant": 3 * share,
        "close": 2 * share,
        "part": 2 * share,
        "other_name": 3 * share,
    }
    return {NameLevel(key): row.bits(at_least=chance.get(key, 0.0)) for key, row in levels.items()}


def _surname(person: PreparedEvidence, child: PreparedChild) -> NameLevel:
    level = compare_surnames(person.surname, child.surname)
    if level in _SAME_FAMILY_NAME or not (person.other_surnames or child.other_surnames):
        return level
    if person.surname in child.other_surnames or child.surname in person.other_surnames:
        return _OTHER_NAME
    shared = set(person.other_surnames).intersection(child.other_surnames)
    return _OTHER_NAME if shared else level


def _birth(person: PreparedEvidence, child: PreparedChild) -> BirthLevel:
    level = compare_births(person.born, child.born)
    if level is _BIRTH_MISSING and person.age is not None and person.age_on is not None:
        return compare_age(person.age, person.age_on, child.born)
    return level


def _shared(said: frozenset[str], known: tuple[str, ...]) -> str:
    if not said or not known:
        return "missing"
    return "different" if said.isdisjoint(known) else "same"


def _same(said: str, known: str) -> str:
    if not said or not known:
        return "missing"
    return "same" if said == known else "different"
