"""What retraining reads: incidents that a person or the engine decided, and the whole register."""

from __future__ import annotations

from pathlib import Path

import pytest

from missing_coord.bootstrap import weights_in_force
from missing_coord.domain.access import system_actor
from missing_coord.domain.errors import PermanentError
from missing_coord.settings import Settings
from missing_coord.storage.decided_matches import decided_matches, match_rows
from missing_coord.storage.views.timeline import timeline_of_child
from missing_coord.web.show import timeline
from tests.builders.reviews import COORDINATOR, Said, child, decide, there_and_back
from tests.builders.road import feed, open_road
from tests.databases import Database


async def test_open_reviews_are_left_out_and_decisions_of_people_are_read(database: Database) -> None:
    async with open_road(database) as road:
        await feed(road, "children", [child(), child("C2", forename="Bryn", surname="Calloway")])
        await feed(road, "police", there_and_back())
        async with road.database.unit_of_work(system_actor("test")) as uow:
            before, register = await decided_matches(uow.connection)
        await decide(road, "same", child_id="C1")
        async with road.database.unit_of_work(system_actor("test")) as uow:
            after, _ = await decided_matches(uow.connection)
    assert [each.child_id for each in register] == ["C1", "C2"]
    assert before == []
    assert [each.child and each.child.child_id for each in after] == ["C1"]
    assert after[0].person.surname != ""


async def test_the_weights_that_decided_are_kept_with_a_match_and_exported(database: Database) -> None:
    known: Said = {"forename": "Tamsin", "surname": "Quillfeather", "date_of_birth": "2011-04-03"}
    async with open_road(database) as road:
        await feed(road, "children", [child()])
        await feed(road, "police", [*there_and_back(**known, local_child_id="C1"), *there_and_back("MP/2")])
        await decide(road, "same", reference="MP/2", child_id="C1")
        async with road.database.unit_of_work(system_actor("test")) as uow:
            rows = await match_rows(uow.connection)
        async with road.database.unit_of_work(COORDINATOR) as uow:
            told = [
                each
                for each in await timeline_of_child(uow, "C1", confidential=False)
                if each.kind == "match"
            ]
    assert [(row["reference"], row["match_state"], row["weights_version"]) for row in rows] == [
        ("MP/1", "automatic", "v2"),
        ("MP/2", "confirmed", "v2"),
    ]
    assert {(each.what, each.by) for each in told} == {
        ("automatic", "the matching engine"),
        ("confirmed", COORDINATOR.name),
    }
    assert any(each.detail.endswith("matching weights v2") for each in told)
    assert timeline(told)[0]["title"] in ("Matched to this child", "Confirmed as this child's")


async def test_a_placement_is_filed_with_its_days(database: Database) -> None:
    placed = {"child_id": "C1", "placement_id": "P1", "start_date": "2026-01-05", "end_date": "2026-06-01"}
    async with open_road(database) as road:
        await feed(road, "children", [child()])
        await feed(road, "placements", [placed | {"postcode": "M1 2AB"}])
        async with road.database.unit_of_work(system_actor("test")) as uow:
            _, register = await decided_matches(uow.connection)
    assert [list(stay) for stay in register[0].stays] == [["M12AB", "20260105", "20260601"]]


def test_weights_that_cannot_be_read_are_refused_by_the_name_of_their_setting(tmp_path: Path) -> None:
    with pytest.raises(PermanentError, match="MISSING_COORD_MATCH_WEIGHTS"):
        weights_in_force(Settings(match_weights=tmp_path / "none.json"))
