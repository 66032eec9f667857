"""One sweeper as a process: waits for the word, fires everything due, says how many rungs it recorded."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime

from missing_coord.domain.clock import FixedClock
from missing_coord.services.telling.escalation import sweep_batches
from missing_coord.storage.database import Database
from tests.acceptance.escalation_scene import CHANNEL, SWEEP


async def main(url: str, now: str) -> None:
    """Say `ready`, wait for a line, sweep, say the number."""
    database = Database.open(url, clock=FixedClock(datetime.fromisoformat(now)), pool_size=2)
    await database.layout()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.readline)
    fired = 0
    async for result in sweep_batches(lambda: database.unit_of_work(SWEEP), words=CHANNEL.words):
        fired += len(result.fired)
    sys.stdout.write(f"{fired}\n")
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
