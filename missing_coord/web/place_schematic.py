"""A schematic of places: where they lie to each other, drawn without any map from outside, and the same as rows."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from missing_coord.domain.london import LONDON
from missing_coord.storage.views.places import NamedPlace, PlaceNaming, Position

WIDTH, HEIGHT, MARGIN = 640, 480, 56
LEAST_SPAN = 500.0
"""Metres across, so that two doors of one street are not drawn at the ends of the picture."""
BAND_HOURS = 4
HOURS = tuple(f"{start:02}:00 to {start + BAND_HOURS:02}:00" for start in range(0, 24, BAND_HOURS))
View = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """Which episodes are counted: those that began in a band of hours, on a day of the week; None is any."""

    band: int | None = None
    day: int | None = None

    def holds(self, instant: datetime) -> bool:
        """Say whether an episode that began then is counted."""
        local = instant.astimezone(LONDON)
        return self.band in (None, local.hour // BAND_HOURS) and self.day in (None, local.weekday())


def schematic(places: Sequence[NamedPlace], when: When) -> View:
    """Return the drawing and its rows; both are numbered alike, and a place without a position is in the rows only."""
    rows = [each for each in (_row(place, when) for place in places) if each["episodes"]]
    for number, row in enumerate(rows, start=1):
        row["number"] = number
    placed = [row for row in rows if row["position"] is not None]
    scale = _scale([row["position"] for row in placed])
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "rows": rows,
        "points": [_point(row, scale) for row in placed],
        "bar": _bar(scale),
        "without": len(rows) - len(placed),
    }


def _row(place: NamedPlace, when: When) -> View:
    counted = [each for each in place.namings if when.holds(each.started_at)]
    return {
        "said": place.said,
        "hot_spot": place.hot_spot,
        "pattern_ids": place.pattern_ids,
        "children": len({each.child_id for each in counted}),
        "episodes": len(counted),
        "by_hours": _split(counted, 24 // BAND_HOURS, lambda local: local.hour // BAND_HOURS),
        "by_weekday": _split(counted, 7, lambda local: local.weekday()),
        "first_at": min((each.started_at for each in counted), default=None),
        "last_at": max((each.started_at for each in counted), default=None),
        "position": place.position,
    }


def _split(namings: Sequence[PlaceNaming], parts: int, of: Callable[[datetime], int]) -> list[int]:
    counts = [0] * parts
    for each in namings:
        counts[of(each.started_at.astimezone(LONDON))] += 1
    return counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How metres become the units of the drawing."""

    west: float
    north: float
    units_per_metre: float


def _scale(positions: Sequence[Position]) -> Scale:
    eastings = [each.easting for each in positions] or [0]
    northings = [each.northing for each in positions] or [0]
    wide, high = max(eastings) - min(eastings), max(northings) - min(northings)
    inside_x, inside_y = WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN
    units = min(inside_x / max(wide, LEAST_SPAN), inside_y / max(high, LEAST_SPAN))
    middle_x, middle_y = (max(eastings) + min(eastings)) / 2, (max(northings) + min(northings)) / 2
    return Scale(
        west=middle_x - WIDTH / 2 / units, north=middle_y + HEIGHT / 2 / units, units_per_metre=units
    )


def _point(row: View, scale: Scale) -> View:
    position: Position = row["position"]
    return {
        "number": row["number"],
        "x": round((position.easting - scale.west) * scale.units_per_metre),
        "y": round((scale.north - position.northing) * scale.units_per_metre),
        "r": round(10 + 4 * math.sqrt(row["children"])),
        "hot_spot": row["hot_spot"],
    }


def _bar(scale: Scale) -> View:
    """Return a round distance that is about a quarter of the drawing, and its length."""
    metres = WIDTH / 4 / scale.units_per_metre
    size = 10 ** math.floor(math.log10(metres))
    rounded = max(each * size for each in (1, 2, 5) if each * size <= metres)
    name = f"{rounded / 1000:g} km" if rounded >= 1000 else f"{rounded:g} m"
    return {"name": name, "length": round(rounded * scale.units_per_metre)}
