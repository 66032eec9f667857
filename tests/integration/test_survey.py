"""The exit survey: a link works once, nothing tells whose answer it was, and only counts of past quarters are seen."""

from __future__ import annotations

import asyncio
import re

from sqlalchemy import create_engine, text

from missing_coord.domain.access import Role
from missing_coord.domain.survey import QUESTIONS, quarter_of
from tests.databases import Database
from tests.integration.interviews_council import NOW, SYSTEM
from tests.integration.web_scene import Site

YES = dict.fromkeys(QUESTIONS, "yes")


async def links(site: Site, number: int) -> list[str]:
    office = await site.signed_in(Role.COORDINATOR)
    await office.get("/survey")
    made = await office.post("/survey/links", number=str(number))
    found = re.findall(r"/tell-us/([A-Za-z0-9_-]{43})", made.text)
    assert len(set(found)) == number
    return found


async def test_a_link_asks_once_without_a_sign_in_and_leaves_no_trace_of_whose_it_was(site: Site) -> None:
    [secret] = await links(site, 1)
    phone = site.browser()
    asked = await phone.get(f"/tell-us/{secret}")
    assert (asked.status_code, asked.text.count("<fieldset")) == (200, 5)
    told = await phone.post(f"/tell-us/{secret}", **{**YES, "safer": "not_sure", "again": "<script>"})
    assert (told.status_code, "Thank you" in told.text) == (200, True)
    for again in (await phone.get(f"/tell-us/{secret}"), await phone.post(f"/tell-us/{secret}", **YES)):
        assert (again.status_code, "does not work any more" in again.text) == (404, True)
    kept = await site.council.rows("select quarter, way, listened, safer, again from survey_answers")
    assert kept == [(quarter_of(NOW.date()), "link", "yes", "not_sure", "")]
    assert await site.council.rows("select * from survey_links") == []
    columns = await site.council.rows(
        "select column_name::text from information_schema.columns where table_name = 'survey_answers'"
    )
    assert {name for (name,) in columns} == {"answer_id", "quarter", "way", *QUESTIONS}
    assert [row[0] for row in await site.council.audit() if "survey" in row[0]] == ["survey_links_made"]


async def test_a_guessed_or_old_link_does_not_work(site: Site) -> None:
    [secret] = await links(site, 1)
    assert (await site.browser().get("/tell-us/guessed")).status_code == 404
    async with site.council.database.unit_of_work(SYSTEM) as uow:
        await uow.execute(text("update survey_links set valid_until = valid_until - 61"))
    assert (await site.browser().post(f"/tell-us/{secret}", **YES)).status_code == 404
    assert await site.council.rows("select count(*) from survey_answers") == [(0,)]


async def test_only_quarters_that_are_over_are_counted_and_small_counts_are_hidden(
    site: Site, database: Database
) -> None:
    office = await site.signed_in(Role.MANAGER)
    await office.get("/survey")
    assert (await office.post("/survey/paper", **YES)).status_code == 303
    assert "No quarter with answers is over yet" in (await office.get("/survey")).text
    engine = create_engine(database.admin_url)
    past = "insert into survey_answers (quarter, way, listened, safer) select '2025-Q1', 'paper', l, s from (values"
    with engine.begin() as connection:
        rows = ", ".join(["(:y, :y)"] * 7 + ["(:n, :y)"] * 2)
        connection.execute(text(f"{past} {rows}) v(l, s)"), {"y": "yes", "n": "no"})
    engine.dispose()
    page = (await office.get("/survey")).text
    assert "January to March 2025" in page
    lines = re.findall(r'<th scope="row"[^>]*>([^<]+)</th>((?:<td.*?</td>)+)', page)
    shown = {question: re.findall(r">([0-9c]+)</td>", cells) for question, cells in lines}
    assert shown[QUESTIONS["listened"]] == ["c", "0", "c", "0", "0"]
    assert shown[QUESTIONS["safer"]] == ["9", "0", "0", "0", "0"]
    assert shown[QUESTIONS["again"]] == ["0", "0", "0", "0", "9"]


async def test_a_paper_form_that_is_sent_twice_counts_once_and_the_next_paper_counts(site: Site) -> None:
    office = await site.signed_in(Role.COORDINATOR)

    async def form_id() -> str:
        found = re.search(r'name="form_id" value="([^"]+)"', (await office.get("/survey")).text)
        assert found
        return found[1]

    first = await form_id()
    await asyncio.gather(*(office.post("/survey/paper", form_id=first, **YES) for _ in range(2)))
    await office.post("/survey/paper", form_id=first, **YES)
    assert "sent twice" in (await office.get("/survey")).text
    count = "select count(*) from survey_answers"
    assert await site.council.rows(count) == [(1,)]
    await office.post("/survey/paper", form_id=await form_id(), **YES)
    await office.post("/survey/paper", form_id=first, **{**YES, "safer": "no"})
    assert await site.council.rows(count) == [(3,)], (
        "alike papers, and another paper in the same form, all count"
    )
    typed = [row[0] for row in await site.council.audit() if row[0] == "survey_paper_typed"]
    assert len(typed) == 3


async def test_a_worker_does_not_see_the_survey(site: Site) -> None:
    worker = await site.signed_in(Role.INTERVIEW_WORKER)
    assert (await worker.get("/survey")).status_code == 403
