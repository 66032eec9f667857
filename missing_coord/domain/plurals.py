"""A number with its noun, as people read it: 1 hour, 2 hours, 1.5 hours, 1,204 children."""

from __future__ import annotations

_IRREGULAR = {"child": "children", "person": "people", "is": "are", "was": "were", "has": "have"}
_HISSING = ("s", "x", "ch", "sh")


def plural(count: float, one: str, many: str = "") -> str:
    """Return a number with its noun."""
    number = f"{count:,}" if isinstance(count, int) else f"{count:g}"
    return f"{number} {noun(count, one, many)}"


def noun(count: float, one: str, many: str = "") -> str:
    """Return the noun, or `is`, `was` or `has`, that goes with a number; of several words the last one changes."""
    return one if count == 1 else many or _many(one)


def _many(one: str) -> str:
    start, space, last = one.rpartition(" ")
    if last in _IRREGULAR:
        changed = _IRREGULAR[last]
    elif last.endswith("y") and last[-2:-1] not in "aeiou":
        changed = f"{last[:-1]}ies"
    else:
        changed = f"{last}es" if last.endswith(_HISSING) else f"{last}s"
    return f"{start}{space}{changed}"
