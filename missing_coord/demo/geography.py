"""Where the synthetic council's children live: real councils and police forces, nothing else is real."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final

from missing_coord.storage.postcodes import PostcodePlace, Postcodes

COUNCIL: Final = "E08000003"
COUNCIL_NAME: Final = "Manchester City Council (demonstration)"
GMP: Final = "GMP"


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A council where children are placed: its town, police force and the postcode letters to look under."""

    code: str
    town: str
    force: str
    letters: str
    weight: int


HOME_AREA: Final = Area(code=COUNCIL, town="Manchester", force=GMP, letters="M", weight=0)
OUTSIDE_AREAS: Final = (
    Area(code="E08000006", town="Salford", force=GMP, letters="M", weight=12),
    Area(code="E08000009", town="Stretford", force=GMP, letters="M", weight=9),
    Area(code="E08000007", town="Stockport", force=GMP, letters="S", weight=11),
    Area(code="E08000008", town="Ashton-under-Lyne", force=GMP, letters="OS", weight=9),
    Area(code="E08000004", town="Oldham", force=GMP, letters="O", weight=9),
    Area(code="E08000005", town="Rochdale", force=GMP, letters="O", weight=8),
    Area(code="E08000002", town="Bury", force=GMP, letters="M", weight=4),
    Area(code="E08000001", town="Bolton", force=GMP, letters="B", weight=5),
    Area(code="E08000010", town="Wigan", force=GMP, letters="W", weight=4),
    Area(code="E10000017", town="Preston", force="Lancashire", letters="P", weight=7),
    Area(code="E06000009", town="Blackpool", force="Lancashire", letters="F", weight=3),
    Area(code="E06000008", town="Blackburn", force="Lancashire", letters="B", weight=2),
    Area(code="E06000049", town="Macclesfield", force="Cheshire", letters="S", weight=4),
    Area(code="E06000007", town="Warrington", force="Cheshire", letters="W", weight=2),
    Area(code="E08000012", town="Liverpool", force="Merseyside", letters="L", weight=3),
    Area(code="E08000015", town="Birkenhead", force="Merseyside", letters="L", weight=1),
    Area(code="E08000035", town="Leeds", force="West Yorkshire", letters="L", weight=2),
    Area(code="E08000032", town="Bradford", force="West Yorkshire", letters="B", weight=1),
    Area(code="E08000039", town="Sheffield", force="South Yorkshire", letters="S", weight=1),
    Area(code="E10000028", town="Stafford", force="Staffordshire", letters="S", weight=2),
    Area(code="E06000051", town="Shrewsbury", force="West Mercia", letters="S", weight=2),
    Area(code="E08000025", town="Birmingham", force="West Midlands", letters="B", weight=1),
    Area(code="W06000003", town="Llandudno", force="North Wales", letters="L", weight=1),
)
AREAS: Final = {area.code: area for area in (HOME_AREA, *OUTSIDE_AREAS)}


def pick_outside(rng: random.Random) -> Area:
    """Choose the area of a placement outside the council: most are neighbours, some far away."""
    return rng.choices(OUTSIDE_AREAS, [area.weight for area in OUTSIDE_AREAS])[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Draws real postcodes of an area."""

    postcodes: Postcodes
    rng: random.Random

    def draw(self, area: Area) -> PostcodePlace:
        """Return one postcode of the area."""
        found = self.postcodes.sample(area.code, count=1, rng=self.rng, letters=area.letters)
        return found[0]
