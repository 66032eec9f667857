"""Reads what is said of a person: the names and by-names, and about how old."""

from __future__ import annotations

import re
from functools import lru_cache

from missing_coord.linking.forms import person_form

_BRACKETS = re.compile(r"\(([^)]*)\)")
_OR_CALLED = re.compile(
    r"\b(?:a\.?k\.?a\.?|alias|also known as|known as|goes by|street name|nicknamed|nickname|called|named)(?=\W|$)",
    re.IGNORECASE,
)
_AGE = re.compile(r"(?<![\d/])([1-7]\d)(?:s|ish)?(?![\d/])")
_DESCRIBES_LIST = """
male female man woman boy girl lad guy person adult older young younger unknown friend friends
boyfriend girlfriend partner associate about aged approx age years old early mid late asian black
white mixed tall short
"""
_DESCRIBES = frozenset(_DESCRIBES_LIST.split())


@lru_cache(maxsize=50_000)
def person_names(text: str) -> tuple[str, ...]:
    """Return the names in their comparing form, the first one first: `Dez aka Smoke, about 25` gives dez and smoke."""
    outside = _BRACKETS.sub(" ; ", text)
    parts = [*re.split(r"[,;]", outside)[:1], *_by_names(re.split(r"[,;]", outside)[1:])]
    parts += _by_names(_BRACKETS.findall(text))
    found = [name for part in parts for piece in _OR_CALLED.split(part) if (name := _name(piece))]
    return tuple(dict.fromkeys(found))


def _by_names(parts: list[str]) -> list[str]:
    """Return the parts that say another name; the rest describes."""
    return [part for part in parts if _OR_CALLED.search(part)]


def _name(text: str) -> str:
    words = [word for word in person_form(text).split() if word not in _DESCRIBES]
    return " ".join(words) if any(len(word) > 1 for word in words) else ""


@lru_cache(maxsize=50_000)
def person_age(text: str) -> int | None:
    """Return about how old the person is said to be; None when nothing is said."""
    found = _AGE.search(text)
    return int(found.group(1)) if found else None
