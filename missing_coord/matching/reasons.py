"""Plain words for a comparison, from the same levels as its score; never a name, date or address."""

from __future__ import annotations

from missing_coord.matching.compare import AGREEING, NameLevel
from missing_coord.matching.dates import BirthLevel
from missing_coord.matching.places import REAL_PLACES, PlaceLevel
from missing_coord.matching.prepared import PreparedChild, PreparedEvidence
from missing_coord.matching.rarity import COMMON_SHARE, RARE_SHARE, RegisterStatistics
from missing_coord.matching.score import Comparison

_FORENAME = {
    NameLevel.EXACT: "forename same",
    NameLevel.VARIANT: "forename is a nickname or another spelling",
    NameLevel.CLOSE: "forename spelled nearly the same",
    NameLevel.PART: "one of several forenames same",
    NameLevel.OTHER_NAME: "forename matches a middle name or another name used",
    NameLevel.INITIAL: "initial of forename same",
    NameLevel.ALIKE: "forename looks alike but may be another name",
    NameLevel.DIFFERENT: "forename different",
}
_SURNAME = {
    NameLevel.EXACT: "surname same",
    NameLevel.CLOSE: "surname spelled nearly the same",
    NameLevel.PART: "part of a double-barrelled surname same",
    NameLevel.OTHER_NAME: "surname matches another name used",
    NameLevel.ALIKE: "surname looks alike but may be another name",
    NameLevel.DIFFERENT: "surname different",
}
_BIRTH = {
    BirthLevel.EXACT: "date of birth same",
    BirthLevel.EXACT_JANUARY: "date of birth same, but 1 January often means that only the age is known",
    BirthLevel.SWAPPED: "date of birth has day and month swapped",
    BirthLevel.DIGIT: "date of birth differs by one slip of the keys",
    BirthLevel.YEAR_OFF: "day and month of birth same, year a little off",
    BirthLevel.MONTH_SAME: "month and year of birth same, day different",
    BirthLevel.YEAR_ONLY: "year of birth same, one date is 1 January",
    BirthLevel.DIFFERENT_JANUARY: "date of birth different, but one is 1 January and may be an estimate",
    BirthLevel.DIFFERENT: "date of birth different",
    BirthLevel.AGE_SAME: "age fits the date of birth",
    BirthLevel.AGE_NEAR: "age is a year off the date of birth",
    BirthLevel.AGE_DIFFERENT: "age does not fit the date of birth",
}
_PLACE = {
    PlaceLevel.POSTCODE: "postcode same",
    PlaceLevel.EARLIER: "postcode of an earlier address or placement",
    PlaceLevel.ADDRESS: "house number and street same",
    PlaceLevel.NEAR: "postcode or street one slip of the keys apart",
    PlaceLevel.SECTOR: "postcode close by",
    PlaceLevel.DIFFERENT: "postcode different",
}
_PHONE = {"same": "telephone number same", "different": "telephone number different"}
_SEX = {"different": "sex different"}
_LOCAL_ID = {"same": "local id same", "different": "local id is not this child's"}
_FAMILY_NAME = (NameLevel.EXACT, NameLevel.CLOSE, NameLevel.PART)
_SIBLING = {"m": "brother", "f": "sister"}
_CLEARLY_OTHER = (NameLevel.DIFFERENT, NameLevel.ALIKE)


def explain(
    comparison: Comparison, *, person: PreparedEvidence, child: PreparedChild, statistics: RegisterStatistics
) -> tuple[str, ...]:
    """Everything known for and against one candidate, missing fields left out."""
    said = [
        _LOCAL_ID.get(comparison.local_id),
        _with_rarity(_SURNAME.get(comparison.surname), comparison, person, statistics),
        _FORENAME.get(comparison.forename),
        "forename and surname the other way round" if comparison.swapped else None,
        _BIRTH.get(comparison.birth),
        _PLACE.get(comparison.place),
        _PHONE.get(comparison.phone),
        _SEX.get(comparison.sex),
        likely_confusion(comparison, person=person, child=child),
    ]
    return tuple(reason for reason in said if reason)


def likely_confusion(comparison: Comparison, *, person: PreparedEvidence, child: PreparedChild) -> str | None:
    """The family relation that would explain agreement everywhere but in the forename, if there is one."""
    if comparison.surname not in _FAMILY_NAME or comparison.forename not in _CLEARLY_OTHER:
        return None
    together = comparison.place in REAL_PLACES or comparison.phone == "same"
    if comparison.birth is BirthLevel.EXACT:
        return f"same surname and date of birth, another forename: may be {_whose(person)} twin"
    sibling = _SIBLING.get(child.sex, "brother or sister")
    return f"same surname and address: may be {_whose(person)} {sibling}" if together else None


def _whose(person: PreparedEvidence) -> str:
    return {"m": "his", "f": "her"}.get(person.sex, "a")


def forename_agrees(comparison: Comparison) -> bool:
    """Whether the forename itself speaks for the candidate."""
    return comparison.forename in AGREEING


def _with_rarity(
    reason: str | None, comparison: Comparison, person: PreparedEvidence, statistics: RegisterStatistics
) -> str | None:
    if reason is None or comparison.surname is not NameLevel.EXACT or comparison.swapped:
        return reason
    share = statistics.surname_share(person.surname)
    if share < RARE_SHARE:
        return f"{reason} (rare)"
    return f"{reason} (common)" if share > COMMON_SHARE else reason
