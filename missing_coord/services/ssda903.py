"""Takes in SSDA903 files: kept as received for cross-reference, as dates alone can start no 72-hour clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from missing_coord.domain.records import MissingListEntry, Ssda903Missing
from missing_coord.services.ports import ListLine, Policy, Received, UnitOfWork
from missing_coord.services.register import rederive_known

LONDON = ZoneInfo("Europe/London")


async def receive_ssda903_missing(
    uow: UnitOfWork, rows: Sequence[tuple[Ssda903Missing, Received]], *, policy: Policy
) -> list[bool]:
    """Keep rows of the `Missing` file beside the council's list; return for each whether it changed anything.

    An end that a row gives is a sign that a child who still counts as missing is back.
    """
    lines = [(_line(row), how) for row, how in rows]
    changed = await uow.missing_list.save_entries(lines, source="ssda903_missing")
    touched = {row.child for (row, _), new in zip(rows, changed, strict=True) if new}
    await rederive_known(uow, sorted(touched), policy=policy)
    return changed


async def receive_ssda903_other(uow: UnitOfWork, rows: Sequence[tuple[Any, Received]]) -> list[bool]:
    """Keep rows of `Header`, `Episodes` and `UASC` as versions; return for each whether it is new."""
    return await uow.missing_list.keep_rows([(_key(row), row, how) for row, how in rows])


def _key(row: Any) -> tuple[str, str]:
    return type(row).__name__, f"{row.child}|{getattr(row, 'decom', '')}"


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
