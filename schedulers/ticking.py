"""One tick: claim its slot, do the work, write down how it ended."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from prometheus_client import Counter, Gauge

from missing_coord.domain.errors import TransientError
from missing_coord.storage.ticks import slot_of
from missing_coord.telemetry import logger
from schedulers.jobs import Job, Services

TICK_AT = Gauge(
    "missing_coord_tick_finished_seconds", "When a job last ended here, seconds since 1970", ["tick"]
)
FAILED = Counter("missing_coord_ticks_failed", "Ticks whose job failed", ["tick"])
FAILURE = "failed: "
"""How the outcome of a tick begins whose job failed."""
_log = logger("schedulers")


class Ledger(Protocol):
    """Who does which tick."""

    async def now(self) -> datetime:
        """Return the instant on which all schedulers agree."""
        ...

    async def claim(self, job: str, slot_at: datetime) -> bool:
        """Take a slot of a job; False when another scheduler has it."""
        ...

    async def finish(self, job: str, slot_at: datetime, *, outcome: str) -> None:
        """Write down how a tick ended."""
        ...

    async def last_outcomes(self, jobs: Sequence[str]) -> Mapping[str, str | None]:
        """Return how the last finished tick of each job ended."""
        ...


@dataclass(slots=True)
class Ticker:
    """Runs the jobs' ticks; `under_way` are those that have not ended, which a shutdown waits for.

    `alive` is called after every tick that could reach the database, won or not.
    """

    ledger: Ledger
    services: Services
    alive: Callable[[], object] = lambda: None
    under_way: set[asyncio.Task[bool]] = field(default_factory=set)

    async def tick(self, job: Job) -> bool:
        """Do one tick if nobody else has its slot, and say whether we did; no error of a job leaves it."""
        task = asyncio.ensure_future(self._tick(job))
        self.under_way.add(task)
        task.add_done_callback(self.under_way.discard)
        # Shielded: stopping the scheduler cancels what it awaits, and a tick that has begun is finished.
        return await asyncio.shield(task)

    async def settle(self) -> None:
        """Wait for every tick that has begun."""
        while self.under_way:
            await asyncio.wait(set(self.under_way))

    async def _tick(self, job: Job) -> bool:
        try:
            slot_at = slot_of(await self.ledger.now(), every=job.every)
            won = await self.ledger.claim(job.name, slot_at)
            self.alive()
            if not won:
                return False
            outcome = await self._work(job)
            await self.ledger.finish(job.name, slot_at, outcome=outcome)
            TICK_AT.labels(job.name).set_to_current_time()
        except TransientError:
            _log.warning("a tick could not reach the database", job=job.name)
            return False
        return True

    async def _work(self, job: Job) -> str:
        began = time.perf_counter()
        try:
            outcome = await job.call(self.services)
        except Exception as error:  # a failing job must not end the others; the next tick tries again
            outcome = f"{FAILURE}{type(error).__name__}"
            FAILED.labels(job.name).inc()
            _log.error("a regular job failed", job=job.name, exc_info=True)
        _log.info(
            "tick", job=job.name, outcome=outcome, duration_ms=round((time.perf_counter() - began) * 1000)
        )
        return outcome


async def failing_jobs(ledger: Ledger, jobs: Sequence[Job]) -> dict[str, str]:
    """Return for each job `ok`, or how its last tick failed, whichever scheduler did it; nothing without a database."""
    try:
        last = await ledger.last_outcomes([job.name for job in jobs])
    except (TransientError, OSError):
        return {}  # that the database is away is said already
    return {
        f"job {name}": outcome if outcome and outcome.startswith(FAILURE) else "ok"
        for name, outcome in last.items()
    }
