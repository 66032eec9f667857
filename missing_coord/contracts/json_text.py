"""Reading JSON without losing a value: a name that an object gives twice with two values keeps both."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any


class GivenTwice(list[Any]):
    """The different values that one object gives for one name, in the order written."""


def load_json(text: str, *, constant: Callable[[str], Any] | None = None) -> Any:
    """The value of a JSON text; raises ValueError, and RecursionError when it is nested too deeply."""
    if constant is None:
        return JSON_DECODER.decode(text)
    return json.loads(text, object_pairs_hook=_object, parse_constant=constant)


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
