"""What is looked at every minute is found by an index: it does not grow with what was closed long ago."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import text

from missing_coord.domain.clock import FixedClock
from missing_coord.domain.escalation import ClockKind
from missing_coord.storage.database import Database
from missing_coord.storage.stores.alerts import CAUSES
from missing_coord.storage.stores.professionals import _EVERYTHING, _RAISE
from missing_coord.storage.stores.sweep import _ANY
from tests import databases
from tests.acceptance.escalation_scene import SWEEP
from tests.builders.cases import RETURNED

LONG_CLOSED = 20_000
FILL = (
    "insert into children (child_id) select 'C-' || n from generate_series(1, :n) n",
    "insert into episodes (episode_id, child_id, kind, status, started_at, start_known, ended_at, told_at, population,"
    " created_at, updated_at) select gen_random_uuid(), child_id, 'M', 'ended', :at, true, :at, :at, 'own_home_child',"
    " :at, :at from children where :n > 0",
    "insert into interviews (interview_id, child_id, population, state, opened_at, updated_at, held_at, closed_at)"
    " select gen_random_uuid(), child_id, 'own_home_child', 'completed', :at, :at, :at, :at from children where :n > 0",
    "insert into interview_episodes (interview_id, episode_id, clock_from, basis, due_at, provisional, resolved_at,"
    " breached_at) select i.interview_id, e.episode_id, :at, 'returned', :at, false, :at, :at from interviews i"
    " join episodes e using (child_id) where :n > 0",
    "insert into escalations (interview_id, episode_id, step, breach, due_at, planned_at, fired_at, ladder_version)"
    " select interview_id, episode_id, 'breach', true, :at, :at, :at, '2026-1' from interview_episodes where :n > 0",
    "insert into intake_batches (batch_id, kind, source, content_sha256, started_at) select gen_random_uuid(),"
    " 'police', 'x', n::text, cast(:at as timestamptz) - n * interval '1 minute' from generate_series(1, :n) n",
)
LONG = ("interviews", "interview_episodes", "escalations", "intake_batches", "episodes", "children")


@pytest.fixture(scope="module")
def filled(postgres_server: databases.TestServer) -> Iterator[databases.Database]:
    with postgres_server.migrated() as database:
        with psycopg.connect(databases.plain(database.admin_url), autocommit=True) as admin:
            for each in FILL:
                admin.execute(
                    each.replace(":n", str(LONG_CLOSED))
                    .replace(":at", "timestamptz '2025-06-01 09:00+00'")
                    .encode()
                )
            admin.execute("vacuum analyze")
        yield database


def _queries() -> dict[str, str]:
    causes = {clock.value: query for clock, query in CAUSES.items() if clock is not ClockKind.ROTA_GAP}
    return {**causes, "professionals raised": _RAISE.replace("{found}", _EVERYTHING), "sweep": _ANY}


@pytest.mark.parametrize("name", sorted(_queries()))
async def test_nothing_long_closed_is_read_when_nothing_is_to_do(
    filled: databases.Database, name: str
) -> None:
    opened = Database.open(filled.app_url, clock=FixedClock(RETURNED))
    query = _queries()[name]
    values = {part: RETURNED for part in ("now", "at", "since") if f":{part}" in query}
    async with opened.unit_of_work(SWEEP) as uow:
        await uow.execute(text("set local plan_cache_mode = force_custom_plan"))
        plan = "\n".join(row[0] for row in await uow.execute(text(f"explain {query}"), values))
    await opened.close()
    read = [table for table in LONG if f"Seq Scan on {table} " in plan]
    assert read == [], plan
