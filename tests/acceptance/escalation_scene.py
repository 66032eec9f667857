"""The stage of the escalation specifications: a council, a clock that is moved by hand, and a sweep."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from missing_coord.domain.access import system_actor
from missing_coord.domain.clock import FixedClock
from missing_coord.domain.escalation import Ladder
from missing_coord.domain.ladders import DEFAULT_LADDER, LadderBook
from missing_coord.notify.recorder import RecorderChannel
from missing_coord.services.telling.escalation import Fired, sweep_batches
from missing_coord.storage.database import Database
from tests.builders.cases import RETURNED, Case, keep, keep_user, rows

SWEEP = system_actor("sweep")
CHANNEL = RecorderChannel("http://coordinators.example")


@dataclass(slots=True, kw_only=True)
class Scene:
    """Everything that a specification acts on."""

    database: Database
    clock: FixedClock
    ladder: Ladder = DEFAULT_LADDER
    told: list[Fired] = field(default_factory=list)

    @property
    def book(self) -> LadderBook:
        """The ladders that are known."""
        return LadderBook.holding([self.ladder])

    async def returned(self, at: datetime = RETURNED, *, worker_id: str = "") -> Case:
        """Bring a child back at an instant, so that an interview is due."""
        case = Case(returned_at=at, worker_id=worker_id, ladder=self.ladder)
        await keep(self.database, case)
        return case

    async def worker(self, worker_id: str = "W-1") -> str:
        """Let a worker have a sign-in and return its id."""
        return await keep_user(self.database, role="interview_worker", worker_id=worker_id)

    async def sweep(self, *, limit: int = 500) -> list[str]:
        """Sweep now and return the names of the rungs recorded."""
        fired: list[Fired] = []
        batches = sweep_batches(
            lambda: self.database.unit_of_work(SWEEP), words=CHANNEL.words, book=self.book, limit=limit
        )
        async for result in batches:
            fired.extend(result.fired)
        self.told.extend(fired)
        return [each.step for each in fired]

    async def at(self, instant: datetime) -> list[str]:
        """Move the clock to an instant and sweep."""
        self.clock.instant = instant
        return await self.sweep()

    async def after(self, case: Case, **elapsed: float) -> list[str]:
        """Move the clock so long past the return and sweep."""
        return await self.at(case.returned_at + timedelta(**elapsed))

    async def messages(self) -> list[tuple[object, ...]]:
        """Return (role, user, kind) of every message, in the order of planning."""
        found = await rows(
            self.database, "select recipient_role, recipient_user, kind from messages order by message_id"
        )
        return list(found)

    async def events(self) -> list[object]:
        """Return the type of every event in the outbox, in order."""
        return [row[0] for row in await rows(self.database, "select type from outbox order by position")]


@asynccontextmanager
async def scene(url: str, *, ladder: Ladder = DEFAULT_LADDER) -> AsyncIterator[Scene]:
    """Open a scene at the moment of the usual return."""
    clock = FixedClock(RETURNED)
    database = Database.open(url, clock=clock)
    try:
        yield Scene(database=database, clock=clock, ladder=ladder)
    finally:
        await database.close()
