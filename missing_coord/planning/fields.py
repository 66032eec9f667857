"""Reads one JSON value at a time and, when it is wrong, names its path and what would be right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from missing_coord.domain.errors import DomainError

Point = tuple[float, float]

FARTHEST_METRES = 10_000_000
FIRST_YEAR, LAST_YEAR = 2000, 2100


class InstanceError(DomainError):
    """The instance file cannot be planned; `path` names the field."""

    def __init__(self, path: str, right: str) -> None:
        super().__init__("instance_unreadable", f"{path}: {right}")
        self.path = path


def mapping_at(value: object, path: str) -> Mapping[str, object]:
    """Return `value` as an object of named fields."""
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise InstanceError(path, 'must be an object such as {"id": "..."}')
    return value


def list_at(source: Mapping[str, object], key: str, path: str, *, required: bool = False) -> Sequence[object]:
    """Return the list under `key`; a missing or null one is empty unless it is required."""
    value = source.get(key)
    if value is None and not required:
        return ()
    if not isinstance(value, list | tuple):
        raise InstanceError(_join(path, key), "must be a list, [] when there are none")
    return value


def text_at(source: Mapping[str, object], key: str, path: str) -> str:
    """Return the non-empty text under `key`."""
    value = source.get(key)
    if not isinstance(value, str) or not value.strip():
        raise InstanceError(_join(path, key), "must be text that is not empty")
    return value


def optional_text_at(source: Mapping[str, object], key: str, path: str) -> str | None:
    """Return the text under `key`, None when it is missing, null or empty."""
    return None if source.get(key) in (None, "") else text_at(source, key, path)


def texts_at(source: Mapping[str, object], key: str, path: str) -> frozenset[str]:
    """Return the list of texts under `key` as a set."""
    values = list_at(source, key, path)
    for place, value in enumerate(values):
        if not isinstance(value, str) or not value.strip():
            raise InstanceError(f"{_join(path, key)}[{place}]", "must be text that is not empty")
    return frozenset(value for value in values if isinstance(value, str))


def number(value: object, path: str, *, low: float, high: float) -> float:
    """Return a finite number between `low` and `high`, both included; true and false are no numbers."""
    if isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high:
        return value
    raise InstanceError(path, f"must be a number from {low:g} to {high:g}")


def number_at(
    source: Mapping[str, object], key: str, path: str, *, low: float, high: float, default: float
) -> float:
    """Return the number under `key`; a missing or null one is `default`."""
    value = source.get(key)
    if value is None:
        return default
    return number(value, _join(path, key), low=low, high=high)


def point_at(source: Mapping[str, object], key: str, path: str) -> Point:
    """Return the [easting, northing] under `key`, OS grid metres."""
    value, where = source.get(key), _join(path, key)
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise InstanceError(where, "must be [easting, northing] in metres of the OS grid")
    east, north = (
        number(part, f"{where}[{place}]", low=-FARTHEST_METRES, high=FARTHEST_METRES)
        for place, part in enumerate(value)
    )
    return (east, north)


def instant_at(source: Mapping[str, object], key: str, path: str) -> datetime:
    """Return the ISO 8601 time under `key` in UTC; it must carry its offset."""
    value, where = source.get(key), _join(path, key)
    right = "must be an ISO 8601 time with its offset, such as 2026-10-25T09:00:00+00:00"
    try:
        instant = datetime.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise InstanceError(where, right) from None
    if instant.tzinfo is None:
        raise InstanceError(where, right)
    if not FIRST_YEAR <= instant.year < LAST_YEAR:
        raise InstanceError(where, f"must lie between the years {FIRST_YEAR} and {LAST_YEAR}")
    return instant.astimezone(UTC)


def optional_instant_at(source: Mapping[str, object], key: str, path: str) -> datetime | None:
    """Return the time under `key`, None when it is missing or null."""
    return None if source.get(key) is None else instant_at(source, key, path)


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
