"""A register and notices of any size, cheaply made for measuring speed: less true to life."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from typing import Final

from missing_coord.demo.geography import COUNCIL, HOME_AREA
from missing_coord.demo.names import FEMALE, HERITAGES, MALE, misspell, nickname
from missing_coord.demo.notices import Sent
from missing_coord.demo.rows import CHILD_COLUMNS, NOTICE_COLUMNS, Row, iso
from missing_coord.storage.postcodes import Postcodes, installed_postcodes

AS_OF: Final = datetime(2026, 11, 1, 9, tzinfo=UTC)
_ADDRESSES: Final = 6000
_STREETS: Final = ("Alder Mews", "Copper Walk", "Dunlin Grove", "Fennel Rise", "Garnet Close", "Juniper Lane")
_MESSAGES: Final = ("missing", "found", "returned")


def scale_register(
    count: int, *, seed: int = 1, as_of: datetime = AS_OF, postcodes: Postcodes | None = None
) -> list[Row]:
    """Return `count` rows of `children.csv`; one child in ten is looked after, all live in the area."""
    rng = random.Random(f"scale-{seed}")
    found = (postcodes or installed_postcodes()).sample(
        HOME_AREA.code, count=_ADDRESSES, rng=rng, letters=HOME_AREA.letters
    )
    homes = [place.postcode for place in found]
    return [_child(rng, number=number, today=as_of.date(), homes=homes) for number in range(count)]


def _child(rng: random.Random, *, number: int, today: date, homes: list[str]) -> Row:
    heritage = HERITAGES[rng.randrange(len(HERITAGES)) if rng.random() < 0.6 else 0]
    male = rng.random() < 0.5
    row = dict.fromkeys(CHILD_COLUMNS, "")
    row |= {
        "child_id": str(7000000 + number),
        "forename": rng.choice(heritage.male if male else heritage.female),
        "surname": rng.choice(heritage.surnames),
        "date_of_birth": (today - timedelta(days=rng.randrange(30, 6570))).isoformat(),
        "sex": MALE if male else FEMALE,
        "ethnicity": heritage.ethnicities[0],
        "home_address": f"{rng.randrange(1, 200)} {rng.choice(_STREETS)}, Manchester",
        "home_postcode": rng.choice(homes),
        "status": "looked_after" if number % 10 == 0 else "known",
        "responsible_authority": COUNCIL,
        "uasc": "no",
    }
    return row


def scale_notices(
    count: int,
    register: list[Row],
    *,
    seed: int = 1,
    as_of: datetime = AS_OF,
    noise: float = 0.2,
    days: int = 90,
) -> list[Sent]:
    """Return `count` notices of the `days` before `as_of`: missing, found, returned, incident by incident.

    `noise` is the share of incidents with a misspelt name, a nickname, or a missing or swapped date of birth.
    """
    rng = random.Random(f"notices-{seed}")
    incidents = -(-count // len(_MESSAGES))
    children = rng.choices(register, k=incidents)
    sent: list[Sent] = []
    for number, child in enumerate(children):
        start = as_of - timedelta(minutes=days * 24 * 60 * (incidents - number) // incidents)
        person = _noisy(rng, child) if rng.random() < noise else child
        sent += _three(rng, child=child, person=person, number=number, start=start)
    return sent[:count]


def _noisy(rng: random.Random, child: Row) -> Row:
    born = date.fromisoformat(child["date_of_birth"])
    swapped = date(born.year, born.day, born.month) if born.day <= 12 else born
    return child | rng.choice(
        (
            {"surname": misspell(rng, child["surname"])},
            {"forename": misspell(rng, child["forename"])},
            {"forename": nickname(child["forename"]), "home_postcode": ""},
            {"date_of_birth": ""},
            {"date_of_birth": swapped.isoformat()},
        )
    )


def _three(rng: random.Random, *, child: Row, person: Row, number: int, start: datetime) -> list[Sent]:
    found = start + timedelta(minutes=rng.randrange(60, 1800))
    returned = found + timedelta(minutes=rng.randrange(0, 240))
    base = dict.fromkeys(NOTICE_COLUMNS, "")
    base |= {
        column: person[column]
        for column in ("forename", "surname", "date_of_birth", "sex", "home_address", "home_postcode")
    }
    base |= {
        "force": HOME_AREA.force,
        "reference": f"SC26-{number:07}",
        "category": "missing",
        "risk": "medium",
        "last_seen_at": iso(start),
        "reported_at": iso(start + timedelta(minutes=40)),
        "missing_from_postcode": child["home_postcode"],
    }
    rows = []
    for message, at in zip(_MESSAGES, (start + timedelta(minutes=50), found, returned), strict=True):
        base = base | {"message": message, "issued_at": iso(at + timedelta(minutes=5))}
        if message != "missing":
            base["found_at"] = iso(found)
        if message == "returned":
            base["returned_at"] = iso(returned)
        rows.append(Sent(at=at, row=base, child_id=child["child_id"]))
    return rows
