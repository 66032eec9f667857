"""Fills an empty database with a synthetic council: its files through the real intake, its past day by day."""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from missing_coord.bootstrap import Application
from missing_coord.demo.accounts import open_accounts
from missing_coord.demo.audits import Audits
from missing_coord.demo.council import Council, generate_council
from missing_coord.demo.deeds import Deed, Deeds
from missing_coord.demo.files import write_csv, write_files
from missing_coord.demo.help_after import HelpAfter
from missing_coord.demo.history import History, generate_history
from missing_coord.demo.incidents import PER_MONTH
from missing_coord.demo.latest import spoilt
from missing_coord.demo.marks import DEMO, Begun, Marks, Size
from missing_coord.demo.notices import Sent
from missing_coord.demo.office import Office
from missing_coord.demo.rows import LIST_COLUMNS, NOTICE_COLUMNS, Row
from missing_coord.domain.clock import FixedClock
from missing_coord.domain.errors import PermanentError
from missing_coord.domain.london import LONDON, london_day
from missing_coord.domain.records import comparable
from missing_coord.storage.database import Database

SLOT = timedelta(hours=6)
"""How much of the past is played at once: its notices first, then what was done, then a sweep."""
OLD_SLOT, OLD = timedelta(hours=12), timedelta(days=28)
"""What is longer ago is played in larger pieces."""
RECORDS = timedelta(days=45)
"""How far back interviews have records."""
NEWS = timedelta(days=2)
"""How recent an event must be for people to be told of it when the demonstration starts."""
AT_ONCE = 6
_REGISTER = ("children", "placements", "workers", "absences")


class Regular(Protocol):
    """The regular work that goes on beside what people do."""

    async def fire(self, as_of: datetime | None = None) -> Sequence[object]:
        """Record every escalation step that is due."""
        ...

    async def propose(self) -> object:
        """Propose a visit for every open interview."""
        ...

    async def look_for_patterns(self, *, since: datetime | None = None) -> Sequence[object]:
        """Look for patterns."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where a seeding tells what it does: a sentence for each stage, and (done, whole) within the long one."""

    stage: Callable[[str], None]
    part: Callable[[int, int], None] | None = None


@dataclass(slots=True, kw_only=True)
class Seeded:
    """What a seeding did."""

    begun: Begun
    counts: Counter[str] = field(default_factory=Counter)


def invent(begun: Begun) -> tuple[Council, History]:
    """Return the council of a demonstration and its past, the same every time."""
    size = begun.size
    council = generate_council(
        seed=size.seed,
        as_of=begun.as_of,
        looked_after=size.children,
        at_home=round(size.children * 0.48),
        guests=max(3, round(size.children * 0.056)),
    )
    per_month = PER_MONTH * size.children / 1250
    return council, generate_history(council, now=begun.as_of, months=size.months, per_month=per_month)


async def begin(app: Application, size: Size) -> tuple[Begun, bool]:
    """Return the demonstration of this database, begun now if there is none, and whether it is complete.

    Raises PermanentError where real data may be: a database of your own without MISSING_COORD_DEMO, or one that holds
    anything that no demonstration put there.
    """
    if not app.settings.embedded and not app.settings.demo:
        raise PermanentError(
            "Refused: MISSING_COORD_DATABASE_URL is set, and a synthetic council must never mix with real children."
            " Unset it, or set MISSING_COORD_DEMO=1 for a database that is for demonstrations only."
        )
    marks = Marks(app.database)
    begun = await marks.begun()
    if begun is not None:
        return begun, await marks.lived_until() == begun.as_of
    if await marks.holds_anything():
        raise PermanentError(
            "Refused: this database holds data that no demonstration put there. Use another folder:"
            " MISSING_COORD_HOME=./demo-var"
        )
    begun = Begun(as_of=app.clock.now().replace(second=0, microsecond=0), size=size)
    await marks.begin(begun)
    return begun, False


async def seed(
    app: Application,
    begun: Begun,
    *,
    folder: Path,
    regular: Callable[[Application], Regular],
    progress: Progress,
) -> Seeded:
    """Play the past of a demonstration up to its present, from where an earlier seeding stopped; safe to repeat."""
    progress.stage("Inventing a council")
    council, history = await asyncio.to_thread(invent, begun)
    marks = Marks(app.database)
    lived_until = await marks.lived_until()
    async with _in_the_past(app, at=history.since) as (past, clock):
        seeded = Seeded(begun=begun)
        if lived_until is None:
            await _take_in_register(past, council, folder, seeded, progress)
            await marks.live_until(history.since)
        progress.stage("Playing the past")
        player = _player(past, council, history, folder, regular(past), seeded)
        slots = _slots(history.since, begun.as_of)
        for number, (start, end) in enumerate(slots, start=1):
            if lived_until is None or end > lived_until:
                clock.instant = end
                await player.play(start, end)
                await marks.live_until(end)
            if progress.part is not None:
                progress.part(number, len(slots))
        progress.stage("Proposing visits and looking for patterns")
        await player.regular.propose()
        await _call_it_told(past, begun.as_of - NEWS)
        seeded.counts["patterns"] += len(await player.regular.look_for_patterns())
    seeded.counts.update(player.deeds.done)
    seeded.counts.update(player.office.done)
    seeded.counts.update(player.audits.done)
    seeded.counts.update(player.help_after.done)
    return seeded


@asynccontextmanager
async def _in_the_past(app: Application, *, at: datetime) -> AsyncIterator[tuple[Application, FixedClock]]:
    """Lend the application with a clock of its own; its commits do not wait for the disk, as all can be repeated."""
    url = make_url(app.database_url).update_query_dict({"options": "-csynchronous_commit=off"})
    clock = FixedClock(at)
    engine = create_async_engine(url, pool_size=AT_ONCE, hide_parameters=True)
    database = Database(engine=engine, clock=clock)
    try:
        yield replace(app, clock=clock, database=database), clock
    finally:
        await database.close()


