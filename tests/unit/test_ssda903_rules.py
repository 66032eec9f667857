"""The Department's rules on rows of the SSDA903 return: each fires on what breaks it, and on nothing else."""

from __future__ import annotations

from datetime import date

import pytest

from missing_coord.contracts.parsing import parse
from missing_coord.domain.records import MissingType
from missing_coord.domain.ssda903 import (
    RULES,
    Files,
    ReturnRow,
    Ssda903Record,
    codes_of,
    collection_year,
    row_key_of,
    rule_in_words,
    warnings_of_child,
)
from missing_coord.domain.ssda903_records import Ssda903Episode, Ssda903Header, Ssda903Missing

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
    ("column", "year", "code", "known"),
    [
        ("place", 2024, "H5", True), ("place", 2025, "H5", True), ("place", 2026, "H5", False),
        ("place", 2024, "K3", False), ("place", 2025, "K3", True), ("place", 2026, "K3", True),
        ("place", 2019, "Z1", True), ("place", 2026, "Z1", False), ("place", 2026, "Z14", True),
        ("place", 2025, "P2", True), ("place", 2027, "P2", False), ("place", 2027, "K2", True),
        ("rec", 2026, "E4A", True), ("rec", 2026, "E4", False), ("rec", 2019, "X1", True),
        ("reason_place_change", 2026, "CARPL", True), ("reason_place_change", 2026, "MOVED", False),
        ("rne", 2026, "B", True), ("ls", 2026, "V2", True), ("cin", 2026, "N8", True),
        ("place_provider", 2026, "PR0", True),
    ],
)  # fmt: skip
def test_a_code_list_is_that_of_the_collection_year(column: str, year: int, code: str, known: bool) -> None:
    assert (code in codes_of(column, year)) is known


def test_a_code_that_is_on_no_list_is_named_by_the_departments_rule() -> None:
    odd = Ssda903Episode(
        child="1", decom=date(2024, 6, 1), rne="Q", ls="C9", cin="N9", place="H5", place_provider="X",
        dec=date(2026, 1, 1), rec="e4a", reason_place_change="MOVED",
    )  # fmt: skip
    found = broken(HEADER, odd)
    assert found == ["1009", "143", "144", "145", "146", "149", "178"]
    assert rule_in_words("149") == "REC is not a code of this collection year (rule 149)"
    assert rule_in_words("unreadable:dec") == "DEC was not understood; the text is kept"


def test_an_open_absence_that_next_years_file_leaves_out_is_noted_where_it_stands() -> None:
    last = ReturnRow(row_key="last", year=2025, record=absence(date(2025, 3, 20)))
    other = ReturnRow(row_key="other", year=2026, record=HEADER)
    for there, expected in ((frozenset({("Ssda903Missing", 2026)}), ("576",)), (frozenset(), ())):
        assert warnings_of_child([last, other], there=there)["last"] == expected


def read(**cells: str) -> Ssda903Record:
    """Return a row as intake reads it."""
    record = parse("ssda903", cells).record
    assert isinstance(record, Ssda903Header | Ssda903Episode | Ssda903Missing)
    return record


def lost(start: str, end: str = "", *, missing: str = "M", dob: str = "05/12/2010") -> Ssda903Record:
    return read(CHILD="1", DOB=dob, MISSING=missing, MIS_START=start, MIS_END=end)


def cared(start: str = "01/06/2024", end: str = "", *, rec: str = "", **cells: str) -> Ssda903Record:
    codes = {"RNE": "S", "LS": "C2", "CIN": "N1", "PLACE": "K2", "PLACE_PROVIDER": "PR4"} | cells
    return read(CHILD="1", DECOM=start, DEC=end, REC=rec, **codes)


HEAD = {"CHILD": "1", "SEX": "2", "DOB": "05/12/2010", "ETHNIC": "WBRI"}
AS_FILES: dict[str, tuple[Ssda903Record, ...]] = {
    "1005": (cared(), lost("19/01/2026", "31/02/2026")),
    "1006": (cared(), lost("19/01/2026", "20/01/2026", missing="X")),
    "565": (cared(), lost("19/01/2026", missing="")),
    "566": (cared(), lost("19/01/2026", "20/01/2026", missing="")),
    "567": (cared(), lost("19/01/2026", "18/01/2026")),
    "570": (cared(), lost("01/04/2026")),
    "571": (cared(), lost("01/03/2026", "01/04/2026")),
    "574": (cared(), lost("01/01/2026"), lost("01/02/2026", "02/02/2026")),
    "575": (cared("01/06/2024", "31/01/2026", rec="X1"), cared("31/01/2026", RNE="P"), lost("30/01/2026")),
    "577": (cared("01/06/2024", "31/01/2026", rec="E3"), lost("30/01/2026")),
    "578": (cared("01/06/2024", "31/01/2026", rec="E3"), lost("01/02/2026", "02/02/2026")),
    "580": (
        cared("01/06/2024", "01/02/2026", rec="E3"),
        lost("20/01/2026", "01/02/2026", dob="01/02/2008"),
        read(**HEAD | {"DOB": "01/02/2008"}),
    ),
    "581": (cared("02/02/2026"), lost("01/02/2026", "02/02/2026")),
    "586": (cared("05/12/2010"), lost("05/12/2010", "01/05/2025")),
    "INT13": (cared(), lost("19/01/2026", "20/01/2026", dob="06/12/2010")),
    "143": (cared(RNE="Q"),),
    "144": (cared(LS="C9"),),
    "145": (cared(CIN="N9"),),
    "146": (cared(PLACE="H5"),),
    "149": (cared("01/06/2024", "31/01/2026", rec="E4"),),
    "178": (cared(PLACE_PROVIDER="PR6"),),
    "1009": (cared(REASON_PLACE_CHANGE="MOVED"),),
}
BESIDE = {
    "1005": {"unreadable:mis_end"},
    "1006": {"unreadable:missing"},
    "566": {"565"},
    "577": {"575"},
    "578": {"581"},
}


@pytest.mark.parametrize("rule", AS_FILES)
def test_each_rule_is_found_in_rows_as_they_stand_in_files(rule: str) -> None:
    rows = AS_FILES[rule]
    head = () if any(isinstance(each, Ssda903Header) for each in rows) else (read(**HEAD),)
    assert set(broken(*head, *rows)) == {rule} | BESIDE.get(rule, set())


def test_no_rule_is_without_its_rows() -> None:
    at_the_door = {"564", "1004"}
    over_files = {"576", "INT04"}
    assert set(RULES) == set(AS_FILES) | at_the_door | over_files


@pytest.mark.parametrize("start", ["", "31/02/2026", "soon"])
def test_a_row_without_a_readable_start_waits_in_quarantine_with_its_field(start: str) -> None:
    row = {"CHILD": "1", "DOB": "05/12/2010", "MISSING": "M", "MIS_START": start, "MIS_END": ""}
    assert [fault.field for fault in parse("ssda903", row).faults] == ["mis_start"]


def test_a_collection_runs_from_april_to_march() -> None:
    assert [collection_year(day) for day in (date(2025, 3, 31), date(2025, 4, 1), date(2026, 3, 31))] == [
        2025,
        2026,
        2026,
    ]
