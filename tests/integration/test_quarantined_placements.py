"""A placement that could not be read must not show an address that may be confidential."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from missing_coord.domain.access import Actor, Role, system_actor
from tests.builders.road import feed, open_road
from tests.databases import Database

ADDRESS = {"address": "14 Example Terrace", "postcode": "M14 0AB"}


def placement(confidential: str) -> dict[str, str]:
    row = {"child_id": "C1", "placement_id": "PL1", "start_date": "not a day"}
    return {**row, **ADDRESS, "confidential": confidential}


@pytest.mark.parametrize("confidential", ["yes", "perhaps"])
async def test_the_address_of_a_placement_that_may_be_confidential_is_withheld(
    database: Database, confidential: str
) -> None:
    async with open_road(database) as road:
        await feed(road, "placements", [placement(confidential)])
        async with road.database.unit_of_work(Actor(role=Role.MANAGER, name="m", user_id="")) as uow:
            (number, raw), *_ = (
                await uow.execute(text("select quarantine_id, raw::text from quarantine"))
            ).all()
        async with road.database.unit_of_work(system_actor("test")) as uow:
            kept = await uow.intake.withheld(number)
    assert "Example Terrace" not in raw
    assert "M14" not in raw
    assert kept == ADDRESS


async def test_the_address_of_an_open_placement_is_shown(database: Database) -> None:
    async with open_road(database) as road:
        await feed(road, "placements", [placement("no")])
        async with road.database.unit_of_work(Actor(role=Role.MANAGER, name="m", user_id="")) as uow:
            raw = (await uow.execute(text("select raw::text from quarantine"))).scalar_one()
    assert "Example Terrace" in raw
