"""An IRO disputes an interview that nobody has recorded anything on yet, and then there is nothing left to ask."""

from __future__ import annotations

import uuid
from datetime import timedelta

from missing_coord.bootstrap import Application
from missing_coord.storage.stores.disputes import open_dispute
from tests.builders.reviews import COORDINATOR, child, decide, notice, there_and_back
from tests.builders.road import NOW, feed, open_road, rows_of
from tests.databases import Database

DISPUTED = "select i.child_id, i.state from disputes d join interviews i using (interview_id)"


KNOWN = child("C7", forename="Tam", surname="Feather", date_of_birth="2011-03-04")


async def dispute(road: Application) -> None:
    query = "select interview_id::text as id from interviews order by (child_id = 'C7')"
    interview = (await rows_of(road, query))[0]
    async with road.database.unit_of_work(COORDINATOR) as uow:
        await open_dispute(
            uow, dispute_id=str(uuid.uuid4()), interview_id=interview["id"], iro="Kit Larch",
            about="nobody has asked the child", started_on=NOW.date(), due_on=NOW.date() + timedelta(days=3),
        )  # fmt: skip


async def test_a_cancelled_episode_closes_the_disputed_interview_and_keeps_it(database: Database) -> None:
    async with open_road(database) as road:
        await feed(road, "children", [KNOWN])
        await feed(road, "police", there_and_back(local_child_id="C7"))
        await dispute(road)
        await feed(road, "police", [{**notice(message="cancelled"), "issued_at": NOW.isoformat()}])
        assert await rows_of(road, DISPUTED) == [{"child_id": "C7", "state": "cancelled_recorded_in_error"}]


async def test_a_dispute_follows_an_episode_to_the_interview_of_the_child_who_it_turns_out_to_be(
    database: Database,
) -> None:
    async with open_road(database) as road:
        await feed(road, "children", [KNOWN])
        await feed(road, "police", there_and_back("MP/2", day=15, local_child_id="C7"))
        await feed(road, "police", there_and_back(surname="Quillfeather"))
        await dispute(road)
        await decide(road, "same", child_id="C7")
        assert await rows_of(road, DISPUTED) == [{"child_id": "C7", "state": "not_offered"}]
