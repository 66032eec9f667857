"""Taking in messages from a real broker: each once, whatever is in the batch, and whoever dies or comes meanwhile."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from aiokafka import AIOKafkaConsumer

from consumers.group import Buried, Group, Record
from consumers.reading import Reading
from missing_coord.contracts.topics import MISSING_LISTS, PLACEMENTS, POLICE_NOTICES, REGISTER, dead_letters
from missing_coord.demo.council import generate_council
from missing_coord.demo.history import generate_history
from missing_coord.domain.access import system_actor
from missing_coord.domain.errors import TransientError
from missing_coord.services.verify import verify
from tests.broker.peer import Peer, envelope
from tests.builders.kafka_house import consuming, groups_of
from tests.builders.road import feed, open_road, rows_of, state_of_the_road
from tests.databases import Database, TestServer

pytestmark = pytest.mark.kafka
AS_OF = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
POLICE = "missing-coord.police-notices"
NOTICE = {
    "force": "GMP",
    "reference": "2026-77",
    "message": "missing",
    "issued_at": "2026-05-31T20:00:00+00:00",
    "reported_at": "2026-05-31T19:30:00+00:00",
    "surname": "Example",
    "forename": "Robin",
    "date_of_birth": "2012-02-03",
}


def _notices(count: int, *, child: str = "") -> list[dict[str, str]]:
    return [
        {**NOTICE, "reference": f"R-{child}{number}", "surname": f"Ex{number}"} for number in range(count)
    ]


async def _balanced(road: object) -> None:
    async with road.database.unit_of_work(system_actor("verify")) as uow:  # type: ignore[attr-defined]
        found = await verify(uow)
    assert (found.unexplained, found.audit_intact) == (0, True), found.findings
    assert not [each for each in found.findings if each.rule == "batches_are_finished"]


async def test_what_comes_by_kafka_ends_as_what_comes_in_files(
    kafka: Peer, database: Database, postgres_server: TestServer
) -> None:
    made = generate_council(seed=23, as_of=AS_OF, looked_after=120, at_home=40, guests=5)
    notices = list(generate_history(made, now=AS_OF, months=1, per_month=60).notices)
    with postgres_server.migrated() as other:
        async with open_road(other, now=AS_OF) as road:
            await feed(road, "children", made.children)
            await feed(road, "placements", made.placements)
            await feed(road, "police", notices)
            expected = await state_of_the_road(road)
    shuffled = [*notices, *notices[::3]]  # a week of repeats, and in no order
    random.Random(3).shuffle(shuffled)
    async with open_road(database, now=AS_OF) as road:
        async with consuming(kafka.servers, groups_of(road, "register", "placements")):
            await kafka.send_rows(REGISTER, "children", made.children, key="child_id")
            await kafka.until_read("missing-coord.register")
            await kafka.send_rows(PLACEMENTS, "placements", made.placements, key="child_id")
            await kafka.until_read("missing-coord.placements")
        async with consuming(kafka.servers, groups_of(road, "police-notices")):
            await kafka.send_rows(POLICE_NOTICES, "police", shuffled, key="reference")
            await kafka.until_read(POLICE)
        assert await state_of_the_road(road) == expected
        await _balanced(road)


async def test_poison_in_the_middle_of_a_batch_waits_for_a_person_and_its_neighbours_are_taken(
    kafka: Peer, database: Database
) -> None:
    good = [("C-1", envelope("police", each)) for each in _notices(40)]
    poison: list[tuple[str | None, bytes | None]] = [
        ("C-1", b"\xff\xfe\x00"),
        (None, b"not json"),
        ("C-1", None),
        ("C-1", json.dumps({"specversion": "1.0", "type": "another"}).encode()),
        ("C-1", envelope("police", {**NOTICE, "issued_at": "soon"})),
        ("C-1", b'{"data": ' + b"x" * 400_000),
    ]
    await kafka.send(POLICE_NOTICES, [*good[:20], *poison, *good[20:]])
    async with open_road(database) as road:
        async with consuming(kafka.servers, groups_of(road, "police-notices")):
            await kafka.until_read(POLICE)
        assert len(await rows_of(road, "select 1 from notices")) == 40
        waiting = await rows_of(road, "select source from quarantine where resolved_at is null")
        assert [each["source"] for each in waiting] == [POLICE_NOTICES] * len(poison)
        dead = await kafka.read(dead_letters(POLICE_NOTICES))
        assert sorted(len(each.value or b"") for each in dead) == sorted(
            len(body or b"") for _, body in poison
        )
        assert {dict(each.headers)["consumer"] for each in dead} == {b"police-notices"}
        await _balanced(road)


async def test_headers_that_are_no_text_stop_no_message(kafka: Peer, database: Database) -> None:
    from aiokafka import AIOKafkaProducer

    async with AIOKafkaProducer(bootstrap_servers=kafka.servers) as producer:
        await producer.send_and_wait(
            POLICE_NOTICES, envelope("police", NOTICE), headers=[("a", b"\xff"), ("b", None)]
        )
    async with open_road(database) as road:
        async with consuming(kafka.servers, groups_of(road, "police-notices")):
            await kafka.until_read(POLICE)
        assert len(await rows_of(road, "select 1 from notices")) == 1


@pytest.mark.parametrize("codec", ["gzip", "snappy", "lz4", "zstd"])
async def test_every_compression_that_senders_use_is_read(kafka: Peer, codec: str) -> None:
    group = Remembering()
    await kafka.send(POLICE_NOTICES, [("C-1", b"x" * 2000)] * 3, compression_type=codec)
    async with consuming(kafka.servers, [group]):
        await kafka.until_read(POLICE)
    assert len(group.seen) == 3


@dataclass(slots=True)
class Remembering:
    """A group that remembers what it took, slowly where it is told to, failing as often as it is told to."""

    slow: float = 0.0
    failures: int = 0
    seen: list[tuple[int, int]] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)
    began: asyncio.Event = field(default_factory=asyncio.Event)
    name: str = "police-notices"
    topics: tuple[str, ...] = (POLICE_NOTICES,)

    async def take(self, records: Sequence[Record]) -> list[Buried]:
        self.batches.append(len(records))
        self.began.set()
        await asyncio.sleep(self.slow)
        if self.failures:
            self.failures -= 1
            raise TransientError("the database is away")
        self.seen.extend((record.partition, record.offset) for record in records)
        return []

    async def set_aside(self, record: Record, *, reason: str) -> None:
        raise AssertionError(reason)


async def test_an_outage_longer_than_all_patience_loses_nothing_and_keeps_the_order(kafka: Peer) -> None:
    group = Remembering(failures=11)
    await kafka.send(POLICE_NOTICES, [(f"C-{number % 7}", b"{}") for number in range(60)])
    async with consuming(kafka.servers, [group]):
        await kafka.until_read(POLICE)
    assert len(group.batches) > 11
    assert len(set(group.seen)) == 60
    for partition in range(3):
        offsets = [offset for part, offset in group.seen if part == partition]
        assert offsets == sorted(set(offsets))


async def test_a_crash_between_the_commit_and_the_offset_brings_everything_again_and_nothing_twice(
    kafka: Peer, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = _notices(30)
    await kafka.send_rows(POLICE_NOTICES, "police", [*rows, {**NOTICE, "issued_at": "soon"}], key="reference")
    async with open_road(database) as road:
        crashed = asyncio.Event()

        async def no_commit(consumer: AIOKafkaConsumer, records: Sequence[Record]) -> None:
            crashed.set()

        with monkeypatch.context() as patched:
            patched.setattr("consumers.reading.commit", no_commit)
            async with consuming(kafka.servers, groups_of(road, "police-notices")):
                await asyncio.wait_for(crashed.wait(), 30)
        async with consuming(kafka.servers, groups_of(road, "police-notices")):
            await kafka.until_read(POLICE)
        assert len(await rows_of(road, "select 1 from notices")) == 30
        assert len(await rows_of(road, "select 1 from quarantine")) == 1
        [sums] = await rows_of(road, "select sum(accepted) as a, sum(duplicates) as d from intake_batches")
        assert (sums["a"], sums["d"] > 0) == (30, True)
        await _balanced(road)


async def test_a_rebalance_during_a_slow_batch_loses_nothing(kafka: Peer) -> None:
    first, second = Remembering(slow=1.5), Remembering()
    await kafka.send(POLICE_NOTICES, [(f"C-{number}", b"{}") for number in range(300)])
    async with consuming(kafka.servers, [first]):
        await asyncio.wait_for(first.began.wait(), 30)
        async with consuming(kafka.servers, [second]):
            await kafka.send(POLICE_NOTICES, [(f"C-{number}", b"{}") for number in range(300)])
            await kafka.until_read(POLICE)
    seen = [*first.seen, *second.seen]
    assert len(set(seen)) == 600
    assert second.seen
    assert len(seen) == 600, "the batch in hand was finished before its partitions were given away"


async def test_a_group_without_failures_is_told_alive_and_one_that_is_stuck_is_not(kafka: Peer) -> None:
    from consumers.watch import STUCK_SECONDS, alive

    group: Group = Remembering()
    async with consuming(kafka.servers, [group]) as running:
        [(reading, subscriber)] = running.readings
        assert await alive(reading, subscriber)
        reading.stuck_since = 0.0
        assert not await alive(reading, subscriber, now=lambda: STUCK_SECONDS + 1)
        reading.stuck_since = None
    assert isinstance(reading, Reading)
    assert not await alive(reading, subscriber)


async def test_a_line_of_the_missing_list_and_a_repeat_of_it_a_week_later_are_one(
    kafka: Peer, database: Database
) -> None:
    line = {"child_id": "C-1", "type": "M", "started_at": "2026-11-10T20:00:00Z", "reported_by": "home"}
    child = {"child_id": "C-1", "forename": "Robin", "surname": "Example", "date_of_birth": "2012-02-03"}
    async with open_road(database, now=AS_OF) as road:
        await feed(road, "children", [child])
        for _ in range(2):
            await kafka.send_rows(MISSING_LISTS, "missing-list", [line], key="child_id")
            async with consuming(kafka.servers, groups_of(road, "missing-lists")):
                await kafka.until_read("missing-coord.missing-lists")
        assert len(await rows_of(road, "select 1 from missing_list_entries")) == 1
        assert len(await rows_of(road, "select 1 from episodes where child_id = 'C-1'")) == 1
