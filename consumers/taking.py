"""The groups that take in rows: the same reading and the same intake as for files and HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from consumers.group import Buried, Record
from missing_coord.contracts.readings import Fault
from missing_coord.messaging.messages import row_of, unreadable
from missing_coord.messaging.rows import Row, Taken


class Intake(Protocol):
    """The one road of received rows."""

    async def ingest_items(self, rows: Sequence[Row], kind: str, *, source: str) -> list[Taken]:
        """Take in rows, each once; return what became of each."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A group whose messages are rows of one kind."""

    name: str
    topic: str
    kind: str
    intake: Intake

    @property
    def topics(self) -> tuple[str, ...]:
        """The one topic that it reads."""
        return (self.topic,)

    async def take(self, records: Sequence[Record]) -> list[Buried]:
        """Take in a batch in one transaction; what cannot be read is in quarantine and returned."""
        rows = [row_of(self.kind, record.value or b"") for record in records]
        taken = await self.intake.ingest_items(rows, self.kind, source=self.topic)
        return [
            Buried(record=record, reason="quarantined")
            for record, each in zip(records, taken, strict=True)
            if each.outcome == "quarantined"
        ]

    async def set_aside(self, record: Record, *, reason: str) -> None:
        """Put a message that we cannot work on into quarantine as it is."""
        words = f"could not be worked on ({reason}); it is kept here whole: tell the administrator"
        row = unreadable(record.value or b"", Fault(field="message", reason=words))
        await self.intake.ingest_items([row], self.kind, source=self.topic)
