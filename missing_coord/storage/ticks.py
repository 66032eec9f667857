"""The tick ledger: one row for each job and wall-clock slot, won by exactly one scheduler of any number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from missing_coord.domain.access import system_actor
from missing_coord.storage.database import Database

SCHEDULER = system_actor("scheduler")
_CLAIM = """
insert into tick_ledger (job, slot_at, claimed_at) values (:job, :slot_at, clock_timestamp())
on conflict do nothing returning 1
"""
KEPT = timedelta(days=35)
"""How long finished ticks are kept: longer than the watchdog allows any job."""
_FINISH = """
with old as (delete from tick_ledger where job = :job and slot_at < cast(:slot_at as timestamptz) - :kept)
update tick_ledger set finished_at = clock_timestamp(), outcome = :outcome where job = :job and slot_at = :slot_at
"""


_LAST = text("""
select j.job, (select t.outcome from tick_ledger t where t.job = j.job and t.finished_at is not null
               order by t.slot_at desc limit 1) as outcome
from unnest(cast(:jobs as text[])) as j(job)
""")


@dataclass(frozen=True, slots=True)
class TickLedger:
    """Who did which tick; times are the database's, so that schedulers with skewed clocks agree."""

    database: Database

    async def now(self) -> datetime:
        """Return the database's present instant in UTC."""
        async with self.database.unit_of_work(SCHEDULER) as uow:
            instant: datetime = (await uow.execute(text("select clock_timestamp()"))).scalar_one()
        return instant.astimezone(UTC)

    async def claim(self, job: str, slot_at: datetime) -> bool:
        """Take a slot of a job; False when another scheduler has it."""
        async with self.database.unit_of_work(SCHEDULER) as uow:
            result = await uow.execute(text(_CLAIM), {"job": job, "slot_at": slot_at})
            return result.one_or_none() is not None

    async def finish(self, job: str, slot_at: datetime, *, outcome: str) -> None:
        """Write down how a tick ended, what it did or the kind of its error; ticks of long ago are forgotten."""
        async with self.database.unit_of_work(SCHEDULER) as uow:
            await uow.execute(
                text(_FINISH), {"job": job, "slot_at": slot_at, "outcome": outcome[:200], "kept": KEPT}
            )

    async def last_outcomes(self, jobs: Sequence[str]) -> dict[str, str | None]:
        """Return how the last finished tick of each job ended, whoever did it; None for one never finished."""
        async with self.database.unit_of_work(SCHEDULER) as uow:
            found = (await uow.execute(_LAST, {"jobs": list(jobs)})).mappings()
            return {row["job"]: row["outcome"] for row in found}


def slot_of(instant: datetime, *, every: int) -> datetime:
    """Return the wall-clock slot of `every` seconds that is nearest to an instant.

    Nearest and not last: two clocks that disagree by less than half a slot still name the same one.
    """
    seconds = instant.timestamp()
    return datetime.fromtimestamp(((seconds + every / 2) // every) * every, tz=UTC)
