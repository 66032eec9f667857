"""Brings a council's earlier records over, and strikes the balance of what was there before and what is held after."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, cast

from missing_coord.bootstrap import Application
from missing_coord.contracts.decoding import shown_name
from missing_coord.contracts.files import read_rows
from missing_coord.contracts.readings import Fault, ReadRow
from missing_coord.domain.access import Actor, system_actor
from missing_coord.domain.history_balance import Balance, Held, Taken, Told, balance_of
from missing_coord.domain.past_records import PastRecord, too_fresh
from missing_coord.messaging.files import CHUNK, Progress, sha256_of
from missing_coord.messaging.rows import Row, take_rows
from missing_coord.storage.stores.history_imports import hold_imports, keep_import
from missing_coord.storage.unit_of_work import SqlUnitOfWork
from missing_coord.storage.views.history import held_of

HISTORY = "history"
Watch = Callable[[Path], Progress | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultyRow:
    """A row that goes to quarantine: where it stands, and what is wrong in which field."""

    file: str
    line: int
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """The balance of an import and the rows that went to quarantine; nothing was kept of a rehearsal."""

    balance: Balance
    faulty: tuple[FaultyRow, ...]
    rehearsal: bool

    def to_json(self) -> dict[str, Any]:
        """Return it in the shape that the command prints."""
        faults = [
            {"file": each.file, "line": each.line, "faults": [str(fault) for fault in each.faults]}
            for each in self.faulty
        ]
        return {**self.balance.to_json(), "faults": faults, "dry_run": self.rehearsal}


async def import_history(
    app: Application, files: Sequence[Path], *, actor: Actor, watch: Watch = lambda file: None
) -> Imported:
    """Take in the files and keep the balance; safe to repeat. Raises FileRefused before anything is taken in."""
    async with app.database.unit_of_work(actor) as alone:
        # Held until the end: of two imports at once each would count the same rows as its own.
        await hold_imports(alone)
        return await _imported(app, files, actor, watch)


async def _imported(app: Application, files: Sequence[Path], actor: Actor, watch: Watch) -> Imported:
    told, faulty = read_told(app, files)
    before = await _held(app, actor, told)
    done = [await app.intake(actor).ingest(file, HISTORY, progress=watch(file)) for file in files]
    taken = Taken(
        rows=sum(each.rows for each in done),
        accepted=sum(each.accepted for each in done),
        duplicates=sum(each.duplicates for each in done),
        quarantined=sum(each.quarantined for each in done),
    )
    balance = balance_of(told, taken, before=before, after=await _held(app, actor, told))
    async with app.database.unit_of_work(actor) as uow:
        await keep_import(
            uow, files=[shown_name(file) for file in files], digest=_digest(files), balance=balance.to_json(),
            new_episodes=balance.past_episodes_new,
        )  # fmt: skip
    return Imported(balance=balance, faulty=faulty, rehearsal=False)


async def rehearse_import(app: Application, files: Sequence[Path]) -> Imported:
    """Do the same in one transaction that is taken back: what an import would do, with nothing kept of it."""
    told, faulty = read_told(app, files)
    try:
        async with app.database.unit_of_work(system_actor("rehearsal of an import")) as uow:
            raise _TakenBack(await _rehearsed(app, uow, files, told))
    except _TakenBack as done:
        return Imported(balance=done.balance, faulty=faulty, rehearsal=True)


class _TakenBack(Exception):
    """Undoes the transaction of a rehearsal; carries its balance out."""

    def __init__(self, balance: Balance) -> None:
        super().__init__("taken back")
        self.balance = balance


async def _rehearsed(app: Application, uow: SqlUnitOfWork, files: Sequence[Path], told: Told) -> Balance:
    before = await held_of(uow, told)
    batch_id = await uow.intake.open_batch(kind=HISTORY, source="rehearsal", content_sha256=_digest(files))
    outcomes: list[str] = []
    every = (row for _, row in _every_row(files))
    while part := list(islice(every, CHUNK)):
        rows = [Row(raw=r.raw, line=r.line, record=r.record, faults=r.faults) for r in part]
        taken = await take_rows(
            uow, rows, kind=HISTORY, batch_id=batch_id, source="rehearsal", engine=await app.engine(uow)
        )
        outcomes += [each.outcome for each in taken]
    counted = Taken(
        rows=len(outcomes),
        accepted=outcomes.count("accepted"),
        duplicates=outcomes.count("duplicate"),
        quarantined=outcomes.count("quarantined"),
    )
    return balance_of(told, counted, before=before, after=await held_of(uow, told))


def read_told(app: Application, files: Sequence[Path]) -> tuple[Told, tuple[FaultyRow, ...]]:
    """Count what the files say, and return the rows that will go to quarantine; raises FileRefused."""
    told, faulty, now = Told(), [], app.clock.now()
    for file, row in _every_row(files):
        record = cast("PastRecord | None", row.record)
        fresh = too_fresh(record, now) if record else None
        faults = (Fault(field=fresh.field, reason=fresh.reason),) if fresh else row.faults
        told.note(record if fresh is None else None)
        if faults:
            faulty.append(FaultyRow(file=shown_name(file), line=row.line, faults=faults))
    return told, tuple(faulty)


def _every_row(files: Sequence[Path]) -> Iterator[tuple[Path, ReadRow]]:
    for file in files:
        for row in read_rows(file, HISTORY):
            yield file, row


async def _held(app: Application, actor: Actor, told: Told) -> Held:
    async with app.database.unit_of_work(actor) as uow:
        return await held_of(uow, told)


def _digest(files: Sequence[Path]) -> str:
    return hashlib.sha256("\n".join(sorted(map(sha256_of, files))).encode()).hexdigest()
