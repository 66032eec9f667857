"""Works through the batches of one group: commits what is done, goes back to what is not, loses and blocks nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError

from consumers.group import Buried, Group, Record
from consumers.metrics import BATCH_SECONDS, TAKEN, from_zero
from consumers.patience import Patience
from consumers.traced import batch_span
from missing_coord.domain.errors import MissingCoordError, TransientError
from missing_coord.telemetry import logger

REVOKED_SECONDS = 10.0
"""How long partitions are kept while the batch in hand is finished; Kafka allows a minute."""

DeadLetter = Callable[[Group, Buried], Awaitable[None]]
_log = logger("consumers")


@dataclass(slots=True, kw_only=True)
class Reading:
    """The work of one group in this process.

    `stuck_since`: since when, in monotonic seconds, the same batch is in hand or read again; None while all is well.
    `in_hand`: how many messages have been handed over and are neither committed nor given back.
    """

    group: Group
    patience: Patience
    dead_letter: DeadLetter
    busy: asyncio.Lock = field(default_factory=asyncio.Lock)
    stuck_since: float | None = None
    in_hand: int = 0

    def __post_init__(self) -> None:
        """Count from none."""
        from_zero(self.group.name)

    async def on_records(self, records: Sequence[Record], consumer: AIOKafkaConsumer) -> None:
        """Take a batch; its offsets are committed after everything that it changes, or it is read again whole."""
        async with self.busy:
            self.stuck_since = self.stuck_since or time.monotonic()
            self.in_hand = len(records)
            try:
                with BATCH_SECONDS.labels(self.group.name).time(), batch_span(self.group.name, records):
                    buried = await self._take(records)
                    for each in buried:
                        await self.dead_letter(self.group, each)
            except Exception as error:
                self._tell(error, len(records))
                await self.patience.rest()
                go_back(consumer, records)
            else:
                TAKEN.labels(self.group.name, "dead letter").inc(len(buried))
                TAKEN.labels(self.group.name, "taken").inc(len(records) - len(buried))
                await commit(consumer, records)
                self.stuck_since = None
            self.in_hand = 0

    async def _take(self, records: Sequence[Record]) -> list[Buried]:
        try:
            return await self.patience.keep_trying(lambda: self.group.take(records))
        except TransientError:
            raise
        except Exception as error:
            if len(records) == 1:
                return [await self._set_aside(records[0], error)]
        return [each for record in records for each in await self._take([record])]

    async def _set_aside(self, record: Record, error: Exception) -> Buried:
        kind = type(error).__name__
        await self.group.set_aside(record, reason=kind)
        return Buried(record=record, reason=kind)

    def _tell(self, error: Exception, count: int) -> None:
        TAKEN.labels(self.group.name, "read again").inc(count)
        if isinstance(error, (MissingCoordError, KafkaError)):
            _log.warning("a batch is read again", consumer=self.group.name, error_type=type(error).__name__)
        else:
            _log.error("a batch is read again", consumer=self.group.name, exc_info=True)


class FinishFirst(ConsumerRebalanceListener):  # type: ignore[misc]
    """Keeps partitions until the batch in hand is done, so that a rebalance seldom means doing it twice."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        """Wait for the batch in hand, not for ever."""
        with suppress(TimeoutError):
            async with asyncio.timeout(REVOKED_SECONDS), self._reading.busy:
                pass

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        """Begin where the group stands; nothing to do."""


async def commit(consumer: AIOKafkaConsumer, records: Iterable[Record]) -> None:
    """Commit exactly these messages, of partitions that are still ours; a failure means that they are read again."""
    ends: dict[TopicPartition, int] = {}
    for partition, offset in _places(records):
        ends[partition] = max(offset + 1, ends.get(partition, 0))
    ours = {partition: end for partition, end in ends.items() if partition in consumer.assignment()}
    if not ours:
        return
    try:
        await consumer.commit(ours)
    except (KafkaError, IllegalStateError) as error:
        _log.warning("offsets were not committed, what was read comes again", error_type=type(error).__name__)


def go_back(consumer: AIOKafkaConsumer, records: Iterable[Record]) -> None:
    """Read these messages again: every partition that is still ours goes back to its first of them."""
    firsts: dict[TopicPartition, int] = {}
    for partition, offset in _places(records):
        firsts[partition] = min(offset, firsts.get(partition, offset))
    for partition, first in firsts.items():
        if partition in consumer.assignment():
            with suppress(IllegalStateError):
                consumer.seek(partition, first)


def _places(records: Iterable[Any]) -> Iterable[tuple[TopicPartition, int]]:
    return ((TopicPartition(each.topic, each.partition), each.offset) for each in records)
