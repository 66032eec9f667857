"""Reports that are made by themselves: kept once when their period is over, and a link told to those on the list."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from missing_coord.cli.regular import RegularWork
from missing_coord.cli.regular_reports import ready
from missing_coord.domain.access import Role
from missing_coord.domain.clock import FixedClock
from tests.builders.clocks import IN_NOVEMBER
from tests.integration.web_scene import Site


@pytest.fixture
async def site(site: Site) -> Site:
    """The site in the middle of a November, when its October is over."""
    site.clock.instant = IN_NOVEMBER
    return site


def test_a_report_is_ready_at_seven_in_the_morning_after_its_last_day() -> None:
    def periods(*when: int) -> list[str]:
        return [period.value for period, _ in ready(datetime(*when, tzinfo=UTC))]

    assert periods(2026, 11, 1, 6, 59) == ["2026-09", "2026-W43"]
    assert periods(2026, 11, 1, 7, 0) == ["2026-10", "2026-W43"]
    assert periods(2026, 11, 2, 7, 0) == ["2026-10", "2026-W44"]
    assert periods(2026, 6, 1, 6, 0) == ["2026-05", "2026-W22"]


async def test_a_reader_is_told_of_a_period_once_by_a_link_and_the_report_is_kept(site: Site) -> None:
    manager = await site.signed_in(Role.MANAGER)
    await manager.get("/reports/list")
    who = site.people[Role.COORDINATOR].user_id
    assert (await manager.post(f"/reports/list/{who}", reports=["monthly"])).status_code == 303
    work = RegularWork(site.app.state.web.application)
    assert isinstance(work.app.clock, FixedClock)
    for _ in range(2):
        await work.reports()
        work.app.clock.instant += timedelta(hours=1)
    told = await site.council.rows(
        "select recipient_role, recipient_user, text from messages where kind = 'report'"
    )
    assert [(row[0], row[1]) for row in told] == [("coordinator", who)]
    assert told[0][2].endswith("/reports/monthly?month=2026-10")
    assert await site.council.rows("select period, kept_by from kept_reports") == [("2026-10", "schedule")]
    page = await (await site.signed_in(Role.COORDINATOR)).get("/reports/monthly?month=2026-10")
    assert "by schedule" in page.text


async def test_without_anybody_on_the_list_nothing_is_made(site: Site) -> None:
    await RegularWork(site.app.state.web.application).reports()
    assert await site.council.rows("select * from kept_reports") == []


async def test_others_than_a_manager_keep_their_own_line_only(site: Site) -> None:
    coordinator, manager = site.people[Role.COORDINATOR], site.people[Role.MANAGER]
    browser = await site.signed_in(Role.COORDINATOR)
    await browser.get("/reports/list")
    assert (await browser.post(f"/reports/list/{manager.user_id}", reports=["weekly"])).status_code == 403
    assert (await browser.post(f"/reports/list/{coordinator.user_id}", reports=["weekly"])).status_code == 303
    assert await site.council.rows("select user_id::text, monthly, weekly from report_readers") == [
        (coordinator.user_id, False, True)
    ]
    worker = site.people[Role.INTERVIEW_WORKER].user_id
    manager_browser = await site.signed_in(Role.MANAGER)
    await manager_browser.get("/reports/list")
    refused = await manager_browser.post(f"/reports/list/{worker}", reports=["weekly"])
    assert refused.status_code == 422


async def test_a_target_counts_from_when_a_manager_set_it_and_the_report_says_whether_it_is_met(
    site: Site,
) -> None:
    manager = await site.signed_in(Role.MANAGER)
    await manager.get("/reports/list")
    before = f"{site.clock.now():%Y-%m-%dT%H:%M}"
    site.clock.instant += timedelta(minutes=5)
    for refused in ("0", "101", "many"):
        assert (await manager.post("/reports/targets/audited", at_least=refused)).status_code == 422
    assert (await manager.post("/reports/targets/eligible", at_least="9")).status_code == 422
    assert (await manager.post("/reports/targets/audited", at_least="90")).status_code == 303
    page = await manager.get("/reports/monthly?month=2026-11")
    assert "Against the council" in page.text
    assert "at least 90%" in page.text
    assert (
        "Against the council"
        not in (await manager.get(f"/reports/monthly?month=2026-11&as_at={before}")).text
    )
    coordinator = await site.signed_in(Role.COORDINATOR)
    assert (await coordinator.post("/reports/targets/audited", at_least="1")).status_code == 403
