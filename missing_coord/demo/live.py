"""New notices that keep arriving while a demonstration runs, from where the last run stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text

from missing_coord.bootstrap import Application
from missing_coord.contracts.parsing import parse
from missing_coord.demo.council import Council
from missing_coord.demo.history import History
from missing_coord.demo.marks import DEMO, Begun, Marks
from missing_coord.demo.notices import Sent
from missing_coord.demo.rows import Row
from missing_coord.demo.seed import invent
from missing_coord.demo.trickle import EVERY, trickle
from missing_coord.domain.errors import TransientError
from missing_coord.domain.records import comparable
from missing_coord.messaging.rows import Row as Received
from missing_coord.telemetry import logger

POLL_SECONDS = 5.0
LIVELY = timedelta(minutes=30)
"""How long after a start new incidents come often; later only one slot in `QUIET` brings one."""
QUIET = 10
CATCH_UP = timedelta(hours=2)
"""How much of a pause is made up for: what had begun before it ends, and what began just now."""
SOURCE = "demonstration"

_KNOWN = text("select distinct reference_key from notices where reference_key = any(:references)")
_log = logger("demonstration")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trickle:
    """The notices of one running demonstration; `started_at` is when this run began."""

    app: Application
    council: Council
    history: History
    started_at: datetime

    async def run(self, stop: asyncio.Event) -> None:
        """Send what is due every few seconds until `stop` is set."""
        while not stop.is_set():
            try:
                await self.send(self.app.clock.now())
            except TransientError:
                _log.warning("new notices could not be sent and are sent again")
            try:
                await asyncio.wait_for(stop.wait(), POLL_SECONDS)
            except TimeoutError:
                continue

    async def send(self, now: datetime) -> int:
        """Take in what police have sent since the last time; return how many notices that were."""
        marks = Marks(self.app.database)
        since = await marks.told_until() or self.history.now
        rows = await self._wanted(due_rows(self.council, self.history.later, since=since, until=now))
        if rows:
            parsed = [(row, parse("police", row)) for row in rows]
            items = [
                Received(raw=dict(row), line=None, record=p.record, faults=p.faults) for row, p in parsed
            ]
            await self.app.intake().ingest_items(items, "police", source=SOURCE)
        await marks.tell_until(now)
        return len(rows)

    async def _wanted(self, rows: list[Row]) -> list[Row]:
        """Return the rows of incidents that are known or may begin; an incident left out stays out to its end."""
        begun = {row["reference"] for row in rows if self._may_begin(row)}
        rest = {row["reference"] for row in rows} - begun
        known = begun | await self._known(rest)
        return [row for row in rows if row["reference"] in known]

    async def _known(self, references: Collection[str]) -> set[str]:
        if not references:
            return set()
        spelled = {comparable(reference): reference for reference in references}
        async with self.app.database.unit_of_work(DEMO) as uow:
            found = await uow.execute(_KNOWN, {"references": list(spelled)})
            return {spelled[key] for key in found.scalars()}

    def _may_begin(self, row: Row) -> bool:
        _, invented, slot_text = row["reference"].rpartition("-T")
        if not invented:
            return True  # the end of what had begun before the demonstration's present
        if row["message"] != "missing":
            return False
        slot = int(slot_text)
        lively = self.started_at - EVERY <= _slot_start(slot, self.started_at) <= self.started_at + LIVELY
        return lively or slot % QUIET == 0


async def open_trickle(app: Application, begun: Begun) -> Trickle:
    """Return the trickle of a demonstration that was seeded."""
    council, history = await asyncio.to_thread(invent, begun)
    return Trickle(app=app, council=council, history=history, started_at=app.clock.now())


def due_rows(council: Council, later: Iterable[Sent], *, since: datetime, until: datetime) -> list[Row]:
    """Return what was sent in (since, until]; of a long pause only its beginning and its end."""
    rows = [each.row for each in later if since < each.at <= until]
    if until - since <= 2 * CATCH_UP:
        return rows + trickle(council, since=since, until=until)
    before = trickle(council, since=since, until=since + CATCH_UP)
    return rows + before + trickle(council, since=until - CATCH_UP, until=until)


def _slot_start(slot: int, near: datetime) -> datetime:
    return datetime.fromtimestamp(slot * EVERY.total_seconds(), near.tzinfo)
