"""What notices mention beside the child: places, vehicles, phones, people; some are shared on purpose."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from missing_coord.demo.council import Council, Resident
from missing_coord.demo.geography import HOME_AREA, Places
from missing_coord.demo.incidents import Incident
from missing_coord.demo.names import invent_street
from missing_coord.storage.postcodes import Postcodes, installed_postcodes

# Common places: named for many children, and therefore no link between any of them.
_COMMON: Final = (
    "Northgate bus station",
    "Kingsway retail park",
    "city centre",
    "Alder Park",
    "burger restaurant, Kingsway",
    "tram stop, Copper Lane",
    "skate park",
    "friend's house",
    "family home",
)
_CIRCUMSTANCES: Final = (
    "Did not return by the agreed time.",
    "Left after a disagreement and did not say where to.",
    "Left school at the usual time and did not arrive home.",
    "Not in the room at the night check; window open.",
    "Went to the shop and did not come back.",
    "Went out with friends; phone now switched off.",
    "Left during contact and took a bus.",
    "Said they would stay with a friend; the address is not known.",
)
_AWAY: Final = "Whereabouts known: says they are with family and will not come back tonight."
_MENTIONED: Final = 0.62


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """A shared clue put in on purpose: `kind` is place, vehicle, phone or person; it names these children."""

    kind: str
    value: str
    child_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clues:
    """The text of one notice about places, vehicles, phones, companions and circumstances."""

    places: tuple[str, ...] = ()
    vehicles: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    companions: tuple[str, ...] = ()
    circumstances: str = ""


def plant_clusters(
    incidents: list[Incident], *, council: Council, rng: random.Random, postcodes: Postcodes | None = None
) -> tuple[Plant, ...]:
    """Choose children from different homes who will name the same place, vehicle, phone or person."""
    candidates = _candidates(incidents, council=council)
    places = Places(postcodes=postcodes or installed_postcodes(), rng=rng)
    values = (
        (("place", f"{invent_street(rng)}, Manchester, {places.draw(HOME_AREA).postcode}"),),
        (("vehicle", "grey hatchback QD19 XKV"),),
        (("phone", "07700 900951"),),
        (
            ("place", f"Flat 3, {invent_street(rng)}, Manchester, {places.draw(HOME_AREA).postcode}"),
            ("vehicle", "silver van QD21 TRP"),
        ),
        (("person", "Dez (adult, about 25)"), ("phone", "07700 900952")),
    )
    plants: list[Plant] = []
    for clues in values:
        chosen = _different_homes(candidates, count=rng.randint(3, 6), council=council)
        plants += [Plant(kind=kind, value=value, child_ids=chosen) for kind, value in clues]
    return tuple(plants)


def _candidates(incidents: list[Incident], *, council: Council) -> list[str]:
    counts = Counter(each.child_id for each in incidents if each.child_id and not each.cancelled)
    return [
        child_id for child_id, count in counts.most_common() if count >= 2 and child_id in council.residents
    ]


def _different_homes(candidates: list[str], *, count: int, council: Council) -> tuple[str, ...]:
    """Take children off the list, most frequent first, no two from one home."""
    chosen: list[str] = []
    homes: set[str] = set()
    for child_id in list(candidates):
        house = council.residents[child_id].house
        if len(chosen) < count and (not house or house not in homes):
            chosen.append(child_id)
            homes.add(house)
            candidates.remove(child_id)
    return tuple(chosen)


def clues_of(
    incidents: list[Incident], *, council: Council, plants: tuple[Plant, ...], rng: random.Random
) -> list[Clues]:
    """Return the clues of each incident in turn; each planted clue is named for each of its children."""
    groups = _groups(incidents)
    named: set[tuple[str, str]] = set()
    return [
        _clues(incident, council=council, plants=plants, rng=rng, groups=groups, named=named)
        for incident in incidents
    ]


def _groups(incidents: list[Incident]) -> Mapping[int, list[Incident]]:
    groups: dict[int, list[Incident]] = defaultdict(list)
    for incident in incidents:
        groups[incident.group].append(incident)
    return groups


def _clues(
    incident: Incident,
    *,
    council: Council,
    plants: tuple[Plant, ...],
    rng: random.Random,
    groups: Mapping[int, list[Incident]],
    named: set[tuple[str, str]],
) -> Clues:
    told = _planted(incident, plants=plants, rng=rng, named=named)
    resident = council.residents.get(incident.child_id)
    common = rng.sample(_COMMON, rng.choices((0, 1, 2), (55, 35, 10))[0])
    phone = resident.child["phone"] if resident else ""
    return Clues(
        places=tuple(told["place"] + common),
        vehicles=tuple(told["vehicle"]),
        phones=tuple(([phone] if phone and rng.random() < 0.6 else []) + told["phone"]),
        companions=tuple(told["person"] + _companions(incident, groups[incident.group], council, rng)),
        circumstances=_AWAY if incident.away else rng.choice(_CIRCUMSTANCES),
    )


def _planted(
    incident: Incident, *, plants: tuple[Plant, ...], rng: random.Random, named: set[tuple[str, str]]
) -> dict[str, list[str]]:
    told: dict[str, list[str]] = {"place": [], "vehicle": [], "phone": [], "person": []}
    for plant in plants:
        if incident.cancelled or incident.child_id not in plant.child_ids:
            continue
        key = (incident.child_id, plant.value)
        if key not in named or rng.random() < _MENTIONED:
            named.add(key)
            told[plant.kind].append(plant.value)
    return told


def _companions(incident: Incident, group: list[Incident], council: Council, rng: random.Random) -> list[str]:
    mates = [council.residents.get(other.child_id) for other in group if other.child_id != incident.child_id]
    return [_called(mate) for mate in mates if mate and rng.random() < 0.75]


def _called(mate: Resident) -> str:
    return f"{mate.child['forename']} {mate.child['surname']}"
