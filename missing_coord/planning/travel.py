"""Travel between two places: straight line x 1.3 at a given speed, rounded up to a whole minute."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import repeat

from missing_coord.planning.fields import Point

DETOUR = Fraction(13, 10)
METRES_PER_MILE = 1609.344
_NEAR = 1e-7
_CLOSE = 1e-5


def travel_minutes(start: Point, end: Point, speed_kmh: float) -> int:
    """Return whole minutes of travel, exact also where floating point would round the wrong way."""
    minutes = math.hypot(start[0] - end[0], start[1] - end[1]) * 0.078 / speed_kmh
    nearest = round(minutes)
    if abs(minutes - nearest) > _NEAR * max(1.0, minutes):
        return math.ceil(minutes)
    return nearest if _squared_minutes(start, end, speed_kmh) <= nearest * nearest else nearest + 1


def travel_minutes_to_each(start: Point, ends: Sequence[Point], speed_kmh: float) -> list[int]:
    """Return `travel_minutes` to every end; looks closely only where floating point could be wrong."""
    pace = 0.078 / speed_kmh
    exact = [metres * pace for metres in map(math.dist, repeat(start), ends)]
    return [
        up if _CLOSE < up - minutes < 1 - _CLOSE else travel_minutes(start, end, speed_kmh)
        for up, minutes, end in zip(map(math.ceil, exact), exact, ends, strict=True)
    ]


def travel_miles(start: Point, end: Point) -> float:
    """Return miles of road by the same rule: straight line x 1.3."""
    return math.hypot(start[0] - end[0], start[1] - end[1]) * float(DETOUR) / METRES_PER_MILE


def _squared_minutes(start: Point, end: Point, speed_kmh: float) -> Fraction:
    east = Fraction(start[0]) - Fraction(end[0])
    north = Fraction(start[1]) - Fraction(end[1])
    pace = DETOUR * 60 / (1000 * Fraction(speed_kmh))
    return (east * east + north * north) * pace * pace
