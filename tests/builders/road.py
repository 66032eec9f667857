"""The whole road on a real database: opens it, feeds it rows, and tells its state in a form that can be compared."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text

from missing_coord.bootstrap import Application
from missing_coord.contracts.parsing import parse
from missing_coord.domain.access import system_actor
from missing_coord.domain.clock import FixedClock
from missing_coord.messaging.files import FileIntake
from missing_coord.messaging.rows import Row, Taken
from missing_coord.services.ports.work import Policy
from missing_coord.services.verify import Verification, verify
from missing_coord.settings import Settings
from missing_coord.storage.database import Database as Storage
from tests.databases import Database

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@asynccontextmanager
async def open_road(database: Database, *, now: datetime = NOW) -> AsyncIterator[Application]:
    """Open the application on a test database with a clock that stands at `now`."""
    clock = FixedClock(now)
    storage = Storage.open(database.app_url, clock=clock, pool_size=4)
    try:
        yield Application(
            settings=Settings(),
            clock=clock,
            database=storage,
            policy=Policy(council="E08000003"),
            database_url=database.app_url,
            owner_url=database.owner_url,
        )
    finally:
        await storage.close()


async def feed(
    road: Application, kind: str, rows: Sequence[dict[str, str]], *, chunk: int = 200, source: str = "test"
) -> list[Taken]:
    """Take in rows of one kind as they would come over HTTP."""
    intake = road.intake()
    intake = FileIntake(
        database=intake.database,
        engine=intake.engine,
        refresh=intake.refresh,
        actor=intake.actor,
        clock=intake.clock,
        chunk=chunk,
    )
    parsed = [(row, parse(kind, row)) for row in rows]
    items = [Row(raw=dict(row), line=None, record=p.record, faults=p.faults) for row, p in parsed]
    return await intake.ingest_items(items, kind, source=source)


async def rows_of(road: Application, query: str, **parameters: Any) -> list[dict[str, Any]]:
    """Run a query as the system and return its rows."""
    async with road.database.unit_of_work(system_actor("test")) as uow:
        result = await uow.execute(text(query), parameters)
        return [dict(row) for row in result.mappings()]


async def verified(road: Application) -> Verification:
    """Verify as the system."""
    async with road.database.unit_of_work(system_actor("verify")) as uow:
        return await verify(uow)


async def findings(road: Application) -> list[str]:
    """Return the rules that verifying finds broken."""
    return [each.rule for each in (await verified(road)).findings]


async def state_of_the_road(road: Application) -> dict[str, Any]:
    """Return episodes, interviews and counts without the numbers that are drawn at random."""
    episodes = await rows_of(road, f"select {_CHILD}, {_EPISODE} from episodes e")
    duties = await rows_of(road, f"select {_CHILD}, {_DUTY} from interview_episodes d {_JOINS}")
    interviews = await rows_of(road, f"select {_CHILD}, {_INTERVIEW} from interviews e")
    notices = await rows_of(road, "select force_key, reference_key, message, content_hash from notices")
    incidents = await rows_of(
        road, f"select {_CHILD}, match_state, force_key, reference_key from incidents e"
    )
    found = {
        "episodes": episodes,
        "duties": duties,
        "interviews": interviews,
        "notices": notices,
        "incidents": incidents,
    }
    return {name: sorted(map(repr, rows)) for name, rows in found.items()}


_CHILD = "case when e.child_id like 'P-%' then 'provisional' else e.child_id end as child"
_EPISODE = (
    "e.kind, e.status, e.started_at, e.start_known, e.ended_at, e.end_basis, e.last_seen_at, e.reported_at,"
    " e.found_at, e.returned_at, e.safe_and_well_at, e.told_at, e.told_ended_at, e.risk, e.population,"
    " e.placement_id, e.responsible_authority, e.host_authority, e.distance_miles, e.refs, e.flags"
)
_DUTY = "e.refs, e.started_at, d.clock_from, d.basis, d.due_at, d.provisional, d.next_step, d.next_step_at, d.result"
_JOINS = "join episodes e using (episode_id)"
_INTERVIEW = (
    "e.state, e.population, e.child_missing, e.returned_at, e.due_at, e.provisional, e.worker_id, e.closed_at"
)
