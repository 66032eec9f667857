"""Readers of single fields other than times: names, codes, lists, numbers, postcodes, telephone numbers."""

from __future__ import annotations

import re
from datetime import time
from enum import StrEnum
from functools import lru_cache

from missing_coord.contracts.readings import Reader, Unreadable
from missing_coord.contracts.text import TEXT_LIMIT, cached_column_key, cut, is_placeholder
from missing_coord.domain.records import MissingType, Sex, Weekday, WorkingHours

IDENTIFIER_LIMIT = 200
_POSTCODE = re.compile(r"(GIR|[A-Z]{1,2}[0-9][A-Z0-9]?)([0-9][A-Z]{2})", re.ASCII)
_AGE = re.compile(
    r"(?:c\.?|ca\.?|about|approx\.?)?\s*(\d{1,3})\s*(?:y|yo|yrs?|years?)?(?: old)?", re.ASCII | re.I
)
_HOURS = re.compile(r"(\d{1,2})[:.](\d{2})\s*(?:-|\u2013|to)\s*(\d{1,2})[:.](\d{2})", re.ASCII)
_NUMBER = re.compile(r"\d{1,6}(?:\.\d{1,6})?", re.ASCII)
_BETWEEN_PHONES = re.compile(r"[;,/\n]| or | and ", re.I)

_YES = frozenset({"y", "yes", "true", "t", "1"})
_NO = frozenset({"n", "no", "false", "f", "0"})
_SEXES = {"m": Sex.MALE, "male": Sex.MALE, "boy": Sex.MALE, "1": Sex.MALE, "man": Sex.MALE}
_SEXES |= {"f": Sex.FEMALE, "female": Sex.FEMALE, "girl": Sex.FEMALE, "2": Sex.FEMALE, "woman": Sex.FEMALE}
_SEXES |= dict.fromkeys(("x", "other", "nonbinary", "indeterminate", "intersex", "3"), Sex.OTHER)
_NO_SEX = frozenset({"u", "0", "9", "notstated", "notspecified", "notrecorded"})
_TYPES = dict.fromkeys(("m", "missing", "missingfromcare", "missingperson"), MissingType.MISSING)
_TYPES |= dict.fromkeys(
    (
        "a",
        "absent",
        "away",
        "awayfromplacement",
        "awayfromplacementwithoutauthorisation",
        "unauthorisedabsence",
    ),
    MissingType.AWAY,
)
_DAYS = {day.value.casefold(): day for day in Weekday}
_WEEK = tuple(Weekday)


def read_text(text: str) -> tuple[str, str | None]:
    """Read free text; beyond the limit it is cut and flagged."""
    return (text, None) if len(text) <= TEXT_LIMIT else (cut(text), "cut")


def read_identifier(text: str) -> tuple[str, str | None]:
    """Read a name or number that identifies something; inner white space counts once."""
    if len(text) > IDENTIFIER_LIMIT:
        raise Unreadable(f"at most {IDENTIFIER_LIMIT} characters are allowed")
    return " ".join(text.split()), None


def read_list(text: str) -> tuple[tuple[str, ...], str | None]:
    """Read a list with `;` between its items; empty items are left out."""
    kept, flag = read_text(text)
    return tuple(part for part in (item.strip() for item in kept.split(";")) if part), flag


def read_bool(text: str) -> tuple[bool | None, str | None]:
    """Read yes or no."""
    key = cached_column_key(text)
    if key in _YES:
        return True, None
    if key in _NO:
        return False, None
    if is_placeholder(text):
        return None, None
    raise Unreadable("yes or no is needed")


def read_sex(text: str) -> tuple[Sex | None, str | None]:
    """Read a sex as a word, a letter or a SSDA903 code."""
    key = cached_column_key(text)
    if key in _SEXES:
        return _SEXES[key], None
    if key in _NO_SEX or is_placeholder(text):
        return None, None
    raise Unreadable("male, female, other, or nothing is needed")


def read_missing_type(text: str) -> tuple[MissingType, str | None]:
    """Read M (missing) or A (away from placement without authorisation)."""
    found = _TYPES.get(cached_column_key(text))
    if found is None:
        raise Unreadable("M (missing) or A (away) is needed")
    return found, None


