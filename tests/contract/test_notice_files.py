"""Police files: every form gives the same records, and a broken row costs that row alone."""

from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from missing_coord.contracts.files import file_size, read_rows
from missing_coord.contracts.limits import FileRefused
from missing_coord.contracts.readings import ReadRow
from missing_coord.contracts.writing import write_csv
from missing_coord.domain.records import NoticeMessage, PoliceNotice, Sex
from tests.builders.broken_notices import (
    BREAKAGES,
    COLUMNS,
    SampleRow,
    broken_rows,
    good_row,
    mixed_rows,
    write_sample,
)
from tests.builders.notice_files import FORMS, csv_bytes, write_form, xlsx_bytes

TABLE = [list(COLUMNS), *(list(good_row(number).values()) for number in (1, 2, 3))]


def read(path: Path, kind: str = "police") -> list[ReadRow]:
    return list(read_rows(path, kind))


def notices(path: Path) -> list[PoliceNotice]:
    return [row.record for row in read(path) if isinstance(row.record, PoliceNotice)]


@pytest.fixture
def golden(tmp_path: Path) -> list[PoliceNotice]:
    path = tmp_path / "golden.csv"
    path.write_bytes(csv_bytes(TABLE))
    return notices(path)


def test_a_notice_is_read_into_typed_fields(golden: list[PoliceNotice]) -> None:
    first = golden[0]
    assert first.force == "Sampleshire Police"
    assert first.message is NoticeMessage.RETURNED
    assert first.issued_at == datetime(2026, 6, 1, 6, 37, tzinfo=UTC)
    assert first.returned_at == datetime(2026, 6, 1, 5, 37, tzinfo=UTC)
    assert first.date_of_birth == date(2011, 3, 5)
    assert (first.age, first.sex, first.looked_after) == (15, Sex.FEMALE, True)
    assert first.companions == ("A. Sample", "B. Sample")
    assert first.phone_numbers == ("+447700900123",)
    assert (first.risk, first.risk_level, first.flags) == ("medium", "medium", ())


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_records(form: str, tmp_path: Path, golden: list[PoliceNotice]) -> None:
    assert len(golden) == 3
    assert notices(write_form(tmp_path, form, TABLE)) == golden


def test_column_order_and_spelling_of_headings_do_not_matter(
    tmp_path: Path, golden: list[PoliceNotice]
) -> None:
    header = [name.replace("_", " ").title() for name in COLUMNS]
    shuffled = [row[::-1] for row in [header, *TABLE[1:]]]
    path = tmp_path / "shuffled.csv"
    path.write_bytes(csv_bytes(shuffled))
    assert notices(path) == golden


def test_typed_excel_dates_are_london_wall_time(tmp_path: Path) -> None:
    row: list[object] = list(good_row(1, returned_at="", safe_and_well_at="").values())
    row[COLUMNS.index("issued_at")] = datetime(2026, 7, 1, 14, 30)  # noqa: DTZ001 - a cell has no zone
    row[COLUMNS.index("date_of_birth")] = date(2011, 3, 5)
    row[COLUMNS.index("phone")] = 7700900123
    row[COLUMNS.index("local_child_id")] = 104512
    path = tmp_path / "typed.xlsx"
    path.write_bytes(xlsx_bytes([list(COLUMNS), row]))
    (notice,) = notices(path)
    assert notice.issued_at == datetime(2026, 7, 1, 13, 30, tzinfo=UTC)
    assert notice.date_of_birth == date(2011, 3, 5)
    assert notice.phone_numbers == ("+447700900123",)
    assert notice.local_child_id == "104512"


def test_the_hash_is_the_same_however_the_same_moment_is_written(tmp_path: Path) -> None:
    iso = good_row(
        1, issued_at="2026-07-01T13:30:00Z", circumstances="one\r\ntwo", force="SAMPLESHIRE  police"
    )
    local = good_row(1, issued_at="01/07/2026 14:30", circumstances="one\ntwo")
    path = tmp_path / "two.csv"
    path.write_bytes(csv_bytes([list(COLUMNS), list(iso.values()), list(local.values())]))
    first, second = notices(path)
    assert first.identity == second.identity


