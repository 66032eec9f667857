"""The tick ledger and the scheduler: one winner for each slot, nothing cut off at the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from missing_coord.domain.clock import FixedClock, SystemClock
from missing_coord.health import Health
from missing_coord.notify.recorder import RecorderChannel
from missing_coord.services.telling.escalation import sweep_batches
from missing_coord.storage.database import Database
from missing_coord.storage.ticks import TickLedger, slot_of
from schedulers.app import build_scheduler, run_scheduler
from schedulers.jobs import JOBS, Job
from schedulers.ticking import Ticker, failing_jobs
from tests import databases
from tests.builders.cases import BUILDER, RETURNED, Case, keep, rows

_WORDS = RecorderChannel("http://interviews.example").words
SLOT = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


@dataclass(slots=True)
class Work:
    """A stand-in for the application's regular work that counts, and may be slow or fail."""

    swept: int = 0
    fails: bool = False
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def sweep(self) -> str:
        self.begun.set()
        await self.gate.wait()
        if self.fails:
            raise ValueError
        self.swept += 1
        return "fired 0"

    async def messages(self) -> str:
        return "sent 0"

    async def watch(self) -> str:
        return "opened 0"

    async def prove(self) -> str:
        return "balanced"

    async def plan(self) -> str:
        return "planned 0"

    async def reports(self) -> str:
        return "told 0"

    async def find_patterns(self) -> str:
        return "raised 0"


EVERY_SECOND = Job(name="sweep", every=1, call=lambda services: services.sweep())


@pytest.fixture
async def house(database: databases.Database) -> AsyncIterator[Database]:
    opened = Database.open(database.app_url, clock=FixedClock(RETURNED))
    yield opened
    await opened.close()


async def test_of_eight_schedulers_one_wins_a_slot(house: Database) -> None:
    ledger = TickLedger(house)
    won = await asyncio.gather(*(ledger.claim("sweep", SLOT) for _ in range(8)))
    assert sorted(won) == [False] * 7 + [True]


async def test_another_job_and_the_next_slot_are_free(house: Database) -> None:
    ledger = TickLedger(house)
    assert await ledger.claim("sweep", SLOT)
    assert await ledger.claim("plan", SLOT)
    assert await ledger.claim("sweep", SLOT + timedelta(seconds=30))


async def test_the_ledger_says_how_a_tick_ended(house: Database) -> None:
    ledger = TickLedger(house)
    await ledger.claim("sweep", SLOT)
    await ledger.finish("sweep", SLOT, outcome="fired 3")
    assert await rows(house, "select outcome, finished_at >= claimed_at from tick_ledger") == [
        ("fired 3", True)
    ]


async def test_a_failing_job_is_written_down_and_the_next_slot_is_tried(house: Database) -> None:
    work = Work(fails=True)
    work.gate.set()
    ticker = Ticker(TickLedger(house), work)
    assert await ticker.tick(EVERY_SECOND)
    assert await rows(house, "select outcome from tick_ledger") == [("failed: ValueError",)]


async def test_a_job_that_failed_shows_until_it_succeeds_whichever_scheduler_does_it(house: Database) -> None:
    ledger, work = TickLedger(house), Work(fails=True)
    work.gate.set()
    health = Health()
    health.ask(lambda: failing_jobs(ledger, [EVERY_SECOND]))
    assert await health.checks() == {"job sweep": "ok"}
    assert await Ticker(ledger, work).tick(EVERY_SECOND)
    assert await health.checks() == {"job sweep": "failed: ValueError"}
    later = slot_of(await ledger.now(), every=1) + timedelta(hours=1)
    assert await ledger.claim("sweep", later)
    await ledger.finish("sweep", later, outcome="fired 0")
    assert await health.checks() == {"job sweep": "ok"}


@dataclass(frozen=True, slots=True)
class SkewedClock:
    """The clock of a host that is minutes off; what another machine says it believes."""

    minutes: float

    def now(self) -> datetime:
        return SystemClock().now() + timedelta(minutes=self.minutes)

    def at(self, instant: datetime) -> datetime:
        return instant


async def test_schedulers_whose_clocks_are_ten_minutes_off_fire_each_deadline_once_and_in_time(
    database: databases.Database,
) -> None:
    real = SystemClock().now()
    hosts = [Database.open(database.app_url, clock=SkewedClock(minutes)) for minutes in (10, -10)]
    for minutes in (-1, 5):
        await keep(hosts[0], Case(returned_at=real - timedelta(hours=72) + timedelta(minutes=minutes)))
    for host in (*hosts, *hosts):
        async for _ in sweep_batches(lambda host=host: host.unit_of_work(BUILDER), words=_WORDS):  # type: ignore[misc]
            pass
    told = await rows(hosts[0], "select due_at, fired_at from escalations where breach")
    for host in hosts:
        await host.close()
    [(due_at, fired_at)] = told
    assert abs(due_at - (real - timedelta(minutes=1))) < timedelta(seconds=1)
    assert abs(fired_at - real) < timedelta(minutes=2)


@pytest.mark.parametrize("skew", [-14.9, -1, 0, 0.4, 14.9])
def test_clocks_that_disagree_by_less_than_half_a_slot_name_the_same_slot(skew: float) -> None:
    assert slot_of(SLOT + timedelta(seconds=skew), every=30) == SLOT


async def test_two_schedulers_side_by_side_do_every_slot_once_and_finish_what_they_began(
    house: Database,
) -> None:
    work, stop = Work(), asyncio.Event()
    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        for _ in range(2):
            tasks.create_task(run_scheduler(work, TickLedger(house), stop, jobs=[EVERY_SECOND]))
        await work.begun.wait()
        stop.set()
        await asyncio.sleep(0.05)
        assert work.swept == 0
        work.gate.set()
    ticks = await rows(house, "select slot_at, outcome from tick_ledger")
    assert work.swept == len(ticks) >= 1
    assert {outcome for _, outcome in ticks} == {"fired 0"}


def test_every_job_of_the_table_ticks_at_wall_clock_slots_and_is_never_dropped_for_being_late() -> None:
    scheduler = build_scheduler(Ticker(TickLedger(None), Work()))  # type: ignore[arg-type]
    jobs = scheduler.get_jobs()
    assert (
        [job.id for job in jobs]
        == [job.name for job in JOBS]
        == [
            "sweep",
            "messages",
            "watch",
            "plan",
            "patterns",
            "reports",
            "proof",
        ]
    )
    for job, row in zip(jobs, JOBS, strict=True):
        fires_at = job.trigger.get_next_fire_time(None, SLOT + timedelta(seconds=1))
        assert fires_at.timestamp() % row.every == 0


def test_every_job_of_the_table_calls_the_service_of_its_row() -> None:
    work = Work()
    work.gate.set()
    said = [asyncio.run(_call(job, work)) for job in JOBS]
    assert said == ["fired 0", "sent 0", "opened 0", "planned 0", "raised 0", "told 0", "balanced"]


async def _call(job: Job, work: Work) -> str:
    return await job.call(work)


async def test_ticks_of_long_ago_are_forgotten_and_those_of_other_jobs_stay(house: Database) -> None:
    ledger = TickLedger(house)
    for days in (0, 34, 36, 400):
        for job in ("sweep", "proof"):
            assert await ledger.claim(job, SLOT - timedelta(days=days))
    await ledger.finish("sweep", SLOT, outcome="fired 0")
    kept = await rows(house, "select job, count(*) from tick_ledger group by job order by job")
    assert kept == [("proof", 4), ("sweep", 2)]
