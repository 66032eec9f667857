"""The wiring of the Kafka consumers on FastStream's in-memory broker.

That broker delivers once, in the sender's own task, and knows neither offsets nor groups nor redelivery: these tests
say that the right message reaches the right service, and nothing about what Kafka does when something fails.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from faststream.kafka import KafkaBroker, TestKafkaBroker

from consumers.app import build_app
from consumers.middleware import Patience
from consumers.names import CONSUMERS, consumers_named
from missing_coord.bootstrap import Application
from missing_coord.contracts.topics import PLACEMENTS, POLICE_NOTICES, TOPICS_IN, dead_letters
from missing_coord.domain.clock import FixedClock
from missing_coord.domain.errors import PermanentError, TransientError
from missing_coord.messaging.rows import Row, Taken
from missing_coord.services.ports import Policy
from missing_coord.settings import Settings
from missing_coord.storage.database import Database
from tests import databases
from tests.builders.cases import RETURNED, rows

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


def _envelope(data: Any, type: str = "missing-coord.police-notice.v1") -> bytes:
    content = {"specversion": "1.0", "id": "1", "source": "/gmp", "type": type, "data": data}
    return json.dumps(content).encode()


@dataclass(slots=True)
class RecordingIntake:
    """A stand-in for intake that keeps what it is given and fails as often as it is told to."""

    failures: list[Exception] = field(default_factory=list)
    given: list[tuple[str, str, Row]] = field(default_factory=list)

    async def ingest_items(self, rows: Any, kind: str, *, source: str) -> list[Taken]:
        if self.failures:
            raise self.failures.pop(0)
        self.given.extend((kind, source, row) for row in rows)
        return [Taken(outcome="accepted" if row.record else "quarantined", faults=row.faults) for row in rows]


async def _no_sleep(seconds: float) -> None:
    del seconds


@asynccontextmanager
async def _running(intake: Any) -> AsyncIterator[tuple[KafkaBroker, list[tuple[str, bytes, Any]]]]:
    """Run every consumer in memory, and collect what goes to the dead letters."""
    app = build_app(
        "kafka:9092", intake=intake, consumers=list(CONSUMERS.values()), patience=Patience(sleep=_no_sleep)
    )
    broker = app.broker
    assert isinstance(broker, KafkaBroker)
    buried: list[tuple[str, bytes, Any]] = []
    async with TestKafkaBroker(broker):
        publish = broker.publish

        async def publishing(message: Any, topic: str = "", **options: Any) -> Any:
            if topic.endswith(".dlq"):
                buried.append((topic, message, options["headers"]))
            return await publish(message, topic=topic, **options)

        broker.publish = publishing  # type: ignore[assignment,method-assign]
        yield broker, buried


@pytest.fixture
async def house(database: databases.Database) -> AsyncIterator[Database]:
    opened = Database.open(database.app_url, clock=FixedClock(RETURNED))
    yield opened
    await opened.close()


def _application(house: Database, url: str) -> Application:
    return Application(
        settings=Settings(),
        clock=house.clock,
        database=house,
        policy=Policy(council="E08000003"),
        database_url=url,
        owner_url=None,
    )


async def test_a_notice_in_an_envelope_and_a_bare_one_reach_the_intake_as_the_same_record() -> None:
    intake = RecordingIntake()
    async with _running(intake) as (broker, buried):
        await broker.publish(_envelope(NOTICE), topic=POLICE_NOTICES, key=b"C-1")
        await broker.publish(json.dumps(NOTICE).encode(), topic=POLICE_NOTICES)
    assert [(kind, source) for kind, source, _ in intake.given] == [("police", POLICE_NOTICES)] * 2
    assert intake.given[0][2].record == intake.given[1][2].record is not None
    assert buried == []


@pytest.mark.parametrize("topic", TOPICS_IN)
async def test_every_topic_in_has_a_consumer_that_hands_over_to_intake(topic: str) -> None:
    intake = RecordingIntake()
    async with _running(intake) as (broker, _):
        await broker.publish(b"{}", topic=topic)
    assert [source for _, source, _ in intake.given] == [topic]


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (b"\xff\xfe\x00", "message"),
        (b"not json", "message"),
        (b"", "message"),
        (_envelope(NOTICE, type="something.else"), "type"),
        (_envelope([1]), "data"),
        (_envelope({**NOTICE, "issued_at": "soon"}), "issued_at"),
    ],
)
async def test_a_message_that_cannot_be_read_is_in_quarantine_once_and_on_the_dead_letters(
    content: bytes, field: str
) -> None:
    intake = RecordingIntake()
    async with _running(intake) as (broker, buried):
        await broker.publish(content, topic=POLICE_NOTICES, key=b"C-1")
    [(_, _, row)] = intake.given
    assert [fault.field for fault in row.faults] == [field]
    assert [(topic, message) for topic, message, _ in buried] == [(dead_letters(POLICE_NOTICES), content)]


async def test_a_database_that_is_away_for_a_moment_loses_nothing() -> None:
    intake = RecordingIntake(failures=[TransientError("x"), TransientError("x")])
    async with _running(intake) as (broker, buried):
        await broker.publish(_envelope(NOTICE), topic=POLICE_NOTICES)
    assert (len(intake.given), buried) == (1, [])


async def test_a_database_that_stays_away_leaves_the_message_unacknowledged() -> None:
    intake = RecordingIntake(failures=[TransientError("x")] * 100)
    async with _running(intake) as (broker, buried):
        with pytest.raises(TransientError):
            await broker.publish(_envelope(NOTICE), topic=POLICE_NOTICES)
    assert (intake.given, buried) == ([], [])


async def test_a_fault_of_ours_sets_the_whole_message_aside() -> None:
    intake = RecordingIntake(failures=[ValueError("x")] * 5)
    async with _running(intake) as (broker, buried):
        await broker.publish(_envelope(NOTICE), topic=POLICE_NOTICES)
    [(_, _, row)] = intake.given
    assert "ValueError" in row.faults[0].reason
    assert json.loads(row.raw["message"])["data"] == NOTICE
    assert buried[0][2]["error"] == "ValueError"


async def test_a_header_that_is_no_text_stops_no_message() -> None:
    from consumers.envelopes import tolerant_parser

    seen: list[Any] = []

    async def original(message: Any) -> Any:
        seen.append({name: value.decode() for name, value in message.headers})

    from aiokafka import ConsumerRecord

    record = ConsumerRecord(
        topic=PLACEMENTS, partition=0, offset=0, timestamp=0, timestamp_type=0, key=None, value=b"{}", checksum=None,
        serialized_key_size=0, serialized_value_size=2, headers=(("a", b"\xff"), ("b", b"fine"), ("c", None)),
    )  # fmt: skip
    await tolerant_parser(record, original)
    assert seen == [{"b": "fine"}]


async def test_a_police_notice_from_kafka_opens_an_episode_and_the_same_notice_again_changes_nothing(
    house: Database, database: databases.Database
) -> None:
    intake = _application(house, database.app_url).intake()
    async with _running(intake) as (broker, buried):
        for _ in range(2):
            await broker.publish(_envelope(NOTICE), topic=POLICE_NOTICES, key=b"C-1")
        await broker.publish(b"{", topic=POLICE_NOTICES)
    assert await rows(house, "select count(*) from notices") == [(1,)]
    assert await rows(house, "select status from episodes") == [("open",)]
    assert await rows(house, "select source from quarantine") == [(POLICE_NOTICES,)]
    assert len(buried) == 1


def test_an_unknown_consumer_is_refused_with_the_names_that_there_are() -> None:
    with pytest.raises(PermanentError, match="police-notices"):
        consumers_named(["polise"])
    assert len(consumers_named([])) == len(TOPICS_IN)


def test_every_subscriber_reads_from_the_earliest_in_its_own_group_and_never_commits_by_itself() -> None:
    app = build_app("kafka:9092", intake=RecordingIntake(), consumers=list(CONSUMERS.values()))
    broker = app.broker
    assert isinstance(broker, KafkaBroker)
    settings = [each._connection_args for each in broker.subscribers]
    assert {each["auto_offset_reset"] for each in settings} == {"earliest"}
    assert {each["enable_auto_commit"] for each in settings} == {False}
    groups = {each.group_id for each in broker.subscribers}
    assert groups == {f"missing-coord.{name}" for name in CONSUMERS}
