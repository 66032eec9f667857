"""The queue, breaches, my interviews and messages as people get them: order, filters, counts that equal their lists."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import text

from missing_coord.domain.access import Role, system_actor
from tests.integration.web_scene import ADDRESS, Site, headings_on


@pytest.fixture
async def site(site: Site) -> Site:
    """Interviews over time, due soon, in time, and of a child who is missing again."""
    council = site.council
    await council.due("C1", back=80)
    await council.due("C2", back=100, worker_id="W01")
    await council.due("C3", back=65, worker_id="W02", population="own_looked_after_in_area")
    await council.due("C4", back=5)
    await council.due("C5", back=4, due_at=None, returned_at=None, child_missing=True)
    return site


def rows_on(page: str) -> list[str]:
    """Return the references of the children in the order of the rows."""
    return re.findall(r"Northshire/(C[0-9]+)-", page)


async def test_the_longest_over_its_time_comes_first_and_the_missing_child_last(site: Site) -> None:
    page = await (await site.signed_in(Role.COORDINATOR)).get("/queue")
    assert rows_on(page.text) == ["C2", "C1", "C3", "C4", "C5"]


async def test_every_tile_counts_exactly_the_list_that_it_opens(site: Site) -> None:
    for role, path in (
        (Role.COORDINATOR, "/queue"),
        (Role.MANAGER, "/breaches"),
        (Role.INTERVIEW_WORKER, "/my-interviews"),
    ):
        browser = await site.signed_in(role)
        first = (await browser.get(path)).text
        tiles = re.findall(r'id="tile-\w+" href="([^"]+)".*?mc-tile__n">(\d+)<', first, re.DOTALL)
        assert len(tiles) >= 3
        for href, count in tiles:
            listed = await browser.get(href.replace("&amp;", "&"))
            assert len(rows_on(listed.text)) == int(count), f"{role} {href}"


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("clock=breached", ["C2", "C1"]),
        ("clock=due_soon", ["C3"]),
        ("clock=unassigned", ["C1", "C4", "C5"]),
        ("clock=not_started", ["C5"]),
        ("worker=W02", ["C3"]),
        ("population=own_looked_after_in_area", ["C3"]),
        ("clock=breached&worker=W01", ["C2"]),
        ("state=completed", []),
        ("q=NORTHSHIRE/C4-", ["C4"]),
        ("q=quill%20northshire/c1-", ["C1"]),
        ("q=nobody", []),
        ("clock=nonsense", ["C2", "C1", "C3", "C4", "C5"]),
    ],
)
async def test_filters_stand_in_the_address(site: Site, asked: str, shown: list[str]) -> None:
    browser = await site.signed_in(Role.COORDINATOR)
    page = await browser.get(f"/queue?{asked}")
    assert rows_on(page.text) == shown
    assert rows_on((await browser.get(f"/queue/rows?{asked}")).text) == shown


async def test_the_part_that_is_fetched_again_keeps_the_filters(site: Site) -> None:
    page = await (await site.signed_in(Role.COORDINATOR)).get("/queue?clock=breached&q=C1")
    assert 'hx-get="/queue/rows?clock=breached&amp;q=C1"' in page.text
    assert "<html" not in (await (await site.signed_in(Role.COORDINATOR)).get("/queue/rows")).text


async def test_a_long_queue_has_pages(site: Site) -> None:
    for number in range(6, 60):
        await site.council.due(f"C{number}", back=number / 10)
    browser = await site.signed_in(Role.COORDINATOR)
    first, second = (await browser.get("/queue")).text, (await browser.get("/queue?page=2")).text
    assert len(rows_on(first)) == 50
    assert len(rows_on(second)) == 9
    assert not set(rows_on(first)) & set(rows_on(second))
    assert "51 to 59 of 59" in second


async def test_my_interviews_are_mine_alone_and_hide_a_confidential_address(site: Site) -> None:
    async with site.council.acting(system_actor("test")) as uow:
        await uow.execute(
            text(
                "insert into placements (placement_id, child_id, start_date, provider_name, confidential)"
                " values ('P1', 'C2', '2020-01-01', 'Larch House', true)"
            )
        )
        await uow.execute(
            text(
                "insert into placement_addresses (placement_id, child_id, address, confidential)"
                " values ('P1', 'C2', '9 Hidden Lane', true)"
            )
        )
    worker = await site.signed_in(Role.INTERVIEW_WORKER)
    page = (await worker.get("/my-interviews")).text
    assert rows_on(page) == ["C2"]
    assert "ask the coordinator" in page
    for path in ("/my-interviews", "/children/C2"):
        for hidden in ("Hidden Lane", "Larch House"):
            assert hidden not in (await worker.get(path)).text


async def test_breaches_say_who_was_told_last_and_what_stands_in_the_way(site: Site) -> None:
    page = await (await site.signed_in(Role.MANAGER)).get("/breaches")
    assert rows_on(page.text) == ["C2", "C1"]
    assert "No worker assigned" in page.text


async def test_an_auditor_reads_the_queue_and_is_offered_no_assigning(site: Site) -> None:
    page = await (await site.signed_in(Role.QUALITY_AUDITOR)).get("/queue")
    assert rows_on(page.text) == ["C2", "C1", "C3", "C4", "C5"]
    assert "#assignment" not in page.text


async def test_a_message_is_new_until_it_is_marked_as_seen(site: Site) -> None:
    interview_id = (
        await site.council.rows("select interview_id::text from interviews where child_id = 'C1'")
    )[0][0]
    await _tell(site, interview_id)
    manager = await site.signed_in(Role.MANAGER)
    page = (await manager.get("/messages")).text
    assert "Messages (1 new)" in page
    ids = re.findall(r'name="message_ids" value="(\d+)"', page)
    assert (await manager.post("/messages/seen", message_ids=ids)).headers["location"] == "/messages"
    again = (await manager.get("/messages")).text
    assert "1 message marked as seen." in again
    assert "(1 new)" not in again
    assert "1 message marked" not in (await manager.get("/messages")).text
    coordinator = await site.signed_in(Role.COORDINATOR)
    assert "No message for you" in (await coordinator.get("/messages")).text
    assert ("message_seen", "Jo Manager (manager)") in [tuple(row[:2]) for row in await site.council.audit()]


async def test_nobody_marks_another_roles_message_as_seen(site: Site) -> None:
    interview_id = (
        await site.council.rows("select interview_id::text from interviews where child_id = 'C1'")
    )[0][0]
    await _tell(site, interview_id)
    number = (await site.council.rows("select message_id from messages"))[0][0]
    coordinator = await site.signed_in(Role.COORDINATOR)
    await coordinator.get("/messages")
    await coordinator.post("/messages/seen", message_ids=str(number))
    assert (await site.council.rows("select seen_at from messages"))[0][0] is None


async def _tell(site: Site, interview_id: str) -> None:
    async with site.council.acting(system_actor("test")) as uow:
        await uow.execute(
            text(
                "insert into messages (message_key, channel, recipient_role, subject_type, subject_id, kind, text,"
                " state, planned_at) values ('k' || cast(:id as text), 'recorder', 'manager', 'interview',"
                " cast(:id as text), 'breach',"
                " 'Return interview: 72 hours have passed.', 'delivered', now())"
            ),
            {"id": interview_id},
        )


async def test_a_page_past_the_end_is_the_last_one(site: Site) -> None:
    browser = await site.signed_in(Role.COORDINATOR)
    for number in ("99", "1000000", "-1", "x"):
        page = await browser.get(f"/queue?page={number}")
        assert rows_on(page.text) == ["C2", "C1", "C3", "C4", "C5"]
        assert "No interview matches" not in page.text


NOWHERE = "00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    ("path", "referer", "leads"),
    [
        (f"/reviews/{NOWHERE}", "/queue?clock=breached", "/queue?clock=breached"),
        (f"/reviews/{NOWHERE}", "", "/reviews"),
        (f"/reviews/{NOWHERE}", f"/reviews/{NOWHERE}", "/reviews"),
        (f"/reviews/{NOWHERE}", "https://elsewhere.example/", "/reviews"),
        (f"/interviews/{NOWHERE}/nothing", "", f"/interviews/{NOWHERE}"),
        ("/users", "", "/"),
    ],
)
async def test_an_error_leads_back_to_where_the_person_was(
    site: Site, path: str, referer: str, leads: str
) -> None:
    browser = await site.signed_in(Role.COORDINATOR)
    headers = {"referer": f"{ADDRESS}{referer}" if referer.startswith("/") else referer} if referer else {}
    page = await browser.get(path, **headers)
    assert page.status_code in (403, 404)
    words = "Go to the first page" if leads == "/" else "Go back"
    assert f'href="{leads}">{words}</a>' in page.text


async def test_a_refused_form_without_a_referring_page_leads_to_the_page_of_its_record(site: Site) -> None:
    browser = await site.signed_in(Role.COORDINATOR)
    page = await browser.post(f"/reviews/{NOWHERE}/decision", expected_version="x", decision="same")
    assert page.status_code in (400, 404, 422)
    assert f'href="/reviews/{NOWHERE}">Go back</a>' in page.text


async def test_messages_stand_by_day_with_counts_and_are_filtered_by_kind_and_newness(site: Site) -> None:
    rows = await site.council.rows("select interview_id::text from interviews where child_id in ('C1', 'C2')")
    for (interview_id,) in rows:
        await _tell(site, interview_id)
    await site.council.rows("update messages set kind = 'escalation', planned_at = planned_at - interval '2 days'"
                            " where message_id = (select max(message_id) from messages) returning 1")  # fmt: skip
    manager = await site.signed_in(Role.MANAGER)
    page = (await manager.get("/messages")).text
    found = headings_on(page)
    assert [each.startswith("New, ") and each.endswith("(1)") for each in found] == [True, True]
    assert 'href="/messages?kind=escalation">Escalation (1)</a>' in page
    assert 'aria-current="true">Every kind (2)</a>' in page
    only = (await manager.get("/messages?kind=escalation&show=new")).text
    assert only.count('id="message-') == 1
    assert 'href="/messages?kind=breach&amp;show=new">Breach (1)</a>' in only
    ids = re.findall(r'name="message_ids" value="(\d+)"', only)
    marked = await manager.post("/messages/seen", message_ids=ids, kind="escalation", show="new")
    assert marked.headers["location"] == "/messages?kind=escalation&show=new"
    none = (await manager.get(marked.headers["location"])).text
    assert "No message for you or your role in this list." in none
