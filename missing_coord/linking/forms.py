"""The comparing forms of places, people, vehicles and telephone numbers; the words as said are kept beside them."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_POSTCODE = re.compile(r"\b([A-Z]{1,2}[0-9][A-Z0-9]?)\s*([0-9][A-Z]{2})\b", re.IGNORECASE)
_NOT_WORD = re.compile(r"[^\w]+")
_BRACKETED = re.compile(r"\([^)]*\)")
_NUMBER = re.compile(r"\b(\d{1,4}[a-z]?)\b")
_NUMBERED = re.compile(r"\d{1,4}[a-z]? [a-z]{1,2}[0-9][a-z0-9]?[0-9][a-z]{2}")
_IN_HOUSE = re.compile(r"(flat|apartment|apt|room|unit)\b")
_NOT_SAID = frozenset(
    {"", "unknown", "not known", "none", "nk", "na", "n a", "not given", "not stated", "tbc"}
)
_NOBODY = _NOT_SAID | {"friend", "friends", "mum", "dad", "mother", "father", "brother", "sister"}
_NOBODY |= {"boyfriend", "girlfriend", "unknown male", "unknown female", "alone"}
_NOWHERE = _NOT_SAID | {
    "home",
    "at home",
    "home address",
    "family home",
    "placement",
    "friends house",
    "friends home",
}
_NO_PLACE = re.compile(
    r"(at |the |a |an )*((friend|relative|carer|parent|mother|father|family|partner|boyfriend|girlfriend)s?( s)? )?"
    r"(own )?(address|house|home|flat|place|placement)|returned( home)?( by.*| on.*| to.*)?"
    r"|(own|other) (accord|means|family)|(came|made|found|walked) .*(home|way|back)"
    r"|address missing from|missing address|whereabouts.*"
)
_TITLES = frozenset({"mr", "mrs", "miss", "ms", "dr"})
_STYLES = (
    re.compile(r"[A-Z]{2}[0-9]{2}[A-Z]{3}"),
    re.compile(r"[A-Z][0-9]{1,3}[A-Z]{3}"),
    re.compile(r"[A-Z]{3}[0-9]{1,3}[A-Z]"),
    re.compile(r"[A-Z]{3}[0-9]{3,4}"),
)
# Words that stand before a number without being part of a mark: "BMW 320D" is a model.
_NO_MARK = frozenset({"BMW", "KIA", "VW", "MG", "RED", "CAR", "VAN", "REG", "OLD", "NEW", "THE", "AND"})
_TOKEN = re.compile(r"[A-Z0-9]+")
_AS_LETTERS = str.maketrans("01", "OI")
_AS_DIGITS = str.maketrans("OI", "01")
_PHONE = re.compile(r"(?:\+|\b)[0-9(][0-9()\s.-]{7,}[0-9]")


@lru_cache(maxsize=200_000)
def plain_words(text: str) -> str:
    """Return text as lower-case words of letters and digits with one space between them, apostrophes joined."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(each for each in decomposed if not unicodedata.combining(each))
    return " ".join(_NOT_WORD.sub(" ", re.sub(r"['’‘`]", "", letters)).replace("_", " ").split())


def postcode_in(text: str) -> str:
    """Return the last full postcode in a text, in capitals without a space; empty when there is none."""
    found = _POSTCODE.findall(text)
    return "".join(found[-1]).upper() if found else ""


@lru_cache(maxsize=50_000)
def place_form(text: str, postcode: str = "") -> str:
    """Return the comparing form of a place: house number and postcode when both are known, else its words.

    Two ways of writing one numbered address agree; a named place keeps its name, as a postcode covers many doors.
    """
    code = postcode_in(text) or postcode_in(postcode)
    parts = [plain_words(part) for part in _POSTCODE.sub(" ", text).split(",")]
    named = [part for part in parts if part not in _NOWHERE and not _NO_PLACE.fullmatch(part)]
    number = _house_number(named)
    if code and number:
        return f"{number} {code.lower()}"
    return " ".join([*named, code.lower()]).strip() if named or (code and not any(parts)) else ""


def is_numbered(place: str) -> bool:
    """Say whether a place, in its comparing form, is one house: a number and a postcode."""
    return _NUMBERED.fullmatch(place) is not None


def _house_number(parts: list[str]) -> str:
    """Return the number of the house, and that of the flat in it only when the house has a name instead."""
    numbers = [
        (_IN_HOUSE.match(part) is not None, found.group(1))
        for part in parts
        if (found := _NUMBER.search(part))
    ]
    houses = [number for in_house, number in numbers if not in_house]
    return houses[-1] if houses else (numbers[0][1] if numbers else "")


@lru_cache(maxsize=50_000)
def person_form(text: str) -> str:
    """Return a name as lower-case words without titles or what stands in brackets; empty when nobody is named."""
    words = [word for word in plain_words(_BRACKETED.sub(" ", text)).split() if not word.isdigit()]
    named = [word for word in words if word not in _TITLES]
    joined = " ".join(named)
    return "" if joined in _NOBODY or not any(len(word) > 1 for word in named) else joined


def full_name(forename: str, surname: str) -> str:
    """Return the comparing form of a child's name, empty unless both parts are known."""
    first, last = person_form(forename), person_form(surname)
    return f"{first} {last}" if first and last else ""


@lru_cache(maxsize=50_000)
def vehicle_form(text: str) -> str:
    """Return the first UK registration mark in a text, in capitals without a space; empty when there is none."""
    tokens = _TOKEN.findall(text.upper())
    for read in (_as_written, _as_meant):
        for width in (2, 1, 3):
            for start in range(len(tokens) - width + 1):
                parts = tokens[start : start + width]
                mark = read("".join(parts)) if width == 1 or parts[0] not in _NO_MARK else ""
                if mark:
                    return mark
    return ""


def _as_written(packed: str) -> str:
    has_both = any(each.isdigit() for each in packed) and any(each.isalpha() for each in packed)
    return packed if has_both and any(style.fullmatch(packed) for style in _STYLES) else ""


def _as_meant(packed: str) -> str:
    """Read O and I as 0 and 1 where the present style wants digits, and the other way round; never letters alone."""
    if len(packed) != 7 or packed.isalpha():
        return ""
    place, year, rest = packed[:2], packed[2:4], packed[4:]
    mark = place.translate(_AS_LETTERS) + year.translate(_AS_DIGITS) + rest.translate(_AS_LETTERS)
    return mark if _STYLES[0].fullmatch(mark) else ""


def phone_forms(text: str) -> list[tuple[str, str]]:
    """Return each telephone number in a text with its words: international form, `+44` when no country is given."""
    found = [(phone_form(each.group()), each.group().strip()) for each in _PHONE.finditer(text)]
    return [(number, said) for number, said in found if number]


def phone_form(text: str) -> str:
    """Return one telephone number in international form; empty when it is too short, too long or all one digit."""
    digits = re.sub(r"[^0-9]", "", text.replace("(0)", ""))
    if text.strip().startswith("+") or digits.startswith("00"):
        number = digits.removeprefix("00")
    elif digits.startswith("0"):
        number = "44" + digits[1:]
    else:
        number = digits if digits.startswith("44") and len(digits) == 12 else "44" + digits
    return f"+{number}" if 10 <= len(number) <= 15 and len(set(number[2:])) > 1 else ""
