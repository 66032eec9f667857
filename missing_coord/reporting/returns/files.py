"""Each return as a file of rows, by the name under which it is handed in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from missing_coord.domain.errors import DomainError
from missing_coord.domain.plurals import noun, plural
from missing_coord.reporting.monthly import read_report
from missing_coord.reporting.periods import span_of
from missing_coord.reporting.reading import Reading
from missing_coord.reporting.returns import tables
from missing_coord.reporting.returns.collection import (
    EPISODE_COLUMNS,
    HEADER_COLUMNS,
    MISSING_COLUMNS,
    Files,
    Row,
    collection_of,
)
from missing_coord.reporting.returns.missing_rules import check
from missing_coord.reporting.returns.ssda903 import ssda903_files

Sheet = tuple[Sequence[str], Sequence[Sequence[str]]]


class ReturnName(StrEnum):
    """The returns that can be had as a file."""

    MISSING = "ssda903-missing"
    HEADER = "ssda903-header"
    EPISODES = "ssda903-episodes"
    ANNEX_A = "annex-a"
    FOI = "foi"
    SAFEGUARDING = "safeguarding"
    YEARLY = "yearly"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a return is asked for: a collection year, a day, or days; `with_faults` lets a broken rule pass."""

    council: str
    now: datetime
    suppress_below: int
    year: int = 0
    day: date | None = None
    first: date | None = None
    last: date | None = None
    with_faults: bool = False


async def return_sheet(uow: Reading, name: ReturnName, wanted: Wanted) -> Sheet:
    """Return the columns and rows of a return; DomainError names what is missing, or how many rows break a rule."""
    return await _MAKERS[name](uow, wanted)


async def _missing(uow: Reading, wanted: Wanted) -> Sheet:
    files = await _checked(uow, wanted)
    return _sheet(MISSING_COLUMNS, files.missing)


async def _header(uow: Reading, wanted: Wanted) -> Sheet:
    files = await _checked(uow, wanted)
    return _sheet(HEADER_COLUMNS, files.header or ())


async def _episodes(uow: Reading, wanted: Wanted) -> Sheet:
    files = await _checked(uow, wanted)
    return _sheet(EPISODE_COLUMNS, files.episodes)


async def _checked(uow: Reading, wanted: Wanted) -> Files:
    """Return the three files; none of them leaves while a rule is broken, unless that is wanted."""
    files = await ssda903_files(uow, collection_of(wanted.year), council=wanted.council)
    faults = check(files)
    if faults and not wanted.with_faults:
        raise DomainError(
            "rules_broken",
            f"year: {plural(len(faults), 'row')} of {wanted.year} {noun(len(faults), 'breaks', 'break')} a rule of"
            " the Department. Look at them first.",
        )
    return files


def _sheet(columns: Sequence[str], rows: Sequence[Row]) -> Sheet:
    return columns, [[row[name] for name in columns] for row in rows]


async def _annex_a(uow: Reading, wanted: Wanted) -> Sheet:
    if wanted.day is None:
        raise DomainError("day_missing", "day: give the day of the list, such as 2026-10-31.")
    as_at = span_of(wanted.day, wanted.day).ends_at
    rows = await tables.annex_a_rows(uow, as_at=as_at, council=wanted.council)
    return tables.ANNEX_A_COLUMNS, rows


async def _foi(uow: Reading, wanted: Wanted) -> Sheet:
    first, last = _days(wanted)
    report = await read_report(uow, period=f"{first}/{last}", as_at=wanted.now, council=wanted.council)
    return tables.FOI_COLUMNS, tables.foi_rows(report, suppress_below=wanted.suppress_below)


async def _safeguarding(uow: Reading, wanted: Wanted) -> Sheet:
    days = span_of(*_days(wanted))
    rows = await tables.safeguarding_rows(uow, first=days.starts_at, after=days.ends_at)
    return tables.SSD_COLUMNS, rows


async def _yearly(uow: Reading, wanted: Wanted) -> Sheet:
    files = await ssda903_files(uow, collection_of(wanted.year), council=wanted.council)
    in_care = len({row["CHILD"] for row in files.episodes})
    rows = tables.yearly_rows(files, looked_after=in_care, suppress_below=wanted.suppress_below)
    return tables.YEARLY_COLUMNS, rows


def _days(wanted: Wanted) -> tuple[date, date]:
    if wanted.first is None or wanted.last is None:
        raise DomainError("days_missing", "first: give the first and the last day.")
    if wanted.last < wanted.first:
        raise DomainError("days_reversed", "last: this is before the first day.")
    return wanted.first, wanted.last


_MAKERS: dict[ReturnName, Callable[[Reading, Wanted], Awaitable[Sheet]]] = {
    ReturnName.MISSING: _missing,
    ReturnName.HEADER: _header,
    ReturnName.EPISODES: _episodes,
    ReturnName.ANNEX_A: _annex_a,
    ReturnName.FOI: _foi,
    ReturnName.SAFEGUARDING: _safeguarding,
    ReturnName.YEARLY: _yearly,
}
