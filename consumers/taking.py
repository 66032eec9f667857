"""From the bytes of a message to a received row: the same reading and the same intake as for files and HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from missing_coord.contracts.envelopes import read_object
from missing_coord.contracts.parsing import as_texts, open_envelope, parse
from missing_coord.contracts.readings import Fault
from missing_coord.domain.errors import PermanentError
from missing_coord.messaging.rows import Row, Taken

LONGEST_KEPT = 100_000
"""How many characters of a message that nobody can read are kept."""


class Intake(Protocol):
    """The one road of received rows."""

    async def ingest_items(self, rows: Sequence[Row], kind: str, *, source: str) -> list[Taken]:
        """Take in rows, each once; return what became of each."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumer:
    """One consumer group: its name, its topic, and the kind of row that its messages hold."""

    name: str
    topic: str
    kind: str

    @property
    def group(self) -> str:
        """The Kafka consumer group."""
        return f"missing-coord.{self.name}"


class InQuarantine(PermanentError):
    """The message could not be taken in; it is in quarantine already, where a coordinator sees it."""


async def take(intake: Intake, consumer: Consumer, content: bytes) -> None:
    """Take in one message; raises InQuarantine, naming the fields, when it waits for a person now."""
    [taken] = await intake.ingest_items(
        [row_of(consumer.kind, content)], consumer.kind, source=consumer.topic
    )
    if taken.outcome == "quarantined":
        raise InQuarantine("; ".join(str(fault) for fault in taken.faults))


async def set_aside(intake: Intake, consumer: Consumer, content: bytes, *, reason: str) -> None:
    """Put a message that we cannot work on into quarantine as it is."""
    row = unreadable(content, Fault(field="message", reason=reason))
    await intake.ingest_items([row], consumer.kind, source=consumer.topic)


def row_of(kind: str, content: bytes) -> Row:
    """Read a message, in a CloudEvents envelope or bare; what cannot be read becomes a row with its faults."""
    try:
        body = read_object(content)
    except PermanentError as error:
        field, _, reason = str(error).partition(": ")
        return unreadable(content, Fault(field=field, reason=reason))
    opened = open_envelope(kind, body)
    if isinstance(opened, Fault):
        return unreadable(content, opened)
    parsed = parse(kind, opened)
    texts, _ = as_texts(opened)
    return Row(raw=dict(texts), line=None, record=parsed.record, faults=parsed.faults)


def unreadable(content: bytes, fault: Fault) -> Row:
    """Return a row that keeps the text of a message as far as it is text."""
    text = content.decode("utf-8", errors="backslashreplace").replace("\x00", "\\x00")
    return Row(raw={"message": text[:LONGEST_KEPT]}, line=None, record=None, faults=(fault,))
