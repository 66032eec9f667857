"""A process that takes in a file or sweeps in small transactions and says how far it is, so that it can be killed."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from missing_coord.bootstrap import Application, open_application
from missing_coord.domain.access import system_actor
from missing_coord.domain.clock import FixedClock
from missing_coord.notify.recorder import RecorderChannel
from missing_coord.services.telling.escalation import sweep
from missing_coord.settings import Settings

CHUNK = 15


def say(word: object) -> None:
    """Tell the test, at once, how far it is."""
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


async def main(work: str, url: str, now: str, path: str) -> None:
    """Do the work named, printing a line after each transaction."""
    clock = FixedClock(datetime.fromisoformat(now))
    async with open_application(Settings(database_url=url), clock=clock, pool_size=3) as application:
        if work == "ingest":
            await _ingest(application, Path(path))
        else:
            await _sweep(application)
    say("finished")


async def _ingest(application: Application, path: Path) -> None:
    intake = replace(application.intake(), chunk=CHUNK)
    await intake.ingest(path, "police", progress=lambda done, _: say(done))


async def _sweep(application: Application) -> None:
    words = RecorderChannel("http://127.0.0.1:8000").words
    more = True
    while more:
        async with application.database.unit_of_work(system_actor("sweep")) as uow:
            more = (await sweep(uow, words=words, limit=CHUNK)).more
        say("swept")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
