"""The SSDA903 rows of a child that break a rule, as pages show them to those who may read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import text

from missing_coord.domain.london import london_day
from missing_coord.domain.ssda903 import ReturnRow
from missing_coord.domain.ssda903_records import Ssda903Missing
from missing_coord.storage.stores.ssda903 import return_row
from missing_coord.storage.unit_of_work import SqlUnitOfWork
from missing_coord.storage.views.interviews import may_read

_WARNED = text("""
    select * from ssda903_rows where child_id = :child_id and warnings <> '{}' order by year desc, kind, row_key
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnWarning:
    """One row of the return that breaks rules: its file, its days, and the rules' codes."""

    file: str
    year: int
    began_on: date | None
    ended_on: date | None
    codes: tuple[str, ...]


async def return_warnings(uow: SqlUnitOfWork, child_id: str) -> tuple[ReturnWarning, ...]:
    """Return the rows of a child that break a rule; none for those who may not read the return."""
    return tuple(_warning(row) for row in await _warned(uow, child_id))


async def return_warnings_at(
    uow: SqlUnitOfWork, child_id: str, started_at: datetime
) -> tuple[ReturnWarning, ...]:
    """Return the rows of Missing that break a rule and start within a day of an episode."""
    day = london_day(started_at)
    return tuple(
        _warning(row)
        for row in await _warned(uow, child_id)
        if isinstance(row.record, Ssda903Missing) and abs(row.record.mis_start - day) <= timedelta(days=1)
    )


async def _warned(uow: SqlUnitOfWork, child_id: str) -> list[ReturnRow]:
    if not await may_read(uow, "ssda903_rows"):
        return []
    result = await uow.execute(_WARNED, {"child_id": child_id})
    return [return_row(row) for row in result.mappings()]


def _warning(row: ReturnRow) -> ReturnWarning:
    record = row.record
    return ReturnWarning(
        file=type(record).__name__.removeprefix("Ssda903"),
        year=row.year,
        began_on=getattr(record, "decom", None) or getattr(record, "mis_start", None),
        ended_on=getattr(record, "dec", None) or getattr(record, "mis_end", None),
        codes=row.warnings,
    )
