"""Three schedulers killed at random and a bad provider: every step once, every message at an end, nobody else told."""

from __future__ import annotations

import asyncio
import os
import random
import re
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

import psycopg
import pytest
from sqlalchemy import text

from missing_coord.domain.access import Role, system_actor
from missing_coord.domain.clock import FixedClock
from missing_coord.domain.escalation import Ladder, LadderStep
from missing_coord.domain.messages import ChannelName, MessageState
from missing_coord.notify.recorder import RecorderChannel
from missing_coord.services.telling.rerouting import receive_receipt
from missing_coord.storage.database import Database
from tests import databases
from tests.builders.provider import FakeNotify, fake_notify
from tests.faults.telling_process import FastClock

pytestmark = [pytest.mark.faults, pytest.mark.timeout(3600)]
OPEN = int(os.environ.get("FAULT_OPEN", "120"))
DUE = min(OPEN, int(os.environ.get("FAULT_DUE", "20000")))
"""How many of the open interviews breach; the others lie beside them, due three days later."""
KILLS = max(3, int(os.environ.get("FAULT_ROUNDS", "0")) // 4)
WORKERS = 40
SYSTEM = system_actor("stage")
BASE = datetime(2026, 6, 4, 9, 0, tzinfo=UTC)
RETURNED = BASE - timedelta(hours=72, minutes=1)
SCRIPT = Path(__file__).with_name("telling_process.py")
LADDER = Ladder(
    version="under-fire",
    effective_at=RETURNED - timedelta(days=1),
    steps=(
        LadderStep(
            name="breach",
            offset=timedelta(0),
            recipients=(Role.INTERVIEW_WORKER,),
            breach=True,
            repeat_every=timedelta(hours=240),
            channels=(ChannelName.SMS, ChannelName.EMAIL),
        ),
    ),
)
_RETURNED = (
    "(cast(:returned as timestamptz) + case when cast(substr(child_id, 3) as integer) <= :due"
    " then interval '0' else interval '71 hours' end)"
)
FILL = (
    "insert into users (user_id, username, display_name, role, worker_id, created_at)"
    " select gen_random_uuid(), 'w' || n, 'W', 'interview_worker', 'W-' || n, now()"
    " from generate_series(1, :workers) n",
    "insert into contacts (user_id, channel, address, saved_at)"
    " select user_id, 'sms', '07700' || username, now() from users",
    "insert into contacts (user_id, channel, address, saved_at)"
    " select user_id, 'email', username || '@council.example', now() from users",
    "insert into children (child_id) select 'C-' || n from generate_series(1, :open) n",
    "insert into episodes (episode_id, child_id, kind, status, started_at, start_known, ended_at, told_at, population,"
    f" created_at, updated_at) select gen_random_uuid(), child_id, 'M', 'ended', {_RETURNED} - interval '9 hours',"
    f" true, {_RETURNED}, :returned, 'own_lac_in_area', :returned, :returned from children",
    "insert into interviews (interview_id, child_id, population, state, worker_id, opened_at, updated_at, due_at)"
    " select gen_random_uuid(), child_id, 'own_lac_in_area', 'not_offered',"
    " 'W-' || (1 + cast(substr(child_id, 3) as integer) % :workers), :returned, :returned,"
    f" {_RETURNED} + interval '72 hours' from children",
    "insert into interview_episodes (interview_id, episode_id, clock_from, basis, due_at, provisional, next_step,"
    " next_step_at, ladder_version) select i.interview_id, e.episode_id, e.ended_at, 'returned', i.due_at, false, 0,"
    " i.due_at, 'under-fire' from interviews i join episodes e using (child_id)",
)


async def _fill(database: Database) -> None:
    values = {"workers": WORKERS, "open": OPEN, "due": DUE, "returned": RETURNED}
    async with database.unit_of_work(SYSTEM) as uow:
        await uow.ladders.add(LADDER)
        for statement in FILL:
            used = {name: value for name, value in values.items() if f":{name}" in statement}
            await uow.execute(text(statement), used)


def _start(url: str, begun: float, provider: str) -> subprocess.Popen[bytes]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MISSING_COORD_")}
    return subprocess.Popen(
        [sys.executable, str(SCRIPT), url, BASE.isoformat(), str(begun), provider],
        env={**environment, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.DEVNULL,
    )


async def _receipts(database: Database, fake: FakeNotify, chance: random.Random, known: int) -> int:
    """Send receipts of what was taken since `known`, and of some before, each twice and in any order.

    One in fifty says that it failed. Returns how many sendings have their receipts now.
    """
    write = RecorderChannel("http://127.0.0.1:8000").write
    sent = list(fake.sent)[: known + 500]
    twice = [*sent[known:], *sent[known:], *chance.sample(sent[:known], min(known, 20))]
    chance.shuffle(twice)
    for each in twice:
        bad = crc32(each["reference"].encode()) % 50 == 0
        async with database.unit_of_work(SYSTEM) as uow:
            await receive_receipt(
                uow,
                reference=each["reference"],
                told=MessageState.FAILED if bad else MessageState.DELIVERED,
                refused=False,
                why="temporary-failure",
                write=write,
                book=await uow.ladders.book(),
            )
    return len(sent)


async def _left(database: Database) -> int:
    query = """select (select count(*) from interview_episodes where next_step_at <= :now)
        + (select count(*) from messages where routed_at is null)
        + (select count(*) from deliveries where state not in ('delivered', 'failed'))"""
    async with database.unit_of_work(SYSTEM) as uow:
        return int((await uow.execute(text(query), {"now": uow.now})).scalar_one())


async def test_every_step_once_and_every_message_at_an_end_whoever_is_killed(
    database: databases.Database,
) -> None:
    chance, killed, known = random.Random(3), 0, 0
    filling = Database.open(database.app_url, clock=FixedClock(BASE))
    await _fill(filling)
    await filling.close()
    with psycopg.connect(databases.plain(database.admin_url)) as admin:
        admin.execute("analyze")
    begun = time.time()
    opened = Database.open(database.app_url, clock=FastClock(BASE, begun), pool_size=3)
    with fake_notify(failing=0.2, lost_answers=0.02, slow_seconds=0.05) as fake:
        crew = [_start(database.app_url, begun, fake.url) for _ in range(3)]
        try:
            while killed < KILLS or await _left(opened):
                await asyncio.sleep(0.4 + chance.random())
                known = await _receipts(opened, fake, chance, known)
                if killed < KILLS and fake.sent:
                    number = chance.randrange(3)
                    crew[number].kill()
                    crew[number].wait()
                    crew[number] = _start(database.app_url, begun, fake.url)
                    killed += 1
        finally:
            for process in crew:
                process.kill()
                process.wait()
    await opened.close()
    _assert_told(database, fake, killed)


def _assert_told(database: databases.Database, fake: FakeNotify, killed: int) -> None:
    with psycopg.connect(databases.plain(database.admin_url)) as admin:
        steps = admin.execute(
            "select count(*), count(distinct episode_id) from escalations where breach"
        ).fetchone()
        ends = dict(admin.execute("select state, count(*) from deliveries group by 1").fetchall())
        unrouted = admin.execute(
            "select count(*) from messages m where unreached = '' and not exists (select from deliveries d"
            " where d.message_id = m.message_id and d.state = 'delivered')"
        ).fetchone()
        cut_off = admin.execute("select coalesce(sum(cut_off), 0) from deliveries").fetchone()
        workers: dict[str, str] = dict(
            admin.execute("select interview_id::text, worker_id from interviews").fetchall()
        )
    copies = sum(times - 1 for times in Counter(each["reference"] for each in fake.sent).values())
    told = f"{fake.calls} calls, {len(fake.sent)} sendings, cut off {cut_off}, copies {copies}, ends {ends}"
    print(f"\n{OPEN} open, {DUE} breaches, {killed} kills, {told}")  # noqa: T201
    assert steps == (DUE, DUE)
    assert set(ends) <= {"delivered", "failed"}
    assert unrouted == (0,)
    assert [each for each in fake.sent if _wrong(each, workers)] == []
    assert cut_off is not None
    assert copies <= cut_off[0]


def _wrong(sent: dict[str, Any], workers: dict[str, str]) -> bool:
    """Say whether a sending tells somebody about an interview that is not theirs."""
    number = re.sub(r"^07700w|@council\.example$|^w", "", sent["to"])
    told = re.findall(r"/interviews/([0-9a-f-]{36})", sent["body"])
    return any(workers[each] != f"W-{number}" for each in told)
