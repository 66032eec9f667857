"""Our own groups on the outgoing topics: each event is reacted to once, and those of one child in order."""

from __future__ import annotations

import asyncio
import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from consumers.group import Buried, Record
from missing_coord.contracts.envelopes import OutgoingEvent, from_bytes
from missing_coord.domain.errors import PermanentError
from missing_coord.messaging.messages import WHOLE, as_text
from missing_coord.messaging.reacting import Reactions
from missing_coord.messaging.subscriptions import topics_of

AT_ONCE = 4
"""How many children's events are worked on at the same time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reacting:
    """A group that reacts to events."""

    name: str
    reactions: Reactions

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics of the events to which it reacts."""
        return topics_of(self.name)

    async def take(self, records: Sequence[Record]) -> list[Buried]:
        """React to every event that is for this group; keys side by side, the events of one key in order."""
        lines: dict[object, list[Record]] = defaultdict(list)
        for record in records:
            lines[record.key or (record.topic, record.partition)].append(record)
        gate = asyncio.Semaphore(AT_ONCE)

        async def react_in_order(line: Sequence[Record]) -> None:
            async with gate:
                for record in line:
                    await self.reactions.react(self.name, event_of(record))

        results = await asyncio.gather(*map(react_in_order, lines.values()), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result
        return []

    async def set_aside(self, record: Record, *, reason: str) -> None:
        """Put an event whose reaction always fails, or that cannot be read, into quarantine."""
        words = f"the reaction of {self.name} failed ({reason})"
        try:
            event = event_of(record)
        except PermanentError:
            words = f"{record.topic} holds something that is no event of ours"
            event = _stranger(record)
        await self.reactions.set_aside(self.name, event, reason=words)


def event_of(record: Record) -> OutgoingEvent:
    """Read an event; raises PermanentError for anything that is none of ours."""
    return from_bytes(record.value or b"", topic=record.topic, position=record.offset)


def _stranger(record: Record) -> OutgoingEvent:
    """Return something that is no event in the shape of one; its id is its place, so that it is set aside once."""
    place = f"{record.topic}/{record.partition}/{record.offset}"
    return OutgoingEvent(
        position=record.offset,
        event_id=str(uuid.uuid5(uuid.NAMESPACE_URL, place)),
        type="unreadable",
        topic=record.topic,
        key=as_text(record.key or b""),
        body={WHOLE: as_text(record.value or b"")},
        occurred_at=datetime.fromtimestamp(record.timestamp / 1000, tz=UTC),
    )
