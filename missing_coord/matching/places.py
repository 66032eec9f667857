"""How a place named in a notice agrees with where a child lives, lived, or was placed on that day."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from rapidfuzz.distance import OSA

from missing_coord.matching.prepared import PreparedChild, PreparedEvidence


class PlaceLevel(StrEnum):
    """The best agreement of any place named with any place known."""

    POSTCODE = "postcode"
    EARLIER = "earlier"
    ADDRESS = "address"
    NEAR = "near"
    SECTOR = "sector"
    DIFFERENT = "different"
    MISSING = "missing"


REAL_PLACES = frozenset({PlaceLevel.POSTCODE, PlaceLevel.EARLIER, PlaceLevel.ADDRESS})
_POSTCODE, _EARLIER, _ADDRESS, _NEAR = (
    PlaceLevel.POSTCODE,
    PlaceLevel.EARLIER,
    PlaceLevel.ADDRESS,
    PlaceLevel.NEAR,
)
_SECTOR, _DIFFERENT, _MISSING = PlaceLevel.SECTOR, PlaceLevel.DIFFERENT, PlaceLevel.MISSING


def compare_places(person: PreparedEvidence, child: PreparedChild) -> PlaceLevel:
    """Compare every place in the notice with every place of the child; the strongest agreement counts."""
    said = person.postcodes
    if said:
        if not said.isdisjoint(child.postcodes):
            return _POSTCODE
        stay = _stayed(said, person.day, child) if child.stays else None
        if stay is not None:
            return stay
        if not said.isdisjoint(child.earlier):
            return _EARLIER
    addresses = person.addresses
    if addresses and not addresses.isdisjoint(child.addresses):
        return _ADDRESS
    if _one_slip_between(said, child.postcodes) or _one_slip_between(addresses, child.addresses):
        return _NEAR
    if not said or not child.sectors:
        return _DIFFERENT if addresses and child.addresses else _MISSING
    return _DIFFERENT if person.sectors.isdisjoint(child.sectors) else _SECTOR


def _stayed(said: frozenset[str], day: str, child: PreparedChild) -> PlaceLevel | None:
    """Whether the child was placed there on the day, or at another time; an unknown day counts as that day."""
    found: PlaceLevel | None = None
    for postcode, start, end in child.stays:
        if postcode in said:
            if not day or (start <= day and (not end or day < end)):
                return _POSTCODE
            found = _EARLIER
    return found


def _one_slip_between(said: frozenset[str], known: Iterable[str]) -> bool:
    """One letter wrong, missing, added or exchanged in a postcode or in a numbered street."""
    for one in said:
        for other in known:
            if abs(len(one) - len(other)) <= 1 and OSA.distance(one, other, score_cutoff=1) <= 1:
                return True
    return False
