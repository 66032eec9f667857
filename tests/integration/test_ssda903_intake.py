"""SSDA903 files on the road: every row is kept, and what breaks a rule is said on the pages about the child."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from missing_coord.bootstrap import Application
from missing_coord.domain.access import Role
from tests.builders.reviews import child, there_and_back
from tests.builders.road import feed, open_road, rows_of
from tests.databases import Database
from tests.integration.web_scene import open_site

HEADER = "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\nC1,2,03/04/2011,WBRI,,0,\n"
EPISODES = (
    "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN\n"
    "C1,01/06/2024,S,C2,N1,H5,PR4,,,,M1 1AE,BL9 0SW,SC123456\n"
)
MISSING = (
    "CHILD,DOB,MISSING,MIS_START,MIS_END\n"
    "C1,03/04/2011,M,19/01/2026,09/02/2026\n"
    "C1,03/04/2011,M,01/02/2026,\n"
    "C9,01/01/2010,A,01/03/2026,02/03/2026\n"
    "C9,01/01/2010,,,\n"
)


@pytest.fixture
async def road(database: Database) -> AsyncIterator[Application]:
    async with open_road(database) as opened:
        yield opened


async def take(road: Application, folder: Path, name: str, text: str, **given: Any) -> dict[str, Any]:
    file = folder / f"{name}.csv"
    file.write_text(text, encoding="utf-8")
    return (await road.intake().ingest(file, "ssda903", **given)).to_json()


async def warned(road: Application) -> dict[str, list[str]]:
    rows = await rows_of(road, "select row_key, warnings from ssda903_rows where warnings <> '{}'")
    return {row["row_key"]: sorted(row["warnings"]) for row in rows}


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
async def test_the_order_of_the_files_changes_no_warning(
    road: Application, tmp_path: Path, order: Any
) -> None:
    files = [("header", HEADER), ("episodes", EPISODES), ("missing", MISSING)]
    done = [await take(road, tmp_path, *files[number], year=2026) for number in order]
    assert sum(each["accepted"] for each in done) == 5
    assert sum(each["quarantined"] for each in done) == 1
    assert await warned(road) == {
        "Ssda903Episode|2026|C1|2024-06-01": ["146"],
        "Ssda903Missing|2026|C1|2026-02-01": ["574"],
        "Ssda903Missing|2026|C9|2026-03-01": ["581", "INT04"],
    }


async def test_the_collection_is_that_of_the_latest_day_of_the_file(
    road: Application, tmp_path: Path
) -> None:
    older = EPISODES.replace("01/06/2024", "01/06/2023")
    await take(road, tmp_path, "episodes", older + "C2,01/01/2025,S,C2,N1,H5,PR4,,,,,,\n")
    assert await warned(road) == {}
    assert {row["year"] for row in await rows_of(road, "select year from ssda903_rows")} == {2025}


async def test_a_file_sent_again_replaces_a_childs_rows_and_their_warnings(
    road: Application, tmp_path: Path
) -> None:
    await take(road, tmp_path, "missing", MISSING, year=2026)
    better = MISSING.replace("C1,03/04/2011,M,01/02/2026,\n", "C1,03/04/2011,M,10/02/2026,\n")
    again = await take(road, tmp_path, "missing", better, year=2026)
    assert (again["accepted"], again["duplicates"]) == (1, 2)
    assert await warned(road) == {}
    versions = await rows_of(road, "select 1 from register_versions where kind = 'Ssda903Missing'")
    assert len(versions) == 4


async def test_a_row_that_lost_its_codes_is_kept_as_it_came(road: Application, tmp_path: Path) -> None:
    text = "CHILD,DOB,MISSING,MIS_START,MIS_END\nC1,03/04/2011,X,19/01/2026,31/02/2026\n"
    await take(road, tmp_path, "missing", text, year=2026)
    (codes,) = (await warned(road)).values()
    assert {"1005", "1006"} <= set(codes)
    raw = await rows_of(road, "select raw from register_versions where kind = 'Ssda903Missing'")
    assert raw[0]["raw"]["MIS_END"] == "31/02/2026"


async def test_the_pages_say_what_does_not_add_up_to_the_office_alone(database: Database) -> None:
    async with open_road(database) as road:
        await feed(road, "children", [child()])
        known = {"forename": "Tamsin", "surname": "Quillfeather", "date_of_birth": "2011-04-03"}
        await feed(road, "police", there_and_back(day=10, local_child_id="C1", **known))  # type: ignore[arg-type]
        row = {"CHILD": "C1", "DOB": "04/04/2011", "MISSING": "M", "MIS_START": "10/11/2026", "MIS_END": ""}
        head = {"CHILD": "C1", "SEX": "2", "DOB": "03/04/2011", "ETHNIC": "WBRI"}
        await feed(road, "ssda903", [head])
        await feed(road, "ssda903", [row])
        (episode,) = await rows_of(road, "select episode_id::text as id from episodes")
    async with open_site(database) as site:
        for role, sees in ((Role.COORDINATOR, True), (Role.MANAGER, True), (Role.EXPLOITATION_LEAD, False)):
            browser = await site.signed_in(role)
            for path in ("/children/C1", f"/episodes/{episode['id']}"):
                page = await browser.get(path)
                assert ("DOB differs from the Header file (rule INT13)" in page.text) is sees, (role, path)


async def test_an_open_absence_that_the_next_years_file_leaves_out_is_noted(
    road: Application, tmp_path: Path
) -> None:
    head = "CHILD,DOB,MISSING,MIS_START,MIS_END\n"
    await take(road, tmp_path, "last", f"{head}C1,03/04/2011,M,20/03/2025,\n", year=2025)
    assert await warned(road) == {}
    await take(road, tmp_path, "this", f"{head}C9,01/01/2010,A,01/03/2026,02/03/2026\n", year=2026)
    assert (await warned(road))["Ssda903Missing|2025|C1|2025-03-20"] == ["576"]
    carried = f"{head}C1,03/04/2011,M,20/03/2025,02/04/2025\n"
    await take(road, tmp_path, "more", carried, year=2026)
    assert await warned(road) == {}
