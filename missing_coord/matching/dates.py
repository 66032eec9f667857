"""Comparison of dates of birth and ages: swaps, slips, and 1 January for 'only the age is known'."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from functools import lru_cache


class BirthLevel(StrEnum):
    """How well two dates of birth, or an age and a date of birth, agree."""

    EXACT = "exact"
    EXACT_JANUARY = "exact_january"
    SWAPPED = "swapped"
    DIGIT = "digit"
    YEAR_OFF = "year_off"
    MONTH_SAME = "month_same"
    YEAR_ONLY = "year_only"
    DIFFERENT_JANUARY = "different_january"
    DIFFERENT = "different"
    AGE_SAME = "age_same"
    AGE_NEAR = "age_near"
    AGE_DIFFERENT = "age_different"
    MISSING = "missing"


def birth_text(born: date | None) -> str:
    """A date of birth as eight digits, or empty."""
    return born.isoformat()[:10].replace("-", "") if born else ""


def is_january_first(born: str) -> bool:
    """Whether the date (eight digits) is a 1 January, the usual stand-in when only the age is known."""
    return born.endswith("0101")


def day_month_swapped(born: str) -> str:
    """The same date with day and month exchanged, or empty when that is no other date."""
    year, month, day = born[:4], born[4:6], born[6:]
    return f"{year}{day}{month}" if born and day <= "12" and day != month else ""


@lru_cache(maxsize=200_000)
def compare_births(said: str, known: str) -> BirthLevel:
    """Compare two dates of birth given as eight digits; empty text is missing."""
    if not said or not known:
        return BirthLevel.MISSING
    if said == known:
        return BirthLevel.EXACT_JANUARY if is_january_first(said) else BirthLevel.EXACT
    january = is_january_first(said) or is_january_first(known)
    if said[:4] != known[:4] and said[4:] != known[4:]:
        return BirthLevel.DIFFERENT_JANUARY if january else BirthLevel.DIFFERENT
    if january and said[:4] == known[:4]:
        return BirthLevel.YEAR_ONLY
    if day_month_swapped(said) == known:
        return BirthLevel.SWAPPED
    if said[4:] == known[4:] and abs(int(said[:4]) - int(known[:4])) <= 2:
        return BirthLevel.YEAR_OFF if not january else BirthLevel.DIFFERENT_JANUARY
    if _one_slip(said, known):
        return BirthLevel.DIGIT
    if said[:6] == known[:6]:
        return BirthLevel.MONTH_SAME
    return BirthLevel.DIFFERENT_JANUARY if january else BirthLevel.DIFFERENT


def _one_slip(said: str, known: str) -> bool:
    """One digit typed wrong, or two neighbouring digits exchanged."""
    wrong = [place for place in range(8) if said[place] != known[place]]
    if len(wrong) == 1:
        return True
    if len(wrong) != 2 or wrong[1] != wrong[0] + 1:
        return False
    first, second = wrong
    return said[first] == known[second] and said[second] == known[first]


def age_on(born: str, day: date) -> int:
    """Completed years on a day of a person born on a date given as eight digits."""
    years = day.year - int(born[:4])
    return years - ((day.month, day.day) < (int(born[4:6]), int(born[6:])))


def compare_age(age: int, day: date, known: str) -> BirthLevel:
    """Compare an age said on a day with a known date of birth (eight digits, may be empty)."""
    if not known:
        return BirthLevel.MISSING
    apart = abs(age_on(known, day) - age)
    if apart == 0:
        return BirthLevel.AGE_SAME
    if apart == 1 or (apart == 2 and is_january_first(known)):
        return BirthLevel.AGE_NEAR
    return BirthLevel.AGE_DIFFERENT
