"""Recognising what a file is from its first bytes, and which of the known encodings its text has."""

from __future__ import annotations

import codecs
import io
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from missing_coord.contracts.limits import FileRefused

_SAMPLE = 4096
_CHUNK = 1 << 20


class Form(StrEnum):
    """What a file is, whatever its name says."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"


def form_of(path: Path) -> Form:
    """What kind of file this is; FileRefused when it is empty or nothing that can be read."""
    with path.open("rb") as file:
        head = file.read(_SAMPLE)
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise FileRefused(f"{path.name} is empty")
    if head.startswith(b"PK"):
        return Form.XLSX
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise FileRefused(
            f"{path.name} is an old or a password-protected Excel file; save it as .xlsx or .csv"
        )
    if head.startswith((b"%PDF", b"\x1f\x8b", b"{\\rtf")):
        raise FileRefused(f"{path.name} is no table: CSV, XLSX or JSON lines are needed")
    text = head.decode(encoding_of(path), errors="replace").lstrip("\ufeff \t\r\n")
    return Form.JSON if text.startswith(("{", "[")) else Form.CSV


def encoding_of(path: Path) -> str:
    """UTF-8 (with or without mark), UTF-16 (either order, with or without mark), or else Windows-1252."""
    with path.open("rb") as file:
        head = file.read(_SAMPLE)
        if head.startswith(codecs.BOM_UTF8):
            return "utf-8-sig"
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        unmarked = _unmarked_utf16(head)
        if unmarked:
            return unmarked
        file.seek(0)
        return "utf-8" if _is_utf8(file) else "cp1252"


def open_text(path: Path) -> tuple[io.TextIOWrapper, BinaryIO]:
    """The file as text with its own line ends, and the bytes below it, whose position tells the progress."""
    encoding = encoding_of(path)
    binary = path.open("rb")
    return io.TextIOWrapper(binary, encoding=encoding, errors="replace", newline=""), binary


def _unmarked_utf16(head: bytes) -> str | None:
    """UTF-16 without a mark shows in text of Latin letters: every other byte is zero."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = max(1, len(head) // 2)
    if odd > 0.4 * half and even < 0.1 * half:
        return "utf-16-le"
    return "utf-16-be" if even > 0.4 * half and odd < 0.1 * half else None


def _is_utf8(file: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := file.read(_CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
