"""The four populations of missing children, and the placement as it stood when the episode began."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Population(StrEnum):
    """Whose child it is and where the child lives."""

    OWN_HOME = "own_home_child"
    OWN_CARE_IN_AREA = "own_looked_after_in_area"
    OWN_CARE_OUT_OF_AREA = "own_looked_after_out_of_area"
    OTHER_AUTHORITY = "other_authority_placed_here"


POPULATION_NAMES = {
    Population.OWN_HOME: "Home child",
    Population.OWN_CARE_IN_AREA: "Looked after, in area",
    Population.OWN_CARE_OUT_OF_AREA: "Looked after, out of area",
    Population.OTHER_AUTHORITY: "Other authority's child placed here",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacementSpan:
    """A placement as matching a day needs it: start <= day < end; `authority` is the ONS code of its postcode."""

    placement_id: str
    start_date: date
    end_date: date | None
    place_code: str
    provider_code: str
    provider_name: str
    urn: str
    authority: str
    easting: int | None
    northing: int | None
    confidential: bool = False


def placement_on(spans: Iterable[PlacementSpan], day: date) -> PlacementSpan | None:
    """Return the placement on a London day; on a change-over day the new one."""
    current = [s for s in spans if s.start_date <= day and (s.end_date is None or day < s.end_date)]
    return max(current, key=lambda s: (s.start_date, s.placement_id)) if current else None


def population_of(
    *, council: str, looked_after: bool, responsible_authority: str, placement_authority: str
) -> Population:
    """Tag an episode; an unknown responsible authority counts as ours, so that no duty is lost."""
    if responsible_authority and responsible_authority != council:
        return Population.OTHER_AUTHORITY
    if not looked_after:
        return Population.OWN_HOME
    in_area = not placement_authority or placement_authority == council
    return Population.OWN_CARE_IN_AREA if in_area else Population.OWN_CARE_OUT_OF_AREA


def miles_between(first: tuple[int, int], second: tuple[int, int]) -> float:
    """Return the straight-line distance in miles, 1 decimal, between two OS grid points in metres."""
    east, north = first[0] - second[0], first[1] - second[1]
    return round(math.hypot(east, north) / 1000 / 1.6093, 1)
