"""What ties which children: every naming and every episode, kept so that one more costs little."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from missing_coord.linking.entities import Entities, Entity, EntityKind, Token
from missing_coord.linking.naming import (
    NOBODY,
    Naming,
    OwnWorld,
    is_own,
    is_own_place,
    same_base,
    same_household,
)
from missing_coord.linking.occasions import FOR_EVER, Going, Occasion, occasions
from missing_coord.linking.people import person_age
from missing_coord.linking.places import is_common
from missing_coord.linking.policy import DEFAULT_PATTERN_POLICY, PatternPolicy
from missing_coord.linking.proposals import digest
from missing_coord.linking.strength import (
    MOST_NAMERS,
    NO_FEEDBACK,
    Feedback,
    Tie,
    TieKind,
    kind_of,
    log_odds,
    probability,
    rarity,
)

_CAB = re.compile(r"\b(taxis?|minicabs?|cabs?|private hire|uber|bolt)\b", re.IGNORECASE)
HUB = 12
"""A place named for more children than this says nothing about who was found there with whom."""
# Other kinds never suffice by themselves: they count between children whom something else brings near.
_ENOUGH = dict.fromkeys(
    (EntityKind.PHONE, EntityKind.HANDLE, EntityKind.VEHICLE, EntityKind.PART_MARK, EntityKind.HOUSE),
    MOST_NAMERS,
) | {EntityKind.PLACE: HUB}
EVERYDAY = 0.3
"""How much is left of a thing with an everyday explanation: a cab, a child's family home, one placement's own."""
IN_PART = 0.6
"""How much is left of a registration of which a child named a part only, though nothing else fits."""
AGES_APART = 8
AGAIN, MOST_TIMES = 0.25, 8
"""Each doubling of how often both name a thing adds so much, up to eight times."""
_WITH_CABS = frozenset({EntityKind.VEHICLE, EntityKind.PHONE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Two children and what ties them; `first` sorts before `second`."""

    first: str
    second: str
    ties: tuple[Tie, ...]
    occasions: tuple[Occasion, ...]
    probability: float


Namers = dict[str, list[Naming]]


