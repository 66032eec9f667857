"""The council's own files: register, placements, missing list, workforce and SSDA903."""

from __future__ import annotations

from datetime import UTC, datetime, time
from pathlib import Path

import pytest

from missing_coord.contracts.files import read_rows
from missing_coord.contracts.limits import FileRefused
from missing_coord.contracts.readings import ReadRow, Record
from missing_coord.contracts.writing import write_csv
from missing_coord.domain.errors import PermanentError
from missing_coord.domain.records import (
    AbsenceRecord,
    ChildRecord,
    ChildStatus,
    MissingListEntry,
    MissingType,
    PlacementRecord,
    Weekday,
    WorkerRecord,
    WorkerTeam,
)
from missing_coord.domain.ssda903_records import Ssda903Episode, Ssda903Header, Ssda903Missing, Ssda903Uasc


def read(folder: Path, kind: str, text: str) -> list[ReadRow]:
    path = folder / f"{kind}.csv"
    path.write_text(text, encoding="utf-8")
    return list(read_rows(path, kind))


def only(folder: Path, kind: str, text: str) -> Record:
    (row,) = read(folder, kind, text)
    assert row.record is not None, row.faults
    return row.record


def test_a_child_needs_a_number_and_little_else(tmp_path: Path) -> None:
    full, bare, nobody = read(
        tmp_path,
        "children",
        "child_id,surname,date_of_birth,status,uasc,previous_postcodes,flags,sex\n"
        "C1,Example,01/01/2010,Looked after,Y,m11ae;M14,CSE;repeat,M\nC2,,,in limbo,,,,\n,Example,,,,,,\n",
    )
    assert isinstance(full.record, ChildRecord)
    assert full.record.status is ChildStatus.LOOKED_AFTER
    assert full.record.uasc is True
    assert full.record.previous_postcodes == ("M1 1AE", "M14")
    assert full.record.flags == ("CSE", "repeat")
    assert full.record.reading_flags == ("invalid_postcode:previous_postcodes",)
    assert isinstance(bare.record, ChildRecord)
    assert bare.record.extra == {"status": "in limbo"}
    assert "unreadable:status" in bare.record.reading_flags
    assert [fault.field for fault in nobody.faults] == ["child_id"]


def test_a_placement_that_ends_before_it_starts_is_quarantined(tmp_path: Path) -> None:
    header = "child_id,placement_id,start_date,end_date,confidential\n"
    good, backwards, unsure = read(
        tmp_path,
        "placements",
        header + "C1,P1,2026-04-01,,yes\nC1,P2,2026-04-02,2026-04-01,no\nC1,P3,2026-04-01,,perhaps\n",
    )
    assert isinstance(good.record, PlacementRecord)
    assert (good.record.end_date, good.record.confidential) == (None, True)
    assert [fault.field for fault in backwards.faults] == ["end_date"]
    assert [fault.field for fault in unsure.faults] == ["confidential"]


@pytest.mark.parametrize(("text", "kind"), [("M", "M"), ("missing", "M"), ("Away", "A"), ("absent", "A")])
def test_the_type_of_a_missing_list_is_read_tolerantly(text: str, kind: str, tmp_path: Path) -> None:
    entry = only(tmp_path, "missing-list", f"child_id,type,started_at\nC1,{text},2026-10-24T21:00:00+01:00\n")
    assert isinstance(entry, MissingListEntry)
    assert entry.type is MissingType(kind)


def test_a_missing_list_may_hold_days_alone(tmp_path: Path) -> None:
    text = "child_id,type,started_at,ended_at\nC1,M,24/10/2026 21:00,24/10/2026\n"
    entry = only(tmp_path, "missing-list", text)
    assert isinstance(entry, MissingListEntry)
    assert (entry.started_date_only, entry.ended_date_only) == (False, True)
    assert entry.started_at == datetime(2026, 10, 24, 20, tzinfo=UTC)
    assert entry.ended_at == datetime(2026, 10, 23, 23, tzinfo=UTC)


def test_a_worker_is_read_with_days_and_hours(tmp_path: Path) -> None:
    worker = only(
        tmp_path,
        "workers",
        "worker_id,name,team,fte,weekly_target,working_days,working_hours,out_of_authority,max_travel_miles\n"
        "W1,W. Worker,Spot purchase,0.5,15,Mon-Wed;Friday,9:00-17:30,no,25\n",
    )
    assert isinstance(worker, WorkerRecord)
    assert worker.team is WorkerTeam.SPOT_PURCHASE
    assert worker.working_days == (Weekday.MON, Weekday.TUE, Weekday.WED, Weekday.FRI)
    assert worker.working_hours == (time(9), time(17, 30))
    assert (worker.fte, worker.weekly_target, worker.max_travel_miles) == (0.5, 15, 25.0)


