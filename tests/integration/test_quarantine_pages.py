"""Quarantine on its pages: seen, corrected and taken in again, or set aside with a reason; nothing is deleted."""

from __future__ import annotations

import re

import pytest

from missing_coord.domain.access import Role
from tests.builders.clocks import IN_NOVEMBER
from tests.builders.reviews import notice
from tests.integration.api_sender import sender
from tests.integration.web_scene import Browser, Site, errors_on, version_on

BROKEN = notice() | {"issued_at": "yesterday", "risk": "medium", "surname": "Quillfeather"}


@pytest.fixture
async def site(site: Site) -> Site:
    """One broken notice in quarantine."""
    site.clock.instant = IN_NOVEMBER
    gmp = await sender(site, "police-notices")
    await gmp.send("police-notices", [BROKEN, "no object"])
    return site


@pytest.fixture
async def coordinator(site: Site) -> Browser:
    """A coordinator's browser."""
    return await site.signed_in(Role.COORDINATOR)


async def row_id(site: Site, *, broken: bool = True) -> str:
    found = await site.council.rows(
        f"select quarantine_id::text from quarantine where {'' if broken else 'not'} raw ? 'force'"
    )
    return str(found[0][0])


async def correct(browser: Browser, number: str, **changes: str) -> tuple[int, str]:
    page = await browser.get(f"/quarantine/{number}")
    fields = {f"field_{name}": text for name, text in {**BROKEN, **changes}.items()}
    answer = await browser.post(
        f"/quarantine/{number}/again", expected_version=version_on(page.text), **fields
    )
    return answer.status_code, answer.text


async def set_aside(browser: Browser, number: str, **fields: str) -> tuple[int, str]:
    page = await browser.get(f"/quarantine/{number}")
    answer = await browser.post(
        f"/quarantine/{number}/settle", expected_version=version_on(page.text), **fields
    )
    return answer.status_code, answer.text


async def test_the_list_names_source_and_fault_and_nobody(site: Site, coordinator: Browser) -> None:
    page = await coordinator.get("/quarantine")
    assert page.text.count("Open</strong>") == 2
    assert "issued_at" in page.text
    assert "Quillfeather" not in page.text


async def test_the_row_is_shown_as_it_came_and_its_opening_is_written_down(
    site: Site, coordinator: Browser
) -> None:
    number = await row_id(site)
    page = await coordinator.get(f"/quarantine/{number}")
    assert "Quillfeather" in page.text
    assert "yesterday" in page.text
    trail = await site.council.rows(
        "select actor_role, subject_id from audit_trail where action = 'opened' and subject_type = 'quarantine'"
    )
    assert trail == [("coordinator", number)]


async def test_a_corrected_row_goes_the_road_of_any_other(site: Site, coordinator: Browser) -> None:
    number = await row_id(site)
    status, _ = await correct(coordinator, number, issued_at="2026-11-10T20:00:00Z")
    assert status == 303
    assert await site.council.rows("select count(*) from episodes") == [(1,)]
    sources = await site.council.rows("select source from intake_batches where accepted = 1")
    assert sources == [(f"quarantine {number}",)]
    kept = await site.council.rows(
        "select raw ->> 'issued_at', resolved_by, resolution from quarantine where resolved_at is not null"
    )
    assert kept == [("yesterday", "Jo Coordinator (coordinator)", "Corrected and taken in again")]
    assert "Settled" in (await coordinator.get("/quarantine")).text


async def test_a_row_still_faulty_says_what_is_wrong_beside_the_field_and_keeps_what_was_typed(
    site: Site, coordinator: Browser
) -> None:
    status, text = await correct(coordinator, await row_id(site), issued_at="tomorrow", risk="typed again")
    assert status == 422
    assert len(errors_on(text)) == 1
    assert 'value="tomorrow"' in text
    assert "typed again" in text
    assert await site.council.rows("select count(*) from quarantine where resolved_at is null") == [(2,)]


