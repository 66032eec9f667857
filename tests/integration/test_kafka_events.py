"""Events on a real broker: every one, in order for each child, by one relay of several, and reacted to once."""

from __future__ import annotations

import asyncio
import itertools
import json
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text

from consumers.reactions import Reacting
from missing_coord.bootstrap import Application
from missing_coord.contracts.envelopes import OutgoingEvent, from_bytes, to_bytes
from missing_coord.contracts.topics import INTERVIEWS, TOPICS_OUT, dead_letters
from missing_coord.domain.errors import TransientError
from missing_coord.domain.events import InterviewAssigned, InterviewCompleted
from missing_coord.messaging.kafka import KafkaDelivery
from missing_coord.messaging.reacting import Reactions
from missing_coord.messaging.relay import Relay
from missing_coord.messaging.subscriptions import NOTICES, PLANNING, Subscriptions
from missing_coord.storage.inbox import claim
from missing_coord.storage.outbox import RELAY, lease_outbox
from tests.broker.peer import Peer
from tests.builders.cases import BUILDER, RETURNED, keep_user
from tests.builders.events import an_outgoing
from tests.builders.kafka_house import consuming, groups_of, relay_all
from tests.builders.road import open_road, rows_of
from tests.databases import Database

pytestmark = pytest.mark.kafka
KEYS = 23
_UNSENT = "select 1 from outbox where sent_at is null limit 1"


async def _say(road: Application, count: int, *, start: int = 0) -> None:
    async with road.database.unit_of_work(BUILDER) as uow:
        for number in range(start, start + count):
            uow.record(
                InterviewCompleted(
                    child_id=f"C-{number % KEYS}", interview_id=str(number), held_at=RETURNED, episode_ids=()
                )
            )


def _numbers_by_key(envelopes: list[dict[str, Any]]) -> dict[str, list[int]]:
    """Return the numbers of each key in the order of the topic, a repeat of the same event left out."""
    seen: set[str] = set()
    found: dict[str, list[int]] = {}
    for each in envelopes:
        if each["id"] not in seen:
            seen.add(each["id"])
            found.setdefault(each["partitionkey"], []).append(int(each["data"]["interview_id"]))
    return found


def _expected(count: int) -> dict[str, list[int]]:
    return {f"C-{key}": list(range(key, count, KEYS)) for key in range(KEYS)}


async def test_every_event_is_on_its_topic_in_order_for_each_child(kafka: Peer, database: Database) -> None:
    async with open_road(database) as road:
        await _say(road, 700)
        assert await relay_all(road, kafka.servers) == 700
        assert await relay_all(road, kafka.servers) == 0
    found = await kafka.read_events(INTERVIEWS)
    assert _numbers_by_key(found) == _expected(700)
    assert len(found) == 700
    assert {each["type"] for each in found} == {"missing-coord.interviews.interview-completed.v1"}


async def test_of_two_relays_one_is_active_and_the_other_goes_on_where_it_was_cut_off(
    kafka: Peer, database: Database
) -> None:
    async with open_road(database) as road:
        cut = itertools.count()
        async with KafkaDelivery(kafka.servers, source="/here", topics=TOPICS_OUT) as delivery:

            async def dies_at_the_150th(event: OutgoingEvent) -> None:
                if next(cut) == 150:
                    raise asyncio.CancelledError
                await delivery.deliver(event)

            stop = asyncio.Event()
            relays = [
                Relay(partial(lease_outbox, road.database), deliver, concurrency=50, poll_seconds=0.2)
                for deliver in (dies_at_the_150th, delivery.deliver)
            ]
            first = asyncio.create_task(relays[0].run(stop))
            await asyncio.wait_for(relays[0].idle.wait(), 30)
            second = asyncio.create_task(relays[1].run(stop))
            await _say(road, 400)
            relays[0].wake.set()
            await asyncio.wait({first}, timeout=30)
            await _say(road, 400, start=400)
            relays[1].wake.set()
            while await rows_of(road, _UNSENT):  # noqa: ASYNC110 - the database has no event to wait for
                await asyncio.sleep(0.1)
            stop.set()
            await second
    assert first.done()
    found = await kafka.read_events(INTERVIEWS)
    assert _numbers_by_key(found) == _expected(800)
    assert len(found) >= 800