async def _take_in_register(
    past: Application, council: Council, folder: Path, seeded: Seeded, progress: Progress
) -> None:
    progress.stage("Taking in the register, the placements and the interviewers")
    write_files(council, folder)
    for kind in _REGISTER:
        summary = await past.intake().ingest(folder / f"{kind}.csv", kind)
        seeded.counts[kind] += summary.accepted
    if past.settings.demo:
        await open_accounts(past)


async def _call_it_told(past: Application, before: datetime) -> None:
    """Mark the events of the past as delivered: nobody is told today of what was assigned two months ago."""
    async with past.database.unit_of_work(DEMO) as uow:
        await uow.execute(text(_TOLD), {"before": before})


_TOLD = "update outbox set sent_at = occurred_at where sent_at is null and occurred_at < :before"


def _player(
    past: Application, council: Council, history: History, folder: Path, regular: Regular, seeded: Seeded
) -> _Player:
    return _Player(
        past=past,
        history=history,
        sent=spoilt(history.sent, now=history.now),
        folder=folder,
        regular=regular,
        seeded=seeded,
        deeds=Deeds(
            database=past.database,
            policy=past.policy,
            workers={row["worker_id"]: row["name"] for row in council.workers},
            records_since=history.now - RECORDS,
        ),
        office=Office(app=past, truth=_truth(history)),
        audits=Audits(app=past, since=history.now - RECORDS),
        help_after=HelpAfter(database=past.database),
        slots=_by_slot(history),
    )


def _slots(since: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
    slots = []
    start = since
    while start < until:
        end = min(start + (SLOT if until - start <= OLD else OLD_SLOT), until)
        slots.append((start, end))
        start = end
    return slots


def _truth(history: History) -> dict[tuple[str, str], frozenset[str]]:
    about: dict[tuple[str, str], set[str]] = defaultdict(set)
    for each in history.sent:
        if each.child_id:
            about[comparable(each.row["force"]), comparable(each.row["reference"])].add(each.child_id)
    return {key: frozenset(children) for key, children in about.items()}


def _by_slot(history: History) -> dict[datetime, dict[str, list[Deed]]]:
    """Return what was done, by the end of the slot and by child, in the order of time."""
    ends = [end for _, end in _slots(history.since, history.now)]
    deeds = [
        Deed(outcome=outcome, number=number, step=step)
        for outcome in history.outcomes
        for number, step in enumerate(outcome.steps, start=1)
    ]
    slots: dict[datetime, dict[str, list[Deed]]] = defaultdict(lambda: defaultdict(list))
    for deed in sorted(deeds, key=lambda each: each.step.at):
        who = deed.outcome.child_id or deed.outcome.reference
        slots[ends[bisect_left(ends, deed.step.at)]][who].append(deed)
    return slots


@dataclass(slots=True, kw_only=True)
class _Player:
    past: Application
    history: History
    sent: Sequence[Sent]
    folder: Path
    regular: Regular
    seeded: Seeded
    deeds: Deeds
    office: Office
    audits: Audits
    help_after: HelpAfter
    slots: dict[datetime, dict[str, list[Deed]]]

    async def play(self, start: datetime, end: datetime) -> None:
        """Play one slot: what police and placements sent, what was done, what nobody did."""
        await self._take_in(end, "police", "notices", self._notices(start, end), NOTICE_COLUMNS)
        if london_day(end) != london_day(start) or end == self.history.now:
            await self.audits.audit(end)
            await self.help_after.go_on(end)
            await self._take_in(end, "missing-list", "list", self._list(end), LIST_COLUMNS)
        await self.office.decide_unsure(end)
        await self._do(self.slots.get(end, {}))
        await self.regular.fire(end)
        if end.astimezone(LONDON).weekday() == 0:
            await self.office.close_old(end)

    def _notices(self, start: datetime, end: datetime) -> list[Row]:
        first = start == self.history.since
        return [each.row for each in self.sent if each.at <= end and (first or start < each.at)]

    def _list(self, end: datetime) -> list[Row]:
        """Return the council's own list of the last day as it stood then."""
        since = end - timedelta(days=1) - OLD_SLOT
        rows = []
        for row in self.history.list_rows:
            started, ended = datetime.fromisoformat(row["started_at"]), _instant(row["ended_at"])
            if started <= end and (started > since or (ended is not None and since < ended <= end)):
                rows.append(row if ended is None or ended <= end else row | {"ended_at": ""})
        return rows

    async def _take_in(
        self, end: datetime, kind: str, name: str, rows: list[Row], columns: tuple[str, ...]
    ) -> None:
        if not rows:
            return
        folder = self.folder / name
        folder.mkdir(parents=True, exist_ok=True)
        file = write_csv(folder / f"{name}-{end:%Y-%m-%dT%H%M}.csv", rows, columns=columns)
        summary = await self.past.intake().ingest(file, kind)
        self.seeded.counts[f"{name} accepted"] += summary.accepted
        self.seeded.counts[f"{name} quarantined"] += summary.quarantined

    async def _do(self, by_child: dict[str, list[Deed]]) -> None:
        """Do each child's deeds in their order, several children at once."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def one_child(deeds: list[Deed]) -> None:
            async with gate:
                await self.deeds.do(deeds)

        async with asyncio.TaskGroup() as group:
            for deeds in by_child.values():
                group.create_task(one_child(deeds))


def _instant(written: str) -> datetime | None:
    return datetime.fromisoformat(written) if written else None