def test_a_change_of_any_field_changes_the_hash(tmp_path: Path, golden: list[PoliceNotice]) -> None:
    changes = {
        "risk": "high",
        "circumstances": "Other words.",
        "companions": "A. Sample",
        "age": "14",
        "sex": "male",
        "vehicles": "AB12 CDE",
        "found_place": "Sample Square",
        "ethnicity": "W1",
    }
    rows = [list(good_row(1, **{name: value}).values()) for name, value in changes.items()]
    path = tmp_path / "changed.csv"
    path.write_bytes(csv_bytes([list(COLUMNS), *rows]))
    hashes = {notice.content_hash for notice in notices(path)} | {golden[0].content_hash}
    assert len(hashes) == len(changes) + 1


def test_unknown_columns_are_kept_and_count_as_content(tmp_path: Path, golden: list[PoliceNotice]) -> None:
    path = tmp_path / "extra.csv"
    path.write_bytes(csv_bytes([["OIC  Collar-No", *COLUMNS], ["1234", *TABLE[1]]]))
    (notice,) = notices(path)
    assert notice.extra == {"oic_collar_no": "1234"}
    assert notice.content_hash != golden[0].content_hash


def test_twenty_kinds_of_broken_rows_are_known() -> None:
    assert len(BREAKAGES) == len({kind.name for kind in BREAKAGES}) == 20


@pytest.mark.parametrize("broken", broken_rows(20), ids=lambda row: str(row.breakage))
def test_a_broken_row_names_its_field_and_costs_no_neighbour(broken: SampleRow, tmp_path: Path) -> None:
    good = [SampleRow(cells=row, reference="") for row in TABLE[1:]]
    path = write_sample(tmp_path / "mixed.csv", [good[0], broken, *good[1:]])
    rows = read(path)
    assert [row.record is not None for row in rows] == [True, False, True, True]
    assert [row.line for row in rows] == [2, 3, 4, 5]
    assert broken.field in {fault.field for fault in rows[1].faults}


def test_only_the_good_rows_of_a_mixed_file_load(tmp_path: Path) -> None:
    sample = mixed_rows(good=200, broken=200)
    rows = read(write_sample(tmp_path / "mixed.csv", sample))
    assert len(rows) == 400
    for row, expected in zip(rows, sample, strict=True):
        assert (row.record is None) == (expected.field is not None), expected.breakage
    assert Counter(row.record is None for row in rows) == {True: 200, False: 200}


def test_reasons_never_repeat_what_the_cells_hold(tmp_path: Path) -> None:
    secret = "Quillfeather"
    rows = [good_row(1, **{name: secret}) for name in ("message", "issued_at", "age", "date_of_birth")]
    path = tmp_path / "shifted.csv"
    path.write_bytes(csv_bytes([list(COLUMNS), *(list(row.values()) for row in rows)]))
    for row in read(path):
        assert row.faults
        assert all(secret not in str(fault) and fault.excerpt is None for fault in row.faults)


def test_an_unclosed_quotation_mark_costs_one_row(tmp_path: Path) -> None:
    lines = csv_bytes(TABLE).decode().splitlines(keepends=True)
    damaged = lines[2].replace("Sampleshire Police", '"Sampleshire Police')
    path = tmp_path / "quote.csv"
    path.write_text("".join([*lines[:2], damaged, *lines[3:]]), encoding="utf-8")
    rows = read(path)
    assert [(row.line, row.record is not None) for row in rows] == [(2, True), (3, False), (4, True)]


def test_a_text_over_several_lines_is_one_cell(tmp_path: Path) -> None:
    path = tmp_path / "lines.csv"
    table = [list(COLUMNS), list(good_row(1, circumstances='one\n\ntwo, "three"').values()), TABLE[2]]
    path.write_bytes(csv_bytes(table))
    first, second = read(path)
    assert isinstance(first.record, PoliceNotice)
    assert first.record.circumstances == 'one\n\ntwo, "three"'
    assert (first.line, second.line) == (2, 5)


