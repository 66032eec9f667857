"""`export ssda903-check` on files as they come: other encodings, missing columns, damaged lines."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from missing_coord.cli.app import app

GOOD = "CHILD,DOB,MISSING,MIS_START,MIS_END\r\n26,05/12/2010,M,19/11/2025,21/11/2025\r\n"


def checked(tmp_path: Path, content: bytes) -> tuple[int, str]:
    """Return exit code and everything said about a Missing file."""
    path = tmp_path / "missing.csv"
    path.write_bytes(content)
    ended = CliRunner().invoke(app, ["export", "ssda903-check", "--year", "2026", "--missing", str(path)])
    return ended.exit_code, f"{ended.output} {ended.exception or ''}"


@pytest.mark.parametrize(
    "content",
    [
        GOOD.encode("utf-8-sig"),
        GOOD.encode("utf-16"),
        GOOD.replace("26,", "Zoë-26,").encode("cp1252"),
        GOOD.replace(",", ";").encode(),
        GOOD.replace("CHILD", " child ").encode() + b"\r\n\r\n",
    ],
    ids=["mark", "utf-16", "windows", "semicolons", "blank lines"],
)
def test_a_file_without_a_fault_passes_in_any_encoding(tmp_path: Path, content: bytes) -> None:
    assert checked(tmp_path, content)[0] == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "column CHILD, DOB, MISSING, MIS_START, MIS_END is missing"),
        (b"CHILD,DOB,MISSING\r\n1,2,3\r\n", "column MIS_START, MIS_END is missing"),
        (GOOD.encode() + b'27,"05/12/2010,M,1', "line 3"),
        (GOOD.replace("21/11/2025", "18/11/2025").encode(), "567"),
        (GOOD.encode() + b"27,05/12/2010,M\r\n", "1004"),
    ],
    ids=["empty", "columns", "quotation mark", "rule", "short line"],
)
def test_what_is_wrong_is_named(tmp_path: Path, content: bytes, said: str) -> None:
    code, words = checked(tmp_path, content)
    assert code == 1
    assert said in words
