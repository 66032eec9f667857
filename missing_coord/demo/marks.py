"""How far the demonstration has come, kept in the tick ledger of the database that it fills."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import text

from missing_coord.domain.access import system_actor
from missing_coord.storage.database import Database

DEMO = system_actor("demo")
COUNCIL_JOB, HISTORY_JOB, LIVE_JOB = "demo-council", "demo-history", "demo-live"
_FORGET = "delete from tick_ledger where job = :job"
_KEEP = """
insert into tick_ledger (job, slot_at, claimed_at, finished_at, outcome)
values (:job, :at, clock_timestamp(), clock_timestamp(), :outcome)
"""
_READ = "select slot_at, outcome from tick_ledger where job = :job order by slot_at desc limit 1"
# Whatever a council would have handed in before it could be called in use.
_HELD = """
select exists (select from intake_batches) or exists (select from notices) or exists (select from children)
    or exists (select from workers) or exists (select from interviews)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large a council is invented: looked-after children, months of history, and the seed of it all."""

    children: int = 1250
    months: float = 3.0
    seed: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A demonstration that was begun: as at when its council was invented, and how large."""

    as_of: datetime
    size: Size


@dataclass(frozen=True, slots=True)
class Marks:
    """Reads and writes how far the demonstration has come."""

    database: Database

    async def begun(self) -> Begun | None:
        """Return the demonstration that this database holds, None when it holds none."""
        row = await self._read(COUNCIL_JOB)
        return None if row is None else Begun(as_of=row[0], size=Size(**json.loads(row[1])))

    async def begin(self, begun: Begun) -> None:
        """Write down that this database holds a demonstration from now on."""
        await self._keep(COUNCIL_JOB, begun.as_of, json.dumps(asdict(begun.size)))

    async def holds_anything(self) -> bool:
        """Say whether anything was ever taken in here."""
        async with self.database.unit_of_work(DEMO) as uow:
            return bool((await uow.execute(text(_HELD))).scalar_one())

    async def lived_until(self) -> datetime | None:
        """Return the instant up to which history was played."""
        row = await self._read(HISTORY_JOB)
        return None if row is None else row[0]

    async def live_until(self, at: datetime) -> None:
        """Write down that history was played up to an instant."""
        await self._keep(HISTORY_JOB, at, "played")

    async def told_until(self) -> datetime | None:
        """Return the instant up to which new notices were sent."""
        row = await self._read(LIVE_JOB)
        return None if row is None else row[0]

    async def tell_until(self, at: datetime) -> None:
        """Write down that new notices were sent up to an instant."""
        await self._keep(LIVE_JOB, at, "sent")

    async def _read(self, job: str) -> tuple[datetime, str] | None:
        async with self.database.unit_of_work(DEMO) as uow:
            row = (await uow.execute(text(_READ), {"job": job})).one_or_none()
        return None if row is None else (row.slot_at, row.outcome)

    async def _keep(self, job: str, at: datetime, outcome: str) -> None:
        async with self.database.unit_of_work(DEMO) as uow:
            await uow.execute(text(_FORGET), {"job": job})
            await uow.execute(text(_KEEP), {"job": job, "at": at, "outcome": outcome})
