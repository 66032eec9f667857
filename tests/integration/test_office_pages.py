"""Patterns, the monthly report, the audit trail and accounts, as those who may open them see them."""

from __future__ import annotations

import csv
import html
import io
import re

import pytest
from sqlalchemy import text

from missing_coord.domain.access import Role
from missing_coord.notify.recorder import RecorderChannel
from missing_coord.services.patterns import find_patterns
from tests.builders.clocks import IN_NOVEMBER
from tests.builders.reviews import Said, child, there_and_back
from tests.integration.api_sender import sender
from tests.integration.interviews_council import SYSTEM
from tests.integration.web_scene import Browser, Site, errors_on, version_on

WRITE = RecorderChannel(address="https://missing.example").write
KNOWN: Said = {
    "forename": "Tamsin",
    "surname": "Quillfeather",
    "date_of_birth": "2011-04-03",
    "local_child_id": "C1",
}


@pytest.fixture
async def site(site: Site) -> Site:
    """A child who went missing four times in the month that it is."""
    site.clock.instant = IN_NOVEMBER
    council = await sender(site)
    await council.send("register", [child()])
    rows = [row for day in (2, 5, 8, 11) for row in there_and_back(f"MP/{day}", day=day, **KNOWN)]
    await council.send("police-notices", rows)
    return site


async def test_the_lead_opens_a_pattern_and_decides_it(site: Site) -> None:
    async with site.council.database.unit_of_work(SYSTEM) as uow:
        found = await find_patterns(uow, write=WRITE)
    lead = await site.signed_in(Role.EXPLOITATION_LEAD)
    assert f"/patterns/{found[0]}" in (await lead.get("/patterns?strength=all")).text
    assert "1 weak pattern is not in this list" in (await lead.get("/patterns")).text
    page = await lead.get(f"/patterns/{found[0]}")
    assert "C1" in page.text
    refused = await lead.post(
        f"/patterns/{found[0]}/decision",
        expected_version=version_on(page.text),
        decision="confirmed",
        reason="",
    )
    assert (refused.status_code, len(errors_on(refused.text))) == (422, 1)
    done = await lead.post(
        f"/patterns/{found[0]}/decision",
        expected_version=version_on(page.text),
        decision="confirmed",
        reason="Known to us",
    )
    assert done.status_code == 303
    assert ": Known to us" in (await lead.get(f"/patterns/{found[0]}")).text
    opened = await site.council.rows("select distinct actor_role from audit_trail where subject_type = 'pattern'"
                                     " and action = 'opened'")  # fmt: skip
    assert opened == [("exploitation_lead",)]


async def test_a_manager_sees_how_patterns_stand_and_opens_none(site: Site) -> None:
    async with site.council.database.unit_of_work(SYSTEM) as uow:
        found = await find_patterns(uow, write=WRITE)
    manager = await site.signed_in(Role.MANAGER)
    page = await manager.get("/patterns")
    assert "Patterns by kind" in page.text
    assert site.people[Role.EXPLOITATION_LEAD].display_name in page.text
    assert "/patterns/" not in page.text
    for path in ("", "/summary", "/disruptions"):
        assert (await manager.get(f"/patterns/{found[0]}{path}")).status_code == 403


