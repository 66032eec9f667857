"""Cleaning of names, postcodes, addresses, phones and sex, the same for both sides of a comparison."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from missing_coord.matching.letters import in_latin_letters

_SPECIAL_LETTERS = str.maketrans(
    {
        "ł": "l",
        "ø": "o",
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ı": "i",
        "ħ": "h",
        "ə": "e",
    }
)
_APOSTROPHES = re.compile(r"['’‘`´ʼʻʹ′]")
_NOT_LETTERS = re.compile(r"[\W\d_]+")
_BRACKETED = re.compile(r"\(.*?\)")
_NOT_SAID = frozenset(
    {"unknown", "not known", "n/k", "u/k", "nk", "n/a", "none", "not given", "not stated", "?", "-", "tbc"}
)
_PARTICLES = frozenset(
    {"o", "mc", "mac", "al", "el", "abd", "abdul", "abdel", "abu", "ibn", "bin", "de", "da", "di", "du"}
    | {"del", "la", "le", "van", "von", "der", "den", "ter", "st", "saint", "fitz"}
)
_POSTCODE = re.compile(r"^[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}$")
_STREET_WORDS = {"rd": "road", "st": "street", "ave": "avenue", "av": "avenue", "ln": "lane", "dr": "drive"}
_STREET_WORDS |= {
    "cl": "close",
    "ct": "court",
    "cres": "crescent",
    "gdns": "gardens",
    "pl": "place",
    "sq": "square",
}
_HOUSE_AND_STREET = re.compile(r"(\d+)\s*[a-z]?[\s,]+([a-z]+)\s+([a-z]+)")
_SEXES = {"m": "m", "male": "m", "boy": "m", "1": "m", "f": "f", "female": "f", "girl": "f", "2": "f"}


def fold_letters(text: str) -> str:
    """Lower-case Latin letters without diacritics: 'Łukasz' becomes 'lukasz', 'Олена' 'olena'."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", in_latin_letters(text.casefold()))
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return plain.translate(_SPECIAL_LETTERS)


@lru_cache(maxsize=100_000)
def clean_name(text: str) -> str:
    """A name as lower-case words with one space between the parts of a compound or double-barrelled name.

    Apostrophes join (O'Brien, O Brien, OBRIEN agree), hyphens split, particles join the next word, Mac reads
    as Mc, and words that say nothing ('not known') give empty text.
    """
    folded = fold_letters(text).strip()
    if folded in _NOT_SAID:
        return ""
    words = _NOT_LETTERS.sub(" ", _APOSTROPHES.sub("", _BRACKETED.sub(" ", folded))).split()
    return " ".join(_mac_as_mc(word) for word in _joined_particles(words))


def _joined_particles(words: list[str]) -> list[str]:
    joined: list[str] = []
    waiting = ""
    for word in words:
        if word in _PARTICLES:
            waiting += word
            continue
        joined.append(waiting + word)
        waiting = ""
    if waiting:
        joined.append(waiting)
    return joined


def _mac_as_mc(word: str) -> str:
    if len(word) >= 6 and word.startswith("mac") and word[3] not in "aeiou":
        return "mc" + word[3:]
    return word


def split_alias(text: str) -> tuple[str, str]:
    """An alias as (forename, surname), cleaned; a single word is a forename, 'Khan, Ali' is surname first."""
    if "," in text:
        surname, _, forename = text.partition(",")
        return clean_name(forename), clean_name(surname)
    words = clean_name(text).split()
    if len(words) <= 1:
        return (words[0] if words else ""), ""
    return words[0], words[-1]


def clean_postcode(text: str) -> str:
    """A full postcode in capitals without spaces, or empty when it is not one."""
    packed = "".join(text.split()).upper()
    return packed if _POSTCODE.match(packed) else ""


def clean_phone(text: str) -> str:
    """The last ten digits of a telephone number, or empty when there are fewer than nine."""
    digits = "".join(letter for letter in text if letter.isdigit())
    return digits[-10:] if len(digits) >= 9 else ""


def address_key(text: str) -> str:
    """House number and street ('12 oak road'), or empty when the address has no numbered street."""
    found = _HOUSE_AND_STREET.search(fold_letters(text).replace(".", " "))
    if found is None:
        return ""
    number, first, second = found.groups()
    return f"{number} {first} {_STREET_WORDS.get(second, second)}"


def clean_sex(text: str) -> str:
    """'m', 'f', or empty for anything else, which stays neutral."""
    return _SEXES.get(text.strip().lower(), "")


def clean_id(text: str) -> str:
    """A local child id without case, spaces or punctuation."""
    capitals = text.upper()
    return capitals if capitals.isalnum() else "".join(filter(str.isalnum, capitals))
