"""What a consumer does about a batch that fails: what is committed, read again, set aside; without Kafka."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import CommitFailedError
from faststream.kafka.security import parse_security

from consumers.app import build_app, security_of
from consumers.group import Record
from consumers.names import CONSUMERS, Needs, groups_named
from consumers.reading import FinishFirst
from missing_coord.cli.consuming import topics_needed
from missing_coord.contracts.topics import POLICE_NOTICES
from missing_coord.domain.errors import ConcurrencyConflict, PermanentError, TransientError
from missing_coord.messaging.kafka_security import connection_options
from missing_coord.settings import load_settings
from tests.builders.consuming import Client, FailingGroup, Message, Waits, a_reading

FIRST, SECOND = TopicPartition(POLICE_NOTICES, 0), TopicPartition(POLICE_NOTICES, 1)
BATCH = [Message(offset=offset) for offset in (7, 8, 9)]


def _at(offset: int, error: Exception) -> FailingGroup:
    return FailingGroup(lambda records: error if offset in {each.offset for each in records} else None)


async def test_a_batch_that_was_taken_is_committed_up_to_its_last_message() -> None:
    reading, buried = a_reading(group := FailingGroup())
    await reading.on_records(BATCH, client := Client())
    assert (group.taken, client.committed, buried, client.sought) == ([7, 8, 9], {FIRST: 10}, [], {})


@pytest.mark.parametrize("error", [PermanentError("x"), ValueError("x")])
async def test_one_message_that_always_fails_is_set_aside_and_its_neighbours_are_taken(
    error: Exception,
) -> None:
    reading, buried = a_reading(group := _at(8, error))
    await reading.on_records(BATCH, client := Client())
    assert (group.taken, group.aside) == ([7, 9], [(8, type(error).__name__)])
    assert [(each.record.offset, each.reason) for each in buried] == [(8, type(error).__name__)]
    assert client.committed == {FIRST: 10}


async def test_an_outage_is_waited_for_with_growing_waits_and_then_all_is_read_again() -> None:
    reading, buried = a_reading(group := _at(8, TransientError("x")), waits := Waits())
    await reading.on_records(BATCH, client := Client())
    assert (client.committed, client.sought, buried, group.aside) == ({}, {FIRST: 7}, [], [])
    *growing, _ = waits.seconds
    assert [round(each) for each in growing] == sorted(round(each) for each in growing)
    assert 20 < sum(waits.seconds) < 120
    assert reading.stuck_since is not None
    group.fails = lambda records: None
    await reading.on_records(BATCH, client)
    assert (reading.stuck_since, client.committed) == (None, {FIRST: 10})


async def test_a_lost_race_is_tried_again_at_once() -> None:
    errors: list[Exception] = [ConcurrencyConflict("x")] * 3
    reading, _ = a_reading(FailingGroup(lambda records: errors.pop() if errors else None), waits := Waits())
    await reading.on_records(BATCH, client := Client())
    assert (waits.seconds, client.committed) == ([], {FIRST: 10})


async def test_when_even_setting_aside_fails_all_is_read_again_after_a_rest() -> None:
    class Stuck(FailingGroup):
        async def set_aside(self, record: Record, *, reason: str) -> None:
            raise TransientError("the database is away")

    group = Stuck(lambda records: PermanentError("x"))
    reading, buried = a_reading(group, waits := Waits())
    await reading.on_records(BATCH, client := Client())
    assert (client.committed, client.sought, buried, len(waits.seconds)) == ({}, {FIRST: 7}, [], 1)


async def test_a_partition_that_a_rebalance_took_away_is_neither_committed_nor_rewound() -> None:
    batch: Sequence[Message] = [
        Message(offset=7),
        Message(offset=3, partition=1),
        Message(offset=4, partition=1),
    ]
    reading, _ = a_reading(FailingGroup())
    await reading.on_records(batch, client := Client(assigned={SECOND}))
    assert client.committed == {SECOND: 5}
    failing, _ = a_reading(FailingGroup(lambda records: TransientError("x")))
    await failing.on_records(batch, client)
    assert client.sought == {SECOND: 3}


async def test_offsets_that_cannot_be_committed_are_no_reason_to_stop() -> None:
    reading, _ = a_reading(group := FailingGroup())
    await reading.on_records(BATCH, Client(refuses=CommitFailedError("x")))
    await reading.on_records([Message(offset=10)], client := Client())
    assert (group.taken, client.committed) == ([7, 8, 9, 10], {FIRST: 11})


async def test_partitions_are_kept_until_the_batch_in_hand_is_done() -> None:
    reading, _ = a_reading(FailingGroup())
    await FinishFirst(reading).on_partitions_revoked({FIRST})
    assert not reading.busy.locked()


def _needs() -> Needs:
    return Needs(intake=None, reactions=None)  # type: ignore[arg-type]


def test_an_unknown_consumer_is_refused_with_the_names_that_there_are() -> None:
    with pytest.raises(PermanentError, match="police-notices"):
        groups_named(["polise"], _needs())
    assert [group.name for group in groups_named([], _needs())] == list(CONSUMERS)


def test_every_subscriber_reads_committed_messages_from_the_earliest_and_never_commits_by_itself() -> None:
    consuming = build_app("kafka:9092", groups=groups_named([], _needs()))
    settings = [subscriber._connection_args for _, subscriber in consuming.readings]
    assert {each["auto_offset_reset"] for each in settings} == {"earliest"}
    assert {each["enable_auto_commit"] for each in settings} == {False}
    assert {each["isolation_level"] for each in settings} == {"read_committed"}
    groups = {subscriber.group_id for _, subscriber in consuming.readings}
    assert groups == {f"missing-coord.{name}" for name in CONSUMERS}


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
def test_consumers_sign_in_to_kafka_as_everything_else_does(mechanism: str) -> None:
    given = {"KAFKA_SECURITY": "sasl-plaintext", "KAFKA_USERNAME": "us", "KAFKA_PASSWORD": "p"}
    settings = load_settings(
        {f"MISSING_COORD_{name}": text for name, text in {**given, "KAFKA_SASL_MECHANISM": mechanism}.items()}
    )
    options = connection_options(settings)
    assert {**parse_security(security_of(options)), "ssl_context": None} == {**options, "ssl_context": None}


def test_a_consumer_does_not_start_without_a_place_for_what_it_cannot_take() -> None:
    assert topics_needed([FailingGroup()]) == {POLICE_NOTICES, f"{POLICE_NOTICES}.dlq"}
