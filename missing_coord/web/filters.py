"""Filters of a list as links with counts: they work without JavaScript, and stand in the address."""

from __future__ import annotations

from typing import TypedDict
from urllib.parse import urlencode


class Filter(TypedDict):
    """One link of macros.filters; `count` is the length of the list that it opens."""

    text: str
    count: int
    href: str
    current: bool


def link_of(text: str, count: int, *, path: str, current: bool, **asked: str) -> Filter:
    """Return a filter of a page; what is empty of `asked` stays out of the address."""
    kept = {name: value for name, value in asked.items() if value}
    return {
        "text": text,
        "count": count,
        "href": path + (f"?{urlencode(kept)}" if kept else ""),
        "current": current,
    }