@pytest.mark.parametrize(
    ("column", "value"),
    [("team", "volunteers"), ("fte", "half"), ("working_days", "someday"), ("working_hours", "17:00-09:00")],
)
def test_a_worker_that_could_be_planned_wrongly_is_quarantined(
    column: str, value: str, tmp_path: Path
) -> None:
    cells = {"worker_id": "W1", "name": "W. Worker", "team": "in_house"} | {column: value}
    (row,) = read(tmp_path, "workers", f"{','.join(cells)}\n{','.join(cells.values())}\n")
    assert [fault.field for fault in row.faults] == [column]


def test_an_absence_in_days_includes_its_last_day(tmp_path: Path) -> None:
    absence = only(tmp_path, "absences", "worker_id,starts_at,ends_at\nW1,24/12/2026,28/12/2026\n")
    assert isinstance(absence, AbsenceRecord)
    assert (absence.starts_at, absence.ends_at) == (
        datetime(2026, 12, 24, tzinfo=UTC),
        datetime(2026, 12, 29, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("text", "record"),
    [
        ("CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n1,2,05/12/2010,WBRI,,0,\n", Ssda903Header),
        ("CHILD,DECOM,RNE,LS,PLACE,DEC\n1,01/04/2026,S,C2,K2,\n", Ssda903Episode),
        ("CHILD,SEX,DOB,DUC\n1,1,01/01/2009,01/01/2027\n", Ssda903Uasc),
        ("CHILD,DOB,MISSING,MIS_START,MIS_END\n1,05/12/2010,A,19/01/2026,\n", Ssda903Missing),
    ],
)
def test_the_four_ssda903_files_are_told_apart_by_their_headings(
    text: str, record: type, tmp_path: Path
) -> None:
    first = only(tmp_path, "ssda903", text)
    assert type(first) is record
    again = tmp_path / "again.csv"
    write_csv(again, "ssda903", [first])
    assert [row.record for row in read_rows(again, "ssda903")] == [first]
    assert again.read_text(encoding="utf-8").startswith("CHILD,")


@pytest.mark.parametrize(
    ("cells", "codes"),
    [
        ("A,19/01/2026,09/02/2026", ()),
        ("B,19/01/2026,", ("1006",)),
        (",19/01/2026,", ("565",)),
        (",19/01/2026,20/01/2026", ("565", "566")),
        ("M,19/01/2026,soon", ("1005",)),
        ("M,19/01/2026,18/01/2026", ("567",)),
        ("M,05/12/2010,", ("586",)),
    ],
)
def test_the_departments_rules_are_noted_on_the_row(
    cells: str, codes: tuple[str, ...], tmp_path: Path
) -> None:
    record = only(tmp_path, "ssda903", f"CHILD,DOB,MISSING,MIS_START,MIS_END\n1,05/12/2010,{cells}\n")
    assert isinstance(record, Ssda903Missing)
    assert record.dfe_codes == codes


def test_a_903_row_without_a_start_is_quarantined_under_the_departments_rule(tmp_path: Path) -> None:
    header = "CHILD,DOB,MISSING,MIS_START,MIS_END\n"
    blank, bad = read(tmp_path, "ssda903", header + "1,,M,,\n1,,M,31/02/2026,\n")
    assert [fault.field for fault in (*blank.faults, *bad.faults)] == ["mis_start", "mis_start"]
    assert "1004" in bad.faults[0].reason


def test_another_file_is_no_ssda903_file(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="none of the SSDA903 files"):
        read(tmp_path, "ssda903", "child_id,surname\nC1,Example\n")


def test_there_is_no_other_kind_of_file(tmp_path: Path) -> None:
    with pytest.raises(PermanentError, match="missing-list"):
        read(tmp_path, "minutes", "a,b\n1,2\n")


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("children", "child_id,surname,sex,aliases,flags,note\nC1,Example,f,A;B,CSE,kept\nC2,,sort of,,,\n"),
        (
            "placements",
            "child_id,placement_id,start_date,end_date,postcode\nC1,P1,2026-04-01,2026-05-01,M1 1AE\n",
        ),
        ("missing-list", "child_id,type,started_at,ended_at\nC1,M,24/10/2026,24/10/2026 23:10\n"),
        (
            "workers",
            "worker_id,name,team,fte,working_days,working_hours\nW1,W,in_house,0.333333,Mon,09:00-17:00\n",
        ),
        ("absences", "worker_id,starts_at,ends_at\nW1,2026-12-24T09:00Z,\n"),
    ],
)
def test_written_records_are_read_as_they_were(kind: str, text: str, tmp_path: Path) -> None:
    first = [row.record for row in read(tmp_path, kind, text) if row.record]
    assert first
    again = tmp_path / "again.csv"
    write_csv(again, kind, first)
    assert [row.record for row in read_rows(again, kind)] == first
