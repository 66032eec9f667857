"""A scheduler that sweeps, routes and sends on a clock that runs fast, until it is killed or nothing is left to do."""

from __future__ import annotations

import asyncio
import sys
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from missing_coord.bootstrap import open_application
from missing_coord.cli.regular import RegularWork
from missing_coord.settings import Settings
from tests.builders.provider import KEY, TEMPLATE

SPEED = 60


@dataclass(frozen=True, slots=True)
class FastClock:
    """A clock of which a minute takes a second; all processes of a test see the same time."""

    base: datetime
    begun: float

    def now(self) -> datetime:
        """Return the present instant."""
        return self.base + timedelta(seconds=(time.time() - self.begun) * SPEED)

    def at(self, instant: datetime) -> datetime:
        """Return the present instant: there is one machine only."""
        return self.now()


async def main(url: str, base: str, begun: str, provider: str) -> None:
    """Tick for ever."""
    settings = Settings(
        database_url=url, notify_key=KEY, notify_url=provider, notify_sms_template=TEMPLATE,
        notify_email_template=TEMPLATE,
    )  # fmt: skip
    clock = FastClock(datetime.fromisoformat(base), float(begun))
    async with open_application(settings, clock=clock, pool_size=4) as application:
        work = RegularWork(application)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            await work.fire()
            await work.tell()
            await asyncio.sleep(0.1)


if __name__ == "__main__":
    import logging

    logging.disable(logging.WARNING)
    asyncio.run(main(*sys.argv[1:]))
