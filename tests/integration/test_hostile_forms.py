"""Forms sent twice at once, with numbers and signs that no page offers, and about other children: nothing gives way."""

from __future__ import annotations

import asyncio

import pytest

from missing_coord.domain.access import Role
from tests.builders.audits import marked
from tests.integration.interviews_council import NOW
from tests.integration.test_left_drafts import changed, drafted, drafts, looked
from tests.integration.test_quality_audits import closed, drawn
from tests.integration.test_support_pages import GIVEN
from tests.integration.test_survey import YES, links
from tests.integration.web_scene import Site, errors_on

ODD = ["%ff", "%F0%9F%92%A9", "..%2f..", "a" * 3000, "99999999999999999999", "%E2%80%AE1"]


@pytest.mark.parametrize("number", ["00010000", "0020999", "21", "0", "-1", "1e1", "many", "²", ""])
async def test_no_spelling_of_a_number_makes_more_links_than_are_allowed(site: Site, number: str) -> None:
    office = await site.signed_in(Role.COORDINATOR)
    await office.get("/survey")
    made = await office.post("/survey/links", number=number)
    assert (made.status_code, len(errors_on(made.text))) == (422, 1)
    assert await site.council.rows("select count(*) from survey_links") == [(0,)]


async def test_a_link_that_is_used_twice_at_once_counts_once(site: Site) -> None:
    found = await links(site, 5)
    for secret in found:
        sent = [site.browser().post(f"/tell-us/{secret}", **YES) for _ in range(3)]
        answers = await asyncio.gather(*sent)
        assert sorted(each.status_code for each in answers) == [200, 404, 404]
    assert await site.council.rows("select count(*) from survey_answers") == [(5,)]


async def test_a_referral_that_is_sent_twice_at_once_is_kept_once(site: Site) -> None:
    path = f"/interviews/{await site.worker_with()}/support"
    office = await site.signed_in(Role.COORDINATOR)
    await office.get(path)
    sent = {**GIVEN, "referred_on": NOW.date().isoformat()}
    answers = await asyncio.gather(*(office.post(path, **sent) for _ in range(4)))
    assert {each.status_code for each in answers} == {303}
    assert await site.council.rows("select count(*) from support_referrals") == [(1,)]


async def test_two_grades_at_once_leave_one(site: Site) -> None:
    interview_id = await drawn(site)
    auditor = await site.signed_in(Role.QUALITY_AUDITOR)
    sent = {**marked(scheme="2026-9", comment="x"), "expected_version": "1"}
    path = f"/interviews/{interview_id}/second-grade"
    answers = await asyncio.gather(*(auditor.post(path, **sent) for _ in range(3)))
    assert sorted(each.status_code for each in answers) == [303, 422, 422]
    assert await site.council.rows("select count(*) from audit_grades where place = 2") == [(1,)]


async def test_marks_that_no_page_offers_are_refused(site: Site) -> None:
    interview_id = await closed(site, "C1")
    auditor = await site.signed_in(Role.QUALITY_AUDITOR)
    whole = marked(grade="good", returned="no")
    odd = [
        {**whole, "criteria": ""},
        {**whole, "criteria": "nothing", "mark_nothing": "met"},
        {**whole, "criteria": whole["criteria"] + " more", "mark_more": "met"},
        {**whole, "grade": "splendid"},
        {**whole, "scheme": "1999-1"},
        {**whole, "criteria": " ".join(f"c{n}" for n in range(1500))},
    ]
    for sent in odd:
        answer = await auditor.post(f"/interviews/{interview_id}/audit", expected_version="1", **sent)
        assert answer.status_code == 422
    assert await site.council.rows("select count(*) from quality_audits") == [(0,)]


