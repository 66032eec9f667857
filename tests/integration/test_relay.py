"""The outbox and its relay on a real database: in order for each key, none lost, none given to two relays."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

import psycopg
import pytest
from sqlalchemy import text

from missing_coord.contracts.envelopes import OutgoingEvent
from missing_coord.domain.clock import FixedClock
from missing_coord.domain.errors import TransientError
from missing_coord.domain.events import InterviewAssigned, InterviewCompleted, MissingEpisodeOpened
from missing_coord.messaging.in_process import InProcessDelivery
from missing_coord.messaging.reacting import Reactions
from missing_coord.messaging.relay import Relay, relay_once
from missing_coord.messaging.subscriptions import NOTICES, PLANNING, Subscriptions
from missing_coord.notify.reactions import Notices
from missing_coord.notify.recorder import RecorderChannel
from missing_coord.storage.database import Database
from missing_coord.storage.inbox import claim
from missing_coord.storage.notifications import Changes
from missing_coord.storage.outbox import RELAY, lease_outbox
from tests import databases
from tests.builders.cases import BUILDER, RETURNED, keep_user, rows
from tests.databases import plain


@dataclass(slots=True)
class Receiver:
    """A stand-in for whatever is delivered to: keeps what it got, and fails for keys as long as it is told to."""

    failing: set[str] = field(default_factory=set)
    got: list[tuple[str, str]] = field(default_factory=list)
    something: asyncio.Event = field(default_factory=asyncio.Event)

    async def deliver(self, event: OutgoingEvent) -> None:
        if event.key in self.failing:
            raise TransientError("away")
        self.got.append((event.key, event.body["interview_id"]))
        self.something.set()


@pytest.fixture
async def house(database: databases.Database) -> AsyncIterator[Database]:
    opened = Database.open(database.app_url, clock=FixedClock(RETURNED))
    yield opened
    await opened.close()


async def _say(house: Database, *pairs: tuple[str, str]) -> None:
    async with house.unit_of_work(BUILDER) as uow:
        for child_id, interview_id in pairs:
            uow.record(
                InterviewCompleted(
                    child_id=child_id, interview_id=interview_id, held_at=RETURNED, episode_ids=()
                )
            )


async def test_events_are_delivered_once_and_in_order_for_each_key(house: Database) -> None:
    receiver = Receiver()
    said = [(f"C-{n % 3}", str(n)) for n in range(30)]
    await _say(house, *said)
    assert await relay_once(partial(lease_outbox, house), receiver.deliver, limit=7) == 30
    for child_id in ("C-0", "C-1", "C-2"):
        assert [pair for pair in receiver.got if pair[0] == child_id] == [p for p in said if p[0] == child_id]
    assert await relay_once(partial(lease_outbox, house), receiver.deliver) == 0


async def test_an_event_of_a_change_that_was_not_committed_is_never_delivered(house: Database) -> None:
    receiver = Receiver()
    with suppress(RuntimeError):
        async with house.unit_of_work(BUILDER) as uow:
            uow.record(InterviewCompleted(child_id="C-1", interview_id="1", held_at=RETURNED, episode_ids=()))
            await uow.flush()
            raise RuntimeError
    assert await relay_once(partial(lease_outbox, house), receiver.deliver) == 0


async def test_a_failing_key_waits_with_all_behind_it_and_the_other_keys_go_on(house: Database) -> None:
    receiver = Receiver(failing={"C-1"})
    await _say(house, ("C-1", "first"), ("C-2", "a"), ("C-1", "second"), ("C-2", "b"))
    assert await relay_once(partial(lease_outbox, house), receiver.deliver, limit=2) == 2
    assert receiver.got == [("C-2", "a"), ("C-2", "b")]
    assert await rows(house, "select attempts, last_error from outbox where attempts > 0") == [
        (1, "TransientError")
    ]
    receiver.failing.clear()
    assert await relay_once(partial(lease_outbox, house), receiver.deliver) == 2
    assert receiver.got[2:] == [("C-1", "first"), ("C-1", "second")]


async def test_a_relay_that_dies_between_delivering_and_marking_delivers_again(house: Database) -> None:
    receiver = Receiver()
    await _say(house, ("C-1", "1"))

    async def deliver_and_die(event: OutgoingEvent) -> None:
        await receiver.deliver(event)
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await relay_once(partial(lease_outbox, house), deliver_and_die)
    assert await relay_once(partial(lease_outbox, house), receiver.deliver) == 1
    assert receiver.got == [("C-1", "1")] * 2


async def test_only_one_relay_is_active_and_another_follows_when_it_ends(house: Database) -> None:
    receiver = Receiver()
    await _say(house, ("C-1", "1"))
    async with lease_outbox(house) as first:
        assert first is not None
        assert await relay_once(partial(lease_outbox, house), receiver.deliver) == 0
    assert await relay_once(partial(lease_outbox, house), receiver.deliver) == 1


async def test_a_relay_whose_connection_is_cut_can_mark_nothing_and_another_takes_over(
    house: Database, database: databases.Database
) -> None:
    await _say(house, ("C-1", "1"))
    async with lease_outbox(house) as lease:
        assert lease is not None
        _cut_the_holder(database)
        with pytest.raises(TransientError):
            await lease.mark_sent([1])
    receiver = Receiver()
    assert await relay_once(partial(lease_outbox, house), receiver.deliver) == 1


def _cut_the_holder(database: databases.Database) -> None:
    with psycopg.connect(plain(database.admin_url), autocommit=True) as admin:
        admin.execute(
            "select pg_terminate_backend(l.pid) from pg_locks l join pg_database d on d.oid = l.database"
            " where l.locktype = 'advisory' and d.datname = current_database()"
        )


async def test_a_running_relay_hears_of_new_events_long_before_its_next_poll(house: Database) -> None:
    receiver, stop, changes = Receiver(), asyncio.Event(), Changes(house)
    relay = Relay(partial(lease_outbox, house), receiver.deliver, poll_seconds=60)
    changes.follow(relay.heard)
    async with asyncio.timeout(50), asyncio.TaskGroup() as tasks:
        tasks.create_task(changes.run(stop))
        tasks.create_task(relay.run(stop))
        await relay.idle.wait()
        await _say(house, ("C-1", "1"))
        await receiver.something.wait()
        stop.set()
    assert receiver.got == [("C-1", "1")]


async def test_whoever_listens_hears_of_everything_again_after_a_lost_connection(
    house: Database, database: databases.Database
) -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()
    stop, changes = asyncio.Event(), Changes(house)
    changes.follow(heard.put_nowait)
    async with asyncio.timeout(50), asyncio.TaskGroup() as tasks:
        tasks.create_task(changes.run(stop))
        before = [await heard.get() for _ in range(3)]
        with psycopg.connect(plain(database.admin_url), autocommit=True) as admin:
            admin.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and query like 'listen %'"
            )
        after = [await heard.get() for _ in range(3)]
        stop.set()
    assert before == after == ["queue", "outbox", "messages"]


def _delivery(house: Database, *, planning: list[str], attempts: int = 10) -> InProcessDelivery:
    async def plan(uow: object, event: OutgoingEvent) -> None:
        if event.key == "C-broken":
            raise ValueError
        planning.append(event.body["interview_id"])

    notices = Notices(RecorderChannel("http://coordinators.example").write)
    reactions = Reactions(
        open_unit=lambda: house.unit_of_work(RELAY),
        claim=claim,
        subscriptions=Subscriptions({NOTICES: notices.react, PLANNING: plan}),
    )
    return InProcessDelivery(reactions=reactions, attempts=attempts)


async def test_an_event_delivered_twice_is_reacted_to_once(house: Database) -> None:
    user_id = await keep_user(house, role="interview_worker", worker_id="W-1")
    async with house.unit_of_work(BUILDER) as uow:
        uow.record(InterviewAssigned(child_id="C-1", interview_id="i-1", worker_id="W-1", starts_at=None))
    delivery = _delivery(house, planning=[])
    for _ in range(2):
        await relay_once(partial(lease_outbox, house), delivery.deliver)
        await _send_again(house)
    found = await rows(house, "select recipient_role, recipient_user, kind from messages")
    assert found == [("interview_worker", user_id, "assigned")]
    assert await rows(house, "select consumer from inbox order by 1") == [("notices",), ("planning",)]


async def _send_again(house: Database) -> None:
    async with house.unit_of_work(BUILDER) as uow:
        await uow.execute(text("update outbox set sent_at = null"))


async def test_an_event_to_which_nobody_reacts_counts_as_sent(house: Database) -> None:
    async with house.unit_of_work(BUILDER) as uow:
        uow.record(
            MissingEpisodeOpened(
                child_id="C-1", episode_id="e", kind="M", started_at=RETURNED, population="x"
            )
        )
    assert await relay_once(partial(lease_outbox, house), _delivery(house, planning=[]).deliver) == 1
    assert await rows(house, "select * from inbox") == []


async def test_a_reaction_that_always_fails_is_set_aside_where_a_person_sees_it(house: Database) -> None:
    planned: list[str] = []
    delivery = _delivery(house, planning=planned, attempts=3)
    insert = (
        "insert into outbox (event_id, type, topic, key, body, occurred_at) values (gen_random_uuid(),"
        " 'missing-coord.interviews.interview-reopened.v1', 't', :key, cast(:body as jsonb), now())"
    )
    async with house.unit_of_work(BUILDER) as uow:
        await uow.execute(text(insert), {"key": "C-broken", "body": '{"interview_id": "bad"}'})
        await uow.execute(text(insert), {"key": "C-1", "body": '{"interview_id": "good"}'})
    assert [await relay_once(partial(lease_outbox, house), delivery.deliver) for _ in range(4)] == [
        1,
        0,
        1,
        0,
    ]
    assert planned == ["good"]
    [(kind, source, faults)] = await rows(house, "select kind, source, faults from quarantine")
    assert (kind, source) == ("event", "planning")
    assert "failed 3 times (ValueError)" in str(faults)


def test_a_table_with_a_consumer_that_nobody_put_in_is_refused() -> None:
    with pytest.raises(ValueError, match="planning has no reaction"):
        Subscriptions({NOTICES: Notices(RecorderChannel("").write).react})


async def test_a_relay_shows_no_sign_of_life_while_the_other_side_takes_nothing(house: Database) -> None:
    await _say(house, ("C-1", "1"))
    beats: list[str] = []
    tries, tried, alive = 0, asyncio.Event(), asyncio.Event()

    async def deliver(event: OutgoingEvent) -> None:
        nonlocal tries
        tries += 1
        if tries < 5:
            raise TransientError("away")
        tried.set()

    def beat() -> None:
        beats.append("beat" if tried.is_set() else "early")
        if tried.is_set():
            alive.set()

    relay = Relay(partial(lease_outbox, house), deliver, poll_seconds=0.01, alive=beat)
    stop = asyncio.Event()
    running = asyncio.create_task(relay.run(stop))
    async with asyncio.timeout(30):
        await alive.wait()
    stop.set()
    await running
    assert beats.count("early") == 1, "only as it took the lease"
