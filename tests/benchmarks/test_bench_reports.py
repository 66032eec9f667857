"""How fast a month over 100,000 episodes of history becomes a page, a PDF, a workbook and rows."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from statistics import median

import pytest
from sqlalchemy import create_engine, text

from missing_coord.domain.access import system_actor
from missing_coord.domain.clock import FixedClock
from missing_coord.reporting.documents import render
from missing_coord.reporting.monthly import read_report
from missing_coord.storage.database import Database as Storage
from tests.databases import Database

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]
EPISODES, CHILDREN, YEARS = 100_000, 8_000, 5
ROUNDS = 3
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
_FILL = (
    """insert into children (child_id, responsible_authority, status)
       select 'C' || n, 'E08000003', 'looked_after' from generate_series(0, :children - 1) n""",
    """insert into workers (worker_id, team, employer, fte, weekly_target)
       select 'W' || n, (array['in_house', 'commissioned'])[1 + n % 2], 'Employer ' || n % 3, 1, 15
       from generate_series(1, 30) n""",
    """insert into episodes (episode_id, child_id, kind, status, started_at, start_known, ended_at, end_basis,
           returned_at, told_at, told_ended_at, risk, population, place_code, provider_name, created_at, updated_at)
       select gen_random_uuid(), 'C' || n % :children, (array['M', 'M', 'M', 'A'])[1 + n % 4], 'ended', at, true,
           at + length, 'returned', at + length, at + interval '1 hour', at + length + interval '2 hours',
           (array['high', 'medium', 'low'])[1 + n % 3],
           (array['own_home_child', 'own_looked_after_in_area', 'own_looked_after_out_of_area'])[1 + n % 3],
           (array['', 'K2', 'U6'])[1 + n % 3], 'Provider ' || n % 40, at, at
       from (select n, cast(:now as timestamptz) - n * (cast(:years || ' years' as interval) / :episodes) as at,
                    interval '1 hour' * (2 + n % 60) as length
             from generate_series(1, :episodes) n) made""",
    """insert into interviews (interview_id, child_id, population, state, worker_id, held_at, closed_at, closed_by,
           reason, independence_basis, opened_at, updated_at)
       select episode_id, child_id, population,
           (array['completed', 'completed', 'declined_by_child', 'not_required_manager_decision'])[1 + n % 4],
           'W' || 1 + n % 30, ended_at + interval '1 hour' * (n % 100), ended_at + interval '101 hours', 'somebody',
           'known', 'independent_of_care', ended_at, ended_at
       from (select *, row_number() over (order by started_at) as n from episodes) e""",
    """insert into interview_episodes (interview_id, episode_id, clock_from, basis, due_at, provisional,
           first_offered_at, resolved_at)
       select episode_id, episode_id, ended_at, 'returned', ended_at + interval '72 hours', false,
           ended_at + interval '5 hours', ended_at + interval '101 hours' from episodes""",
    """insert into interview_events (interview_id, kind, at, recorded_at, recorded_by)
       select episode_id, said.kind, ended_at + interval '5 hours', ended_at + interval '6 hours', 'somebody'
       from episodes, unnest(array['assigned', 'offer', 'completed']) as said(kind)""",
    "analyze",
)


def _fill(database: Database) -> None:
    values = {"children": CHILDREN, "episodes": EPISODES, "years": YEARS, "now": NOW}
    engine = create_engine(database.admin_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in _FILL:
            used = {name: value for name, value in values.items() if f":{name}" in statement}
            connection.execute(text(statement), used)
    engine.dispose()


async def test_speed_of_a_month_over_a_hundred_thousand_episodes(database: Database) -> None:
    _fill(database)
    storage = Storage.open(database.app_url, clock=FixedClock(NOW), pool_size=2)
    seconds: dict[str, list[float]] = {}
    for form in ("html", "csv", "xlsx", "pdf") * ROUNDS:
        started = time.perf_counter()
        async with storage.unit_of_work(system_actor("bench")) as uow:
            report = await read_report(uow, period="2026-10", as_at=NOW, council="E08000003")
        counted = time.perf_counter()
        render(report, format=form, suppress_below=5)
        seconds.setdefault("read and count", []).append(counted - started)
        seconds.setdefault(form, []).append(time.perf_counter() - counted)
    await storage.close()
    medians = {what: median(spent) for what, spent in seconds.items()}
    together = medians["read and count"] + medians["html"] + medians["pdf"]
    for what, spent in {**medians, "read, HTML and PDF together": together}.items():
        print(f"\nmonth over {EPISODES} episodes, {what}: {spent:.2f} s")  # noqa: T201
    incidents = next(m for g in report.groups for m in g.measures if m.key == "incidents")
    assert incidents.numerator > 1000
    assert len(report.trends[0].points) == 13
