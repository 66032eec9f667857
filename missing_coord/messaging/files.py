"""Delivers a file to intake: in transactions of a few hundred rows, each row once, none lost for another's fault."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, cast

import orjson

from missing_coord.contracts.decoding import shown_name
from missing_coord.contracts.files import file_size, read_rows
from missing_coord.contracts.readings import Fault, ReadRow
from missing_coord.contracts.ssda903_files import rows_of_return
from missing_coord.domain.access import Actor
from missing_coord.domain.clock import Clock, SystemClock
from missing_coord.domain.errors import TransientError
from missing_coord.domain.london import london_day
from missing_coord.domain.records import PoliceNotice
from missing_coord.messaging.rows import EngineSource, Row, Taken, Transactions, take_rows
from missing_coord.services.intake import reference_of
from missing_coord.services.ports.ssda903 import ReturnWork
from missing_coord.services.ports.work import UnitOfWork
from missing_coord.services.register import reexamine
from missing_coord.services.ssda903 import check_left_out
from missing_coord.services.whole_lists import WholeList, note_left_out
from missing_coord.telemetry import logger

CHUNK = 1_000
ATTEMPTS = 6
AT_ONCE = 2
"""One transaction is worked out while PostgreSQL writes the other; any order gives the same result."""
REGISTER_KINDS = ("children", "placements")
MISSING_LIST = "missing-list"
Progress = Callable[[int, int], None]
log = logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSummary:
    """What became of the rows of one file."""

    file: str
    rows: int
    accepted: int
    duplicates: int
    quarantined: int
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """Return the summary in the shape of the command line's contract."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileIntake:
    """Everything that taking in a file needs."""

    database: Transactions
    engine: EngineSource
    refresh: Callable[[Any], Any]
    actor: Actor
    clock: Clock = field(default_factory=SystemClock)
    chunk: int = CHUNK

    async def ingest(
        self,
        path: Path,
        kind: str,
        *,
        progress: Progress | None = None,
        year: int | None = None,
        part: bool = False,
    ) -> FileSummary:
        """Take in one file and return what became of its rows; raises FileRefused when it cannot be read at all.

        `year` is the collection of an SSDA903 file; without one that of the latest day which the file tells of. `part`
        says that a file is not the whole of the council's missing list, so that nobody counts as left out of it.

        Safe to stop at any moment and to run again: what is in already counts as a duplicate.
        """
        began = time.monotonic()
        rows = self._rows(path, kind, year)
        size_of_chunk = self.chunk * at_once(kind)
        first = list(islice(rows, size_of_chunk))
        digest = await asyncio.to_thread(sha256_of, path)
        async with self.database.unit_of_work(self.actor) as uow:
            batch_id = await uow.intake.open_batch(kind=kind, source=shown_name(path), content_sha256=digest)
        taken: list[str] = []
        size = file_size(path)
        whole = WholeList() if kind == MISSING_LIST and not part else None
        for chunk in _noted(_chunks(first, rows, size_of_chunk), whole):
            read = [Row(raw=r.raw, line=r.line, record=r.record, faults=r.faults) for r in chunk]
            done = await self._take_parts(read, kind=kind, batch_id=batch_id, source=shown_name(path))
            taken.extend(each.outcome for each in done)
            if progress is not None:
                progress(chunk[-1].done_bytes, size)
        await self._finish(batch_id, kind)
        await self._compare(whole)
        return FileSummary(
            file=shown_name(path),
            rows=len(taken),
            accepted=taken.count("accepted"),
            duplicates=taken.count("duplicate"),
            quarantined=taken.count("quarantined"),
            seconds=round(time.monotonic() - began, 3),
        )

    def _rows(self, path: Path, kind: str, year: int | None) -> Iterator[ReadRow]:
        if kind == "ssda903":
            today = london_day(self.clock.now())
            return rows_of_return(path, year=year, today=today)
        return iter(read_rows(path, kind))

    async def ingest_items(
        self, rows: Sequence[Row], kind: str, *, source: str, complete: bool = False
    ) -> list[Taken]:
        """Take in rows that came over HTTP or on a topic; return what became of each.

        About 1,000 of them and the record of their batch are one transaction: whatever stops it leaves nothing half
        done. Of police notices two such batches are worked on at once. `complete` says that the rows are the whole of
        the council's missing list.
        """
        taken = await self._take_parts(rows, kind=kind, batch_id=None, source=source)
        if kind in REGISTER_KINDS and rows:
            await self._after_register()
        if kind == MISSING_LIST and complete:
            whole = WholeList()
            for row in rows:
                whole.note(row.record, row.raw)
            await self._compare(whole)
        return taken

    async def _take_parts(
        self, rows: Sequence[Row], *, kind: str, batch_id: str | None, source: str
    ) -> list[Taken]:
        """Take in rows in parts, of police notices two at once; return what became of each in the rows' order."""
        gate = asyncio.Semaphore(at_once(kind))
        taken: dict[int, Taken] = {}

        async def take(places: Sequence[int]) -> None:
            async with gate:
                part = [rows[place] for place in places]
                done = await self._take(part, kind=kind, batch_id=batch_id, source=source)
            taken.update(zip(places, done, strict=True))

        try:
            async with asyncio.TaskGroup() as group:
                for places in _parts(rows, self.chunk):
                    group.create_task(take(places))
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from failed
        return [taken[place] for place in range(len(rows))]

    async def _take(
        self, rows: Sequence[Row], *, kind: str, batch_id: str | None, source: str
    ) -> list[Taken]:
        """Take in rows together; when they fail together, one by one, so that only the guilty one is set aside."""
        try:
            return await self._with_patience(rows, kind=kind, batch_id=batch_id, source=source)
        except TransientError:
            raise
        except Exception as error:
            log.error(
                "rows_failed_together", batch_id=batch_id, rows=len(rows), error_type=type(error).__name__
            )
            if len(rows) == 1:
                return await self._set_aside(rows[0], error, kind=kind, batch_id=batch_id, source=source)
        taken: list[Taken] = []
        for row in rows:
            taken.extend(await self._take([row], kind=kind, batch_id=batch_id, source=source))
        return taken

    async def _with_patience(
        self, rows: Sequence[Row], *, kind: str, batch_id: str | None, source: str
    ) -> list[Taken]:
        for attempt in range(ATTEMPTS):
            try:
                async with self.database.unit_of_work(self.actor) as uow:
                    if batch_id is None:
                        return await self._own_batch(uow, rows, kind=kind, source=source)
                    return await take_rows(
                        uow, rows, kind=kind, batch_id=batch_id, source=source, engine=await self.engine(uow)
                    )
            except TransientError:
                if attempt == ATTEMPTS - 1:
                    raise
                await asyncio.sleep(0.1 * 2**attempt)
        raise AssertionError("unreachable")

    async def _own_batch(
        self, uow: UnitOfWork, rows: Sequence[Row], *, kind: str, source: str
    ) -> list[Taken]:
        digest = hashlib.sha256(orjson.dumps([row.raw for row in rows])).hexdigest()
        batch_id = await uow.intake.open_batch(kind=kind, source=source, content_sha256=digest)
        taken = await take_rows(
            uow, rows, kind=kind, batch_id=batch_id, source=source, engine=await self.engine(uow)
        )
        await uow.intake.finish(batch_id)
        return taken

    async def _set_aside(
        self, row: Row, error: Exception, *, kind: str, batch_id: str | None, source: str
    ) -> list[Taken]:
        reason = (
            f"could not be worked on ({type(error).__name__}); it is kept here whole: tell the administrator"
        )
        broken = Row(raw=row.raw, line=row.line, record=None, faults=(Fault(field="row", reason=reason),))
        return await self._with_patience([broken], kind=kind, batch_id=batch_id, source=source)

    async def _finish(self, batch_id: str, kind: str) -> None:
        if kind in REGISTER_KINDS:
            await self._after_register()
        if kind == "ssda903":
            async with self.database.unit_of_work(self.actor) as uow:
                await check_left_out(cast(ReturnWork, uow))
        async with self.database.unit_of_work(self.actor) as uow:
            await uow.intake.finish(batch_id)

    async def _compare(self, whole: WholeList | None) -> None:
        """Find out whom a whole missing list has no longer."""
        if whole is not None:
            async with self.database.unit_of_work(self.actor) as uow:
                await note_left_out(uow, whole, policy=(await self.engine(uow)).policy)

    async def _after_register(self) -> None:
        """Count a changed register anew, and look again at incidents of which nobody is sure."""
        async with self.database.unit_of_work(self.actor) as uow:
            await self.refresh(uow)
        async with self.database.unit_of_work(self.actor) as uow:
            engine = await self.engine(uow)
            await reexamine(uow, engine=engine, limit=2_000)


def at_once(kind: str) -> int:
    """Return how many transactions take in rows of this kind side by side."""
    return AT_ONCE if kind == "police" else 1


def _parts(rows: Sequence[Row], size: int) -> list[list[int]]:
    """Return the places of rows in parts of about `size`, twice that at most.

    Notices of one police reference are in one part: two transactions that hold the same reference wait for each other.
    """
    count = -(-len(rows) // size)
    parts: list[list[int]] = [[] for _ in range(count)]
    for place, row in enumerate(rows):
        notice = row.record if isinstance(row.record, PoliceNotice) else None
        parts[hash(reference_of(notice)) % count if notice else place // size].append(place)
    return [part[start : start + 2 * size] for part in parts for start in range(0, len(part), 2 * size)]


def _chunks(first: list[Any], rest: Iterator[Any], size: int) -> Iterator[list[Any]]:
    chunk = first
    while chunk:
        yield chunk
        chunk = list(islice(rest, size))


def _noted(chunks: Iterator[list[Any]], whole: WholeList | None) -> Iterator[list[Any]]:
    for chunk in chunks:
        if whole is not None:
            for row in chunk:
                whole.note(row.record, row.raw)
        yield chunk


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of what a file holds."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
