"""What a reader of one field gives back: a value and perhaps a flag, or a reason why it cannot be read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from missing_coord.domain.past_records import PastRecord
from missing_coord.domain.records import (
    AbsenceRecord,
    ChildRecord,
    MissingListEntry,
    PlacementRecord,
    PoliceNotice,
    WorkerRecord,
)
from missing_coord.domain.ssda903_records import Ssda903Record

Record = (
    PoliceNotice
    | ChildRecord
    | PlacementRecord
    | WorkerRecord
    | AbsenceRecord
    | MissingListEntry
    | Ssda903Record
)
"""What other systems send of what goes on."""
FileRecord = Record | PastRecord
"""What a row of a file can be read as."""
Reader = Callable[[str], tuple[object, str | None]]
"""Reads one cell of cleaned, non-empty text: (value, flag); raises Unreadable."""


class Unreadable(ValueError):
    """Not what this field holds; the message says what would be right and never repeats the text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why a row is in quarantine: the field, what would be right, the value if only digits and signs."""

    field: str
    reason: str
    excerpt: str | None = None

    def __str__(self) -> str:
        """The field and the reason, safe for a log."""
        return f"{self.field}: {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedRow:
    """A record, or the faults for which there is none."""

    record: FileRecord | None = None
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRow:
    """One row of a file: where it stood, what it held as received, and its record or its faults.

    `done_bytes` is how much of the file had been read by then, for a progress bar.
    """

    line: int
    raw: dict[str, str]
    record: FileRecord | None = None
    faults: tuple[Fault, ...] = ()
    done_bytes: int = 0
