"""Reading CSV so that one damaged line costs that line and no other."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO

from missing_coord.contracts.limits import LINE_LIMIT, RECORD_LINES_LIMIT

_DELIMITERS = (",", ";", "\t")
_SEP_LINE = re.compile(r"sep=.\s*", re.I)
_UNCLOSED = "a quotation mark is not closed, or a cell holds one that is not doubled"
_LONG_CELL = f"a cell is longer than {csv.field_size_limit()} characters"
_TOO_LONG = f"the line is longer than {LINE_LIMIT} characters"


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvRecord:
    """One record: the line it began on, its cells, and what is wrong when it could not be taken apart."""

    line: int
    cells: list[str]
    trouble: str | None = None


class _TooManyLines(Exception):
    """A quoted cell runs on for so long that its closing mark must be missing."""


class _Lines:
    """The lines of a file, each with its number; lines that were taken by mistake are put back."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._waiting: deque[tuple[int, str]] = deque()
        self._count = 0
        self.taken: list[tuple[int, str]] = []
        self.ended_early = False
        self.too_long: set[int] = set()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self.taken) >= RECORD_LINES_LIMIT:
            raise _TooManyLines
        line = self._waiting.popleft() if self._waiting else self._read()
        if line is None:
            self.ended_early = bool(self.taken)
            raise StopIteration
        self.taken.append(line)
        return line[1]

    def begin(self) -> None:
        """Forget the lines of the last record."""
        self.taken, self.ended_early = [], False

    def put_back(self, *, after: int) -> None:
        """Put the record's lines after the first `after` back, to be read again as records of their own."""
        self._waiting.extendleft(reversed(self.taken[after:]))
        del self.taken[after:]

    def _read(self) -> tuple[int, str] | None:
        text = self._stream.readline(LINE_LIMIT)
        if not text:
            return None
        self._count += 1
        if len(text) >= LINE_LIMIT and not text.endswith(("\n", "\r")):
            self.too_long.add(self._count)
            self._skip_line()
            text = text[:200].replace('"', " ")
        return self._count, text

    def _skip_line(self) -> None:
        while (more := self._stream.readline(LINE_LIMIT)) and not more.endswith(("\n", "\r")):
            pass


def csv_records(stream: TextIO) -> Iterator[CsvRecord]:
    """The records of a file, the header first; blank lines are left out."""
    lines = _Lines(stream)
    delimiter = _delimiter(lines)
    reader = csv.reader(lines, delimiter=delimiter)
    width = 0
    while True:
        lines.begin()
        cells, trouble = _cells(reader, lines)
        if not lines.taken:
            return
        trouble = trouble or _trouble(cells, lines, width=width, delimiter=delimiter)
        if trouble:
            lines.put_back(after=1)
            cells = _rough_cells(lines.taken[0][1], delimiter)
        width = width or len(cells)
        if trouble or any(cell and not cell.isspace() for cell in cells):
            yield CsvRecord(line=lines.taken[0][0], cells=cells, trouble=trouble)


def _delimiter(lines: _Lines) -> str:
    """The delimiter that the header line has most of; a leading `sep=` line, as Excel writes, is dropped."""
    first = next(lines, "")
    if _SEP_LINE.fullmatch(first):
        lines.begin()
        first = next(lines, "")
    lines.put_back(after=0)
    return max(_DELIMITERS, key=re.sub(r'"[^"]*"', "", first).count)


def _cells(reader: Iterator[list[str]], lines: _Lines) -> tuple[list[str], str | None]:
    try:
        return next(reader, []), None
    except (csv.Error, _TooManyLines):
        return [], _UNCLOSED if len(lines.taken) > 1 else _LONG_CELL


def _trouble(cells: list[str], lines: _Lines, *, width: int, delimiter: str) -> str | None:
    """What is wrong with a record that was taken apart: cut off, too long, or glued together from several."""
    if lines.ended_early:
        return _UNCLOSED
    if lines.too_long and any(number in lines.too_long for number, _ in lines.taken):
        return _TOO_LONG
    if len(lines.taken) == 1 or (width in (0, len(cells)) and _is_well_quoted(lines, delimiter)):
        return None
    return _UNCLOSED


def _rough_cells(line: str, delimiter: str) -> list[str]:
    """The cells of one line as far as they can be told apart, for the quarantine."""
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return [cell[:1000] for cell in line.split(delimiter)[:1000]]


def _is_well_quoted(lines: _Lines, delimiter: str) -> bool:
    try:
        list(csv.reader([text for _, text in lines.taken], delimiter=delimiter, strict=True))
    except csv.Error:
        return False
    return True
