"""Loose ways of naming a thing: a part of a mark, a house without its postcode, a by-name; and what they may mean."""

from __future__ import annotations

import re
from functools import lru_cache

from missing_coord.linking.forms import plain_words, postcode_in, vehicle_form

_MARK = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z]{3}")
_NETWORK = re.compile(
    r"\b(snapchat|snap|instagram|insta|tiktok|telegram|whatsapp|facebook|fb|user(?:name)?)\b", re.IGNORECASE
)
_BEGINS = re.compile(r"\b([A-Z]{2}[0-9]{2})(?![A-Z0-9])")
_ENDS = re.compile(r"\bend(?:s|ing)?(?: in| with)?\s+([A-Z]{3})\b", re.IGNORECASE)
_ENDINGS = {
    "street": "st",
    "road": "rd",
    "avenue": "ave",
    "close": "cl",
    "grove": "gr",
    "lane": "ln",
    "drive": "dr",
}
_ENDINGS |= {"crescent": "cres", "terrace": "ter", "place": "pl", "court": "ct"}
_SHORT = frozenset(_ENDINGS.values())


@lru_cache(maxsize=50_000)
def part_of_mark(text: str) -> str:
    """Return what is known of a mark of the present style, `?` for the rest, such as QD19???; empty when too little."""
    if vehicle_form(text):
        return ""
    begins = _BEGINS.search(text.upper())
    if begins:
        return f"{begins.group(1)}???"
    ends = _ENDS.search(text)
    return f"????{ends.group(1).upper()}" if ends else ""


def parts_of(mark: str) -> tuple[str, ...]:
    """Return the parts by which people name a full mark."""
    return (f"{mark[:4]}???", f"????{mark[4:]}") if _MARK.fullmatch(mark) else ()


@lru_cache(maxsize=50_000)
def street_form(text: str) -> str:
    """Return the house number and the street of an address, endings in one spelling; empty without both."""
    code = postcode_in(text)
    words = plain_words(text)
    if code:
        words = words.replace(code.lower(), " ").replace(f"{code[:-3]} {code[-3:]}".lower(), " ")
    tokens = [_ENDINGS.get(each, each) for each in words.split()]
    for end, word in enumerate(tokens):
        if word in _SHORT:
            numbers = [
                n for n in range(end) if tokens[n][0].isdigit() and tokens[n][:4].rstrip("abcd").isdigit()
            ]
            if numbers and end - numbers[-1] in (2, 3):
                return " ".join(tokens[numbers[-1] : end + 1])
    return ""


@lru_cache(maxsize=50_000)
def handle_form(text: str) -> str:
    """Return the name of an account, in lower case without the name of the network; empty when there is none."""
    words = re.sub(
        r"(?i)\b(snapchat|snap|instagram|insta|tiktok|telegram|whatsapp|facebook|fb|user(?:name)?)\b",
        " ",
        text,
    )
    found: list[str] = re.findall(r"[a-z0-9][a-z0-9._-]{2,}", words.casefold())
    return found[0].strip(".-") if len(found) == 1 else ""
