"""Takes in SSDA903 files: kept and checked by the Department's rules; dates alone can start no 72-hour clock."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import cast

from missing_coord.domain.london import LONDON, london_day
from missing_coord.domain.records import MissingListEntry
from missing_coord.domain.ssda903 import (
    ReturnRow,
    Ssda903Record,
    collection_year,
    latest_day,
    row_key_of,
    warnings_of_child,
)
from missing_coord.domain.ssda903_records import Ssda903Missing
from missing_coord.services.ports.lists import ListLine
from missing_coord.services.ports.received import Received
from missing_coord.services.ports.ssda903 import ReturnWork
from missing_coord.services.ports.work import Policy, UnitOfWork
from missing_coord.services.register import rederive_known


async def receive_ssda903(
    uow: UnitOfWork, rows: Sequence[tuple[Ssda903Record, Received]], *, policy: Policy
) -> list[bool]:
    """Keep rows of the return; return for each whether it changed anything.

    The Department's rules are applied to all rows of the children concerned and noted on the rows that break
    them; no row is held back. An end that a row of Missing gives is a sign that a child who still counts as missing
    is back.
    """
    work = cast(ReturnWork, uow)
    today = london_day(uow.now)
    kept = [(_kept(record, today), how) for record, how in rows]
    changed = await work.ssda903.save(kept)
    missing = [(row.record, how) for row, how in kept if isinstance(row.record, Ssda903Missing)]
    if missing:
        lines = [(_line(record), how) for record, how in missing]
        await uow.missing_list.save_entries(lines, source="ssda903_missing")
    touched = {row.record.child for row, _ in kept}
    await check_returns(work, touched)
    if missing:
        await rederive_known(uow, sorted(touched), policy=policy)
    return changed


async def check_returns(work: ReturnWork, child_ids: Collection[str]) -> None:
    """Apply the Department's rules to every row of these children."""
    there = await work.ssda903.files()
    found = await work.ssda903.of_children(child_ids)
    warnings: dict[str, tuple[str, ...]] = {}
    for own in found.values():
        fresh = warnings_of_child(own, there=there)
        warnings |= {row.row_key: fresh[row.row_key] for row in own if row.warnings != fresh[row.row_key]}
    await work.ssda903.set_warnings(warnings)


async def check_left_out(work: ReturnWork) -> None:
    """Look again at the children whom a file leaves out, once a whole file has come in."""
    await check_returns(work, await work.ssda903.left_out())


def _kept(record: Ssda903Record, today: date) -> ReturnRow:
    year = record.year or collection_year(latest_day(record, not_after=today) or today)
    return ReturnRow(row_key=row_key_of(record, year), year=year, record=replace(record, year=year))


def _line(row: Ssda903Missing) -> ListLine:
    entry = MissingListEntry(
        child_id=row.child,
        type=row.missing,
        started_at=_midnight(row.mis_start),
        ended_at=_midnight(row.mis_end) if row.mis_end else None,
        started_date_only=True,
        ended_date_only=True,
    )
    return ListLine(entry_key=f"ssda903|{row.child}|{row.mis_start.isoformat()}", entry=entry, incident_id="")


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=LONDON).astimezone(UTC)