def read_age(text: str) -> tuple[int | None, str | None]:
    """Read an age in whole years."""
    match = _AGE.fullmatch(text)
    if match and int(match[1]) <= 120:
        return int(match[1]), None
    if is_placeholder(text):
        return None, None
    raise Unreadable("a whole number of years from 0 to 120 is needed")


@lru_cache(maxsize=4096)
def read_postcode(text: str) -> tuple[str, str | None]:
    """Read a postcode as "AB1 2CD"; anything else is kept as it came and flagged."""
    match = _POSTCODE.fullmatch("".join(text.upper().split()))
    if match:
        return f"{match[1]} {match[2]}", None
    return read_text(text)[0], "invalid_postcode"


def read_postcodes(text: str) -> tuple[tuple[str, ...], str | None]:
    """Read a list of postcodes; one that is none is kept as it came and flagged."""
    read = [read_postcode(item) for item in read_list(text)[0]]
    return tuple(item for item, _ in read), next((flag for _, flag in read if flag), None)


def phone_numbers(text: str | None) -> tuple[str, ...]:
    """The telephone numbers in a text in international form; text without any gives none."""
    if not text:
        return ()
    found = (_international(part) for part in _BETWEEN_PHONES.split(text))
    return tuple(dict.fromkeys(number for number in found if number))


def read_working_days(text: str) -> tuple[tuple[Weekday, ...], str | None]:
    """Read days of the week, `Mon;Tue` or `Mon-Fri`, in the order of the week."""
    days: set[Weekday] = set()
    for item in re.split(r"[;,]", text):
        ends = [_DAYS.get(part.strip()[:3].casefold()) for part in re.split(r"-|\u2013", item)]
        if not item.strip() or len(ends) > 2 or None in ends:
            raise Unreadable("days are needed as Mon;Tue;Wed;Thu;Fri;Sat;Sun")
        first, last = (_WEEK.index(day) for day in (ends[0], ends[-1]) if day)
        days.update(_WEEK[first : last + 1] if first <= last else _WEEK[first:] + _WEEK[: last + 1])
    return tuple(day for day in _WEEK if day in days), None


def read_working_hours(text: str) -> tuple[WorkingHours, str | None]:
    """Read a working day as 09:00-17:30."""
    match = _HOURS.fullmatch(text)
    try:
        hours = [int(part) for part in match.groups()] if match else []
        start, end = time(hours[0], hours[1]), time(hours[2], hours[3])
    except (ValueError, IndexError):
        raise Unreadable("hours are needed as 09:00-17:30") from None
    if end <= start:
        raise Unreadable("the end of the working day must come after its start")
    return WorkingHours(start, end), None


def number(*, most: float) -> Reader:
    """A reader of numbers from 0 to `most`."""

    def read(text: str) -> tuple[float, str | None]:
        if not _NUMBER.fullmatch(text) or float(text) > most:
            raise Unreadable(f"a number from 0 to {most:g} is needed")
        return float(text), None

    return read


def whole_number(*, most: int) -> Reader:
    """A reader of whole numbers from 0 to `most`."""

    def read(text: str) -> tuple[int, str | None]:
        if not _NUMBER.fullmatch(text) or not float(text).is_integer() or float(text) > most:
            raise Unreadable(f"a whole number from 0 to {most} is needed")
        return int(float(text)), None

    return read


def one_of(states: type[StrEnum]) -> Reader:
    """A reader of the values of an enumeration, without regard to case, spaces and underscores."""
    by_key = {cached_column_key(state.value): state for state in states}
    wanted = ", ".join(state.value for state in states)

    def read(text: str) -> tuple[StrEnum, str | None]:
        found = by_key.get(cached_column_key(text[:100]))
        if found is None:
            raise Unreadable(f"one of {wanted} is needed")
        return found, None

    return read


def _international(part: str) -> str | None:
    text = part.replace("(0)", "").strip()
    plus = text.startswith("+") or text.startswith("00")
    digits = re.sub(r"[^0-9]", "", text)
    if text.startswith("00"):
        digits = digits[2:]
    if plus:
        return f"+{digits}" if 8 <= len(digits) <= 15 else None
    if digits.startswith("0") and len(digits) in (10, 11):
        return f"+44{digits[1:]}"
    if len(digits) == 12 and digits.startswith("44"):
        return f"+{digits}"
    return f"+44{digits}" if len(digits) == 10 and digits[0] in "127" else None