@dataclass(slots=True, kw_only=True)
class Linker:
    """Everything named and every episode, by child and by thing."""

    policy: PatternPolicy = DEFAULT_PATTERN_POLICY
    feedback: Feedback = NO_FEEDBACK
    worlds: dict[str, OwnWorld] = field(default_factory=dict)
    namers: dict[Entity, Namers] = field(default_factory=dict)
    _entities: Entities = field(default_factory=Entities)
    _of_child: dict[str, set[Entity]] = field(default_factory=lambda: defaultdict(set))
    _goings: dict[str, list[Going]] = field(default_factory=lambda: defaultdict(list))
    _loose: dict[Token, list[Naming]] = field(default_factory=lambda: defaultdict(list))
    _holders: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _references: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _cabs: set[Entity] = field(default_factory=set)
    _homes: set[str] = field(default_factory=set)

    def take(
        self,
        *,
        namings: Sequence[Naming] = (),
        goings: Iterable[Going] = (),
        worlds: Mapping[str, OwnWorld] | None = None,
    ) -> None:
        """Take in more: what is each child's own first, then episodes, then what was named."""
        for child_id, world in (worlds or {}).items():
            self._settle(child_id, world)
        for going in goings:
            self._goings[going.span.child_id].append(going)
            for reference in going.references:
                self._references[reference].add(going.span.child_id)
        moved = [token for each in namings for token in self._entities.learn(each)]
        again = [each for token in dict.fromkeys(moved) for each in self._loose.pop(token, ())]
        for each in again:
            self._leave(each)
        for each in (*again, *namings):
            self._enter(each)

    def _settle(self, child_id: str, world: OwnWorld) -> None:
        self.worlds[child_id] = world
        self._homes |= world.places
        for name in world.names:
            self._holders[name].add(child_id)

    def _enter(self, naming: Naming) -> None:
        own = self.worlds.get(naming.child_id, NOBODY)
        if is_own(naming, own):
            return
        things, token = self._entities.meant(naming)
        if token is not None:
            self._loose[token].append(naming)
        for entity in things:
            if entity.value in own.places or self._is_common(entity, naming):
                continue
            self.namers.setdefault(entity, {}).setdefault(naming.child_id, []).append(naming)
            self._of_child[naming.child_id].add(entity)
            if entity.kind in _WITH_CABS and _CAB.search(naming.as_said):
                self._cabs.add(entity)

    def _is_common(self, entity: Entity, naming: Naming) -> bool:
        return entity.kind is EntityKind.PLACE and is_common(naming.value, naming.as_said, self.policy)

    def _leave(self, naming: Naming) -> None:
        """Take a loose naming out of wherever it was entered."""
        for entity in list(self._of_child[naming.child_id]):
            said = self.namers[entity][naming.child_id]
            if naming in said:
                said.remove(naming)
                if not said:
                    del self.namers[entity][naming.child_id]
                    self._of_child[naming.child_id].discard(entity)

    def children(self) -> list[str]:
        """Return every child with anything to be linked by."""
        return sorted({*self._of_child, *self._goings})

    def links_of(self, child_id: str, *, at_least: float, after: bool = False) -> list[Link]:
        """Return the links of one child that are so probable; `after`: only with children who sort after it."""
        near = self._by_things(child_id)
        near |= {each for each in self._by_going(child_id) if self._met(child_id, each)}
        pairs = sorted(each for each in near if each != child_id and (not after or each > child_id))
        found = (self.link(child_id, each) for each in pairs)
        return [each for each in found if each is not None and each.probability >= at_least]

    def _by_things(self, child_id: str) -> set[str]:
        """Return the children who share a thing that can suffice."""
        near: set[str] = set()
        for entity in self._of_child.get(child_id, ()):
            most = _ENOUGH.get(entity.kind, 0)
            if most and 1 < len(self.namers[entity]) <= most:
                near |= self.namers[entity].keys()
        return near

    def _by_going(self, child_id: str) -> set[str]:
        """Return the children of the same police references, and those whom it names or who name it."""
        near: set[str] = set()
        for entity in self._of_child.get(child_id, ()):
            if entity.kind is EntityKind.NAME:
                near |= self._holders.get(entity.value, set())
        for going in self._goings.get(child_id, ()):
            for reference in going.references:
                near |= self._references[reference]
        for name in self.worlds.get(child_id, NOBODY).names:
            near |= self.namers.get(Entity(EntityKind.NAME, name), {}).keys()
        return near

    def _met(self, one: str, other: str) -> bool:
        """Whether two children were ever missing at the same time."""
        return any(
            first.span.started_at < (second.span.ended_at or FOR_EVER)
            and second.span.started_at < (first.span.ended_at or FOR_EVER)
            for first in self._goings.get(one, ())
            for second in self._goings.get(other, ())
        )

    def link(self, one: str, other: str) -> Link | None:
        """Return what ties two children; None when nothing does, or they are of one household."""
        first, second = sorted((one, other))
        worlds = self.worlds.get(first, NOBODY), self.worlds.get(second, NOBODY)
        if same_household(*worlds):
            return None
        times = self._occasions(first, second, worlds)
        ties = [*self._shared(first, second, worlds, times), *self._going(first, second, worlds, times)]
        if not ties:
            return None
        return Link(
            first=first,
            second=second,
            ties=tuple(ties),
            occasions=tuple(times),
            probability=probability(log_odds(ties, self.feedback)),
        )

    def _occasions(self, first: str, second: str, worlds: tuple[OwnWorld, OwnWorld]) -> list[Occasion]:
        return occasions(
            self._goings.get(first, ()),
            self._goings.get(second, ()),
            names=(worlds[0].names, worlds[1].names),
            is_common=lambda place: self._is_hub(place) or any(is_own_place(place, each) for each in worlds),
        )

    def _is_hub(self, place: str) -> bool:
        kind = EntityKind.HOUSE if Entity(EntityKind.HOUSE, place) in self.namers else EntityKind.PLACE
        namers = self.namers.get(Entity(kind, place))
        return namers is None or len(namers) > HUB

    def _shared(
        self, first: str, second: str, worlds: tuple[OwnWorld, OwnWorld], times: list[Occasion]
    ) -> list[Tie]:
        joint = {(each.one.span.episode_id, each.other.span.episode_id) for each in times}
        shared = self._of_child.get(first, set()) & self._of_child.get(second, set())
        ties = []
        for entity in sorted(shared):
            amount = self._amount(entity, first, second, worlds, joint)
            if amount > 0:
                ties.append(Tie(kind=kind_of(entity), amount=amount, entity=entity))
        return ties

    def _amount(
        self,
        entity: Entity,
        first: str,
        second: str,
        worlds: tuple[OwnWorld, OwnWorld],
        joint: set[tuple[str, str]],
    ) -> float:
        """Return how much one shared thing tells: nothing when both named it only about one night out together."""
        namers = self.namers[entity]
        ones, others = namers[first], namers[second]
        if joint and all((one.episode_id, other.episode_id) in joint for one in ones for other in others):
            return 0.0
        amount = rarity(len(namers)) * 0.25 ** self.feedback.noise.get(digest(*entity_key(entity)), 0)
        if entity in self._cabs or entity.value in self._homes or self._of_one_base(namers, worlds):
            amount *= EVERYDAY
        if entity.kind is EntityKind.BY_NAME:
            amount *= _ages_fit(ones, others)
        if entity.kind is EntityKind.VEHICLE and (_in_part(ones) or _in_part(others)):
            amount *= IN_PART
        return amount * (1 + AGAIN * math.log2(min(MOST_TIMES, len(ones), len(others))))

    def _of_one_base(self, namers: Namers, worlds: tuple[OwnWorld, OwnWorld]) -> bool:
        """Whether all who name it live in one placement or go to one school with the first of the two."""
        if not same_base(*worlds):
            return False
        return all(same_base(worlds[0], self.worlds.get(child, NOBODY)) for child in namers)

    def _going(
        self, first: str, second: str, worlds: tuple[OwnWorld, OwnWorld], times: list[Occasion]
    ) -> list[Tie]:
        base = same_base(*worlds)
        ties = []
        if times:
            nights = len({each.one.span.episode_id for each in times})
            kind = TieKind.TOGETHER_SAME_BASE if base else TieKind.TOGETHER
            ties.append(Tie(kind=kind, amount=nights / 2))
        if self._named_apart(first, second, times):
            ties.append(Tie(kind=TieKind.NAMED_SAME_BASE if base else TieKind.NAMED, amount=1.0))
        return ties

    def names_said(self, first: str, second: str) -> list[Naming]:
        """Return where one of two children named the other."""
        said = []
        for child_id, of in ((first, second), (second, first)):
            for name in sorted(self.worlds.get(of, NOBODY).names):
                said += self.namers.get(Entity(EntityKind.NAME, name), {}).get(child_id, [])
        return said

    def _named_apart(self, first: str, second: str, times: list[Occasion]) -> bool:
        """Whether one names the other at a time when they were not missing together."""
        joint = {going.span.episode_id for each in times for going in (each.one, each.other)}
        return any(naming.episode_id not in joint for naming in self.names_said(first, second))


def entity_key(entity: Entity) -> tuple[str, str]:
    """Return the parts of the key by which a thing is known without its words."""
    return entity.kind.value, entity.value


def _in_part(namings: list[Naming]) -> bool:
    return all("?" in each.value for each in namings)


def _ages_fit(ones: list[Naming], others: list[Naming]) -> float:
    first = [age for each in ones if (age := person_age(each.as_said)) is not None]
    second = [age for each in others if (age := person_age(each.as_said)) is not None]
    if not first or not second:
        return 1.0
    apart = min(abs(one - other) for one in first for other in second)
    return 1.5 if apart <= AGES_APART / 2 else (1.0 if apart <= AGES_APART else 0.0)