async def test_the_lead_passes_on_what_was_confirmed_and_plans_what_is_done_about_it(site: Site) -> None:
    async with site.council.database.unit_of_work(SYSTEM) as uow:
        (pattern_id, *_) = await find_patterns(uow, write=WRITE)
    lead = await site.signed_in(Role.EXPLOITATION_LEAD)
    await lead.get(f"/patterns/{pattern_id}")
    await lead.post(
        f"/patterns/{pattern_id}/decision", expected_version="1", decision="confirmed", reason="Known to us"
    )
    page = await lead.get(f"/patterns/{pattern_id}/summary?gateway=safeguarding")
    form = {"expected_version": version_on(page.text), "gateway": "agreed", "organisation": "Police"}
    refused = await lead.post(f"/patterns/{pattern_id}/summary", **form, recipient="Desk")
    assert (refused.status_code, len(errors_on(refused.text))) == (422, 1)
    done = await lead.post(f"/patterns/{pattern_id}/summary", **form, recipient="Desk", reason="In use now")
    assert done.status_code == 303
    assert "In use now" in (await lead.get(done.headers["location"])).text
    text = await lead.get(f"{done.headers['location']}/text")
    assert text.headers["content-type"].startswith("text/plain")
    manager = await site.signed_in(Role.MANAGER)
    assert "Police, Desk" in (await manager.get("/sharing")).text
    assert (await manager.get(done.headers["location"])).status_code == 403
    plan = {"kind": "licensing", "what": "Visit the shop", "owner": "Licensing", "due_on": "2099-01-01"}
    page = await lead.get(f"/patterns/{pattern_id}/disruptions")
    refused = await lead.post(f"/patterns/{pattern_id}/disruptions", **{**plan, "due_on": "soon"})
    assert (refused.status_code, len(errors_on(refused.text))) == (422, 1)
    assert (await lead.post(f"/patterns/{pattern_id}/disruptions", **plan)).status_code == 303
    page = await lead.get(f"/patterns/{pattern_id}/disruptions")
    found = re.search(rf'action="(/patterns/{pattern_id}/disruptions/[0-9a-f-]+)"', page.text)
    assert found
    outcome = {"expected_version": "1", "done": "yes", "effect": "less"}
    assert (await lead.post(found[1], **outcome)).status_code == 422
    assert (await lead.post(found[1], **outcome, outcome="The licence is gone")).status_code == 303
    assert "The licence is gone" in (await lead.get(f"/patterns/{pattern_id}/disruptions")).text
    assert (await lead.get("/patterns/places?hours=5&day=9")).status_code == 200


async def test_the_monthly_report_of_a_month_as_at_a_time(site: Site) -> None:
    manager = await site.signed_in(Role.MANAGER)
    page = await manager.get("/reports/monthly?month=2026-11&as_at=2026-11-09T12:00")
    assert "Missing report, November 2026" in page.text
    assert "As at" in page.text
    href = re.search(r'href="(/reports/monthly\.csv[^"]+)"', page.text)
    assert href
    answer = await manager.get(href[1].replace("&amp;", "&"))
    assert answer.headers["content-disposition"] == 'attachment; filename="missing-report-2026-11.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert {row["as_at"] for row in rows} == {"2026-11-09T12:00:00Z"}
    assert {row["period"] for row in rows} == {"2026-11"}


async def test_a_supplier_has_a_page_and_files_of_its_own_and_everybody_reads_the_same_figures(
    site: Site,
) -> None:
    await site.council.worker("W08", name="Cass Rowan", employer="=Larch & Trust")
    manager, coordinator = await site.signed_in(Role.MANAGER), await site.signed_in(Role.COORDINATOR)
    page = await manager.get("/reports/monthly?month=2026-11")
    assert "supplier:=Larch &amp; Trust" in page.text
    own = "month=2026-11&about=supplier%3A%3DLarch+%26+Trust"
    page = await manager.get(f"/reports/monthly?{own}")
    assert "Return interviews by =Larch &amp; Trust" in page.text
    assert "Missing incidents" not in page.text
    answer = await manager.get(f"/reports/monthly.csv?{own}")
    assert "missing-report-2026-11-supplier.csv" in answer.headers["content-disposition"]
    at = "month=2026-11&as_at=2026-11-20T12:00"
    csvs = [(await each.get(f"/reports/monthly.csv?{at}")).text for each in (manager, coordinator)]
    assert csvs[0] == csvs[1]
    rows = f"/reports/monthly/rows?{at}&key=record_harm"
    assert (await manager.get(rows)).status_code == 200
    assert (await coordinator.get(rows)).status_code == 403
    assert (await manager.get("/reports/monthly?month=2026-W45")).status_code == 200


async def test_a_week_is_chosen_from_the_list_and_any_days_are_typed(site: Site) -> None:
    manager = await site.signed_in(Role.MANAGER)
    shown = (await manager.get("/reports/monthly?month=2026-11")).text
    assert '<option value="2026-W46">Week from 9 November 2026 (week 46)' in shown
    days = (await manager.get("/reports/monthly?month=2026-11&first=2026-11-02&last=2026-11-08")).text
    assert "2 November 2026 to 8 November 2026" in days
    assert 'value="2026-11-08"' in days
    link = re.search(r'href="(/reports/monthly\.csv[^"]+)"', days)
    assert link is not None
    assert "2026-11-02/2026-11-08" in (await manager.get(html.unescape(link[1]))).text


