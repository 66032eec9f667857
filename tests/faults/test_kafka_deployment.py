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

FULL = int(os.environ.get("FAULT_ROUNDS", "25")) >= 100
NOTICES = int(os.environ.get("FAULT_NOTICES", "20000" if FULL else "400"))
KILLS = int(os.environ.get("FAULT_KILLS", "34" if FULL else "6"))
CHILDREN = max(300, NOTICES // 10)
REPLICAS: Sequence[tuple[str, int]] = (
    [(role, 2) for role in ("consume", "relay", "schedule", "web")]
    if FULL
    else [("consume", 2), ("relay", 2), ("schedule", 1)]
)
CHUNKS = 60 if FULL else 12
PAUSE = 1.0
NOBODY_SIGNS_IN_HERE = "somebody_can_be_told"
pytestmark = [pytest.mark.kafka, pytest.mark.faults, pytest.mark.timeout(3600 if FULL else 400)]


async def _feed_and_kill(here: Deployment, rows: list[dict[str, str]], chance: random.Random) -> int:
    """Send notices in chunks, some of them twice and out of order, while roles are killed at random."""
    killed = 0
    repeats = chance.sample(rows, len(rows) // 10)
    everything = [*rows, *repeats]
    chance.shuffle(everything)
    size = -(-len(everything) // CHUNKS)
    for number in range(CHUNKS):
        await here.peer.send_rows(
            POLICE_NOTICES, "police", everything[number * size : (number + 1) * size], key="reference"
        )
        await asyncio.sleep(chance.random() * PAUSE)
        while killed < KILLS * (number + 1) // CHUNKS:
            killed += 1
            await _hurt(here, chance, killed)
    return killed


async def _hurt(here: Deployment, chance: random.Random, number: int) -> None:
    """Kill a replica, seldom stop it politely, seldom cut every connection to the database; start it again."""
    if number % 7 == 0:
        here.cut_connections()
        return
    replica = here.replicas[chance.choice(sorted(here.replicas))]
    how = signal.SIGTERM if number % 5 == 0 else signal.SIGKILL
    code = await asyncio.to_thread(replica.end, how)
    if how is signal.SIGTERM:
        # 143: it was still starting.
        assert code in (0, 143), f"{replica.name} ended with {code}: {replica.log.read_text()[-2000:]}"
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
ONCE = """
select (select count(*) from escalations where breach) as breaches,
       (select count(*) from interview_episodes d where d.due_at < now() - interval '1 minute' and d.resolved_at is null
          and not exists (select from escalations e where e.episode_id = d.episode_id and e.breach)) as silent,
       (select count(*) - count(distinct (episode_id, step, due_at)) from escalations) as steps_twice,
       (select count(*) - count(distinct (job, slot_at)) from tick_ledger) as ticks_twice
"""


async def test_twenty_thousand_notices_and_roles_killed_at_random(
    kafka: Peer, database: Database, tmp_path: Path
) -> None:
    chance = random.Random(11)
    now = datetime.now(UTC)
    register = scale_register(CHILDREN, as_of=now)
    rows = [sent.row for sent in scale_notices(NOTICES, register, as_of=now - timedelta(minutes=5))]
    distinct = len({tuple(row.items()) for row in rows})
    with deployed(database, kafka, tmp_path, roles=REPLICAS) as here:
        await kafka.send_rows(REGISTER, "children", register, key="child_id")
        await kafka.until_read("missing-coord.register", patience=300)
        killed = await _feed_and_kill(here, rows, chance)
        await here.until_quiet(seconds=2400 if FULL else 240)
        verified = here.verified()
        [counts] = here.query(KEPT)
        [(breaches, silent, steps_twice, ticks_twice)] = here.query(ONCE)
        await _assert_every_event_is_out_in_order(here)
    sys.stdout.write(f"\n{distinct} notices, {killed} faults, {breaches} breaches, {here.lived():.0f} s\n")
    assert killed == KILLS
    assert sum(counts) == distinct
    assert verified["unexplained"] == 0
    assert [each for each in verified["findings"] if each["rule"] != NOBODY_SIGNS_IN_HERE] == []
    assert (silent, steps_twice, ticks_twice) == (0, 0, 0)
    assert breaches > 0


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