async def test_a_row_that_is_there_already_settles_all_the_same(site: Site, coordinator: Browser) -> None:
    gmp = await sender(site, "police-notices", source="again")
    await gmp.send("police-notices", BROKEN | {"issued_at": "2026-11-10T20:00:00Z"})
    assert (await correct(coordinator, await row_id(site), issued_at="2026-11-10T20:00:00Z"))[0] == 303
    assert await site.council.rows("select resolution from quarantine where resolved_at is not null") == [
        ("Corrected and taken in again: it was there already",)
    ]


async def test_setting_aside_needs_a_reason(site: Site, coordinator: Browser) -> None:
    number = await row_id(site, broken=False)
    status, text = await set_aside(coordinator, number, outcome="not_about_a_child", note="")
    assert status == 422
    assert "Say how you know, and where it was entered if it was" in errors_on(text)
    assert (await set_aside(coordinator, number, outcome="", note="A test"))[0] == 422
    assert (await set_aside(coordinator, number, outcome="taken_in_again", note="A test"))[0] == 422


async def test_a_row_set_aside_stays_on_record(site: Site, coordinator: Browser) -> None:
    number = await row_id(site, broken=False)
    status, _ = await set_aside(coordinator, number, outcome="not_about_a_child", note="A test of the sender")
    assert status == 303
    page = await coordinator.get(f"/quarantine/{number}")
    assert "Not about a child: A test of the sender, by Jo Coordinator" in page.text
    assert "/settle" not in page.text
    trail = await site.council.rows("select detail from audit_trail where action = 'quarantine_settled'")
    assert trail == [({"how": "not_about_a_child"},)]


async def test_the_second_of_two_is_told_who_was_faster(site: Site, coordinator: Browser) -> None:
    number = await row_id(site, broken=False)
    manager = await site.signed_in(Role.MANAGER)
    page = await manager.get(f"/quarantine/{number}")
    await set_aside(coordinator, number, outcome="not_about_a_child", note="A test")
    answer = await manager.post(
        f"/quarantine/{number}/settle",
        expected_version=version_on(page.text),
        outcome="entered_by_hand",
        note="Entered",
    )
    assert answer.status_code == 409
    assert "This row was changed by Jo Coordinator" in answer.text


async def test_an_unknown_row_is_not_found(coordinator: Browser) -> None:
    for wrong in ("999999", "x", "-1", "1e3", "9" * 30):
        assert (await coordinator.get(f"/quarantine/{wrong}")).status_code == 404


async def test_what_is_wrong_stands_first_among_the_fields_to_correct(
    site: Site, coordinator: Browser
) -> None:
    page = (await coordinator.get(f"/quarantine/{await row_id(site)}")).text
    named = re.findall(r'name="field_(\w+)"', page)
    assert list(BROKEN).index("issued_at") > 0
    assert named[0] == "issued_at"
    assert named[1:4] == ["force", "reference", "message"]


async def test_a_row_that_is_still_faulty_says_so_at_the_top_and_waits_on(
    site: Site, coordinator: Browser
) -> None:
    number = await row_id(site)
    status, text = await correct(coordinator, number, issued_at="tomorrow")
    assert status == 422
    assert "There is a problem" in text
    assert "<title>Error:" in text
    assert await site.council.rows("select 1 from quarantine where resolved_at is not null") == []


async def test_a_row_from_the_future_that_is_loaded_unchanged_is_not_called_loaded(
    site: Site, coordinator: Browser
) -> None:
    ahead = {**BROKEN, "issued_at": "2099-01-01T10:00:00Z", "reference": "MP/ahead"}
    gmp = await sender(site, "police-notices", source="gmp-ahead")
    await gmp.send("police-notices", [ahead])
    [(number,)] = await site.council.rows(
        "select quarantine_id::text from quarantine where raw->>'reference' = 'MP/ahead'"
    )
    page = await coordinator.get(f"/quarantine/{number}")
    fields = {f"field_{name}": text for name, text in ahead.items()}
    answer = await coordinator.post(
        f"/quarantine/{number}/again", expected_version=version_on(page.text), **fields
    )
    assert answer.status_code == 422
    assert "check the year" in answer.text
    assert await site.council.rows("select 1 from quarantine where resolved_at is not null") == []
