"""All roles as processes on real Kafka and PostgreSQL, killed at random: nothing lost, nothing twice, all in order."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from missing_coord.contracts.topics import POLICE_NOTICES, REGISTER, TOPICS_OUT
from missing_coord.demo.scale import scale_notices, scale_register
from tests.broker.cluster import Cluster
from tests.broker.peer import Peer
from tests.databases import Database
from tests.faults.deployment import Deployment, deployed
from tests.faults.half_hour import DUE_SHARE, OF_ONE_INCIDENT, HalfHour, Row, notices_for

FULL = int(os.environ.get("FAULT_ROUNDS", "25")) >= 100
NOTICES = int(os.environ.get("FAULT_NOTICES", "20000" if FULL else "400"))
KILLS = int(os.environ.get("FAULT_KILLS", "34" if FULL else "5"))
SECONDS = float(os.environ.get("FAULT_SECONDS", "300" if FULL else "15"))
"""How long the half hour takes in which notices come and roles are killed."""
CHILDREN = max(300, NOTICES // 10)
REPLICAS: Sequence[tuple[str, int]] = (
    [(role, 2) for role in ("consume", "relay", "schedule", "web")]
    if NOTICES >= 2_000
    else [("consume", 2), ("relay", 2), ("schedule", 1)]
)
CHUNKS = 60 if FULL else 12
START_SECONDS = 90.0 if FULL else 20.0
NOBODY_SIGNS_IN_HERE = "somebody_can_be_told"
pytestmark = [pytest.mark.kafka, pytest.mark.faults, pytest.mark.timeout(3600 if FULL else 400)]


async def _feed_and_kill(
    here: Deployment, half_hour: HalfHour, rows: list[Row], chance: random.Random
) -> int:
    """Send notices all through the half hour, some twice and all out of order, while roles are killed at random."""
    killed = 0
    everything = [*rows, *chance.sample(rows, len(rows) // 10)]
    chance.shuffle(everything)
    size = -(-len(everything) // CHUNKS)
    for number in range(CHUNKS):
        await here.peer.send_rows(
            POLICE_NOTICES, "police", everything[number * size : (number + 1) * size], key="reference"
        )
        while killed < KILLS * (number + 1) // CHUNKS:
            killed += 1
            await asyncio.to_thread(_kill_one, here, chance)
            await _hurt_otherwise(here, chance, killed)
        await asyncio.sleep(max(0.0, half_hour.left((number + chance.random()) / CHUNKS)))
    return killed


def _kill_one(here: Deployment, chance: random.Random) -> None:
    replica = here.replicas[chance.choice(sorted(here.replicas))]
    assert replica.end(signal.SIGKILL) == -signal.SIGKILL, replica.log.read_text()[-2000:]
    replica.start()


async def _hurt_otherwise(here: Deployment, chance: random.Random, number: int) -> None:
    """After every fifth kill stop a replica politely, after every seventh cut every connection to the database."""
    if number % 7 == 0:
        here.cut_connections()
    if number % 5 == 0:
        replica = here.replicas[chance.choice(sorted(here.replicas))]
        await asyncio.to_thread(replica.stop)
        replica.start()


async def _assert_every_event_is_out_in_order(here: Deployment) -> None:
    kept = here.query("select topic, key, event_id::text from outbox order by position")
    for topic in TOPICS_OUT:
        expected: dict[str, list[str]] = {}
        for of, key, event_id in kept:
            if of == topic:
                expected.setdefault(key, []).append(event_id)
        found: dict[str, list[str]] = {}
        for each in await here.peer.read_events(topic):
            line = found.setdefault(each["partitionkey"], [])
            if each["id"] not in line:
                line.append(each["id"])
        assert found == expected, topic


KEPT = "select (select count(*) from notices), (select count(*) from quarantine)"
# An event of the same deadline comes again only when late notices changed that child's episodes in between, so that
# the deadline was withdrawn and set again.
ONCE = """
with told as (select * from escalations where breach and withdrawn_at is null),
     told_of as (select position, key, body->>'episode_id' as episode_id, body->>'step' as step,
                        body->>'due_at' as due_at
                 from outbox where topic = 'missing-coord.escalations.v1')
