"""The SSDA903 return: code lists by collection year, and the Department's rules as warnings on rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from missing_coord.domain.ssda903_records import Ssda903Episode, Ssda903Header, Ssda903Missing, Ssda903Uasc

T = TypeVar("T")
Files = frozenset[tuple[str, int]]
Ssda903Record = Ssda903Header | Ssda903Episode | Ssda903Uasc | Ssda903Missing
GOES_ON = "X1"
"""The reason with which an episode of care ends when the next one begins the same day."""
DIED_OR_ADULT = "E8"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnRow:
    """One row of a return as kept; `year` is that in which its collection ends on 31 March."""

    row_key: str
    year: int
    record: Ssda903Record
    warnings: tuple[str, ...] = ()


def collection_year(day: date) -> int:
    """Return the year in which the collection that covers a day ends: 1 April 2025 to 31 March 2026 is 2026."""
    return day.year + (day >= date(day.year, 4, 1))


def collection_starts(year: int) -> date:
    """Return 1 April, the first day of a collection."""
    return date(year - 1, 4, 1)


def collection_ends(year: int) -> date:
    """Return 31 March, the last day of a collection."""
    return date(year, 3, 31)


def row_key_of(record: Ssda903Record, year: int) -> str:
    """Return what tells a row from every other: its file, its collection, the child, and the day it begins."""
    began = getattr(record, "decom", None) or getattr(record, "mis_start", None)
    return f"{type(record).__name__}|{year}|{record.child}|{began.isoformat() if began else ''}"


def latest_day(record: Ssda903Record, *, not_after: date) -> date | None:
    """Return the latest day that a row tells of, leaving out what lies in the future (a planned or mistyped end)."""
    names = ("decom", "dec", "mis_start", "mis_end")
    days = [day for name in names if (day := getattr(record, name, None)) is not None and day <= not_after]
    return max(days, default=None)


_PLACES = "A3 A4 A5 A6 K1 K2 P1 P3 R1 R2 R3 R5 S1 T0 T1 T2 T3 T4 U1 U2 U3 U4 U5 U6"
_CODES = {
    "rne": ("143", {0: "S L P T U B"}),
    "ls": ("144", {0: "C1 C2 D1 E1 V2 V3 V4 L1 L2 L3 J1 J2 J3"}),
    "cin": ("145", {0: "N1 N2 N3 N4 N5 N6 N7 N8"}),
    "place": (
        "146",
        {0: f"{_PLACES} H5 P2 Z1", 2025: f"{_PLACES} H5 K3 P2 Z1", 2026: f"{_PLACES} K3 Z11 Z12 Z13 Z14"},
    ),
    "place_provider": ("178", {0: "PR0 PR1 PR2 PR3 PR4 PR5"}),
    "rec": (
        "149",
        {0: "E2 E3 E4A E4B E5 E6 E7 E8 E9 E11 E12 E13 E14 E15 E16 E17 E41 E45 E46 E47 E48 X1"},
    ),
    "reason_place_change": (
        "1009",
        {0: "ALLEG APPRR CARPL CHILD CLOSE CREQB CREQO CUSTOD LAREQ OTHER PLACE STAND"},
    ),
}
"""For each column of Episodes the Department's rule and its codes, by the collection year from which they hold."""


def codes_of(column: str, year: int) -> frozenset[str]:
    """Return the codes that a column of Episodes may hold in a collection."""
    lists = _CODES[column][1]
    return frozenset(lists[max(since for since in lists if since <= year)].split())


def warnings_of_child(rows: Sequence[ReturnRow], *, there: Files) -> dict[str, tuple[str, ...]]:
    """Return for each row of one child the codes of the rules that it breaks, by row key; it holds no row back.

    `there` are the files that were handed in, as (file, collection); no child can be missing from one that was not.
    """
    found: dict[str, tuple[str, ...]] = {}
    for row in rows:
        same_year = [each for each in rows if each.year == row.year]
        match row.record:
            case Ssda903Missing():
                codes = _missing(row, row.record, same_year, rows, there)
            case Ssda903Episode():
                codes = _episode(row, row.record)
            case _:
                codes = []
        found[row.row_key] = tuple(dict.fromkeys([*codes, *row.record.reading_flags]))
    return found


def _episode(row: ReturnRow, record: Ssda903Episode) -> list[str]:
    given = {column: getattr(record, column) for column in _CODES}
    return [
        _CODES[column][0]
        for column, code in given.items()
        if code and code.strip() not in codes_of(column, row.year)
    ]


def _missing(
    row: ReturnRow,
    record: Ssda903Missing,
    same_year: Sequence[ReturnRow],
    rows: Sequence[ReturnRow],
    there: Files,
) -> list[str]:
    others = sorted(_of(same_year, Ssda903Missing), key=lambda each: each.mis_start)
    care = sorted(_of(same_year, Ssda903Episode), key=lambda each: each.decom)
    headers = _of(same_year, Ssda903Header)
    broken = {
        "570": record.mis_start > collection_ends(row.year),
        "571": _ends_outside(record, row.year),
        "574": _overlaps(record, others),
        "576": _not_carried_over(record, others, row.year, rows) or _left_out(record, row.year, rows, there),
        "581": ("Ssda903Episode", row.year) in there and not _holding(record, care),
        **(_care_rules(record, care, headers) if care else {}),
        "INT04": ("Ssda903Header", row.year) in there and not headers,
        "INT13": any(each.dob and record.dob and each.dob != record.dob for each in headers),
    }
    return [*record.dfe_codes, *(code for code, is_broken in broken.items() if is_broken)]


