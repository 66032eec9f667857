"""Recognising what a file is from its first bytes, and which of the known encodings its text has."""

from __future__ import annotations

import codecs
import io
import os
import re
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from missing_coord.contracts.limits import LINE_LIMIT, FileRefused

_SAMPLE = 4096
_UTF32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)


class Form(StrEnum):
    """What a file is, whatever its name says."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"


def shown_name(path: Path) -> str:
    """The name of a file as it can be printed and kept, whatever bytes it has."""
    return os.fsencode(path.name or path.resolve().name).decode("utf-8", errors="backslashreplace")


def form_of(path: Path) -> Form:
    """What kind of file this is; FileRefused when it is empty or nothing that can be read."""
    name = shown_name(path)
    if path.exists() and not path.is_file():
        kind = "a folder: name the files in it" if path.is_dir() else "no ordinary file"
        raise FileRefused(f"{name} is {kind}")
    with path.open("rb") as file:
        head = file.read(_SAMPLE)
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise FileRefused(f"{name} is empty")
    if head.startswith(b"PK"):
        return Form.XLSX
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise FileRefused(f"{name} is an old or a password-protected Excel file; save it as .xlsx or .csv")
    if head.startswith(_UTF32):
        raise FileRefused(f"{name} is text in UTF-32; save it as UTF-8")
    encoding = _encoding(head)
    if head.startswith((b"%PDF", b"\x1f\x8b", b"{\\rtf")) or (encoding == "utf-8" and _is_binary(head)):
        raise FileRefused(f"{name} is no table: CSV, XLSX or JSON lines are needed")
    text = head.decode(encoding, errors="replace").lstrip("\ufeff \t\r\n")
    return Form.JSON if text.startswith(("{", "[")) else Form.CSV


def open_text(path: Path, *, marking: bool = False) -> tuple[io.TextIOWrapper, BinaryIO]:
    """The file as text with its own line ends, and the bytes below it, whose position tells the progress.

    UTF-8 (with or without mark) or UTF-16 (either order, with or without mark); bytes that are no UTF-8 count as
    Windows-1252, one by one, so that a line pasted from elsewhere spoils no other line. With `marking`, such bytes in a
    file that has UTF-8 as well are left for `unmarked` to read, so that their rows can be flagged.
    """
    with path.open("rb") as file:
        encoding = _encoding(file.read(_SAMPLE))
    binary = path.open("rb")
    errors = "replace" if encoding.startswith("utf-16") else _ELSE_WINDOWS_1252
    if marking and errors == _ELSE_WINDOWS_1252 and _is_mixed(path):
        errors = MARKED
    return io.TextIOWrapper(binary, encoding=encoding, errors=errors, newline=""), binary


def _encoding(head: bytes) -> str:
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return _unmarked_utf16(head) or "utf-8"


def _else_windows_1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", errors="replace"), error.end


def unmarked(texts: list[str]) -> tuple[list[str], bool]:
    """Texts with what was marked read as Windows-1252, and whether anything was."""
    if all(text.isascii() or _MARK.search(text) is None for text in texts):
        return texts, False
    return [_MARK.sub(_of_mark, text) for text in texts], True


def _of_mark(found: re.Match[str]) -> str:
    return bytes([ord(found[0]) - _FIRST_MARK]).decode("cp1252", errors="replace")


def _mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(chr(_FIRST_MARK + byte) for byte in error.object[error.start : error.end]), error.end


def _is_mixed(path: Path) -> bool:
    """Whether some lines of a file are UTF-8 with more than ASCII, and others are no UTF-8."""
    seen = set()
    with path.open("rb") as file:
        while line := file.readline(LINE_LIMIT):
            if not line.isascii():
                seen.add(_is_utf8(line))
            if len(seen) > 1:
                return True
    return False


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


_FIRST_MARK = 0x10FF00  # the end of Unicode's last private plane, which no file of ours uses
_MARK = re.compile(f"[{chr(_FIRST_MARK + 0x80)}-{chr(_FIRST_MARK + 0xFF)}]")
MARKED = "missing_coord.marked"
codecs.register_error(MARKED, _mark)
_ELSE_WINDOWS_1252 = "missing_coord.else_windows_1252"
codecs.register_error(_ELSE_WINDOWS_1252, _else_windows_1252)


def _is_binary(head: bytes) -> bool:
    """Whether more than a tenth of it are signs that no text has."""
    return sum(byte < 0x20 and byte not in b"\t\n\r" for byte in head) > len(head) / 10


def _unmarked_utf16(head: bytes) -> str | None:
    """UTF-16 without a mark shows in text of Latin letters: every other byte is zero."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = max(1, len(head) // 2)
    if odd > 0.4 * half and even < 0.1 * half:
        return "utf-16-le"
    return "utf-16-be" if even > 0.4 * half and odd < 0.1 * half else None