@pytest.mark.parametrize("odd", ODD)
async def test_an_odd_address_is_not_found_and_nothing_fails(site: Site, odd: str) -> None:
    for role, paths in (
        (
            Role.COORDINATOR,
            ["/interviews/{}/support", "/children/{}/family", "/tell-us/{}", "/support?page={}"],
        ),
        (Role.MANAGER, ["/audits/agreement?days={}"]),
        (Role.QUALITY_AUDITOR, ["/audits?list={}&page={}"]),
        (Role.INTERVIEW_WORKER, ["/drafts/{}"]),
    ):
        browser = await site.signed_in(role)
        for path in paths:
            assert (await browser.get(path.replace("{}", odd))).status_code in (200, 404), path
    worker = await site.signed_in(Role.INTERVIEW_WORKER)
    for path in (f"/audits/{odd}/read", f"/drafts/{odd}/discard"):
        assert (await worker.post(path, expected_version="1")).status_code in (400, 404), path
    office = await site.signed_in(Role.COORDINATOR)
    for path in (f"/support/{odd}", f"/support/{odd}/helped"):
        assert (await office.post(path, expected_version="1")).status_code in (400, 404), path


async def test_a_draft_left_behind_goes_into_no_record_of_another_child(site: Site) -> None:
    interview_id = await drafted(site)
    other = await site.worker_with(child_id="C2")
    await changed(site, interview_id, state="recorded_in_error", closed_at=NOW, closed_by="Robin")
    await looked(site)
    worker = await site.signed_in(Role.INTERVIEW_WORKER)
    await worker.get("/my-interviews")
    answer = await worker.post(f"/drafts/{interview_id}/copy", expected_version="1", target=other)
    assert answer.status_code == 422
    assert await drafts(site) == [interview_id]


async def test_a_second_auditor_finds_the_first_grade_nowhere(site: Site) -> None:
    interview_id = await drawn(site)
    auditor = await site.signed_in(Role.QUALITY_AUDITOR)
    for path in (
        f"/interviews/{interview_id}", f"/interviews/{interview_id}/state", f"/interviews/{interview_id}/record",
        f"/interviews/{interview_id}/clocks", "/children/C1", "/audits?list=audited", "/audits?list=second",
        "/audits/agreement", "/messages", "/actions", "/queue", "/audit", "/search?q=Inadequate",
    ):  # fmt: skip
        answer = await auditor.get(path)
        assert "Inadequate</strong>" not in answer.text, path
        assert "Read." not in answer.text, path


async def test_a_wrong_token_or_none_changes_nothing(site: Site) -> None:
    interview_id = await site.worker_with()
    for role, path in (
        (Role.COORDINATOR, f"/interviews/{interview_id}/support"),
        (Role.COORDINATOR, "/survey/links"),
        (Role.COORDINATOR, "/survey/paper"),
        (Role.COORDINATOR, "/support/x"),
        (Role.COORDINATOR, "/support/x/helped"),
        (Role.MANAGER, "/audits/criteria"),
        (Role.QUALITY_AUDITOR, f"/interviews/{interview_id}/audit"),
        (Role.QUALITY_AUDITOR, f"/interviews/{interview_id}/second-grade"),
        (Role.INTERVIEW_WORKER, f"/drafts/{interview_id}/discard"),
        (Role.INTERVIEW_WORKER, f"/drafts/{interview_id}/copy"),
        (Role.INTERVIEW_WORKER, "/audits/1/read"),
    ):
        browser = await site.signed_in(role)
        for token in ("", "x" * 43, "\u202e", "é"):
            answer = await browser.http.post(path, data={"csrf_token": token, "number": "3"})
            assert answer.status_code == 403, (path, token)
    for table in ("survey_links", "survey_answers", "support_referrals"):
        assert await site.council.rows(f"select count(*) from {table}") == [(0,)]


@pytest.mark.parametrize("codec", ["utf-7", "unicode_escape", "punycode", "undefined", "utf-8"])
@pytest.mark.parametrize("path", ["/find", "/notices/new", "/sign-in"])
async def test_a_form_in_parts_whose_sender_names_the_codec_is_refused(
    site: Site, codec: str, path: str
) -> None:
    office = await site.signed_in(Role.COORDINATOR)
    parts = (("csrf_token", office.token), ("surname", "\\ud800 +2AA-"), ("csrf_token", "\\N{"))
    body = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n' for name, text in parts
    )
    headers = {"Content-Type": f"Multipart/Form-Data; boundary=x; charset={codec}"}
    answer = await office.http.post(path, content=f"{body}--x--\r\n".encode(), headers=headers)
    assert answer.status_code == 415