select (select count(*) from told) as breaches,
       (select count(*) from told where due_at between '{begin}' and '{end}') as within,
       (select count(*) from told where fired_at < planned_at) as early,
       (select count(*) from interview_episodes d where d.due_at <= '{end}' and d.resolved_at is null
          and 1 <> (select count(*) from told e where e.episode_id = d.episode_id and e.due_at = d.due_at)) as not_once,
       (select count(*) - count(distinct (episode_id, step, due_at)) from escalations) as steps_twice,
       (select count(*) from told_of a join told_of b using (episode_id, step, due_at)
          where a.position < b.position and not exists (
            select from outbox c where c.key in (a.key, b.key) and c.topic <> 'missing-coord.escalations.v1'
              and c.position between a.position and b.position)) as events_twice,
       (select count(*) - count(distinct (job, slot_at)) from tick_ledger) as ticks_twice
"""


async def test_twenty_thousand_notices_and_roles_killed_at_random(
    kafka: Peer, database: Database, tmp_path: Path
) -> None:
    chance = random.Random(11)
    register = scale_register(CHILDREN, as_of=datetime.now(UTC))
    # The clock goes fast from the moment at which the first notice is sent; processes start before that.
    half_hour = HalfHour(begin=datetime.now(UTC) + timedelta(seconds=START_SECONDS), seconds=SECONDS)
    rows = notices_for(half_hour, NOTICES, register, chance)
    distinct = len({tuple(row.items()) for row in rows})
    with deployed(database, kafka, tmp_path, roles=REPLICAS, settings=half_hour.settings()) as here:
        await kafka.send_rows(REGISTER, "children", register, key="child_id")
        await kafka.until_read("missing-coord.register", patience=300)
        await asyncio.sleep(max(0.0, half_hour.left(0)))
        killed = await _feed_and_kill(here, half_hour, rows, chance)
        await here.until_quiet(seconds=1200 if FULL else 240, until=half_hour.end)
        ahead = (half_hour.end - datetime.now(UTC)).total_seconds()
        clock = f"{datetime.now(UTC).isoformat()} ahead={ahead}"
        # The other clocks' alerts are raised by ticks, and a killed scheduler's ticks are late by its start.
        verified = await here.until_proven(
            seconds=300, besides=NOBODY_SIGNS_IN_HERE, MISSING_COORD_REHEARSAL_CLOCK=clock
        )
        [counts] = here.query(KEPT)
        [once] = here.query(ONCE.format(begin=half_hour.begin, end=half_hour.end))
        await here.until_all_sent(seconds=60)
        await _assert_every_event_is_out_in_order(here)
    breaches, within, *wrong = once
    sys.stdout.write(
        f"\n{distinct} notices, {killed} kills, {breaches} breaches, {within} of them of the half hour itself,"
        f" {here.lived():.0f} s\n"
    )
    assert killed == KILLS
    assert sum(counts) == distinct
    assert verified["unexplained"] == 0
    assert [each for each in verified["findings"] if each["rule"] != NOBODY_SIGNS_IN_HERE] == []
    assert wrong == [0, 0, 0, 0, 0]
    assert within > NOTICES // OF_ONE_INCIDENT // DUE_SHARE // 2


async def test_three_brokers_one_killed_under_way_and_no_event_lost(
    three_brokers: Cluster, database: Database, tmp_path: Path
) -> None:
    peer = Peer(servers=three_brokers.servers)
    await peer.forget_the_past()
    now = datetime.now(UTC)
    register = scale_register(200, as_of=now)
    rows = [sent.row for sent in scale_notices(300, register, as_of=now - timedelta(minutes=5))]
    with deployed(database, peer, tmp_path, roles=[("consume", 1), ("relay", 1), ("schedule", 1)]) as here:
        await peer.send_rows(REGISTER, "children", register, key="child_id")
        await peer.until_read("missing-coord.register", patience=120)
        for third, broker in enumerate(three_brokers.brokers):
            await peer.send_rows(POLICE_NOTICES, "police", rows[third::3], key="reference")
            if third == 0:
                broker.kill()
        await asyncio.sleep(3)
        three_brokers.start()
        await here.until_quiet(seconds=180)
        assert here.verified()["unexplained"] == 0
        assert sum(here.query(KEPT)[0]) == len({tuple(row.items()) for row in rows})
        await _assert_every_event_is_out_in_order(here)
