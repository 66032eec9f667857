"""What an episode remembers of where the child lived and whose child it was, whatever changes later."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest

from missing_coord.bootstrap import Application
from missing_coord.domain.access import Role
from tests.builders.reviews import Said, child, there_and_back
from tests.builders.road import feed, open_road, rows_of
from tests.databases import Database
from tests.integration.web_scene import open_site

KNOWN: Said = {
    "forename": "Tamsin",
    "surname": "Quillfeather",
    "date_of_birth": "2011-04-03",
    "local_child_id": "C1",
}
OUT = {
    "child_id": "C1",
    "placement_id": "PL1",
    "start_date": "2026-10-01",
    "place_code": "K2",
    "provider_code": "PR4",
    "provider_name": "Sample House",
    "urn": "SC123456",
    "address": "1 Hidden Lane",
    "postcode": "BL9 0SW",
}
THEN = {
    "placement_id": "PL1",
    "place_code": "K2",
    "provider_code": "PR4",
    "provider_name": "Sample House",
    "urn": "SC123456",
    "responsible_authority": "E08000003",
    "host_authority": "E08000002",
    "distance_miles": 7.9,
    "population": "own_looked_after_out_of_area",
}


@pytest.fixture
async def road(database: Database) -> AsyncIterator[Application]:
    """A child placed in the next town, who was missing on 10 November."""
    async with open_road(database) as opened:
        await feed(opened, "children", [child()])
        await feed(opened, "placements", [OUT])
        await feed(opened, "police", there_and_back(**KNOWN))
        yield opened


async def remembered(road: Application) -> dict[str, Any]:
    names = ", ".join(THEN)
    (row,) = await rows_of(road, f"select {names} from episodes where status <> 'cancelled'")
    return row


async def test_the_placement_of_the_day_is_on_the_episode(road: Application) -> None:
    assert await remembered(road) == THEN


@pytest.mark.parametrize(
    "change",
    [{"home_postcode": "BL9 0SW"}, {"status": "closed"}, {"responsible_authority": "E08000006"}, {"status": "known"}],
    ids=["moves house", "case closed", "another authority", "leaves care"],
)  # fmt: skip
async def test_what_changes_later_on_the_register_changes_no_past_episode(
    road: Application, change: dict[str, str]
) -> None:
    await feed(road, "children", [child(**change)])
    assert await remembered(road) == THEN
    await feed(road, "police", there_and_back("MP/2", day=16, **KNOWN))
    (old, new) = await rows_of(
        road, "select responsible_authority, distance_miles from episodes order by started_at"
    )
    assert (old["responsible_authority"], old["distance_miles"]) == ("E08000003", 7.9)
    assert new["responsible_authority"] == change.get("responsible_authority", "E08000003")
    assert new["distance_miles"] == (0.0 if "home_postcode" in change else 7.9)


async def test_a_child_who_leaves_home_care_later_was_at_home_then(database: Database) -> None:
    async with open_road(database) as road:
        await feed(road, "children", [child(status="known")])
        await feed(road, "police", there_and_back(**KNOWN))
        await feed(road, "children", [child(status="looked_after")])
        await feed(road, "placements", [OUT | {"start_date": "2026-11-15"}])
        assert (await remembered(road))["population"] == "own_home_child"


async def test_a_later_move_of_placement_leaves_the_episode_and_a_late_correction_of_that_day_counts(
    road: Application,
) -> None:
    await feed(
        road, "placements", [OUT | {"placement_id": "PL2", "start_date": "2026-11-15", "postcode": "M1 1AE"}]
    )
    assert await remembered(road) == THEN
    await feed(road, "placements", [OUT | {"provider_name": "Sample Lodge"}])
    assert await remembered(road) == THEN | {"provider_name": "Sample Lodge"}


async def test_on_the_day_of_a_change_over_the_new_placement_counts(road: Application) -> None:
    new = OUT | {"placement_id": "PL2", "start_date": "2026-11-10", "place_code": "U6"}
    await feed(road, "placements", [OUT | {"end_date": "2026-11-10"}, new])
    assert (await remembered(road))["place_code"] == "U6"


async def test_the_register_may_come_after_the_notice(database: Database) -> None:
    async with open_road(database) as road:
        await feed(road, "police", there_and_back(**KNOWN))
        await feed(road, "placements", [OUT])
        await feed(road, "children", [child()])
        assert await remembered(road) == THEN


@pytest.mark.parametrize("late", [False, True], ids=["from the start", "marked later"])
async def test_of_a_confidential_placement_the_episode_keeps_only_its_kind(
    database: Database, late: bool
) -> None:
    secret = OUT | {"confidential": "yes"}
    async with open_road(database) as road:
        await feed(road, "children", [child()])
        await feed(road, "placements", [OUT if late else secret])
        await feed(road, "police", there_and_back(**KNOWN))
        await feed(road, "placements", [secret])
        assert await remembered(road) == THEN | {
            "provider_name": "",
            "urn": "",
            "host_authority": "",
            "distance_miles": None,
        }
        (episode,) = await rows_of(
            road, "select episode_id::text as id from episodes where status <> 'cancelled'"
        )
        rows = await rows_of(
            road, "select body::text as body from outbox union all select detail::text from audit_trail"
        )
        assert not any(word in row["body"] for row in rows for word in ("Sample House", "BL9", "Hidden Lane"))
    async with open_site(database) as site:
        for role in (Role.COORDINATOR, Role.MANAGER, Role.EXPLOITATION_LEAD, Role.QUALITY_AUDITOR):
            browser = await site.signed_in(role)
            for path in ("/children/C1", f"/episodes/{episode['id']}"):
                page = await browser.get(path)
                assert page.status_code == 200
                for word in (
                    "Sample House",
                    "SC123456",
                    "BL9",
                    "Hidden Lane",
                    "E08000002",
                    "miles from home",
                ):
                    assert word not in page.text, (role, path, word)


def test_postcodes_are_read_only_when_a_postcode_is_asked_for() -> None:
    import subprocess

    probe = (
        "import missing_coord.bootstrap, missing_coord.storage.stores.children as s;"
        "p = s.installed_postcodes(); before = len(p._shards); p.lookup('M1 1AE'); print(before, len(p._shards))"
    )
    ended = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert ended.stdout.split() == ["0", "1"]
