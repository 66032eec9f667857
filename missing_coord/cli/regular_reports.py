"""The reports that are made by themselves: kept once when their period is over, and told to those on the list."""

from __future__ import annotations

from datetime import datetime, timedelta

from missing_coord.bootstrap import Application
from missing_coord.domain.access import system_actor
from missing_coord.domain.london import london_day
from missing_coord.reporting.frozen import is_kept, keep
from missing_coord.reporting.monthly import read_report
from missing_coord.reporting.periods import Period, month_holding, week_holding
from missing_coord.services.ports.escalation import Write
from missing_coord.services.report_readers import tell_readers

SCHEDULE = "schedule"
NOT_BEFORE = timedelta(hours=7)
"""How long after midnight, London time, a report is made: what the night brought is in it."""


def ready(now: datetime) -> tuple[tuple[Period, bool], ...]:
    """Return the last month and the last week that are over for long enough, each with whether it is a week."""
    then = london_day(now - NOT_BEFORE)
    month = month_holding(then.replace(day=1) - timedelta(days=1))
    return (month, False), (week_holding(then - timedelta(days=7)), True)


async def keep_and_tell(app: Application, *, write: Write) -> int:
    """Keep each report that is ready and wanted, once, and return how many people are on its list."""
    told = 0
    for period, weekly in ready(app.clock.now()):
        async with app.database.unit_of_work(system_actor("reports")) as uow:
            readers = await tell_readers(uow, period=period.value, weekly=weekly, write=write)
            told += readers
            if readers and not await is_kept(uow, period.value, by=SCHEDULE):
                made = await read_report(
                    uow, period=period.value, as_at=uow.now, council=app.settings.council
                )
                await keep(uow, made, by=SCHEDULE, now=uow.now)
    return told
