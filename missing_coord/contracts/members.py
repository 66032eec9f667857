"""JSON that a council writes itself: what is wrong is named by its place, with what would be right."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from json import JSONDecodeError
from typing import Any

from missing_coord.contracts.json_text import load_json
from missing_coord.domain.errors import PermanentError
from missing_coord.domain.escalation import LONG_AGO

YEARS = range(2000, 2100)


def wrong(place: str, reason: str) -> PermanentError:
    """Return the error that says what is wrong, or what would be right, of the member at a place."""
    return PermanentError(f"{place}: {reason}")


def read_json(content: str, name: str) -> Any:
    """Return the value of a JSON text; PermanentError when it is none or is nested too deeply."""
    try:
        return load_json(content)
    except JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise wrong(name, f"must be JSON, and is none at {place}") from error
    except (ValueError, RecursionError) as error:
        raise wrong(name, "must be JSON that is not nested deeply") from error


def check_known(found: Iterable[str], members: Collection[str], place: str = "") -> None:
    """Raise PermanentError for a member that means nothing, such as a misspelt one."""
    if unknown := sorted(each for each in found if each not in members):
        raise wrong(f"{place}{unknown[0]}", f"is not known here: use {', '.join(members)}")


def read_effective_at(value: Any) -> datetime:
    """Return from when something is in force, in UTC; without a time it always was."""
    if value is None:
        return LONG_AGO
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise wrong("effective_at", "must be a time such as 2026-12-01T00:00:00+00:00") from error
    if found.tzinfo is None:
        raise wrong("effective_at", "must carry its offset from UTC")
    if found.year not in YEARS:
        raise wrong("effective_at", "must lie in the years 2000 to 2099")
    return found.astimezone(UTC)
