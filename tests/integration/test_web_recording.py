"""Assigning, recording and deciding through the pages: once, with errors in place, races told, nothing lost."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from missing_coord.domain.access import Role
from missing_coord.domain.interviews import InterviewState
from missing_coord.web.rendering import london_input
from tests.integration.interviews_council import NOW, SYSTEM, ago
from tests.integration.web_scene import Site, errors_on, version_on

CALL = {"at": london_input(ago(1)), "method": "phone", "with_whom": "child", "note": "No answer"}


async def state_of(site: Site, interview_id: str) -> str:
    """Return where an interview stands."""
    return (await site.council.stands(interview_id))[0].state


async def test_a_coordinator_assigns_by_hand_and_the_page_says_so(site: Site) -> None:
    interview_id = await site.council.due()
    browser = await site.signed_in(Role.COORDINATOR)
    answer = await browser.record(interview_id, "assignment", worker_id="W02")
    assert answer.headers["location"] == f"/interviews/{interview_id}"
    page = (await browser.get(f"/interviews/{interview_id}")).text
    assert "The worker is assigned." in page
    assert "Assigned to <strong>Bryn Calloway</strong>" in page
    assert (await browser.record(interview_id, "unassignment", reason="On leave")).status_code == 303
    assert (await site.council.stands(interview_id))[0].worker_id == ""


async def test_a_double_click_records_once(site: Site) -> None:
    interview_id = await site.worker_with()
    worker = await site.signed_in(Role.INTERVIEW_WORKER)
    version = version_on((await worker.get(f"/interviews/{interview_id}")).text)
    sent = [
        worker.post(f"/interviews/{interview_id}/attempts", expected_version=version, **CALL)
        for _ in range(3)
    ]
    answers = await asyncio.gather(*sent)
    assert [answer.status_code for answer in answers] == [303, 303, 303]
    assert [row[0] for row in await site.council.timeline(interview_id)] == ["attempt"]


async def test_a_lost_race_says_who_was_faster_and_keeps_what_was_typed(site: Site) -> None:
    interview_id = await site.worker_with()
    worker, coordinator = await site.signed_in(Role.INTERVIEW_WORKER), await site.signed_in(Role.COORDINATOR)
    version = version_on((await worker.get(f"/interviews/{interview_id}")).text)
    await coordinator.record(interview_id, "attempts", **CALL)
    note = "Rang the carer, who will call back"
    answer = await worker.post(
        f"/interviews/{interview_id}/attempts", expected_version=version, **{**CALL, "note": note}
    )
    assert answer.status_code == 409
    assert "changed by Jo Coordinator (coordinator) at " in answer.text
    assert note in answer.text
    assert version_on(answer.text) != version
    again = await worker.post(
        f"/interviews/{interview_id}/attempts",
        expected_version=version_on(answer.text),
        **{**CALL, "note": note},
    )
    assert again.status_code == 303
    assert [row[3] for row in await site.council.timeline(interview_id)] == ["No answer", note]


async def test_a_race_lost_to_an_outcome_shows_what_was_typed_beside_the_news(site: Site) -> None:
    interview_id = await site.worker_with()
    worker, manager = await site.signed_in(Role.INTERVIEW_WORKER), await site.signed_in(Role.MANAGER)
    version = version_on((await worker.get(f"/interviews/{interview_id}")).text)
    decision = {"outcome": "not_required_manager_decision", "reason": "Seen by the hospital team"}
    assert (await manager.record(interview_id, "decision", **decision)).status_code == 303
    answer = await worker.post(
        f"/interviews/{interview_id}/attempts", expected_version=version, **{**CALL, "note": "Left a card"}
    )
    assert answer.status_code == 409
    assert "Left a card" in answer.text
    assert "Jo Manager (manager)" in answer.text


@pytest.mark.parametrize(
    ("form", "fields", "errors"),
    [
        ("assignment", {"worker_id": ""}, {"Choose a worker"}),
        (
            "attempts",
            {"at": "", "method": "pigeon", "with_whom": "child"},
            {"Enter when, by London time", "Choose how"},
        ),
        ("offers", {**CALL, "answer": "declined", "note": ""}, {"Say why"}),
        ("decline", {"at": CALL["at"], "reason": "No"}, {"Choose who declined", "Choose whether parents"}),
        (
            "completion",
            {"kind": "completed", "held_at": ""},
            {"Enter when it was held", "Choose whether the child"},
        ),
        ("not-held", {"outcome": "", "at": CALL["at"], "reason": "x"}, {"Choose what happened"}),
        (
            "not-held",
            {"outcome": "transferred_to_other_authority", "at": CALL["at"], "reason": "x"},
            {"Choose what happened"},
        ),
    ],
)
async def test_an_error_stands_beside_its_field_and_nothing_typed_is_lost(
    site: Site, form: str, fields: dict[str, Any], errors: set[str]
) -> None:
    interview_id = await site.worker_with()
    browser = await site.signed_in(Role.COORDINATOR)
    answer = await browser.record(interview_id, form, **{"note": "kept & safe", **fields})
    assert answer.status_code == 422
    shown = errors_on(answer.text)
    for expected in errors:
        assert any(each.startswith(expected) for each in shown), shown
    assert "There is a problem" in answer.text
    if form != "assignment" and form != "not-held" and form != "decline":
        assert "kept &amp; safe" in answer.text or fields.get("note") == ""
    assert await site.council.timeline(interview_id) == []


async def test_a_time_that_does_not_exist_in_london_is_refused(site: Site) -> None:
    interview_id = await site.worker_with()
    worker = await site.signed_in(Role.INTERVIEW_WORKER)
    answer = await worker.record(interview_id, "attempts", **{**CALL, "at": "2026-03-29T01:30"})
    assert errors_on(answer.text) == ["Enter a date and a London time that exist, such as 21/11/2026 14:05"]


async def test_a_worker_records_an_attempt_in_two_taps(site: Site) -> None:
    interview_id = await site.worker_with()
    worker = await site.signed_in(Role.INTERVIEW_WORKER)
    cards = (await worker.get("/my-interviews")).text
    link = f"/interviews/{interview_id}?record=attempt#record-attempt"
    assert f'href="{link}"' in cards
    page = (await worker.get(link)).text
    form = re.search(r'<details id="record-attempt" open>.*?</form>', page, re.DOTALL)
    assert form is not None
    at = re.search(r'name="at"[^>]*value="([^"]+)"', form[0])
    taps = re.findall(r'name="quick" value="(\w+)"', form[0])
    assert at is not None
    answer = await worker.record(interview_id, "attempts", at=at[1], note="", quick=taps[0])
    assert answer.status_code == 303
    said = await site.council.rows("select kind, method, contact_with from interview_events")
    assert said == [("attempt", "phone", "child")]


async def test_an_attempt_that_nobody_touched_is_not_recorded(site: Site) -> None:
    interview_id = await site.worker_with()
    worker = await site.signed_in(Role.INTERVIEW_WORKER)
    page = (await worker.get(f"/interviews/{interview_id}")).text
    refused = await worker.record(interview_id, "attempts", at=london_input(ago(0.1)))
    assert errors_on(refused.text) == ["Choose how", "Choose whom"]
    assert " checked" not in page.split('id="record-attempt"')[1].split("</details>")[0]


async def test_an_offer_accepted_with_a_visit_and_then_held_in_time(site: Site) -> None:
    interview_id = await site.worker_with()
    episode_id = (await site.council.stands(interview_id))[1][0].episode_id
    worker = await site.signed_in(Role.INTERVIEW_WORKER)
    visit = london_input(NOW + timedelta(hours=2))
    answer = await worker.record(interview_id, "offers", **CALL, answer="accepted", visit_at=visit)
    assert answer.status_code == 303
    assert await state_of(site, interview_id) == InterviewState.ACCEPTED_SCHEDULED
    site.clock.instant += timedelta(hours=3)
    worker = await site.signed_in(Role.INTERVIEW_WORKER)
    await _sign_in_again(site, worker)
    held = await worker.record(
        interview_id,
        "completion",
        kind="completed",
        held_at=visit,
        episode_ids=[episode_id],
        independence_basis="independent_of_care",
        seen_alone="yes",
        note="Talked about school",
    )
    assert held.status_code == 303, errors_on(held.text)
    assert await state_of(site, interview_id) == InterviewState.COMPLETED
    assert (await site.council.stands(interview_id))[1][0].result == "in_time"
    page = (await worker.get(f"/interviews/{interview_id}")).text
    assert "Seen alone: yes. Talked about school" in page


async def _sign_in_again(site: Site, browser: Any) -> None:
    site._browsers.clear()
    fresh = await site.signed_in(Role.INTERVIEW_WORKER)
    browser.http, browser.token = fresh.http, fresh.token


async def test_a_yes_to_an_earlier_offer_books_the_visit_and_is_no_second_offer(site: Site) -> None:
    interview_id = await site.worker_with()
    worker = await site.signed_in(Role.INTERVIEW_WORKER)
    page = await worker.get(f"/interviews/{interview_id}")
    assert "/acceptance" not in page.text, "nothing was offered yet"
    await worker.record(interview_id, "offers", **CALL, answer="awaiting")
    said = {**CALL, "at": london_input(ago(0.5)), "visit_at": london_input(ago(-20)), "note": "Rang back"}
    answer = await worker.record(interview_id, "acceptance", **said)
    assert answer.status_code == 303, errors_on(answer.text)
    interview, _ = await site.council.stands(interview_id)
    assert interview.visit_starts_at is not None
    assert (interview.state, london_input(interview.visit_starts_at)) == (
        "accepted_scheduled",
        london_input(ago(-20)),
    )
    kinds = [(row[0], row[1]) for row in await site.council.timeline(interview_id)]
    assert kinds == [("offer", "awaiting"), ("accepted", "accepted")]


NO = {"declined_by": "child", "reason": "Does not want to talk", "carer_asked": "yes"}


async def test_a_first_no_leaves_the_interview_open_and_the_page_says_so(site: Site) -> None:
    interview_id = await site.worker_with()
    worker = await site.signed_in(Role.INTERVIEW_WORKER)
    answer = await worker.record(
        interview_id, "decline", at=CALL["at"], carer_information="Was with friends", **NO
    )
    assert answer.status_code == 303, errors_on(answer.text)
    assert await state_of(site, interview_id) == InterviewState.DECLINED_ONCE
    assert [row[0] for row in await site.council.timeline(interview_id)] == ["declined", "carer_info"]
    page = await worker.get(f"/interviews/{interview_id}")
    assert "until the child was asked a second time" in page.text
    assert "Somebody said no before: this one closes the interview." in page.text
    assert "no_second_approach" not in page.text


async def test_only_the_office_is_asked_why_nobody_asks_a_second_time(site: Site) -> None:
    interview_id = await site.worker_with()
    worker = await site.signed_in(Role.INTERVIEW_WORKER)
    refused = await worker.record(interview_id, "decline", at=CALL["at"], no_second_approach="Clear", **NO)
    assert (refused.status_code, await state_of(site, interview_id)) == (422, InterviewState.NOT_OFFERED)
    office = await site.signed_in(Role.COORDINATOR)
    assert 'name="no_second_approach"' in (await office.get(f"/interviews/{interview_id}")).text
    await office.record(interview_id, "decline", at=CALL["at"], no_second_approach="Moved out", **NO)
    assert await state_of(site, interview_id) == InterviewState.DECLINED_BY_CHILD


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        ("did_not_attend", InterviewState.DID_NOT_ATTEND),
        ("unable_to_contact", InterviewState.UNABLE_TO_CONTACT),
        ("hospital", InterviewState.UNWELL_OR_DETAINED),
    ],
)
async def test_not_held_leaves_the_interview_open(site: Site, outcome: str, state: InterviewState) -> None:
    interview_id = await site.worker_with()
    worker = await site.signed_in(Role.INTERVIEW_WORKER)
    answer = await worker.record(
        interview_id, "not-held", outcome=outcome, at=CALL["at"], reason="Rang twice"
    )
    assert answer.status_code == 303, errors_on(answer.text)
    assert await state_of(site, interview_id) == state


async def test_only_a_manager_decides_that_none_is_required_and_gives_a_reason(site: Site) -> None:
    interview_id = await site.council.due()
    manager, coordinator = await site.signed_in(Role.MANAGER), await site.signed_in(Role.COORDINATOR)
    decision = {"outcome": "not_required_manager_decision"}
    refused = await manager.record(interview_id, "decision", **decision, reason="")
    assert errors_on(refused.text) == ["Give the reason; it stays with the record"]
    forbidden = await coordinator.record(interview_id, "decision", **decision, reason="No need")
    assert forbidden.status_code == 403
    assert (
        await manager.record(interview_id, "decision", **decision, reason="Died abroad")
    ).status_code == 303
    page = (await manager.get(f"/interviews/{interview_id}")).text
    assert "Closed by Jo Manager (manager): Died abroad" in page
    assert (await coordinator.record(interview_id, "reopen", reason="Wrong child")).status_code == 303
    assert await state_of(site, interview_id) == InterviewState.NOT_OFFERED


async def test_opening_a_record_leaves_a_row_in_the_audit_trail(site: Site) -> None:
    interview_id = await site.council.due()
    episode_id = (await site.council.stands(interview_id))[1][0].episode_id
    browser = await site.signed_in(Role.MANAGER)
    for path in (f"/interviews/{interview_id}", f"/episodes/{episode_id}", "/children/C1"):
        assert (await browser.get(path)).status_code == 200
    await browser.get(f"/interviews/{interview_id}/state", **{"HX-Request": "true"})
    opened = [row[2] for row in await site.council.audit() if row[0] == "opened"]
    assert opened == [interview_id, episode_id, "C1"]


async def test_a_form_without_the_version_that_was_seen_is_refused(site: Site) -> None:
    interview_id = await site.council.due()
    browser = await site.signed_in(Role.COORDINATOR)
    await browser.get(f"/interviews/{interview_id}")
    for version in ("", "x", "-1"):
        answer = await browser.post(f"/interviews/{interview_id}/attempts", expected_version=version, **CALL)
        assert answer.status_code == 400
    assert await site.council.timeline(interview_id) == []


async def test_addresses_that_are_no_ids_are_simply_not_found(site: Site) -> None:
    browser = await site.signed_in(Role.COORDINATOR)
    missing = ("/interviews/x", "/interviews/x/state", "/episodes/x", "/children/nobody")
    for path in (*missing, "/episodes/%00", "/children/%00", "/queue?q=%00"):
        assert (await browser.get(path)).status_code == 404, path


async def test_a_failure_nobody_foresaw_shows_a_reference_and_keeps_the_headers(site: Site) -> None:
    browser = site.browser()
    await browser.get("/sign-in")
    site.app.state.web.limiter = None
    answer = await browser.post("/sign-in", username="a", password="b")
    assert answer.status_code == 500
    assert re.search(r"Reference: <strong>[0-9A-F]{8}</strong>", answer.text)
    assert answer.headers["content-security-policy"]


async def test_a_form_of_thousands_of_fields_is_refused_in_words_and_changes_nothing(site: Site) -> None:
    interview_id = await site.worker_with()
    worker = await site.signed_in(Role.INTERVIEW_WORKER)
    many = {f"field_{number}": "x" for number in range(2_000)}
    answer = await worker.post(f"/interviews/{interview_id}/attempts", expected_version="1", **CALL, **many)
    assert answer.status_code == 400
    assert "could not be understood" in answer.text
    assert await site.council.timeline(interview_id) == []


async def test_the_ground_of_independence_is_never_chosen_beforehand(site: Site) -> None:
    interview_id = await site.worker_with()
    page = (await (await site.signed_in(Role.INTERVIEW_WORKER)).get(f"/interviews/{interview_id}")).text
    offered = re.findall(r'<input[^>]*name="independence_basis"[^>]*>', page)
    assert len(offered) == 4
    assert [each for each in offered if "checked" in each] == []


async def test_an_escalation_stands_once_on_the_page_of_its_interview(site: Site) -> None:
    interview_id = await site.council.due(back=80)
    async with site.council.acting(SYSTEM) as uow:
        await uow.execute(
            text(
                "insert into escalations (interview_id, episode_id, ladder_version, step, breach, recipients, due_at,"
                " planned_at, fired_at) select interview_id, episode_id, ladder_version, '24h_over+6', false,"
                " '{manager}', due_at, now(), now() from interview_episodes"
            )
        )
    page = (await (await site.signed_in(Role.MANAGER)).get(f"/interviews/{interview_id}")).text
    assert page.count("24 hours over the deadline") == 1
    assert "24h_over" not in page
