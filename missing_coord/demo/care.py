"""Where looked-after children live: children's homes, carers and other placements, in and out of the area."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from missing_coord.demo.families import Person
from missing_coord.demo.geography import COUNCIL_NAME, HOME_AREA, Area, Places, pick_outside
from missing_coord.demo.names import invent_street
from missing_coord.demo.rows import Row

# Place codes of the SSDA903 list 2025/26 by age: (oldest age of the band, {code: weight}).
_CODES: Final = (
    (4, {"U6": 45, "U4": 10, "U3": 15, "U1": 5, "A3": 6, "A4": 2, "A5": 4, "A6": 2, "P1": 8, "R3": 3}),
    (9, {"U6": 40, "U4": 30, "U1": 8, "U3": 12, "P1": 7, "A5": 1, "K2": 2}),
    (15, {"U4": 32, "U6": 27, "U1": 6, "U3": 8, "K2": 21, "P1": 4, "S1": 1.5, "K1": 0.5, "R1": 1}),
    (
        17,
        {
            "K3": 33,
            "U4": 17,
            "U6": 14,
            "K2": 20,
            "U3": 5,
            "P1": 4,
            "R5": 1.5,
            "K1": 0.5,
            "R2": 0.5,
            "P3": 0.5,
        },
    ),
)
_UASC_CODES: Final = {"K3": 60, "U6": 35, "K2": 5}
_OUTSIDE: Final = {"K2": 0.6, "K3": 0.3, "P1": 0.1, "A": 0.6, "U1": 0.3, "U3": 0.3, "U": 0.42}
_PROVIDERS: Final = {
    "P1": {"PR0": 1},
    "K2": {"PR4": 82, "PR1": 12, "PR5": 6},
    "K3": {"PR4": 85, "PR5": 15},
    "U1": {"PR1": 1},
    "U3": {"PR1": 1},
    "U": {"PR1": 45, "PR4": 50, "PR5": 5},
    "A": {"PR1": 70, "PR5": 30},
    "K1": {"PR3": 1},
    "R5": {"PR3": 1},
    "R2": {"PR3": 1},
}
_COMPANIES: Final = (
    "Bramble Care",
    "Tidewater Homes",
    "Northlight Children's Services",
    "Oakmere Care",
    "Kestrel House Group",
    "Amber Fell Care",
    "Ridgeway Young People",
)
_CHARITIES: Final = ("Wayfarer Trust", "St Oda's Children's Society")
_AGENCIES: Final = ("Hearthside Fostering", "Meadowlark Fostering", "Greenway Foster Care")
_HOUSES: Final = (
    "Larchfield",
    "Heron",
    "Beechcroft",
    "Thornlea",
    "Willow",
    "Fairhaven",
    "Rowan",
    "Moorside",
    "Ivy",
)
_HOUSE_KINDS: Final = ("House", "Lodge", "View", "Cottage", "Place")
_SIZES: Final = {("K2", True): (4, 6), ("K2", False): (2, 4), ("K3", True): (6, 12), ("K3", False): (3, 6)}
_SHARED: Final = ("K1", "K2", "K3")


@dataclass(slots=True, kw_only=True)
class House:
    """A place with several children: a children's home or supported accommodation."""

    place_code: str
    urn: str
    provider_code: str
    provider_name: str
    address: str
    postcode: str
    area: Area
    free: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Placements of one child, oldest first, and the area of each."""

    rows: tuple[Row, ...]
    areas: tuple[Area, ...]


@dataclass(slots=True, kw_only=True)
class Care:
    """Finds places for children and remembers the houses that have room."""

    rng: random.Random
    places: Places
    today: date
    houses: list[House] = field(default_factory=list)
    _placements: int = 0
    _urns: int = 0

    def place(self, person: Person, *, child_id: str, home: tuple[str, str]) -> Placed:
        """Place one of our children; `home` is the parents' address and postcode."""
        age = person.age_on(self.today)
        code = self._code(age, uasc=person.uasc)
        area = self._area(code)
        start = self._start(person.born, code=code)
        now, settled = self._row(child_id, code=code, area=area, start=start, home=home)
        earlier = self._earlier(child_id, before=start, born=person.born, home=home)
        return Placed(
            rows=(*(row for row, _ in earlier), now), areas=(*(area for _, area in earlier), settled)
        )

    def place_guest(self, person: Person, *, child_id: str) -> Placed:
        """Place another authority's child in our area, mostly in a children's home."""
        last = "K3" if person.age_on(self.today) >= 16 else "U4"
        code = self.rng.choices(("K2", "U6", last), (62, 26, 12))[0]
        start = self._start(person.born, code=code)
        row, _ = self._row(child_id, code=code, area=HOME_AREA, start=start, home=("", ""), guest=True)
        return Placed(rows=(row,), areas=(HOME_AREA,))

    def _code(self, age: int, *, uasc: bool) -> str:
        codes: dict[str, float] = dict(next(codes for oldest, codes in _CODES if age <= oldest))
        if uasc:
            codes = dict(_UASC_CODES) if age >= 16 else {"U6": 1}
        return self.rng.choices(list(codes), list(codes.values()))[0]

    def _area(self, code: str) -> Area:
        share = _OUTSIDE.get(code, _OUTSIDE.get(code[0], 1.0))
        return pick_outside(self.rng) if self.rng.random() < share else HOME_AREA

    def _start(self, born: date, *, code: str) -> date:
        earliest = born + timedelta(days=math.ceil(16 * 365.25) + 1) if code == "K3" else born
        drawn = self.today - timedelta(days=int(self.rng.expovariate(1 / 520)) + 3)
        return min(max(drawn, earliest), self.today)

    def _earlier(
        self, child_id: str, *, before: date, born: date, home: tuple[str, str]
    ) -> list[tuple[Row, Area]]:
        rows: list[tuple[Row, Area]] = []
        end = before
        for _ in range(self.rng.choices((0, 1, 2, 3), (45, 30, 17, 8))[0]):
            start = end - timedelta(days=int(self.rng.expovariate(1 / 260)) + 2)
            if start <= born:
                break
            code = self.rng.choice(("U6", "U6", "U4", "U3"))
            row, area = self._row(child_id, code=code, area=self._area(code), start=start, home=home)
            rows.insert(0, (row | {"end_date": end.isoformat()}, area))
            end = start
        return rows

    def _row(
        self, child_id: str, *, code: str, area: Area, start: date, home: tuple[str, str], guest: bool = False
    ) -> tuple[Row, Area]:
        self._placements += 1
        row = {
            "child_id": child_id,
            "placement_id": f"P{300000 + self._placements}",
            "start_date": start.isoformat(),
            "end_date": "",
            "place_code": code,
            "confidential": "yes" if code.startswith("A") or self.rng.random() < 0.01 else "no",
        }
        if code in _SHARED:
            house = self._house(code, area=area)
            return row | self._in_house(house), house.area
        return row | self._alone(code, area=area, home=home, guest=guest), area

    def _in_house(self, house: House) -> Row:
        house.free -= 1
        return {
            "provider_code": house.provider_code,
            "provider_name": house.provider_name,
            "urn": house.urn,
            "address": house.address,
            "postcode": house.postcode,
        }

    def _alone(self, code: str, *, area: Area, home: tuple[str, str], guest: bool) -> Row:
        provider = self._provider(code)
        if guest and provider == "PR1":
            provider = "PR2"
        if code == "P1" and area is HOME_AREA and home[1]:
            address, postcode = home
        else:
            address, postcode = self._address(area)
        names = {
            "PR0": "",
            "PR1": COUNCIL_NAME,
            "PR2": "Placing authority's own carers",
            "PR3": "NHS or Justice",
        }
        return {
            "provider_code": provider,
            "provider_name": names.get(provider) or ("" if provider == "PR0" else self.rng.choice(_AGENCIES)),
            "urn": self._urn() if code.startswith("U") and provider in ("PR4", "PR5") else "",
            "address": address,
            "postcode": postcode,
        }

    def _address(self, area: Area) -> tuple[str, str]:
        return f"{invent_street(self.rng)}, {area.town}", self.places.draw(area).postcode

    def _house(self, code: str, *, area: Area) -> House:
        inside = area is HOME_AREA
        free = [
            house
            for house in self.houses
            if house.free and house.place_code == code and (house.area is HOME_AREA) == inside
        ]
        if free:
            return self.rng.choice(free)
        house = self._open_house(code, area=area)
        self.houses.append(house)
        return house

    def _open_house(self, code: str, *, area: Area) -> House:
        provider = self._provider(code)
        names = {"PR1": (COUNCIL_NAME,), "PR3": ("Secure estate",), "PR4": _COMPANIES, "PR5": _CHARITIES}
        address, postcode = self._address(area)
        low, high = _SIZES.get((code, area is HOME_AREA), (3, 6))
        return House(
            place_code=code,
            urn=self._urn(),
            provider_code=provider,
            provider_name=self.rng.choice(names[provider]),
            address=f"{self.rng.choice(_HOUSES)} {self.rng.choice(_HOUSE_KINDS)}, {address}",
            postcode=postcode,
            area=area,
            free=self.rng.randint(low, high),
        )

    def _provider(self, code: str) -> str:
        shares = _PROVIDERS.get(code) or _PROVIDERS.get(code[0]) or {"PR4": 1}
        return self.rng.choices(list(shares), list(shares.values()))[0]

    def _urn(self) -> str:
        self._urns += 1
        return f"SC{990000 + self._urns}"
