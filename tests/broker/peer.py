"""What other systems do with our topics: send to them, read them, and ask how far our groups have read."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError

from missing_coord.contracts.parsing import EVENT_TYPES
from missing_coord.contracts.topics import TOPICS_IN, TOPICS_OUT, dead_letters
from missing_coord.messaging.subscriptions import NOTICES, PLANNING, topics_of

GROUPS = {
    "missing-coord.police-notices": ("missing-coord.police-notices.v1",),
    "missing-coord.register": ("missing-coord.register.v1",),
    "missing-coord.placements": ("missing-coord.placements.v1",),
    "missing-coord.missing-lists": ("missing-coord.missing-lists.v1",),
    "missing-coord.planning": topics_of(PLANNING),
    "missing-coord.notices": topics_of(NOTICES),
}
PATIENCE = 60.0
SESSIONS_END = 90
"""Seconds after which no dead member is in a group any more."""


@dataclass(slots=True, kw_only=True)
class Peer:
    """Another system on the same Kafka; reads only what came after `forget_the_past`."""

    servers: str
    starts: dict[TopicPartition, int] = field(default_factory=dict)

    async def forget_the_past(self) -> None:
        """Move every group of ours to the end of its topics, and remember the ends.

        Kafka takes that from outside a group only when nobody is in it; a member that died is in it for its session.
        """
        async with self._reader(None) as reader:
            self.starts = await reader.end_offsets(_partitions(reader, _EVERY_TOPIC))
        for group, topics in GROUPS.items():
            async with self._reader(group) as reader:
                ours = _partitions(reader, topics)
                reader.assign(ours)
                ends = {each: self.starts.get(each, 0) for each in ours}
                for left in reversed(range(SESSIONS_END)):
                    try:
                        await reader.commit(ends)
                        break
                    except CommitFailedError:
                        if not left:
                            raise
                        await asyncio.sleep(1)

    async def send(
        self,
        topic: str,
        bodies: Iterable[tuple[str | None, bytes | None]],
        *,
        timestamp_ms: int | None = None,
        **options: Any,
    ) -> None:
        """Send bodies with their keys in order, now or as if it had been at another time."""
        producer = AIOKafkaProducer(
            bootstrap_servers=self.servers, acks="all", enable_idempotence=True, linger_ms=2, **options
        )
        await producer.start()
        try:
            sent = [
                await producer.send(
                    topic, body, key=key.encode() if key is not None else None, timestamp_ms=timestamp_ms
                )
                for key, body in bodies
            ]
            await asyncio.gather(*sent)
        finally:
            await producer.stop()

    async def send_rows(self, topic: str, kind: str, rows: Sequence[dict[str, str]], *, key: str) -> None:
        """Send rows of one kind in envelopes, keyed by one of their columns."""
        await self.send(topic, [(row.get(key) or None, envelope(kind, row)) for row in rows])

    async def read(self, topic: str) -> list[ConsumerRecord[Any, Any]]:
        """Return everything on a topic since the start, in order for each partition."""
        async with self._reader(None) as reader:
            parts = _partitions(reader, [topic])
            ends = await reader.end_offsets(parts)
            waiting = {part for part in parts if ends[part] > self.starts.get(part, 0)}
            reader.assign(list(waiting))
            for part in waiting:
                reader.seek(part, self.starts.get(part, 0))
            found: list[ConsumerRecord[Any, Any]] = []
            while waiting:
                for records in (await reader.getmany(timeout_ms=500)).values():
                    found.extend(records)
                waiting = {part for part in waiting if await reader.position(part) < ends[part]}
            return found

    async def read_events(self, topic: str) -> list[dict[str, Any]]:
        """Return the envelopes on a topic since the start."""
        return [json.loads(record.value) for record in await self.read(topic)]

    async def unread(self, group: str) -> int:
        """Return how many messages a group of ours has not taken yet."""
        async with self._reader(group) as reader:
            parts = _partitions(reader, GROUPS[group])
            ends = await reader.end_offsets(parts)
            reader.assign(parts)
            taken = {part: await reader.committed(part) or 0 for part in parts}
        return sum(ends[part] - taken[part] for part in parts)

    async def until_read(self, *groups: str, patience: float = PATIENCE) -> None:
        """Wait until groups have taken everything there is."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            left = [await self.unread(group) for group in groups]
            if not any(left):
                return
            await asyncio.sleep(0.1)
        raise AssertionError(f"{dict(zip(groups, left, strict=True))} message(s) are still not taken")

    @asynccontextmanager
    async def _reader(self, group: str | None) -> AsyncIterator[AIOKafkaConsumer]:
        reader = AIOKafkaConsumer(
            bootstrap_servers=self.servers,
            group_id=group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
        )
        await reader.start()
        try:
            await reader._client.force_metadata_update()
            await reader.topics()
            yield reader
        finally:
            await reader.stop()


def envelope(kind: str, row: dict[str, str]) -> bytes:
    """Return a row in the envelope that its kind travels in."""
    content = {
        "specversion": "1.0",
        "id": "1",
        "source": "/sender",
        "type": EVENT_TYPES[kind],
        "data": {name: value for name, value in row.items() if value},
    }
    return json.dumps(content).encode()


_EVERY_TOPIC = [*TOPICS_IN, *TOPICS_OUT, *map(dead_letters, [*TOPICS_IN, *TOPICS_OUT])]


def _partitions(reader: AIOKafkaConsumer, topics: Iterable[str]) -> list[TopicPartition]:
    return [
        TopicPartition(topic, number)
        for topic in topics
        for number in sorted(reader._client.cluster.partitions_for_topic(topic) or ())
    ]
