"""The lists of interview records as a council writes them in JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from missing_coord.contracts.members import read_json
from missing_coord.domain.errors import PermanentError
from missing_coord.domain.record_lists import DEFAULT_LISTS, FollowUpRule, RecordLists

_LISTS = ("push", "pull", "harm", "screen")


def read_record_lists(content: str) -> RecordLists:
    """Return the lists of a JSON text; what it leaves out is as shipped. PermanentError names what is wrong.

    `{"version": "2027-1", "push": {"code": "words", ...}, "follow_up": {"episodes": 5, "days": 30}}`
    """
    found = read_json(content, "record lists")
    if not isinstance(found, dict):
        raise PermanentError("record lists: write one object with a version.")
    if unknown := sorted(set(found) - {"version", "follow_up", *_LISTS}):
        raise PermanentError(f"{unknown[0]}: this is no list; give {', '.join(_LISTS)} or follow_up.")
    version = found.get("version")
    if not isinstance(version, str) or not version.strip():
        raise PermanentError("version: name this version of the lists, such as 2027-1.")
    lists = {name: _codes(name, found[name]) for name in _LISTS if name in found}
    rule = _rule(found["follow_up"]) if "follow_up" in found else DEFAULT_LISTS.follow_up
    return replace(DEFAULT_LISTS, version=version.strip(), follow_up=rule, **lists)


def _codes(name: str, found: Any) -> Mapping[str, str]:
    if not isinstance(found, dict) or not found:
        raise PermanentError(f"{name}: write an object of codes with their words.")
    for code, words in found.items():
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", code):
            raise PermanentError(f"{name}: {code!r} is no code; use small letters, digits and _.")
        if not isinstance(words, str) or not words.strip():
            raise PermanentError(f"{name}: {code} has no words.")
    return {code: words.strip() for code, words in found.items()}


def _rule(found: Any) -> FollowUpRule:
    given = found if isinstance(found, dict) else {}
    return FollowUpRule(episodes=_whole("episodes", given), window=timedelta(days=_whole("days", given)))


def _whole(name: str, found: Mapping[str, Any]) -> int:
    number = found.get(name)
    if type(number) is not int or number < 1:
        raise PermanentError(f"follow_up: give {name} as a whole number from 1.")
    return number