def test_a_line_of_many_megabytes_costs_one_row_and_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    with path.open("wb") as file:
        header, first, *others = csv_bytes(TABLE).splitlines(keepends=True)
        file.writelines([header, first])
        for _ in range(50):
            file.write(b"x" * 1_000_000)
        file.writelines([b"\r\n", *others])
    rows = read(path)
    assert [row.record is not None for row in rows] == [True, False, True, True]
    assert sum(len(text) for text in rows[1].raw.values()) < 1_000


def test_control_characters_are_taken_out_and_flagged(tmp_path: Path) -> None:
    path = tmp_path / "nul.csv"
    path.write_bytes(csv_bytes([list(COLUMNS), list(good_row(1, circumstances="a\x00b\x07c").values())]))
    (row,) = read(path)
    assert isinstance(row.record, PoliceNotice)
    assert row.record.circumstances == "abc"
    assert row.record.flags == ("control_characters:circumstances",)
    assert all("\x00" not in text for text in row.raw.values())


def test_half_a_character_from_json_does_not_reach_the_database(tmp_path: Path) -> None:
    path = tmp_path / "half.jsonl"
    path.write_text(json.dumps(good_row(1, circumstances="a\ud800b")), encoding="utf-8")
    (row,) = read(path)
    assert isinstance(row.record, PoliceNotice)
    row.record.content_hash.encode()
    str(row.raw).encode()
    assert row.record.circumstances == "a\ufffdb"


def test_a_text_beyond_the_limit_is_cut_flagged_and_still_distinct(tmp_path: Path) -> None:
    long = [good_row(1, circumstances="x" * 20_000 + end) for end in ("a", "b")]
    path = tmp_path / "long.csv"
    path.write_bytes(csv_bytes([list(COLUMNS), *(list(row.values()) for row in long)]))
    first, second = notices(path)
    assert len(first.circumstances or "") == 10_000
    assert first.flags == ("cut:circumstances",)
    assert first.content_hash != second.content_hash


def test_a_missing_column_refuses_the_file_by_name(tmp_path: Path) -> None:
    path = tmp_path / "short.csv"
    path.write_text("Force,Reference,Message,Surname\nA,B,missing,C\n", encoding="utf-8")
    with pytest.raises(
        FileRefused, match=r"lacks the column issued_at; found: force, reference, message, surname"
    ):
        read(path)


def test_a_file_without_a_header_row_does_not_put_its_first_row_into_the_error(tmp_path: Path) -> None:
    path = tmp_path / "headless.csv"
    path.write_text("Sampleshire,1,missing,Quillfeather\n", encoding="utf-8")
    with pytest.raises(FileRefused, match="header row missing") as refused:
        read(path)
    assert "Quillfeather" not in str(refused.value)


def test_a_column_given_twice_refuses_the_file_by_name(tmp_path: Path) -> None:
    path = tmp_path / "twice.csv"
    path.write_text("force,reference,message,issued_at,surname,Issued At\n", encoding="utf-8")
    with pytest.raises(FileRefused, match="issued_at twice"):
        read(path)


@pytest.mark.parametrize(
    "content", [b"", b"\xef\xbb\xbf\r\n", b"\xd0\xcf\x11\xe0rest", b"%PDF-1.7", b"PKnozip"]
)
def test_a_file_that_is_no_table_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "police.csv"
    path.write_bytes(content)
    with pytest.raises(FileRefused, match=r"police\.csv"):
        read(path)


def test_progress_reaches_the_size_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "size.csv"
    path.write_bytes(csv_bytes(TABLE))
    assert read(path)[-1].done_bytes == file_size(path)


def test_writing_and_reading_again_gives_equal_notices(tmp_path: Path) -> None:
    odd = good_row(9, sex="not sure", home_postcode="M14", risk="9", aliases="A;B")
    path = tmp_path / "odd.csv"
    path.write_bytes(
        csv_bytes([[*COLUMNS, "OIC"], [*odd.values(), "12"], *([*row, ""] for row in TABLE[1:])])
    )
    first = notices(path)
    again = tmp_path / "again.csv"
    assert write_csv(again, "police", first) == 4
    assert notices(again) == first
    with again.open(encoding="utf-8") as file:
        assert next(csv.reader(file)) == [*COLUMNS, "oic"]
