"""What monitoring sees of a consumer: counted from none, and messages in hand count as waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from types import SimpleNamespace

from aiokafka import TopicPartition
from prometheus_client import REGISTRY

from consumers.app import Consuming
from consumers.group import Record
from consumers.metrics import OUTCOMES
from consumers.watch import STUCK_SECONDS, alive, watch
from missing_coord.health import Health
from schedulers.app import build_scheduler
from schedulers.jobs import JOBS
from schedulers.ticking import Ticker
from tests.builders.consuming import Client, FailingGroup, Message, a_reading

BATCH = [Message(offset=offset) for offset in (7, 8, 9)]


@dataclass(slots=True)
class Read(Client):
    """A client that has handed over everything that there is."""

    end: int = 10

    async def end_offsets(self, partitions: Collection[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(partitions, self.end)

    async def position(self, partition: TopicPartition) -> int:
        return self.end


def _lag() -> float | None:
    return REGISTRY.get_sample_value("missing_coord_consumer_lag", {"consumer": "police-notices"})


def test_every_outcome_of_a_consumer_is_shown_before_it_comes_for_the_first_time() -> None:
    a_reading(FailingGroup(name="never-ran"))
    for outcome in OUTCOMES:
        labels = {"consumer": "never-ran", "outcome": outcome}
        assert REGISTRY.get_sample_value("missing_coord_messages_total", labels) == 0


def test_every_job_is_shown_as_not_failed_before_it_fails_for_the_first_time() -> None:
    build_scheduler(Ticker(ledger=SimpleNamespace(), services=SimpleNamespace()))  # type: ignore[arg-type]
    for job in JOBS:
        assert REGISTRY.get_sample_value("missing_coord_ticks_failed_total", {"tick": job.name}) is not None


async def test_a_batch_in_hand_counts_as_waiting_also_when_it_is_stuck() -> None:
    seen: list[int] = []

    def look(records: Sequence[Record]) -> None:
        seen.append(reading.in_hand)

    reading, _ = a_reading(FailingGroup(look))
    await reading.on_records(BATCH, Client())
    assert (seen, reading.in_hand) == ([3], 0)

    client = Read()
    subscriber = SimpleNamespace(consumer=client, tasks=[asyncio.create_task(asyncio.sleep(60))])
    reading.in_hand, reading.stuck_since = 3, 0.0
    assert not await alive(reading, subscriber, now=lambda: STUCK_SECONDS + 1)
    assert _lag() == 3
    reading.in_hand, reading.stuck_since = 0, None
    assert await alive(reading, subscriber)
    assert _lag() == 0
    subscriber.tasks[0].cancel()


async def test_only_a_consumer_that_is_alive_gives_a_sign_for_the_watchdog() -> None:
    reading, _ = a_reading(FailingGroup())
    working = SimpleNamespace(consumer=Read(), tasks=[asyncio.create_task(asyncio.sleep(60))])
    dead, _ = a_reading(FailingGroup(name="register"))
    signs: list[str] = []
    stop = asyncio.Event()

    async def sign(part: str) -> None:
        signs.append(part)
        if len(signs) == 3:
            stop.set()

    readings = ((dead, SimpleNamespace(consumer=None, tasks=[])), (reading, working))
    consuming = Consuming(app=SimpleNamespace(), broker=SimpleNamespace(), readings=readings)  # type: ignore[arg-type]
    async with asyncio.timeout(30):
        await watch(consuming, Health(), stop, every=0.01, sign=sign)
    assert set(signs) == {"consumer police-notices"}
    working.tasks[0].cancel()