async def test_a_month_or_a_time_that_makes_no_sense_is_said_beside_the_field(site: Site) -> None:
    manager = await site.signed_in(Role.MANAGER)
    for query in (
        "month=2026-13",
        "month=2026-11&as_at=nonsense",
        "month=2026-11&as_at=2026-10-01T00:00",
        "first=2026-11-08&last=2026-11-02",
        "first=soon&last=2026-11-02",
    ):
        page = await manager.get(f"/reports/monthly?{query}")
        assert (page.status_code, len(errors_on(page.text))) == (422, 1), query
        assert (await manager.get(f"/reports/monthly.csv?{query}")).status_code == 422, query


async def test_the_two_lists_are_compared_on_a_page_and_in_files(site: Site) -> None:
    manager = await site.signed_in(Role.MANAGER)
    page = await manager.get("/cross-reference?month=2026-11")
    assert "Police notices against the council's list, November 2026" in page.text
    assert "Police only (4)" in page.text
    assert "Tamsin Quillfeather" in page.text
    answer = await manager.get("/cross-reference.csv?month=2026-11")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [row["standing"] for row in rows] == ["Police only"] * 4
    assert "Tamsin" not in answer.text
    workbook = await manager.get("/cross-reference.xlsx?month=2026-11")
    assert workbook.content[:2] == b"PK"
    day = await manager.get("/cross-reference?date=2026-11-02")
    assert "Police only (1)" in day.text
    assert 'href="/cross-reference?date=2026-11-03"' in day.text
    opened = await site.council.rows("select count(*) from audit_trail where subject_id like 'cross-ref%'")
    assert opened == [(4,)]


async def test_a_day_that_makes_no_sense_is_said_beside_the_field(site: Site) -> None:
    manager = await site.signed_in(Role.MANAGER)
    for query in ("date=nonsense", "month=2026-13", "date=2099-01-01", "date=2026-11-01&month=2026-11"):
        page = await manager.get(f"/cross-reference?{query}")
        assert (page.status_code, len(errors_on(page.text))) == (422, 1), query
        assert (await manager.get(f"/cross-reference.csv?{query}")).status_code == 422, query


async def test_the_audit_trail_is_searched_and_its_chain_checked(site: Site) -> None:
    administrator = await site.signed_in(Role.ADMINISTRATOR)
    page = await administrator.get("/audit?q=C1&action=opened")
    assert page.status_code == 200
    assert "Chain not checked yet" in page.text
    assert "Chain intact" in (await administrator.get("/audit?check=1")).text
    opened = await site.council.rows("select count(*) from audit_trail where subject_type = 'audit_trail'")
    assert opened == [(2,)]
    for odd in ("/audit?before=x", "/audit?q=%25%5C", "/audit?before=1"):
        assert (await administrator.get(odd)).status_code == 200


async def add_user(browser: Browser, **fields: str) -> tuple[int, str]:
    await browser.get("/users")
    given = {"username": "new.person", "name": "New Person", "role": "coordinator", "worker_id": "", **fields}
    answer = await browser.post("/users", **given)
    return answer.status_code, answer.text


async def test_an_account_is_opened_disabled_enabled_and_given_a_password(site: Site) -> None:
    administrator = await site.signed_in(Role.ADMINISTRATOR)
    status, text = await add_user(administrator)
    made = re.search(r"password of new.person is <strong>([a-z0-9-]+)</strong>", text)
    assert (status, bool(made)) == (200, True)
    assert made is not None
    assert (await site.browser().sign_in("new.person", made[1])).status_code == 303
    user_id = (await site.council.rows("select user_id::text from users where username = 'new.person'"))[0][0]
    for what, works in (("disable", False), ("enable", True)):
        version = (await site.council.rows("select version from users where username = 'new.person'"))[0][0]
        answer = await administrator.post(f"/users/{user_id}/{what}", expected_version=str(version))
        assert answer.status_code == 303
        signed_in = (await site.browser().sign_in("new.person", made[1])).status_code == 303
        assert signed_in is works
    version = (await site.council.rows("select version from users where username = 'new.person'"))[0][0]
    weak = await administrator.post(
        f"/users/{user_id}/password", expected_version=str(version), password="short"
    )
    assert (weak.status_code, len(errors_on(weak.text))) == (422, 1)
    assert 'value="short"' not in weak.text
    answer = await administrator.post(
        f"/users/{user_id}/password", expected_version=str(version), password="purple heron kettle"
    )
    assert answer.status_code == 303
    assert (await site.browser().sign_in("new.person", "purple heron kettle")).status_code == 303


