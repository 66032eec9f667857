"""Files that are damaged, enormous or made to do harm are refused or cost one row, and never much memory."""

from __future__ import annotations

import io
import json
import os
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missing_coord.contracts.files import ANOTHER_ENCODING, read_rows
from missing_coord.contracts.limits import FileRefused
from missing_coord.contracts.parsing import FILE_KINDS, parse
from missing_coord.contracts.readings import ReadRow
from missing_coord.messaging.messages import row_of
from tests.builders.broken_notices import COLUMNS, good_row
from tests.builders.notice_files import (
    csv_bytes,
    json_array_bytes,
    jsonl_bytes,
    shared_strings_bytes,
    xlsx_bytes,
)

TABLE = [list(COLUMNS), *(list(good_row(number).values()) for number in (1, 2, 3))]


def read(path: Path) -> list[ReadRow]:
    return list(read_rows(path, "police"))


def rebuilt(workbook: bytes, **replaced: bytes) -> bytes:
    """A workbook with some of its parts replaced; the names of parts are given without folder and ending."""
    held = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook)) as old,
        zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for item in old.infolist():
            new.writestr(item.filename, replaced.get(Path(item.filename).stem, old.read(item)))
    return held.getvalue()


def test_a_workbook_that_unpacks_to_more_than_memory_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(rebuilt(shared_strings_bytes(TABLE), sharedStrings=b" " * 120_000_000))
    tracemalloc.start()
    with pytest.raises(FileRefused, match="unpacks to more"):
        read(path)
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


def test_a_workbook_with_entities_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "entities.xlsx"
    part = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'
    path.write_bytes(rebuilt(xlsx_bytes(TABLE), sheet1=part))
    with pytest.raises(FileRefused, match="document type"):
        read(path)


def test_a_damaged_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "damaged.xlsx"
    path.write_bytes(rebuilt(xlsx_bytes(TABLE), sheet1=b"<worksheet><sheetData><row>"))
    with pytest.raises(FileRefused, match="damaged"):
        read(path)


def test_a_formula_gives_its_last_calculated_value(tmp_path: Path) -> None:
    path = tmp_path / "formula.xlsx"
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        + b"".join(
            b'<row r="%d">' % number
            + b"".join(b'<c t="str">%s<v>%s</v></c>' % (formula, text.encode()) for text in cells)
            + b"</row>"
            for number, formula, cells in (
                (1, b"", ["force", "reference", "message", "issued_at", "surname"]),
                (2, b"<f>A1</f>", ["F", "R1", "missing", "01/07/2026 10:00", "Example"]),
            )
        )
        + b"</sheetData></worksheet>"
    )
    path.write_bytes(rebuilt(xlsx_bytes(TABLE), sheet1=sheet))
    (row,) = read(path)
    assert row.record is not None, row.faults


def test_a_bad_json_line_costs_that_line(tmp_path: Path) -> None:
    first, second, third = jsonl_bytes(TABLE).splitlines()
    path = tmp_path / "mixed.jsonl"
    path.write_bytes(b"\n".join([first, second[:-5], b"[1, 2]", b"", b"[" * 5_000, third]))
    rows = read(path)
    assert [(row.line, row.record is not None) for row in rows] == [
        (1, True),
        (2, False),
        (3, False),
        (5, False),
        (6, True),
    ]


def test_a_json_line_of_many_megabytes_costs_that_line(tmp_path: Path) -> None:
    first, second, third = jsonl_bytes(TABLE).splitlines()
    path = tmp_path / "long.jsonl"
    huge = json.dumps(good_row(2, circumstances="x" * 3_000_000)).encode()
    path.write_bytes(b"\n".join([first, huge, second, third]))
    assert [row.record is not None for row in read(path)] == [True, False, True, True]


def test_an_array_of_many_megabytes_is_read_item_by_item(tmp_path: Path) -> None:
    rows = [list(good_row(number, circumstances="x" * 9_000).values()) for number in range(1, 301)]
    path = tmp_path / "array.json"
    path.write_bytes(json_array_bytes([list(COLUMNS), *rows]))
    assert sum(row.record is not None for row in read(path)) == 300


def test_an_array_that_is_cut_off_says_so(tmp_path: Path) -> None:
    path = tmp_path / "cut.json"
    path.write_bytes(json_array_bytes(TABLE)[:-200])
    rows = read(path)
    assert [row.record is not None for row in rows] == [True, True, False]
    assert "cut off" in rows[-1].faults[0].reason


def test_an_envelope_of_another_type_is_quarantined() -> None:
    body = {"specversion": "1.0", "type": "missing-coord.police-notice.v2", "data": good_row(1)}
    assert _message_faults(body) == ["type"]
    body["type"] = "missing-coord.police-notice.v1"
    assert row_of("police", json.dumps(body).encode()).record is not None
    assert _message_faults(body | {"data": 7}) == ["data"]


def _message_faults(body: dict[str, object]) -> list[str]:
    return [fault.field for fault in row_of("police", json.dumps(body).encode()).faults]


TWICE = json.dumps(good_row(1))[:-1] + ', "found_place": "Sample Wharf"}'


