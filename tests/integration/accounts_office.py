"""An office in which accounts are kept: the administrator, the gate, and a clock to move."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, text

from missing_coord.domain.access import Actor, Role, system_actor
from missing_coord.domain.clock import FixedClock
from missing_coord.services.accounts import Added, NewUser, add_user
from missing_coord.services.ports.accounts import PasswordHasher
from missing_coord.services.sign_in import Gate
from missing_coord.storage.database import Database as Storage
from missing_coord.storage.tables.people import workers
from missing_coord.storage.unit_of_work import SqlUnitOfWork
from tests.builders.passwords import QuickPasswords
from tests.databases import Database

NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
PASSWORD = "alder-violin-gravel"
WRONG = "violin-gravel-alder"
ADMINISTRATOR = Actor(role=Role.ADMINISTRATOR, name="Ada Lorne (ada)")


@dataclass(slots=True)
class Office:
    """A database with its accounts."""

    storage: Storage
    clock: FixedClock
    hasher: QuickPasswords = field(default_factory=QuickPasswords)

    def gate(self, *, demo: bool = False, hasher: PasswordHasher | None = None) -> Gate:
        """Return the way in, as a process in demo mode or outside it has it."""
        return Gate(units=self.storage, hasher=hasher or self.hasher, demo=demo)

    def later(self, **passed: float) -> None:
        """Move the clock."""
        self.clock.instant += timedelta(**passed)

    @asynccontextmanager
    async def administrator(self) -> AsyncIterator[SqlUnitOfWork]:
        """Run one transaction as the administrator."""
        async with self.storage.unit_of_work(ADMINISTRATOR) as uow:
            yield uow

    async def user(self, username: str = "robin", **changes: Any) -> Added:
        """Open an account."""
        row = {"display_name": "Robin Ashdown", "role": "coordinator", "password": PASSWORD, **changes}
        async with self.administrator() as uow:
            return await add_user(uow, NewUser(username=username, **row), hasher=self.hasher)

    async def worker(self, worker_id: str) -> None:
        """Put an interview worker into the workforce."""
        row = {"worker_id": worker_id, "name": f"Worker {worker_id}", "fte": 1.0, "weekly_target": 15}
        async with self.storage.unit_of_work(system_actor("test")) as uow:
            await uow.execute(insert(workers).values(**row))

    async def audit(self, user_id: str) -> list[str]:
        """Return what stands in the audit trail about a user, oldest first."""
        async with self.administrator() as uow:
            found = await uow.execute(
                text("select action from audit_trail where subject_id = :id order by seq"), {"id": user_id}
            )
            return list(found.scalars())


@asynccontextmanager
async def open_office(database: Database) -> AsyncIterator[Office]:
    """Open an office on a test database with a clock that stands at NOW."""
    clock = FixedClock(NOW)
    storage = Storage.open(database.app_url, clock=clock, pool_size=10)
    try:
        yield Office(storage=storage, clock=clock)
    finally:
        await storage.close()
