"""A whole synthetic council from one seed: its children, placements, interviewers and their absences."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from missing_coord.demo.care import Care
from missing_coord.demo.families import Person, invent_family, invent_unaccompanied
from missing_coord.demo.geography import COUNCIL, HOME_AREA, OUTSIDE_AREAS, Area, Places
from missing_coord.demo.names import invent_adult, invent_street, staff_email
from missing_coord.demo.rows import Row, listed
from missing_coord.demo.workforce import invent_absences, invent_workers
from missing_coord.domain.london import london_day
from missing_coord.domain.population import Population
from missing_coord.storage.postcodes import Postcodes, installed_postcodes

LOOKED_AFTER: Final = 1250
AT_HOME: Final = 600
GUESTS: Final = 70
_UASC_SHARE: Final = 0.068
_CHILD_PHONES: Final = 900  # of Ofcom's drama range 07700 900000-900999; the rest is for workers and plants
_HOME_STATUSES: Final = {"child_in_need": 40, "child_protection": 18, "early_help": 22, "known": 20}
_LEGAL: Final = {"C2": 56, "C1": 18, "V2": 24, "J1": 2}
_FLAGS: Final = {
    "CSE": 0.05,
    "CCE": 0.05,
    "self_harm": 0.06,
    "learning_disability": 0.08,
    "mental_health": 0.07,
}
_SCHOOLS: Final = (
    "Alder Park Academy",
    "Northgate High",
    "Riverbend School",
    "St Oda's RC High",
    "Fairfield College",
)
_TEAMS: Final = ("North", "Central", "South", "Permanence", "Court", "Leaving Care")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resident:
    """What the generator knows of one child: its rows, each placement's area, its population now."""

    child: Row
    placements: tuple[Row, ...]
    areas: tuple[Area, ...]
    born: date
    population: Population

    @property
    def child_id(self) -> str:
        """The child's identifier in the register."""
        return self.child["child_id"]

    def placement_on(self, day: date) -> Row | None:
        """Return the placement on a day, the new one on a change-over day; None while at home."""
        text = day.isoformat()
        return next((row for row in reversed(self.placements) if row["start_date"] <= text), None)

    def area_on(self, day: date) -> Area:
        """Return the area where the child lived on a day."""
        now = self.placement_on(day)
        return self.areas[self.placements.index(now)] if now else HOME_AREA

    def population_on(self, day: date) -> Population:
        """Return the population of the child on a day: a placement may since have begun elsewhere."""
        if self.population in (Population.OWN_HOME, Population.OTHER_AUTHORITY):
            return self.population
        inside = self.area_on(day) is HOME_AREA
        return Population.OWN_CARE_IN_AREA if inside else Population.OWN_CARE_OUT_OF_AREA

    @property
    def house(self) -> str:
        """The URN of the home the child shares with others; empty when it lives in none."""
        now = self.placements[-1] if self.placements else {}
        return now.get("urn", "") if now.get("place_code") in ("K1", "K2", "K3") else ""

    def age_on(self, day: date) -> int:
        """Return the child's age in whole years on a day."""
        return day.year - self.born.year - ((day.month, day.day) < (self.born.month, self.born.day))


@dataclass(frozen=True, slots=True, kw_only=True)
class Council:
    """A synthetic council as at one instant; every row is text in the contracts' columns."""

    seed: int
    code: str
    as_of: datetime
    residents: Mapping[str, Resident]
    workers: tuple[Row, ...]
    absences: tuple[Row, ...]

    @property
    def children(self) -> list[Row]:
        """Rows of `children.csv`."""
        return [each.child for each in self.residents.values()]

    @property
    def placements(self) -> list[Row]:
        """Rows of `placements.csv`."""
        return [row for each in self.residents.values() for row in each.placements]


@dataclass(slots=True, kw_only=True)
class _Register:
    """Children as they are added one family at a time."""

    rng: random.Random
    today: date
    places: Places
    care: Care
    phones: list[str]
    residents: dict[str, Resident] = field(default_factory=dict)
    workers: list[tuple[str, str, str]] = field(default_factory=list)
    officers: list[tuple[str, str]] = field(default_factory=list)


def generate_council(
    *,
    seed: int,
    as_of: datetime,
    looked_after: int = LOOKED_AFTER,
    at_home: int = AT_HOME,
    guests: int = GUESTS,
    postcodes: Postcodes | None = None,
) -> Council:
    """Return the council of a seed; the same seed, instant and sizes always give the same council."""
    rng = random.Random(f"council-{seed}")
    today = london_day(as_of)
    places = Places(postcodes=postcodes or installed_postcodes(), rng=rng)
    register = _Register(
        rng=rng,
        today=today,
        places=places,
        care=Care(rng=rng, places=places, today=today),
        phones=[f"07700 {900000 + number}" for number in rng.sample(range(_CHILD_PHONES), _CHILD_PHONES)],
    )
    _employ(register, looked_after=looked_after)
    _add_looked_after(register, count=looked_after)
    _add_at_home(register, until=looked_after + at_home)
    _add_guests(register, until=looked_after + at_home + guests)
    workers = invent_workers(rng, places=places)
    return Council(
        seed=seed,
        code=COUNCIL,
        as_of=as_of,
        residents=register.residents,
        workers=tuple(workers),
        absences=tuple(invent_absences(rng, workers=workers, now=as_of)),
    )


