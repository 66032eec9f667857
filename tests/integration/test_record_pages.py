"""The record of an interview through the pages: drafts, submission, corrections, rework, and who reads what."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import httpx2
import pytest

from missing_coord.domain.access import Role
from missing_coord.reporting.pdf import can_make_pdf
from missing_coord.web.rendering import london_input
from tests.builders.audits import marked
from tests.builders.record_forms import typed
from tests.integration.interviews_council import NOW, OTHER_WORKER, ago
from tests.integration.web_scene import Browser, Site, errors_on, version_on
from tests.parts import absent

TODAY = f"{NOW:%Y-%m-%d}"
NEXT_WEEK = f"{NOW + timedelta(days=7):%Y-%m-%d}"
_EPISODE = re.compile(r'name="episode_ids" type="checkbox" value="([^"]+)"')


async def form_on(site: Site, interview_id: str, **changes: Any) -> dict[str, Any]:
    """Open the form as the worker and return a complete one for it."""
    worker = await site.signed_in(Role.INTERVIEW_WORKER)
    page = (await worker.get(f"/interviews/{interview_id}/record/edit")).text
    found = _EPISODE.search(page)
    whole = typed(held_at=london_input(ago(1)), episode_id=found[1] if found else "", due_on=NEXT_WEEK)
    return {**whole, "expected_version": version_on(page), **changes}


async def send(
    site: Site, interview_id: str, what: str, form: dict[str, Any], **headers: str
) -> httpx2.Response:
    """Send the form as the worker."""
    worker = await site.signed_in(Role.INTERVIEW_WORKER)
    data = {"csrf_token": worker.token, **form}
    return await worker.http.post(f"/interviews/{interview_id}/record/{what}", data=data, headers=headers)


async def submitted(site: Site, **changes: Any) -> str:
    """Return an interview whose record is submitted."""
    interview_id = await site.worker_with()
    answer = await send(site, interview_id, "submission", await form_on(site, interview_id, **changes))
    assert answer.status_code == 303, errors_on(answer.text)
    return interview_id


async def read(site: Site, role: Role, path: str) -> httpx2.Response:
    """Open a page as the person of a role."""
    browser: Browser = await site.signed_in(role)
    return await browser.get(path)


async def test_submitting_completes_the_interview_and_keeps_every_part(site: Site) -> None:
    interview_id = await submitted(site)
    interview, duties = await site.council.stands(interview_id)
    assert (interview.state, interview.held_at, duties[0].result) == (
        "completed",
        ago(1).replace(second=0),
        "in_time",
    )
    page = (await read(site, Role.INTERVIEW_WORKER, f"/interviews/{interview_id}/record")).text
    for words in (
        "Nobody listens in there.",
        "Smokes aka Darren Colby",
        "ab12 cde",
        "Ask for a visit to Gran.",
        "Came back at six.",
    ):
        assert words in page
    assert await site.council.rows(
        "select kind, value, told_by, sharing from record_entries order by kind"
    ) == [
        ("person", "smokes", "child", "do_not_share"),
        ("vehicle", "AB12CDE", "carer", "not_asked"),
    ]
    screen = await site.council.rows(
        "select asked, positive from record_screen_answers where question = 'second_phone'"
    )
    assert screen == [(False, True)]
    assert "interview-record-submitted" in await site.council.events()


async def test_a_draft_keeps_what_is_typed_however_unfinished_and_comes_back(site: Site) -> None:
    interview_id = await site.worker_with()
    form = await form_on(site, interview_id)
    half = {
        "expected_version": form["expected_version"],
        "kind": "full",
        "held_at": "no time",
        "child_words": "I just",
    }
    assert (await send(site, interview_id, "draft", half)).status_code == 303
    page = (await read(site, Role.INTERVIEW_WORKER, f"/interviews/{interview_id}/record/edit")).text
    assert 'value="no time"' in page
    assert ">I just</textarea>" in page
    assert await site.council.rows("select count(*) from interview_records") == [(0,)]
    assert (await site.council.stands(interview_id))[0].state == "not_offered"


async def test_a_script_is_told_the_new_version_and_another_screen_that_it_is_behind(site: Site) -> None:
    interview_id = await site.worker_with()
    form = await form_on(site, interview_id)
    kept = await send(site, interview_id, "draft", form, accept="application/json")
    assert kept.json()["version"] == 1
    assert re.fullmatch(r"Draft saved at \d\d:\d\d\.", kept.json()["said"])
    behind = await send(site, interview_id, "draft", form, accept="application/json")
    assert behind.status_code == 409
    assert "on another screen" in behind.json()["said"]
    shown = await send(site, interview_id, "draft", {**form, "child_words": "Mine"})
    assert shown.status_code == 409
    assert ">Mine</textarea>" in shown.text
    assert version_on(shown.text) == "1"


async def test_every_error_is_named_beside_its_field_and_the_draft_is_kept(site: Site) -> None:
    interview_id = await site.worker_with()
    wrong = {
        "held_at": "",
        "episode_ids": [],
        "child_words": "",
        "screen-gifts-asked": "",
        "entry-2-told_by": "",
        "entry-3-kind": "phone",
        "entry-3-words": "no number",
        "entry-3-told_by": "child",
        "entry-3-sharing": "not_asked",
        "action-1-due_on": "soon",
    }
    answer = await send(site, interview_id, "submission", await form_on(site, interview_id, **wrong))
    assert answer.status_code == 422
    assert [unescape(each) for each in errors_on(answer.text)] == [
        "Enter when it was held, by London time",
        "Choose which missing episodes it covered",
        "Write down what the child said, in the child's own words",
        "Choose who said it",
        "Give a telephone number, such as 07700 900123",
        "Choose whether it was asked",
        "Enter by which day, such as 2026-11-30",
    ]
    assert await site.council.rows("select saved_by from record_drafts") == [
        ("Jo Interview Worker (interview.worker)",)
    ]
    again = {**await form_on(site, interview_id)}
    assert (await send(site, interview_id, "submission", again)).status_code == 303


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"act_now": "yes"}, "add an action that is due today or tomorrow"),
        ({"harm": "threatened"}, "Say what happened, as far as the child said it."),
        ({"push_factors": "boredom"}, "Boredom is not on the council's list."),
        ({"held_at": london_input(NOW + timedelta(hours=5))}, "is still to come"),
        ({"kind": "follow_up"}, "The short form is for children who go missing very often."),
    ],
)
async def test_the_rules_of_a_record_are_said_in_words(
    site: Site, changes: dict[str, Any], said: str
) -> None:
    interview_id = await site.worker_with()
    answer = await send(site, interview_id, "submission", await form_on(site, interview_id, **changes))
    assert answer.status_code == 422
    assert said in unescape(answer.text)
    assert await site.council.rows("select count(*) from interview_records") == [(0,)]


async def test_told_harm_is_raised_in_the_very_transaction_that_keeps_the_record(site: Site) -> None:
    soon = NOW.date().isoformat()
    interview_id = await submitted(site, act_now="yes", **{"action-1-due_on": soon})
    same = (
        "select a.subject_id, a.xmin = r.xmin, a.next_step from alerts a"
        " join interview_records r on r.interview_id::text = a.subject_id where a.clock = 'told_harm'"
    )
    assert await site.council.rows(same) == [(interview_id, True, 1)]
    told = "select distinct p.xmin = r.xmin from professional_alerts p, interview_records r where matter = 'told_harm'"
    assert await site.council.rows(told) == [(True,)]
    heard = "select count(*) from messages m, interview_records r where m.kind = 'alert' and m.xmin = r.xmin"
    assert await site.council.rows(heard) == [(3,)]


async def test_a_record_without_harm_raises_nothing(site: Site) -> None:
    await submitted(site)
    assert await site.council.rows("select count(*) from alerts") == [(0,)]


async def test_the_same_submission_sent_twice_is_one_version(site: Site) -> None:
    interview_id = await site.worker_with()
    form = await form_on(site, interview_id)
    answers = [await send(site, interview_id, "submission", form) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert await site.council.rows("select number from interview_records") == [(1,)]
    assert await site.council.rows("select count(*) from record_drafts") == [(0,)]


async def test_a_correction_is_a_new_version_with_its_reason_and_the_old_one_stays(site: Site) -> None:
    interview_id = await submitted(site)
    changed = await form_on(site, interview_id, child_words="Nobody listens at home.", reason="")
    assert "Say what is changed, and why" in (await send(site, interview_id, "submission", changed)).text
    changed = {
        **await form_on(site, interview_id, child_words="Nobody listens at home."),
        "reason": "Misheard.",
    }
    assert (await send(site, interview_id, "submission", changed)).status_code == 303
    newest = (await read(site, Role.MANAGER, f"/interviews/{interview_id}/record")).text
    first = (await read(site, Role.MANAGER, f"/interviews/{interview_id}/record?version=1")).text
    assert "Nobody listens at home." in newest
    assert "Reason: Misheard." in newest
    assert "Nobody listens in there." in first
    assert "there is a newer version" in first


async def test_a_correction_starts_from_what_stands(site: Site) -> None:
    interview_id = await submitted(site)
    page = (await read(site, Role.INTERVIEW_WORKER, f"/interviews/{interview_id}/record/edit")).text
    for words in (
        ">Nobody listens in there.</textarea>",
        'value="Smokes"',
        'value="Darren Colby"',
        'value="ab12 cde"',
    ):
        assert words in page
    assert page.count(" checked") >= 30


async def test_an_auditor_returns_it_the_worker_submits_again_and_it_waits_for_the_auditor_once_more(
    site: Site,
) -> None:
    interview_id = await submitted(site)
    auditor = await site.signed_in(Role.QUALITY_AUDITOR)
    graded = marked(grade="requires_improvement", comment="What did she ask for?", returned="yes")
    assert (await auditor.record(interview_id, "audit", **graded)).status_code == 303
    assert 'id="record-audit"' not in (await auditor.get(f"/interviews/{interview_id}")).text
    assert 'id="returned"' in (await read(site, Role.INTERVIEW_WORKER, "/my-interviews")).text
    page = (await read(site, Role.INTERVIEW_WORKER, f"/interviews/{interview_id}/record/edit")).text
    assert "The auditor asked: What did she ask for?" in page
    again = {**await form_on(site, interview_id, asked_for="A room of her own."), "reason": "As asked."}
    assert (await send(site, interview_id, "submission", again)).status_code == 303
    assert interview_id in (await auditor.get("/audits")).text
    assert 'id="returned"' not in (await read(site, Role.INTERVIEW_WORKER, "/my-interviews")).text
    good = marked(grade="good", comment="It is there now.", returned="no")
    assert (await auditor.record(interview_id, "audit", **good)).status_code == 303
    assert await site.council.rows(
        "select record_number, grade from quality_audits join audit_grades using (audit_id) order by audit_id"
    ) == [
        (1, "requires_improvement"),
        (2, "good"),
    ]
    assert await site.council.rows("select number, origin from interview_records order by number") == [
        (1, "first"),
        (2, "rework"),
    ]


async def test_an_interview_completed_by_the_quick_road_gets_its_record_later(site: Site) -> None:
    interview_id = await site.worker_with()
    worker = await site.signed_in(Role.INTERVIEW_WORKER)
    duties = (await site.council.stands(interview_id))[1]
    quick = {
        "kind": "completed",
        "held_at": london_input(ago(2)),
        "episode_ids": duties[0].episode_id,
        "independence_basis": "independent_of_care",
        "seen_alone": "yes",
    }
    assert (await worker.record(interview_id, "completion", **quick)).status_code == 303
    assert (
        await send(site, interview_id, "submission", await form_on(site, interview_id))
    ).status_code == 303
    assert (await site.council.stands(interview_id))[0].held_at == ago(2).replace(second=0)


async def test_a_declined_interview_has_no_record(site: Site) -> None:
    interview_id = await site.worker_with(state="declined_by_child", closed_at=ago(1))
    answer = await read(site, Role.INTERVIEW_WORKER, f"/interviews/{interview_id}/record/edit")
    assert answer.status_code == 422
    assert "was not held" in answer.text


async def test_the_short_form_serves_a_child_who_goes_missing_very_often(site: Site) -> None:
    interview_id = await site.worker_with()
    for back in (100, 150, 200, 250):
        await site.council.episode("C1", back=back)
    page = (
        await read(site, Role.INTERVIEW_WORKER, f"/interviews/{interview_id}/record/edit?kind=follow_up")
    ).text
    assert "Short follow-up" in page
    assert "screen-gifts" not in page
    form = {**await form_on(site, interview_id), "kind": "follow_up"}
    short = {
        name: value
        for name, value in form.items()
        if not name.startswith("screen-") and name != "before_account"
    }
    assert (await send(site, interview_id, "submission", short)).status_code == 303
    assert await site.council.rows("select kind from interview_records") == [("follow_up",)]


async def test_a_record_is_read_by_its_worker_managers_and_auditors_and_every_reading_is_on_the_trail(
    site: Site,
) -> None:
    interview_id = await submitted(site)
    path = f"/interviews/{interview_id}/record"
    roles = (
        Role.INTERVIEW_WORKER,
        Role.MANAGER,
        Role.QUALITY_AUDITOR,
        Role.COORDINATOR,
        Role.EXPLOITATION_LEAD,
    )
    assert [(await read(site, role, path)).status_code for role in roles] == [200, 200, 200, 403, 403]
    trail = await site.council.rows(
        "select actor from audit_trail where action = 'opened' and detail ->> 'part' = 'record' order by seq"
    )
    assert [row[0].split(" (")[0] for row in trail] == [
        "Jo Interview Worker",
        "Jo Manager",
        "Jo Quality Auditor",
    ]
    async with site.council.acting(OTHER_WORKER) as uow:
        assert await uow.records.heads(interview_id) == []


async def test_the_copy_for_the_placement_leaves_out_what_the_child_did_not_agree_to(site: Site) -> None:
    interview_id = await submitted(site)
    page = (await read(site, Role.MANAGER, f"/interviews/{interview_id}/record?copy=placement")).text
    for words in (
        "Smokes",
        "ab12 cde",
        "Nobody listens",
        "Gran",
        "07700",
        "rows come before",
        "second telephone",
    ):
        assert words not in page, words
    assert "What this copy leaves out" in page


async def test_the_document_is_a_pdf_too_where_it_can_be_made(site: Site) -> None:
    if not can_make_pdf():
        absent("weasyprint")
    interview_id = await submitted(site)
    path = f"/interviews/{interview_id}/record.pdf"
    for page in ("", "/record", "/record/edit"):
        assert (
            f'href="{path}'
            in (await read(site, Role.INTERVIEW_WORKER, f"/interviews/{interview_id}{page}")).text
        )
    answer = await read(site, Role.MANAGER, path)
    assert answer.content.startswith(b"%PDF-")
    name = f"interview-{interview_id[:8].upper()}-version-1.pdf"
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
