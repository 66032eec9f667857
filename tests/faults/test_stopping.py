"""SIGTERM at awkward moments: while a role starts, and in the middle of a batch; it ends with 0 and nothing is lost."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

import psycopg
import pytest

from missing_coord.contracts.topics import POLICE_NOTICES
from tests.broker.peer import Peer
from tests.databases import Database, plain
from tests.faults.deployment import Deployment, deployed
from tests.faults.working_house import some_notices

pytestmark = [pytest.mark.kafka, pytest.mark.faults]
FULL = int(os.environ.get("FAULT_ROUNDS", "25")) >= 100
MOMENTS = (0.6, 1.2, 2.5, 4.0) if FULL else (0.8, 2.5)
"""Seconds after the start of a process: loading, connecting, joining, at work."""
IN_HAND = (
    "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
)


@pytest.mark.parametrize("role", ["consume", "relay", "schedule", "web"] if FULL else ["consume", "web"])
def test_a_role_that_is_told_to_stop_while_it_starts_cleans_up_and_ends_with_0(
    kafka: Peer, database: Database, tmp_path: Path, role: str
) -> None:
    with deployed(database, kafka, tmp_path, roles=[]) as here:
        here.start(role, 1)
        replica = here.replicas[f"{role}-1"]
        for moment in MOMENTS:
            time.sleep(moment)
            replica.stop()
            replica.start()
        replica.stop()
        assert "Traceback" not in replica.log.read_text()
        assert here.query("select count(*) from pg_locks where locktype = 'advisory'") == [(0,)]


async def test_a_batch_in_hand_is_finished_before_a_consumer_ends(
    kafka: Peer, database: Database, tmp_path: Path
) -> None:
    with (
        deployed(database, kafka, tmp_path, roles=[("consume", 1)]) as here,
        psycopg.connect(plain(database.admin_url)) as blocker,
    ):
        blocker.execute("lock table notices in share mode")
        await kafka.send_rows(POLICE_NOTICES, "police", some_notices(200, "a"), key="reference")
        await _in_hand(here)
        stopping = asyncio.create_task(asyncio.to_thread(here.replicas["consume-1"].stop))
        await asyncio.sleep(1)
        assert not stopping.done()
        blocker.rollback()
        await stopping
        taken = here.query("select count(*) from notices")[0][0]
        assert taken > 0
        assert await kafka.unread("missing-coord.police-notices") == 200 - taken
        here.replicas["consume-1"].start()
        await kafka.until_read("missing-coord.police-notices")
        assert here.query("select count(*) from notices") == [(200,)]
        assert here.query("select sum(accepted), sum(duplicates) from intake_batches") == [(200, 0)]


async def test_a_batch_that_cannot_be_finished_is_left_whole_for_the_next(
    kafka: Peer, database: Database, tmp_path: Path
) -> None:
    with (
        deployed(database, kafka, tmp_path, roles=[("consume", 1)]) as here,
        psycopg.connect(plain(database.admin_url)) as blocker,
    ):
        blocker.execute("lock table notices in share mode")
        await kafka.send_rows(POLICE_NOTICES, "police", some_notices(50, "a"), key="reference")
        await _in_hand(here)
        await asyncio.to_thread(here.replicas["consume-1"].stop)
        blocker.rollback()
        assert here.query("select count(*) from notices") == [(0,)]
        assert await kafka.unread("missing-coord.police-notices") == 50
        here.replicas["consume-1"].start()
        await kafka.until_read("missing-coord.police-notices")
        assert here.query("select count(*) from notices") == [(50,)]


async def _in_hand(here: Deployment) -> None:
    for _ in range(600):
        if here.query(IN_HAND)[0][0]:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(here.tails())
