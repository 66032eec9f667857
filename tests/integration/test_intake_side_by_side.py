"""Transactions of intake side by side: each row keeps its place, and nobody overwrites what another takes in."""

from __future__ import annotations

import asyncio

from missing_coord.bootstrap import Application
from missing_coord.contracts.parsing import parse
from missing_coord.services.intake import receive_notices
from missing_coord.services.ports.received import Received
from missing_coord.services.register import reexamine
from tests.builders.reviews import notice
from tests.builders.road import feed, open_road, rows_of
from tests.databases import Database

WAITING = "select 1 from pg_locks where not granted"


async def test_of_many_rows_taken_in_by_several_transactions_each_hears_what_became_of_it(
    database: Database,
) -> None:
    rows = [notice(f"MP/{number % 7}", day=1 + number % 9) for number in range(60)]
    rows = [{**row, "issued_at": "soon"} if number % 5 == 3 else row for number, row in enumerate(rows)]
    seen: list[dict[str, str]] = []
    wanted = []
    for row in rows:
        readable = row["issued_at"] != "soon"
        wanted.append("quarantined" if not readable else "duplicate" if row in seen else "accepted")
        seen.append(row)
    async with open_road(database) as road:
        taken = [each.outcome for each in await feed(road, "police", rows, chunk=9)]
        again = [each.outcome for each in await feed(road, "police", rows, chunk=9)]
    assert taken == wanted
    assert again == [each.replace("accepted", "duplicate") for each in wanted]


async def test_looking_again_waits_for_a_notice_that_is_being_taken_in_and_then_knows_of_it(
    database: Database,
) -> None:
    async with open_road(database) as road, asyncio.timeout(60):
        await feed(road, "police", [notice()])
        intake = road.intake()
        async with road.database.unit_of_work(intake.actor) as uow:
            row = notice(message="returned")
            batch = await uow.intake.open_batch(kind="police", source="test", content_sha256="")
            received = (parse("police", row).record, Received(raw=row, batch_id=batch, line=None))
            await receive_notices(uow, [received], engine=await intake.engine(uow))  # type: ignore[list-item]
            looking = asyncio.create_task(_look_again(road))
            while not await rows_of(road, WAITING):  # noqa: ASYNC110 - the database has no event to wait for
                await asyncio.sleep(0.01)
        await looking
        assert await rows_of(road, "select status from episodes") == [{"status": "ended"}]


async def _look_again(road: Application) -> None:
    intake = road.intake()
    async with road.database.unit_of_work(intake.actor) as uow:
        assert await reexamine(uow, engine=await intake.engine(uow)) == 1