def _employ(register: _Register, *, looked_after: int) -> None:
    for number in range(max(6, looked_after // 17)):
        forename, surname = invent_adult(register.rng)
        team = _TEAMS[number % len(_TEAMS)]
        register.workers.append(
            (f"{forename} {surname}", staff_email(forename, surname, domain=_staff()), team)
        )
    for _ in range(max(3, looked_after // 75)):
        forename, surname = invent_adult(register.rng)
        register.officers.append((f"{forename} {surname}", staff_email(forename, surname, domain=_staff())))


def _staff() -> str:
    return "council.example.org"


def _add_looked_after(register: _Register, *, count: int) -> None:
    for _ in range(round(count * _UASC_SHARE)):
        _admit(register, [invent_unaccompanied(register.rng, today=register.today)], status="looked_after")
    while len(register.residents) < count:
        family = invent_family(register.rng, today=register.today, looked_after=True)
        _admit(register, family[: count - len(register.residents)], status="looked_after")


def _add_at_home(register: _Register, *, until: int) -> None:
    while len(register.residents) < until:
        family = invent_family(register.rng, today=register.today, looked_after=False)
        status = register.rng.choices(list(_HOME_STATUSES), list(_HOME_STATUSES.values()))[0]
        _admit(register, family[: until - len(register.residents)], status=status)


def _admit(register: _Register, family: list[Person], *, status: str) -> None:
    home = _home(register, family[0])
    worker = register.rng.choice(register.workers)
    for person in family:
        child = _child_row(register, person, status=status, home=home) | _staffing(register, worker=worker)
        placements: tuple[Row, ...] = ()
        areas: tuple[Area, ...] = ()
        population = Population.OWN_HOME
        if status == "looked_after":
            placed = register.care.place(person, child_id=child["child_id"], home=home)
            placements, areas = placed.rows, placed.areas
            inside = areas[-1] is HOME_AREA
            population = Population.OWN_CARE_IN_AREA if inside else Population.OWN_CARE_OUT_OF_AREA
            child["legal_status"] = _legal_status(register.rng, person, placements[-1]["place_code"])
        register.residents[child["child_id"]] = Resident(
            child=child, placements=placements, areas=areas, born=person.born, population=population
        )


def _add_guests(register: _Register, *, until: int) -> None:
    while len(register.residents) < until:
        person = invent_family(register.rng, today=register.today, looked_after=True)[0]
        if person.age_on(register.today) < 9:
            continue
        child = _child_row(register, person, status="looked_after", home=("", ""))
        authority = register.rng.choice(OUTSIDE_AREAS[:-1]).code
        forename, surname = invent_adult(register.rng)
        child |= {
            "responsible_authority": authority,
            "legal_status": "C2",
            "social_worker": f"{forename} {surname}",
            "social_worker_email": staff_email(forename, surname, domain="other-authority.example.org"),
        }
        placed = register.care.place_guest(person, child_id=child["child_id"])
        register.residents[child["child_id"]] = Resident(
            child=child,
            placements=placed.rows,
            born=person.born,
            areas=placed.areas,
            population=Population.OTHER_AUTHORITY,
        )


def _home(register: _Register, person: Person) -> tuple[str, str]:
    if person.uasc:
        return "", ""
    return f"{person.street}, Manchester", register.places.draw(HOME_AREA).postcode


def _child_row(register: _Register, person: Person, *, status: str, home: tuple[str, str]) -> Row:
    rng = register.rng
    age = person.age_on(register.today)
    moved = status != "looked_after" or not person.uasc
    earlier = [
        _earlier_home(register) for _ in range(rng.choices((0, 1, 2), (60, 30, 10))[0] if moved else 0)
    ]
    flags = [flag for flag, share in _FLAGS.items() if age >= 10 and rng.random() < share]
    return {
        "child_id": str(5000101 + 7 * len(register.residents)),
        "forename": person.name.forename,
        "middle_names": person.name.middle_names,
        "surname": person.name.surname,
        "aliases": listed(person.name.aliases),
        "date_of_birth": person.born.isoformat(),
        "sex": person.sex,
        "ethnicity": person.ethnicity,
        "home_address": home[0],
        "home_postcode": home[1],
        "previous_addresses": listed([address for address, _ in earlier]),
        "previous_postcodes": listed([postcode for _, postcode in earlier]),
        "phone": register.phones.pop() if age >= 11 and register.phones and rng.random() < 0.72 else "",
        "status": status,
        "legal_status": "",
        "responsible_authority": COUNCIL,
        "school": rng.choice(_SCHOOLS) if 5 <= age <= 16 else "",
        "uasc": "yes" if person.uasc else "no",
        "flags": listed(flags),
    }


def _earlier_home(register: _Register) -> tuple[str, str]:
    return f"{invent_street(register.rng)}, Manchester", register.places.draw(HOME_AREA).postcode


def _staffing(register: _Register, *, worker: tuple[str, str, str]) -> Row:
    officer = register.rng.choice(register.officers)
    return {
        "social_worker": worker[0],
        "social_worker_email": worker[1],
        "team": worker[2],
        "team_manager_email": f"{worker[2].lower().replace(' ', '.')}.manager@{_staff()}",
        "iro": officer[0],
        "iro_email": officer[1],
    }


def _legal_status(rng: random.Random, person: Person, place_code: str) -> str:
    if person.uasc:
        return "V2"
    if place_code.startswith("A"):
        return "E1"
    if place_code == "R5":
        return "J1"
    return rng.choices(list(_LEGAL), list(_LEGAL.values()))[0]
