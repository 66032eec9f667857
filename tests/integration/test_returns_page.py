"""The returns to the Department, Ofsted and others, as the office checks and takes them from a page."""

from __future__ import annotations

import csv
import io

import httpx2
import pytest

from missing_coord.domain.access import Role
from missing_coord.reporting.returns.collection import MISSING_COLUMNS
from tests.builders.clocks import IN_NOVEMBER
from tests.builders.reviews import child, there_and_back
from tests.integration.api_sender import sender
from tests.integration.web_scene import Site, errors_on

PLACED = {
    "child_id": "C1",
    "placement_id": "PL1",
    "start_date": "2026-04-02",
    "place_code": "K2",
    "provider_code": "PR4",
}


@pytest.fixture
async def site(site: Site) -> Site:
    """A looked-after child who was missing once, in November 2026."""
    site.clock.instant = IN_NOVEMBER
    council = await sender(site)
    await council.send("register", [child(legal_status="C2")])
    await council.send("placements", [PLACED])
    known = {"forename": "Tamsin", "surname": "Quillfeather", "date_of_birth": "2011-04-03"}
    await council.send("police-notices", there_and_back("MP/1", local_child_id="C1", **known))  # type: ignore[arg-type]
    return site


def rows_in(answer: httpx2.Response) -> list[dict[str, str]]:
    assert answer.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.text)))


async def test_a_year_without_a_fault_is_checked_and_its_three_files_are_taken(site: Site) -> None:
    office = await site.signed_in(Role.MANAGER)
    shown = (await office.get("/reports/returns?year=2027")).text
    assert "1 row in the Missing file of 2026 to 2027" in shown
    assert "No rule is broken" in shown
    answer = await office.get("/reports/returns/file?name=ssda903-missing&year=2027")
    assert 'filename="ssda903-missing-2027.csv"' in answer.headers["content-disposition"]
    [row] = rows_in(answer)
    assert tuple(row) == MISSING_COLUMNS
    assert (row["CHILD"], row["MIS_START"], row["MIS_END"]) == ("C1", "10/11/2026", "11/11/2026")
    for name in ("ssda903-header", "ssda903-episodes"):
        [row] = rows_in(await office.get(f"/reports/returns/file?name={name}&year=2027"))
        assert row["CHILD"] == "C1"
    assert [each[2] for each in await site.council.audit() if each[0] == "exported"] == [
        f"ssda903-{name}-2027.csv" for name in ("missing", "header", "episodes")
    ]


async def test_a_year_with_a_fault_leaves_only_when_that_is_said(site: Site) -> None:
    await site.council.rows(
        "update children set date_of_birth = '2026-11-20' returning 1"
    )  # after the episode
    office = await site.signed_in(Role.COORDINATOR)
    refused = await office.get("/reports/returns/file?name=ssda903-missing&year=2027")
    assert refused.status_code == 422
    assert errors_on(refused.text) == ["1 row of 2027 breaks a rule of the Department. Look at them first."]
    assert "MIS_START is not after the date of birth." in refused.text
    taken = await office.get("/reports/returns/file?name=ssda903-missing&year=2027&with_faults=yes")
    assert len(rows_in(taken)) == 1


async def test_the_other_returns_are_taken_by_their_day_or_days(site: Site) -> None:
    office = await site.signed_in(Role.MANAGER)
    [listed] = rows_in(await office.get("/reports/returns/file?name=annex-a&day=2026-11-20"))
    assert listed["Child Unique ID"] == "C1"
    days = "first=2026-11-01&last=2026-11-30"
    [episode] = rows_in(await office.get(f"/reports/returns/file?name=safeguarding&{days}"))
    assert episode["miss_missing_rhi_offered"] == "N"
    measures = rows_in(await office.get(f"/reports/returns/file?name=foi&{days}"))
    assert [each["count"] for each in measures if each["number"] == "1"] == ["c"]
    figures = rows_in(await office.get("/reports/returns/file?name=yearly&year=2027"))
    assert figures[0]["measure"] == "Children looked after in the year"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("name=annex-a&day=2099-12-31", "This day is still to come"),
        ("name=foi&first=2098-12-31&last=2099-12-31", "This day is still to come"),
        ("name=foi&first=2026-11-10&last=2026-11-01", "This is before the first day."),
        ("name=foi&first=2026-11-10", "Enter a day, such as 2026-11-21"),
        ("name=annex-a&day=yesterday", "Enter a day, such as 2026-11-21"),
        ("name=ssda903-missing&year=12026", "Choose a collection year"),
        ("name=ssda903-missing&year=1066", "Choose a collection year"),
        ("name=../../etc/passwd&year=2027", "Choose a file"),
        ("", "Choose a file"),
    ],
)
async def test_what_cannot_be_asked_for_is_told_beside_its_field(site: Site, query: str, said: str) -> None:
    refused = await (await site.signed_in(Role.MANAGER)).get(f"/reports/returns/file?{query}")
    assert refused.status_code == 422
    assert errors_on(refused.text) == [said]
