"""The register comes late, or changes: what was provisional joins its child, and what was open is looked at again."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from missing_coord.bootstrap import Application
from missing_coord.domain.interviews import ContactMethod, ContactWith
from missing_coord.services import interviews
from tests.builders.reviews import COORDINATOR, child, decide, incident, notice, there_and_back, whole_state
from tests.builders.road import NOW, feed, open_road, rows_of
from tests.databases import Database

FEATHER = {"forename": "Tam", "surname": "Feather", "date_of_birth": "2011-03-04"}


@pytest.fixture
async def road(database: Database) -> AsyncIterator[Application]:
    """Somebody whom the register does not know was missing and is back; an attempt was made."""
    async with open_road(database) as opened:
        await feed(opened, "children", [child("C2", forename="Bryn", surname="Calloway")])
        await feed(opened, "police", there_and_back())
        (row,) = await rows_of(opened, "select interview_id::text as id from interviews")
        async with opened.database.unit_of_work(COORDINATOR) as uow:
            await interviews.record_attempt(
                uow,
                interview_id=row["id"],
                at=NOW,
                method=ContactMethod.PHONE,
                contact_with=ContactWith.CHILD,
                note="rang the unknown",
            )
        yield opened


async def on_record(road: Application) -> list[tuple[str, str]]:
    """Return whose each open interview is, and the notes on it."""
    rows = await rows_of(
        road,
        "select i.child_id, string_agg(v.note, '; ') as notes from interviews i left join interview_events v"
        " using (interview_id) where i.closed_at is null group by 1 order by 1",
    )
    return [(row["child_id"], row["notes"]) for row in rows]


async def test_a_later_register_row_takes_over_the_provisional_record_with_all_that_hangs_on_it(
    road: Application,
) -> None:
    before = await rows_of(road, "select interview_id, due_at from interviews")
    assert (await incident(road))["child_id"].startswith("P-")
    await feed(road, "children", [child("C7", **FEATHER)])
    found = await incident(road)
    assert (found["child_id"], found["match_state"]) in (("C7", "automatic"), (found["child_id"], "review"))
    if found["match_state"] == "review":
        await decide(road, "same", child_id="C7")
    assert await on_record(road) == [("C7", "rang the unknown")]
    assert await rows_of(road, "select interview_id, due_at from interviews") == before
    assert (
        await rows_of(road, "select 1 from episodes where child_id like 'P-%' and status <> 'cancelled'")
        == []
    )


async def test_a_row_that_names_the_very_child_joins_without_anybody(road: Application) -> None:
    await feed(road, "police", [notice("MP/1", message="update", local_child_id="C7")])
    await feed(road, "children", [child("C7", **FEATHER)])
    found = await incident(road)
    assert (found["child_id"], found["match_state"]) == ("C7", "automatic")
    assert await on_record(road) == [("C7", "rang the unknown")]


async def test_a_child_known_by_the_councils_list_alone_becomes_the_register_row(road: Application) -> None:
    await feed(road, "missing-list", [{"child_id": "C8", "type": "M", "started_at": "2026-11-12T20:00:00Z"}])
    assert await rows_of(road, "select provisional from children where child_id = 'C8'") == [
        {"provisional": True}
    ]
    before = await rows_of(road, "select episode_id, started_at from episodes where child_id = 'C8'")
    await feed(road, "children", [child("C8", forename="Nia", surname="Other")])
    assert await rows_of(road, "select provisional from children where child_id = 'C8'") == [
        {"provisional": False}
    ]
    assert await rows_of(road, "select episode_id, started_at from episodes where child_id = 'C8'") == before


async def test_a_correction_of_the_register_settles_an_open_review(road: Application) -> None:
    await feed(road, "police", [notice("MP/1", message="update", local_child_id="C2")])
    assert (await incident(road))["match_state"] == "review"
    await feed(road, "children", [child("C2", **FEATHER)])
    found = await incident(road)
    assert (found["child_id"], found["match_state"]) == ("C2", "automatic")


async def test_a_childs_later_row_joins_even_where_a_person_said_not_on_the_register(
    road: Application,
) -> None:
    await feed(road, "police", [notice("MP/1", message="update", local_child_id="C7")])
    await decide(road, "not_on_register")
    await feed(road, "children", [child("C3", forename="Nia", surname="Other")])
    assert (await incident(road))["match_state"] == "not_on_register"
    await feed(road, "children", [child("C7", **FEATHER)])
    for _ in range(2):
        found = await incident(road)
        assert (found["child_id"], found["match_state"]) == ("C7", "automatic")
        assert await on_record(road) == [("C7", "rang the unknown")]
        await feed(road, "police", [notice("MP/1", message="update", day=12, local_child_id="C7")])


async def test_whom_the_person_saw_and_did_not_take_is_not_joined_by_a_later_row(road: Application) -> None:
    await feed(road, "children", [child("C7", **FEATHER)])
    await feed(road, "police", [notice("MP/1", message="update", local_child_id="C7")])
    assert (await incident(road))["child_id"] == "C7"
    await decide(road, "not_on_register")
    await feed(road, "children", [child("C7", home_postcode="M2 1AA", **FEATHER)])
    assert (await incident(road))["match_state"] == "not_on_register"


async def test_a_decision_stands_whatever_the_register_says_later(road: Application) -> None:
    await decide(road, "same", child_id="C2")
    await feed(road, "children", [child("C7", **FEATHER)])
    found = await incident(road)
    assert (found["child_id"], found["match_state"]) == ("C2", "confirmed")


async def test_looking_again_at_an_unchanged_register_changes_nothing(road: Application) -> None:
    before = await whole_state(road)
    await feed(road, "children", [child("C2", forename="Bryn", surname="Calloway")])
    assert await whole_state(road) == before
