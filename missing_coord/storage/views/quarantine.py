"""The quarantine as its pages show it: lists without personal detail, and one row whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from missing_coord.domain.errors import NotFound
from missing_coord.storage.unit_of_work import SqlUnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineLine:
    """One row of the list; `faults` are (field, reason) pairs."""

    quarantine_id: int
    kind: str
    source: str
    line: int | None
    received_at: datetime
    faults: tuple[tuple[str, str], ...]
    resolved_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineRow:
    """One row whole, as it was received."""

    item: QuarantineLine
    raw: dict[str, Any]
    resolved_by: str
    resolution: str


_COLUMNS = "quarantine_id, kind, source, line, received_at, faults, resolved_at, resolved_by, resolution"
_LIST = text(f"""
    select {_COLUMNS} from quarantine
    order by resolved_at is not null, received_at desc, quarantine_id desc limit :limit offset :offset
""")
_ONE = text(f"select {_COLUMNS}, raw from quarantine where quarantine_id = :id")


async def quarantine_list(uow: SqlUnitOfWork, *, limit: int, offset: int = 0) -> list[QuarantineLine]:
    """Return the rows: those that wait first, then the newest."""
    result = await uow.execute(_LIST, {"limit": limit, "offset": offset})
    return [_line(row) for row in result.mappings()]


async def quarantine_counts(uow: SqlUnitOfWork) -> tuple[int, int]:
    """Return how many rows wait, and how many there are."""
    query = "select count(*) filter (where resolved_at is null) as waiting, count(*) as total from quarantine"
    row = (await uow.execute(text(query))).mappings().one()
    return row["waiting"], row["total"]


async def quarantine_row(uow: SqlUnitOfWork, quarantine_id: int) -> QuarantineRow:
    """Return one row and write in the audit trail that it was opened; raises NotFound."""
    row = (await uow.execute(_ONE, {"id": quarantine_id})).mappings().one_or_none()
    if row is None:
        raise _unknown(quarantine_id)
    uow.audit("opened", subject_type="quarantine", subject_id=str(quarantine_id))
    return QuarantineRow(
        item=_line(row), raw=row["raw"], resolved_by=row["resolved_by"], resolution=row["resolution"]
    )


def _unknown(quarantine_id: int) -> NotFound:
    return NotFound(f"There is no quarantined row {quarantine_id} that you may see.")


def _line(row: Any) -> QuarantineLine:
    return QuarantineLine(
        quarantine_id=row["quarantine_id"],
        kind=row["kind"],
        source=row["source"],
        line=row["line"],
        received_at=row["received_at"],
        faults=tuple((fault["field"], fault["reason"]) for fault in row["faults"]),
        resolved_at=row["resolved_at"],
    )