def _of(rows: Iterable[ReturnRow], kind: type[T]) -> list[T]:
    return [row.record for row in rows if isinstance(row.record, kind)]


def _ends_outside(record: Ssda903Missing, year: int) -> bool:
    end = record.mis_end
    return end is not None and not collection_starts(year) <= end <= collection_ends(year)


def _overlaps(record: Ssda903Missing, others: Sequence[Ssda903Missing]) -> bool:
    before = [each for each in others if each.mis_start < record.mis_start]
    return any(each.mis_end is None or record.mis_start < each.mis_end for each in before)


def _not_carried_over(
    record: Ssda903Missing, others: Sequence[Ssda903Missing], year: int, rows: Sequence[ReturnRow]
) -> bool:
    """Whether a row was open at the end of the last collection, and this one does not begin with its own start."""
    still_open = [each.mis_start for each in _of_year(rows, year - 1) if each.mis_end is None]
    return bool(still_open) and record is others[0] and record.mis_start not in still_open


def _left_out(record: Ssda903Missing, year: int, rows: Sequence[ReturnRow], there: Files) -> bool:
    """Whether a row is open, and the next collection's file of Missing came without any row of this child."""
    handed_in = ("Ssda903Missing", year + 1) in there
    return record.mis_end is None and handed_in and not _of_year(rows, year + 1)


def _of_year(rows: Sequence[ReturnRow], year: int) -> list[Ssda903Missing]:
    return _of([each for each in rows if each.year == year], Ssda903Missing)


def _care_rules(
    record: Ssda903Missing, care: Sequence[Ssda903Episode], headers: Sequence[Ssda903Header]
) -> dict[str, bool]:
    holding, last = _holding(record, care), care[-1]
    left_on = last.dec if last.rec != GOES_ON else None
    return {
        "575": record.mis_end is None and any(each.dec is not None for each in holding[-1:]),
        "577": record.mis_end is None and left_on is not None,
        "578": left_on is not None and record.mis_start > left_on,
        "580": _adult_otherwise(record, care, headers),
    }


def _holding(record: Ssda903Missing, care: Sequence[Ssda903Episode]) -> list[Ssda903Episode]:
    """Return the episodes of care in which an absence starts; on a change-over day the last is the new one."""
    began = record.mis_start
    return [each for each in care if each.decom <= began and (each.dec is None or began <= each.dec)]


def _adult_otherwise(
    record: Ssda903Missing, care: Sequence[Ssda903Episode], headers: Sequence[Ssda903Header]
) -> bool:
    born = record.dob or next((each.dob for each in headers if each.dob), None)
    if born is None or record.mis_end is None or record.mis_end != eighteenth_birthday(born):
        return False
    return any(each.dec == record.mis_end and each.rec != DIED_OR_ADULT for each in care)


def eighteenth_birthday(born: date) -> date:
    """Return the day on which somebody is 18; of 29 February the 28th, as the Department's own check counts it."""
    try:
        return born.replace(year=born.year + 18)
    except ValueError:
        return date(born.year + 18, 2, 28)


RULES = {
    "1004": "MIS_START is empty or no date",
    "1005": "MIS_END is no date",
    "1006": "MISSING is neither M nor A",
    "143": "RNE is not a code of this collection year",
    "144": "LS is not a code of this collection year",
    "145": "CIN is not a code of this collection year",
    "146": "PLACE is not a code of this collection year",
    "149": "REC is not a code of this collection year",
    "178": "PLACE_PROVIDER is not a code of this collection year",
    "1009": "REASON_PLACE_CHANGE is not a code of this collection year",
    "564": "MISSING is given without MIS_START",
    "565": "MIS_START is given without MISSING",
    "566": "MIS_END is given without MISSING",
    "567": "MIS_START lies after MIS_END",
    "570": "MIS_START lies after the end of the collection",
    "571": "MIS_END lies outside the collection",
    "574": "It starts while an earlier one is open or not over",
    "575": "The episode of care in which it starts has ended, and MIS_END is empty",
    "576": "An absence was open at the end of a collection, and the next does not carry it over with its own start",
    "577": "The child has left care, and MIS_END is empty",
    "578": "MIS_START lies after the child left care",
    "580": "It ends on the 18th birthday on which care ended, and the reason is not E8",
    "581": "MIS_START lies in no episode of care",
    "586": "MIS_START is not after the date of birth",
    "INT04": "The child is not in the Header file",
    "INT13": "DOB differs from the Header file",
}


def rule_in_words(code: str) -> str:
    """Return what a rule's code says, such as `574`; a code of ours names the field that could not be understood."""
    if code in RULES:
        return f"{RULES[code]} (rule {code})"
    return f"{code.partition(':')[2].upper()} was not understood; the text is kept"
