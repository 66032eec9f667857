"""Invented families: brothers and sisters, twins, and unaccompanied children with a birthday on 1 January."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from missing_coord.demo.names import (
    FEMALE,
    MALE,
    Heritage,
    PersonName,
    invent_name,
    invent_street,
    invent_surname,
    pick_heritage,
)

_SIZES: Final = (1, 2, 3, 4, 5)
_SIZE_WEIGHTS: Final = (62, 22, 10, 4, 2)
_TWINS: Final = 0.08
_OTHER_SURNAME: Final = 0.1
# Ages of looked-after children in England, roughly: (from, to, weight), both ends included.
_CARE_AGES: Final = ((0, 0, 5), (1, 4, 13), (5, 9, 18), (10, 15, 38), (16, 17, 26))
_HOME_AGES: Final = ((0, 4, 12), (5, 9, 20), (10, 15, 48), (16, 17, 20))


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One invented child before anything about care is known."""

    name: PersonName
    sex: str
    born: date
    ethnicity: str
    uasc: bool
    street: str

    def age_on(self, day: date) -> int:
        """Return the age in whole years on a day."""
        return day.year - self.born.year - ((day.month, day.day) < (self.born.month, self.born.day))


def invent_family(rng: random.Random, *, today: date, looked_after: bool) -> list[Person]:
    """Return one to five children of one family, sometimes with twins, sometimes with another surname."""
    heritage = pick_heritage(rng)
    surname = invent_surname(rng, heritage=heritage)
    street = invent_street(rng)
    size = rng.choices(_SIZES, _SIZE_WEIGHTS)[0]
    births = _births(rng, size=size, today=today, bands=_CARE_AGES if looked_after else _HOME_AGES)
    return _with_different_names(
        [_child(rng, heritage=heritage, surname=surname, street=street, born=born) for born in births]
    )


def invent_unaccompanied(rng: random.Random, *, today: date) -> Person:
    """Return an unaccompanied asylum-seeking child of 14 to 17: six in ten with birthday 1 January."""
    heritage = pick_heritage(rng, uasc=True)
    sex = MALE if rng.random() < 0.93 else FEMALE
    born = _born(rng, age=rng.choices((14, 15, 16, 17), (5, 15, 38, 42))[0], today=today)
    if rng.random() < 0.6:
        born = date(max(born.year, today.year - 17), 1, 1)
    return Person(
        name=invent_name(rng, heritage=heritage, sex=sex, surname=invent_surname(rng, heritage=heritage)),
        sex=sex,
        born=born,
        ethnicity=rng.choice(heritage.ethnicities),
        uasc=True,
        street="",
    )


def _child(rng: random.Random, *, heritage: Heritage, surname: str, street: str, born: date) -> Person:
    sex = MALE if rng.random() < 0.56 else FEMALE
    own = invent_surname(rng, heritage=heritage) if rng.random() < _OTHER_SURNAME else surname
    return Person(
        name=invent_name(rng, heritage=heritage, sex=sex, surname=own),
        sex=sex,
        born=born,
        ethnicity=rng.choice(heritage.ethnicities),
        uasc=False,
        street=street,
    )


def _births(
    rng: random.Random, *, size: int, today: date, bands: tuple[tuple[int, int, int], ...]
) -> list[date]:
    low, high, _ = rng.choices(bands, [band[2] for band in bands])[0]
    births = [_born(rng, age=rng.randint(low, high), today=today)]
    while len(births) < size:
        if rng.random() < _TWINS and births.count(births[-1]) == 1:
            births.append(births[-1])
        else:
            births.append(_sibling(rng, of=births, today=today))
    return births


def _born(rng: random.Random, *, age: int, today: date) -> date:
    birthday = date(today.year - age, today.month, min(today.day, 28))
    return birthday - timedelta(days=rng.randint(0, 364))


def _sibling(rng: random.Random, *, of: list[date], today: date) -> date:
    for _ in range(20):
        born = rng.choice(of) + timedelta(days=rng.choice((-1, 1)) * rng.randint(400, 1500))
        apart = all(abs((born - other).days) > 300 for other in of)
        if apart and today - timedelta(days=17 * 365) < born <= today:
            return born
    return _born(rng, age=rng.randint(0, 16), today=today)


def _with_different_names(family: list[Person]) -> list[Person]:
    seen: set[str] = set()
    kept = []
    for person in family:
        if person.name.forename not in seen:
            seen.add(person.name.forename)
            kept.append(person)
    return kept
