"""Reports that are kept: the same to the byte for good, shown against what has been restated since."""

from __future__ import annotations

import random
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from missing_coord.domain.access import Actor, Role, system_actor
from missing_coord.domain.clock import FixedClock
from missing_coord.domain.errors import NotFound, PermanentError
from missing_coord.reporting.documents import render
from missing_coord.reporting.frozen import keep, kept_report, kept_reports, restated
from missing_coord.reporting.monthly import Report, read_report
from missing_coord.reporting.situation import situation
from missing_coord.storage.database import Database as Storage
from tests.databases import Database
from tests.integration.test_monthly import seed

NOW = datetime(2026, 12, 1, tzinfo=UTC)
MANAGER = Actor(role=Role.MANAGER, name="Mara Quint", user_id=str(uuid.uuid4()))


@pytest.fixture
async def storage(database: Database) -> AsyncIterator[Storage]:
    """Open a database with some history at a fixed time."""
    opened = Storage.open(database.app_url, clock=FixedClock(NOW), pool_size=2)
    await seed(opened, random.Random(3), cases=80)
    yield opened
    await opened.close()


async def october(storage: Storage) -> Report:
    """Return October as known now."""
    async with storage.unit_of_work(MANAGER) as uow:
        return await read_report(uow, period="2026-10", as_at=NOW, council="E08000003")


async def freeze(storage: Storage, report: Report) -> int:
    """Keep a report as the manager."""
    async with storage.unit_of_work(MANAGER) as uow:
        return await keep(uow, report, by="Mara Quint", now=NOW)


@pytest.mark.parametrize("format", ["html", "csv", "xlsx"])
async def test_a_kept_report_is_written_again_the_same_to_the_byte_whatever_happened_since(
    storage: Storage, format: str
) -> None:
    first = await october(storage)
    number = await freeze(storage, first)
    async with storage.unit_of_work(system_actor("test")) as uow:
        await uow.execute(text("update episodes set risk = 'high', kind = 'A'"))
    async with storage.unit_of_work(MANAGER) as uow:
        kept = await kept_report(uow, number)
    assert (kept.report, kept.kept_by, kept.kept_at) == (first, "Mara Quint", NOW)
    assert render(kept.report, format=format) == render(first, format=format)


async def test_late_data_shows_as_restated_since_with_the_rows_that_came_and_went(storage: Storage) -> None:
    first = await october(storage)
    await freeze(storage, first)
    moved = next(m for g in first.groups for m in g.measures if m.key == "incidents").rows[0]
    async with storage.unit_of_work(system_actor("test")) as uow:
        await uow.execute(
            text("update episodes set status = 'cancelled' where episode_id = :id"), {"id": moved}
        )
    async with storage.unit_of_work(MANAGER) as uow:
        (kept,) = await kept_reports(uow, period="2026-10")
    lines = {each.key: each for each in restated(kept.report, await october(storage))}
    count = int(lines["incidents"].before)
    assert (lines["incidents"].now, lines["incidents"].came, lines["incidents"].went) == (
        str(count - 1),
        0,
        1,
    )
    assert "away_incidents" not in lines
    assert restated(first, first) == []


async def test_nobody_changes_or_deletes_a_kept_report(storage: Storage) -> None:
    await freeze(storage, await october(storage))
    for actor in (MANAGER, system_actor("test")):
        for statement in ("update kept_reports set content = ''", "delete from kept_reports"):
            with pytest.raises(DBAPIError, match="permission denied"):
                async with storage.unit_of_work(actor) as uow:
                    await uow.execute(text(statement))


async def test_a_kept_report_that_was_tampered_with_is_refused(storage: Storage, database: Database) -> None:
    number = await freeze(storage, await october(storage))
    engine = create_engine(database.admin_url)
    with engine.begin() as connection:
        connection.execute(text("update kept_reports set content = replace(content, '2026-6', '2026-7')"))
    engine.dispose()
    async with storage.unit_of_work(MANAGER) as uow:
        with pytest.raises(PermanentError, match="not what was kept"):
            await kept_report(uow, number)
        with pytest.raises(NotFound):
            await kept_report(uow, 999)


async def test_the_daily_line_counts_what_plain_sql_counts(storage: Storage) -> None:
    now = datetime(2026, 10, 20, 12, tzinfo=UTC)
    async with storage.unit_of_work(MANAGER) as uow:
        found = {line.key: line.count for line in (await situation(uow, now=now)).lines}
    async with storage.unit_of_work(system_actor("test")) as uow:
        rows = list(
            (
                await uow.execute(
                    text(
                        "select d.due_at, d.first_offered_at, i.worker_id from interview_episodes d"
                        " join interviews i using (interview_id) join episodes e using (episode_id)"
                        " where d.resolved_at is null and i.closed_at is null"
                        " and e.population <> 'other_authority_placed_here'"
                    )
                )
            ).mappings()
        )
    assert found["open"] == len(rows) > 0
    assert found["breached"] == sum(row["due_at"] < now for row in rows)
    assert found["due_today"] == sum(
        now <= row["due_at"] < datetime(2026, 10, 20, 23, tzinfo=UTC) for row in rows
    )
    assert found["not_offered"] == sum(row["first_offered_at"] is None for row in rows)
    assert found["missing_now"] == 0