@pytest.mark.parametrize(
    "written", [TWICE, f"[{TWICE}]", TWICE + "\n" + TWICE], ids=["one", "array", "lines"]
)
def test_a_field_given_twice_with_two_values_is_quarantined_with_both(tmp_path: Path, written: str) -> None:
    path = tmp_path / "twice.json"
    path.write_text(written, encoding="utf-8")
    for row in read(path):
        assert [(fault.field, fault.reason) for fault in row.faults] == [
            ("found_place", "is given twice with different values")
        ]
        assert json.loads(row.raw["found_place"]) == [good_row(1)["found_place"], "Sample Wharf"]


def test_a_field_given_twice_with_one_value_is_given_once(tmp_path: Path) -> None:
    path = tmp_path / "same.json"
    path.write_text(json.dumps(good_row(1))[:-1] + ', "force": "Sampleshire Police"}', encoding="utf-8")
    assert [row.record is not None for row in read(path)] == [True]


def test_a_nested_value_is_kept_in_quarantine_as_it_came(tmp_path: Path) -> None:
    path = tmp_path / "nested.json"
    path.write_text(json.dumps({**good_row(1), "places": {"a": 1}}), encoding="utf-8")
    assert [row.raw["places"] for row in read(path)] == ['{"a": 1}']


def test_nested_values_are_quarantined_by_name() -> None:
    assert [fault.field for fault in parse("police", {**good_row(1), "places": {"a": 1}}).faults] == [
        "places"
    ]


def test_json_types_are_read_like_text() -> None:
    typed = {**good_row(1), "age": 15, "looked_after": True, "companions": ["A. Sample", "B. Sample"]}
    assert parse("police", typed) == parse("police", good_row(1))


values = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.lists(st.text())


@given(st.sampled_from(FILE_KINDS), st.dictionaries(st.sampled_from(COLUMNS) | st.text(max_size=20), values))
def test_no_object_whatever_breaks_the_parser(kind: str, raw: dict[str, object]) -> None:
    parsed = parse(kind, raw)
    assert (parsed.record is None) == bool(parsed.faults)


@given(st.binary(max_size=400))
def test_no_bytes_whatever_break_the_reader(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.bin"
    header = ",".join(COLUMNS).encode() + b"\n"
    for held in (content, header + content):
        path.write_bytes(held)
        try:
            rows = read(path)
        except FileRefused:
            continue
        assert all((row.record is None) == bool(row.faults) for row in rows)


def test_a_cell_of_many_pages_costs_its_row(tmp_path: Path) -> None:
    rows = [good_row(1), good_row(2, circumstances="x" * 200_000), good_row(3)]
    path = tmp_path / "cell.csv"
    path.write_bytes(csv_bytes([list(COLUMNS), *(list(row.values()) for row in rows)]))
    read_back = read(path)
    assert [row.record is not None for row in read_back] == [True, False, True]
    assert "a cell is longer" in read_back[1].faults[0].reason


def test_a_line_of_another_encoding_spoils_no_other_line(tmp_path: Path) -> None:
    header, first, second, third = csv_bytes(TABLE).splitlines(keepends=True)
    path = tmp_path / "pasted.csv"
    path.write_bytes(header + first + second.decode().encode("cp1252") + third)
    rows = read(path)
    assert {row.record.forename for row in rows} == {"Zoë"}
    assert {row.record.content_hash for row in rows} == {
        row.record.content_hash for row in clean_table(tmp_path)
    }
    assert [ANOTHER_ENCODING in row.record.flags for row in rows] == [False, True, False]


def test_a_file_of_windows_1252_throughout_needs_no_flag(tmp_path: Path) -> None:
    path = tmp_path / "whole.csv"
    path.write_bytes(csv_bytes(TABLE).decode().encode("cp1252"))
    rows = read(path)
    assert {row.record.forename for row in rows} == {"Zoë"}
    assert not any(ANOTHER_ENCODING in row.record.flags for row in rows)


def clean_table(tmp_path: Path) -> list[Any]:
    path = tmp_path / "clean.csv"
    path.write_bytes(csv_bytes(TABLE))
    return read(path)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("force,reference".encode("utf-32"), "UTF-32"),
        (bytes(range(256)) * 20, "no table"),
        (b"\x7fELF\x02\x01\x01" + bytes(200), "no table"),
    ],
    ids=["utf-32", "every byte", "program"],
)
def test_what_is_no_text_is_refused_in_its_own_words(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "odd.csv"
    path.write_bytes(content)
    with pytest.raises(FileRefused, match=says):
        read(path)


def test_a_pipe_is_refused_and_does_not_wait_for_a_writer(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(FileRefused, match=r"pipe\.csv is no ordinary file"):
        read(tmp_path / "pipe.csv")


def test_a_folder_is_refused_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "incoming").mkdir()
    monkeypatch.chdir(tmp_path / "incoming")
    with pytest.raises(FileRefused, match="incoming is a folder"):
        read(Path())


def test_a_file_whose_name_is_no_text_is_named_by_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.csv")
    path.write_bytes(b" ")
    with pytest.raises(FileRefused, match=r"caf\\xe9\.csv is empty"):
        read(path)