async def test_a_wrong_account_is_refused_beside_its_field_without_the_password(site: Site) -> None:
    administrator = await site.signed_in(Role.ADMINISTRATOR)
    for wrong in ({"username": "!"}, {"role": "king"}, {"worker_id": "W01"}, {"password": "new.person1"}):
        status, text = await add_user(administrator, **wrong)
        assert (status, len(errors_on(text))) == (422, 1), wrong
        assert "new.person1" not in text
    assert await site.council.rows("select count(*) from users where username = 'new.person'") == [(0,)]


async def test_the_page_of_the_intake_loads_nothing_from_elsewhere(site: Site) -> None:
    answer = await site.browser().get("/api/docs")
    assert answer.status_code == 200
    assert re.findall(r'(?:src|href)="(https?:)?//', answer.text) == []
    described = await site.browser().get("/api/openapi.json")
    assert described.json()["info"]["title"] == "missing-coord"


async def test_the_audit_trail_names_the_person_of_an_account(site: Site) -> None:
    browser = site.browser()
    await browser.sign_in("interview.worker")
    await browser.get("/my-interviews")
    await browser.post("/sign-out")
    page = (await (await site.signed_in(Role.MANAGER)).get("/audit?q=sign-in")).text
    assert page.count("User Jo Interview Worker") == 2
    user_id = site.people[Role.INTERVIEW_WORKER].user_id
    assert user_id not in page


async def test_a_figure_of_the_report_opens_its_rows_and_they_are_as_many(site: Site) -> None:
    manager = await site.signed_in(Role.MANAGER)
    page = await manager.get("/reports/monthly?month=2026-11")
    links = re.findall(r'href="(/reports/monthly/rows\?[^"]+)">([0-9,]+)<', page.text)
    counts = [(href, count) for href, count in links if re.search("key=(incidents|eligible|offered)&", href)]
    assert counts
    for href, count in counts:
        rows = await manager.get(href.replace("&amp;", "&"))
        assert rows.status_code == 200
        assert f"{count} row" in rows.text
        assert rows.text.count('data-label="Child"') == int(count)
    missing = await manager.get("/reports/monthly/rows?month=2026-10&key=nothing&part=count")
    assert missing.status_code == 404


async def test_a_month_that_is_kept_says_what_was_restated_since(site: Site) -> None:
    manager = await site.signed_in(Role.MANAGER)
    month = "2026-11"
    await manager.get(f"/reports/monthly?month={month}")
    kept = await manager.post("/reports/monthly/keep", month=month)
    assert kept.status_code == 303
    page = await manager.get(f"/reports/monthly?month={month}")
    assert "Kept as number 1 by" in page.text
    assert "Nothing has been restated since." in page.text
    async with site.council.database.unit_of_work(SYSTEM) as uow:
        await uow.execute(text("update episodes set status = 'cancelled'"))
    again = await manager.get(f"/reports/monthly?month={month}")
    assert "restated since number 1" in again.text


async def test_what_is_sent_to_others_hides_small_numbers(site: Site) -> None:
    manager = await site.signed_in(Role.MANAGER)
    month = "2026-11"
    own = await manager.get(f"/reports/monthly.csv?month={month}")
    others = await manager.get(f"/reports/monthly.csv?month={month}&for=others")
    book = await manager.get(f"/reports/monthly.xlsx?month={month}&for=others")
    assert ",c," not in own.text
    assert ",c," in others.text
    assert others.headers["content-disposition"].endswith(f'missing-report-{month}-for-others.csv"')
    assert book.content.startswith(b"PK")