async def test_while_kafka_is_away_nothing_is_marked_and_the_outbox_is_not_walked(
    database: Database,
) -> None:
    async with open_road(database) as road:
        await _say(road, 1200)
        async with KafkaDelivery("127.0.0.1:1", source="/here", topics=TOPICS_OUT) as delivery:
            with pytest.raises(TransientError):
                await delivery.start()
            relay = Relay(partial(lease_outbox, road.database), delivery.deliver, concurrency=50)
            stop = asyncio.Event()
            running = asyncio.create_task(relay.run(stop))
            await asyncio.wait_for(relay.idle.wait(), 30)
            stop.set()
            await running
        [found] = await rows_of(
            road, "select sum(attempts) as tries, count(sent_at) as sent, count(*) as there from outbox"
        )
    assert found == {"tries": 0, "sent": 0, "there": 1200}


async def test_an_event_too_large_for_kafka_holds_up_its_own_child_only(
    kafka: Peer, database: Database
) -> None:
    async with open_road(database) as road:
        async with road.database.unit_of_work(BUILDER) as uow:
            await uow.execute(
                text(
                    "insert into outbox (event_id, type, topic, key, body, occurred_at) values (gen_random_uuid(), 't',"
                    " :topic, 'C-0', jsonb_build_object('interview_id', repeat('x', 3000000)), now())"
                ),
                {"topic": INTERVIEWS},
            )
        await _say(road, KEYS)
        assert await relay_all(road, kafka.servers) == KEYS - 1
        [stuck] = await rows_of(road, "select last_error from outbox where attempts = 1")
    assert stuck == {"last_error": "PermanentError"}


async def test_a_worker_is_told_once_of_an_event_that_kafka_delivers_three_times(
    kafka: Peer, database: Database
) -> None:
    async with open_road(database) as road:
        user_id = await keep_user(road.database, role="interview_worker", worker_id="W-1")
        async with road.database.unit_of_work(BUILDER) as uow:
            uow.record(InterviewAssigned(child_id="C-1", interview_id="i-1", worker_id="W-1", starts_at=None))
        for _ in range(3):
            await relay_all(road, kafka.servers)
            async with road.database.unit_of_work(BUILDER) as uow:
                await uow.execute(text("update outbox set sent_at = null"))
        async with consuming(kafka.servers, groups_of(road, "notices")):
            await kafka.until_read("missing-coord.notices")
        told = await rows_of(road, "select recipient_user, kind from messages")
        assert told == [{"recipient_user": user_id, "kind": "assigned"}]
    assert len(await kafka.read(INTERVIEWS)) == 3


async def test_a_reaction_that_always_fails_and_what_is_no_event_wait_for_a_person_and_block_nobody(
    kafka: Peer, database: Database
) -> None:
    planned: list[str] = []

    async def plan(uow: object, event: OutgoingEvent) -> None:
        if event.key == "C-broken":
            raise ValueError
        planned.append(event.key)

    async def nothing(uow: object, event: OutgoingEvent) -> None:
        return None

    kind = "missing-coord.interviews.interview-reopened.v1"
    events = [
        an_outgoing(position=n, key=key, type=kind) for n, key in enumerate(["C-1", "C-broken", "C-1", "C-2"])
    ]
    async with open_road(database) as road:
        reactions = Reactions(
            open_unit=lambda: road.database.unit_of_work(RELAY),
            claim=claim,
            subscriptions=Subscriptions({NOTICES: nothing, PLANNING: plan}),
        )
        bodies: list[tuple[str | None, bytes | None]] = [
            (event.key, to_bytes(event, source="/here")) for event in events
        ]
        await kafka.send(INTERVIEWS, [*bodies[:2], ("C-1", b"no event"), *bodies[2:]])
        for _ in range(2):  # the second time all is known
            async with consuming(kafka.servers, [Reacting(name=PLANNING, reactions=reactions)]):
                await kafka.until_read("missing-coord.planning")
            await kafka.send(INTERVIEWS, bodies)
        waiting = await rows_of(road, "select kind, source, faults from quarantine order by quarantine_id")
    assert sorted(planned) == ["C-1", "C-1", "C-2"]
    assert [(each["kind"], each["source"]) for each in waiting] == [("event", "planning")] * 2
    assert "ValueError" in json.dumps([each["faults"] for each in waiting])
    assert len(await kafka.read(dead_letters(INTERVIEWS))) == 2


def test_an_event_comes_back_from_the_wire_as_it_went() -> None:
    event = an_outgoing(position=4)
    assert from_bytes(to_bytes(event, source="/here"), topic=event.topic, position=4) == event
