"""What the council's own missing list needs from storage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from missing_coord.domain.records import MissingListEntry
from missing_coord.services.ports.received import Received


@dataclass(frozen=True, slots=True, kw_only=True)
class ListLine:
    """One line of the council's own missing list as an incident stands on it."""

    entry_key: str
    entry: MissingListEntry
    incident_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLine:
    """One line of the council's own missing list that has no end."""

    entry_key: str
    child_id: str
    started_at: datetime


class MissingListStore(Protocol):
    """The case system's own list of missing episodes."""

    async def save_entries(self, lines: Sequence[tuple[ListLine, Received]], *, source: str) -> list[bool]:
        """Keep lines as versions; return for each whether anything changed."""
        ...

    async def mark_listed(self, entry_keys: Sequence[str]) -> set[str]:
        """Note that these lines are on the list now; return the children of those that had left it."""
        ...

    async def open_lines(self) -> list[OpenLine]:
        """Return the lines of the council's list that have no end and have not left it."""
        ...

    async def mark_left(self, entry_keys: Sequence[str]) -> None:
        """Note that these lines were left out of a whole list that came now."""
        ...
