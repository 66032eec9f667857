"""What every consumer group has: a name, topics, a way to take messages, and a place for those it cannot take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class Record(Protocol):
    """A message as the client library hands it over; `timestamp` is in milliseconds since 1970."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Buried:
    """A message that waits for a person now, and why in one word."""

    record: Record
    reason: str


class Group(Protocol):
    """One consumer group."""

    @property
    def name(self) -> str:
        """The name that `missing-coord consume NAME` knows."""
        ...

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics that it reads."""
        ...

    async def take(self, records: Sequence[Record]) -> list[Buried]:
        """Take messages, each once however often it comes; return those that now wait for a person.

        Raises TransientError when all are to be tried again, anything else when one of them is at fault.
        """
        ...

    async def set_aside(self, record: Record, *, reason: str) -> None:
        """Put a message that we cannot work on where a person sees it."""
        ...


def group_id(name: str) -> str:
    """Return the Kafka consumer group of a name."""
    return f"missing-coord.{name}"
