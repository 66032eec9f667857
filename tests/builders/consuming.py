"""Messages as Kafka hands them over, a client that remembers what it is told, and a group that fails on demand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiokafka import TopicPartition

from consumers.group import Buried, Group, Record
from consumers.patience import Patience
from consumers.reading import Reading
from missing_coord.contracts.topics import POLICE_NOTICES


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message as the client library hands it over."""

    offset: int
    value: bytes | None = b"{}"
    topic: str = POLICE_NOTICES
    partition: int = 0
    timestamp: int = 1_780_000_000_000
    key: bytes | None = b"C-1"
    headers: tuple[tuple[str, bytes | None], ...] = ()


@dataclass(slots=True)
class Client:
    """A stand-in for the client library: remembers commits and seeks of the partitions that it was given."""

    assigned: set[TopicPartition] = field(default_factory=lambda: {TopicPartition(POLICE_NOTICES, 0)})
    committed: dict[TopicPartition, int] = field(default_factory=dict)
    sought: dict[TopicPartition, int] = field(default_factory=dict)
    refuses: Exception | None = None

    def assignment(self) -> set[TopicPartition]:
        return self.assigned

    async def commit(self, offsets: dict[TopicPartition, int]) -> None:
        if self.refuses:
            raise self.refuses
        self.committed.update(offsets)

    def seek(self, partition: TopicPartition, offset: int) -> None:
        self.sought[partition] = offset


@dataclass(slots=True)
class FailingGroup:
    """A group that takes what it is given unless `fails` has something to raise for a batch."""

    fails: Callable[[Sequence[Record]], Exception | None] = lambda records: None
    taken: list[int] = field(default_factory=list)
    tries: int = 0
    aside: list[tuple[int, str]] = field(default_factory=list)
    name: str = "police-notices"
    topics: tuple[str, ...] = (POLICE_NOTICES,)

    async def take(self, records: Sequence[Record]) -> list[Buried]:
        self.tries += 1
        if (error := self.fails(records)) is not None:
            raise error
        self.taken.extend(record.offset for record in records)
        return []

    async def set_aside(self, record: Record, *, reason: str) -> None:
        self.aside.append((record.offset, reason))


@dataclass(slots=True)
class Waits:
    """Counts what would have been waited for."""

    seconds: list[float] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        self.seconds.append(seconds)


def a_reading(group: Group, waits: Waits | None = None) -> tuple[Reading, list[Buried]]:
    """Return the reading of a group that does not really wait, and the dead letters that it sends."""
    buried: list[Buried] = []

    async def dead_letter(of: Any, each: Buried) -> None:
        buried.append(each)

    patience = Patience(sleep=(waits or Waits()).sleep)
    return Reading(group=group, patience=patience, dead_letter=dead_letter), buried
