"""Reading JSON without losing a value: a name that an object gives twice with two values keeps both."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import orjson


class GivenTwice(list[Any]):
    """The different values that one object gives for one name, in the order written."""


def load_json(text: str, *, constant: Callable[[str], Any] | None = None) -> Any:
    """The value of a JSON text; raises ValueError, and RecursionError when it is nested too deeply."""
    if constant is None:
        return JSON_DECODER.decode(text)
    return json.loads(text, object_pairs_hook=_object, parse_constant=constant)


_PLAIN = frozenset({str, int, bool, type(None)})


def load_message(content: bytes) -> Any:
    """The value of a JSON message in UTF-8; raises ValueError, and RecursionError when it is nested too deeply."""
    try:
        found = orjson.loads(content)
    except ValueError:
        found = None
    return found if _is_plain(found, content) else load_json(content.decode("utf-8-sig"))


def _is_plain(found: Any, content: bytes) -> bool:
    """Whether a message is one that orjson reads no differently: plain values only, in `data` or beside it.

    orjson keeps only the last of a name given twice. Every name and every text takes two quotation marks: a message
    that has no more of them than that gives no name twice.
    """
    if not isinstance(found, dict):
        return False
    data = found.get("data")
    inner = data if isinstance(data, dict) else {}
    kinds = [type(value) for value in (*found.values(), *inner.values()) if value is not inner]
    marks = 2 * (len(found) + len(inner) + kinds.count(str))
    return _PLAIN.issuperset(kinds) and content.count(b'"') == marks


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    given: dict[str, GivenTwice] = {}
    for name, value in pairs:
        values = given.setdefault(name, GivenTwice())
        if all(value != other or type(value) is not type(other) for other in values):
            values.append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in given.items()}


JSON_DECODER = json.JSONDecoder(object_pairs_hook=_object)
"""Decodes the first value of a text and says where it ends."""
