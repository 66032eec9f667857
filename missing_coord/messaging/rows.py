"""The one road of a received row, whether it came in a file, over HTTP or on a topic."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from missing_coord.contracts.readings import Fault
from missing_coord.domain.access import Actor
from missing_coord.domain.past_records import PastRecord, too_fresh
from missing_coord.services import register
from missing_coord.services.history import receive_history
from missing_coord.services.intake import Engine, receive_notices
from missing_coord.services.ports.received import Received
from missing_coord.services.ports.work import Counts, Quarantined, UnitOfWork
from missing_coord.services.ssda903 import receive_ssda903

EngineSource = Callable[[UnitOfWork], Awaitable[Engine]]


class Transactions(Protocol):
    """Whatever opens a unit of work: the database, or a stand-in that shows the wiring."""

    def unit_of_work(self, actor: Actor) -> AbstractAsyncContextManager[UnitOfWork]:
        """Open a transaction as an actor; leaving it commits."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row as read: its record, or its faults, and where it stood."""

    raw: dict[str, Any]
    line: int | None
    record: Any | None
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of one row: accepted, duplicate, or quarantined with its faults."""

    outcome: str
    faults: tuple[Fault, ...] = ()


async def take_rows(
    uow: UnitOfWork, rows: Sequence[Row], *, kind: str, batch_id: str, source: str, engine: Engine
) -> list[Taken]:
    """Take in rows of one kind in this transaction, count them, and put the unreadable ones into quarantine."""
    rows = [_of_its_time(row, kind, uow.now) for row in rows]
    good = [
        (row.record, Received(raw=row.raw, batch_id=batch_id, line=row.line)) for row in rows if row.record
    ]
    new = iter(await _receive(uow, kind, good, engine) if good else [])
    taken = [_taken(row, new) for row in rows]
    await uow.intake.quarantine(
        batch_id, kind=kind, source=source, rows=[_quarantined(row) for row in rows if not row.record]
    )
    await uow.intake.count(batch_id, counts_of(taken))
    return taken


_HAPPENED = {"police": "issued_at", "missing-list": "started_at"}
CLOCKS_APART = timedelta(days=1)


def _of_its_time(row: Row, kind: str, now: datetime) -> Row:
    """Return the row, unread when it tells of a time well after now, or when what is called history is not past.

    A mistyped year would stop a child's clock, and so would history for a clock that runs.
    """
    if isinstance(row.record, PastRecord):
        fresh = too_fresh(row.record, now)
        return row if fresh is None else _unread(row, fresh.field, fresh.reason)
    name = _HAPPENED.get(kind)
    if name is None or row.record is None or getattr(row.record, name) <= now + CLOCKS_APART:
        return row
    return _unread(row, name, "lies more than a day after it was received: check the year")


def _unread(row: Row, field: str, reason: str) -> Row:
    return Row(raw=row.raw, line=row.line, record=None, faults=(Fault(field=field, reason=reason),))


def _taken(row: Row, new: Iterator[bool]) -> Taken:
    if not row.record:
        return Taken(outcome="quarantined", faults=row.faults)
    return _ACCEPTED if next(new) else _DUPLICATE


_ACCEPTED, _DUPLICATE = Taken(outcome="accepted"), Taken(outcome="duplicate")


def counts_of(taken: Sequence[Taken]) -> Counts:
    """Return how many rows met which end."""
    outcomes = [each.outcome for each in taken]
    return Counts(
        rows=len(outcomes),
        accepted=outcomes.count("accepted"),
        duplicates=outcomes.count("duplicate"),
        quarantined=outcomes.count("quarantined"),
    )


def _quarantined(row: Row) -> Quarantined:
    return Quarantined(
        raw=row.raw, line=row.line, faults=[(fault.field, fault.reason) for fault in row.faults]
    )


async def _receive(
    uow: UnitOfWork, kind: str, rows: Sequence[tuple[Any, Received]], engine: Engine
) -> list[bool]:
    policy = engine.policy
    match kind:
        case "police":
            return await receive_notices(uow, rows, engine=engine)
        case "children":
            return await register.receive_children(uow, rows, policy=policy)
        case "placements":
            return await register.receive_placements(uow, rows, policy=policy)
        case "workers":
            return await register.receive_workers(uow, rows)
        case "absences":
            return await register.receive_absences(uow, rows)
        case "missing-list":
            return await register.receive_missing_list(uow, rows, policy=policy)
        case "history":
            return await receive_history(uow, rows, policy=policy)
        case _:
            return await receive_ssda903(uow, rows, policy=policy)
