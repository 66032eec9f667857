"""A short sound code for names of many origins, used to find candidates and to recognise near spellings."""

from __future__ import annotations

import re
from functools import lru_cache

# Longest first; what remains of vowels is dropped later, so only consonants matter here.
_SPELLED_ALIKE = (
    ("tsch", "x"),
    ("sch", "x"),
    ("cz", "x"),
    ("sz", "x"),
    ("sh", "x"),
    ("ch", "x"),
    ("ph", "f"),
    ("gh", "g"),
    ("kh", "k"),
    ("dh", "d"),
    ("th", "t"),
    ("bh", "b"),
    ("wr", "r"),
    ("kn", "n"),
    ("ck", "k"),
    ("qu", "kw"),
)
_SOFT_C = re.compile(r"c(?=[eiy])")
_LETTERS = str.maketrans({"c": "k", "q": "k", "z": "s", "v": "w", "j": "y"})
_SILENT = str.maketrans("", "", "aeiouyh")
_DOUBLED = re.compile(r"(.)\1+")


@lru_cache(maxsize=200_000)
def sound(word: str) -> str:
    """The consonant skeleton of a cleaned word, at most five letters: 'Mohammed' and 'Muhamad' agree."""
    if not word:
        return ""
    text = word.removeprefix("al") if word.startswith("al") and len(word) >= 7 else word
    for spelled, said in _SPELLED_ALIKE:
        if spelled in text:
            text = text.replace(spelled, said)
    text = _SOFT_C.sub("s", text).translate(_LETTERS)
    first = "a" if text[0] in "aeiou" else text[0]
    rest = text[1:].translate(_SILENT)
    return _DOUBLED.sub(r"\1", first + rest)[:5]


def sounds_of(name: str) -> tuple[str, ...]:
    """The sound code of every word of a cleaned name, without repeats."""
    return tuple(dict.fromkeys(sound(word) for word in name.split()))
