"""The Department's rules on rows of the SSDA903 return: each fires on what breaks it, and on nothing else."""

from __future__ import annotations

from datetime import date

import pytest

from missing_coord.domain.records import MissingType, Ssda903Episode, Ssda903Header, Ssda903Missing
from missing_coord.domain.ssda903 import (
    Files,
    ReturnRow,
    Ssda903Record,
    collection_year,
    place_codes,
    row_key_of,
    rule_in_words,
    warnings_of_child,
)

BORN = date(2010, 12, 5)
HEADER = Ssda903Header(child="1", dob=BORN)
CARE = Ssda903Episode(
    child="1", decom=date(2024, 6, 1), rne="S", ls="C2", cin="N1", place="K2", place_provider="PR4"
)
THERE: Files = frozenset({("Ssda903Header", 2026), ("Ssda903Episode", 2026)})


def absence(
    start: date, end: date | None = None, *, codes: tuple[str, ...] = (), dob: date = BORN
) -> Ssda903Missing:
    return Ssda903Missing(
        child="1", dob=dob, missing=MissingType.MISSING, mis_start=start, mis_end=end, dfe_codes=codes
    )


def broken(
    *records: Ssda903Record, last_year: tuple[Ssda903Record, ...] = (), there: Files = THERE
) -> list[str]:
    rows = [ReturnRow(row_key=row_key_of(each, 2026), year=2026, record=each) for each in records]
    rows += [ReturnRow(row_key=row_key_of(each, 2025), year=2025, record=each) for each in last_year]
    found = warnings_of_child(rows, there=there)
    return sorted(code for row in rows if row.year == 2026 for code in found[row.row_key])


def test_a_sound_return_has_no_warning() -> None:
    assert broken(HEADER, CARE, absence(date(2026, 1, 19), date(2026, 2, 9)), absence(date(2026, 2, 9))) == []


LEFT = Ssda903Episode(child="1", decom=date(2024, 6, 1), dec=date(2026, 1, 31), rec="E4A", place="K2")
MOVED = Ssda903Episode(child="1", decom=date(2024, 6, 1), dec=date(2026, 1, 31), rec="X1", place="K2")
NEXT = Ssda903Episode(child="1", decom=date(2026, 1, 31), place="U6")


@pytest.mark.parametrize(
    ("rule", "rows"),
    [
        ("570", (HEADER, CARE, absence(date(2026, 4, 1)))),
        ("571", (HEADER, CARE, absence(date(2025, 3, 1), date(2025, 3, 31)))),
        ("571", (HEADER, CARE, absence(date(2026, 3, 1), date(2026, 4, 1)))),
        ("574", (HEADER, CARE, absence(date(2026, 1, 1)), absence(date(2026, 2, 1), date(2026, 2, 2)))),
        ("574", (HEADER, CARE, absence(date(2026, 1, 1), date(2026, 1, 9)), absence(date(2026, 1, 8),
                                                                                    date(2026, 1, 8)))),
        ("575", (HEADER, MOVED, NEXT, absence(date(2026, 1, 30)))),
        ("578", (HEADER, LEFT, absence(date(2026, 2, 1), date(2026, 2, 2)))),
        ("581", (HEADER, CARE, absence(date(2024, 5, 31), date(2025, 4, 2)))),
        ("581", (HEADER, absence(date(2026, 2, 1), date(2026, 2, 2)))),
        ("INT04", (CARE, absence(date(2026, 2, 1), date(2026, 2, 2)))),
        ("INT13", (HEADER, CARE, absence(date(2026, 2, 1), date(2026, 2, 2), dob=date(2010, 12, 6)))),
        ("566", (HEADER, CARE, absence(date(2026, 2, 1), date(2026, 2, 2), codes=("566",)))),
    ],
)  # fmt: skip
def test_a_rule_fires_on_what_breaks_it(rule: str, rows: tuple[Ssda903Record, ...]) -> None:
    found = broken(*rows)
    assert rule in found
    assert set(found) <= {rule, "581" if rule == "578" else rule}


def test_open_while_care_has_ended_breaks_575_and_577() -> None:
    assert broken(HEADER, LEFT, absence(date(2026, 1, 30))) == ["575", "577"]


def test_a_change_of_placement_while_missing_is_no_leaving_of_care() -> None:
    assert broken(HEADER, MOVED, NEXT, absence(date(2026, 1, 31))) == []


@pytest.mark.parametrize(("rec", "expected"), [("E4A", ["580"]), ("E8", [])])
def test_an_absence_that_ends_with_the_18th_birthday_needs_the_right_reason(
    rec: str, expected: list[str]
) -> None:
    born = date(2008, 2, 1)
    care = Ssda903Episode(child="1", decom=date(2024, 6, 1), dec=date(2026, 2, 1), rec=rec, place="K2")
    missing = absence(date(2026, 1, 20), date(2026, 2, 1), dob=born)
    assert broken(Ssda903Header(child="1", dob=born), care, missing) == expected


def test_what_was_open_last_year_is_carried_over_with_its_own_start() -> None:
    before = (absence(date(2025, 3, 20)),)
    assert broken(HEADER, CARE, absence(date(2025, 3, 20), date(2025, 4, 3)), last_year=before) == []
    assert broken(HEADER, CARE, absence(date(2025, 4, 1), date(2025, 4, 3)), last_year=before) == ["576"]


def test_without_a_header_file_nobody_is_missing_from_it() -> None:
    assert broken(CARE, absence(date(2026, 2, 1)), there=frozenset()) == []


@pytest.mark.parametrize(
    ("year", "place", "known"),
    [(2025, "H5", True), (2026, "H5", False), (2025, "K3", False), (2026, "K3", True), (2026, "Z1", False),
     (2026, "Z14", True), (2019, "Z1", True), (2027, "K2", True), (2027, "P2", False)],
)  # fmt: skip
def test_the_code_list_of_placements_is_that_of_the_collection_year(
    year: int, place: str, known: bool
) -> None:
    assert (place in place_codes(year)) is known


def test_codes_that_are_on_no_list_are_named() -> None:
    odd = Ssda903Episode(
        child="1", decom=date(2024, 6, 1), rne="Q", ls="C9", cin="N9", place="H5", place_provider="X"
    )
    found = broken(HEADER, odd)
    assert found == ["146", "code:cin", "code:ls", "code:place_provider", "code:rne"]
    assert rule_in_words("code:ls") == "LS is not on the code list"
    assert rule_in_words("146") == "PLACE is not a code of this collection year (rule 146)"


def test_a_collection_runs_from_april_to_march() -> None:
    assert [collection_year(day) for day in (date(2025, 3, 31), date(2025, 4, 1), date(2026, 3, 31))] == [
        2025,
        2026,
        2026,
    ]
