"""Calendars of visits, the worker's days, transfers with acceptance, and spot purchases, through the pages."""

from __future__ import annotations

import re
import uuid
from dataclasses import replace

from icalendar import Calendar

from missing_coord.contracts.envelopes import OutgoingEvent
from missing_coord.domain.access import Role
from missing_coord.notify.reactions import Notices
from missing_coord.notify.recorder import RecorderChannel
from missing_coord.services import interviews
from missing_coord.services.interviews.assign import unassign
from tests.integration.interviews_council import COORDINATOR, MANAGER, SYSTEM, ago
from tests.integration.web_scene import Site, errors_on

ASKED = {
    "authority": "Eastmere",
    "contact": "Duty desk, by telephone",
    "reason": "It is responsible for the child.",
}
BOUGHT = {"supplier": "Larch Trust", "estimate": "240.50", "reason": "180 miles away"}


async def booked(site: Site, **changes: object) -> str:
    """Return an interview with a visit in five hours."""
    return await site.worker_with(visit_starts_at=ago(-5), visit_ends_at=ago(-6), **changes)


async def link_of(site: Site) -> str:
    """Make the worker's calendar link and return its path."""
    worker = await site.signed_in(Role.INTERVIEW_WORKER)
    await worker.get("/day")
    found = re.search(
        r'id="calendar-link">http://127.0.0.1:8000(/calendar/[^<]+)<',
        (await worker.post("/day/calendar")).text,
    )
    assert found, "no link on the page"
    return found[1]


async def events_at(site: Site, path: str) -> list[tuple[str, int, str]]:
    """Return id, sequence and status of each event of a feed, as a calendar program without a session gets it."""
    answer = await site.browser().http.get(path)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    calendar = Calendar.from_ical(answer.content)
    return [(str(each["uid"]), int(each["sequence"]), str(each["status"])) for each in calendar.events]


async def test_a_feed_follows_a_visit_keeps_its_id_raises_its_sequence_and_cancels_it(site: Site) -> None:
    interview_id = await booked(site)
    path, uid = await link_of(site), f"{interview_id}.W01@missing-coord"
    seen = [await events_at(site, path)]
    for changes in ({"visit_starts_at": ago(-9), "visit_ends_at": ago(-10)}, {"worker_id": "W02"}):
        async with site.council.acting(SYSTEM) as uow:
            await uow.interviews.save([replace(await uow.interviews.get(interview_id), **changes)])
        seen.append(await events_at(site, path))
    assert seen == [[(uid, 0, "CONFIRMED")], [(uid, 1, "CONFIRMED")], [(uid, 2, "CANCELLED")]]


async def test_a_calendar_holds_no_personal_detail(site: Site) -> None:
    await booked(site)
    content = (await site.browser().http.get(await link_of(site))).text
    for words in ("Tamsin", "Quill", "C1", "Ade", "LOCATION", "DESCRIPTION"):
        assert words not in content
    assert "CLASS:PRIVATE" in content


async def test_a_new_link_ends_the_one_before_and_so_does_disabling_the_account(site: Site) -> None:
    first = await link_of(site)
    second = await link_of(site)
    browser = site.browser()
    assert (await browser.http.get(first)).status_code == 404
    assert (await browser.http.get(second)).status_code == 200
    administrator = await site.signed_in(Role.ADMINISTRATOR)
    account = site.people[Role.INTERVIEW_WORKER]
    await administrator.get("/users")
    await administrator.post(f"/users/{account.user_id}/disable", expected_version="1")
    assert (await browser.http.get(second)).status_code == 404


async def test_a_visit_is_a_file_that_is_published_or_cancelled(site: Site) -> None:
    interview_id = await booked(site)
    coordinator = await site.signed_in(Role.COORDINATOR)
    answer = await coordinator.get(f"/interviews/{interview_id}/visit.ics")
    assert "METHOD:PUBLISH" in answer.text
    async with site.council.acting(SYSTEM) as uow:
        gone = replace(await uow.interviews.get(interview_id), visit_starts_at=None, visit_ends_at=None)
        await uow.interviews.save([gone])
    assert "METHOD:CANCEL" in (await coordinator.get(f"/interviews/{interview_id}/visit.ics")).text


async def told_by_event(site: Site, name: str, interview_id: str) -> str:
    """Return what the worker W01 is told when an event about an interview is taken."""
    event = OutgoingEvent(
        position=1,
        event_id=str(uuid.uuid4()),
        type=f"missing-coord.interviews.{name}.v1",
        topic="t",
        key="C1",
        body={"interview_id": interview_id, "worker_id": "W01"},
        occurred_at=site.clock.instant,
    )
    async with site.council.acting(SYSTEM) as uow:
        await Notices(RecorderChannel("https://desk.example").write).react(uow, event)
    ((told,),) = await site.council.rows(
        f"select text from messages where message_key like '%{event.event_id}%'"
    )
    return str(told)


async def test_a_worker_is_told_of_a_visit_with_its_file_and_of_its_end_with_the_file_that_takes_it_away(
    site: Site,
) -> None:
    interview_id = await booked(site)
    worker = await site.signed_in(Role.INTERVIEW_WORKER)
    file = f"/interviews/{interview_id}/visit.ics"
    assert (await told_by_event(site, "interview-assigned", interview_id)).endswith(
        f"https://desk.example{file}"
    )
    assert "METHOD:PUBLISH" in (await worker.get(file)).text
    async with site.council.acting(COORDINATOR) as uow:
        await unassign(uow, interview_id=interview_id)
    assert (await told_by_event(site, "interview-unassigned", interview_id)).endswith(
        f"https://desk.example{file}"
    )
    assert "METHOD:CANCEL" in (await worker.get(file)).text


async def test_without_a_visit_a_message_has_no_file(site: Site) -> None:
    interview_id = await site.worker_with()
    await site.signed_in(Role.INTERVIEW_WORKER)
    assert "visit.ics" not in await told_by_event(site, "interview-assigned", interview_id)


async def test_a_worker_sees_the_days_ahead_and_what_has_no_time(site: Site) -> None:
    await booked(site)
    await site.council.due("C2", worker_id="W01")
    worker = await site.signed_in(Role.INTERVIEW_WORKER)
    page = (await worker.get("/day")).text
    assert "Today, " in page
    assert "No time agreed yet" in page


async def test_an_interview_asked_of_another_authority_stays_here_with_its_clock_until_it_accepts(
    site: Site,
) -> None:
    interview_id = await site.worker_with()
    due_at = (await site.council.stands(interview_id))[0].due_at
    coordinator = await site.signed_in(Role.COORDINATOR)
    assert (await coordinator.record(interview_id, "transfer", **ASKED)).status_code == 303
    interview, duties = await site.council.stands(interview_id)
    assert (interview.state, interview.due_at, duties[0].resolved_at) == ("not_offered", due_at, None)
    assert duties[0].next_step_at is not None
    assert "Eastmere" in (await coordinator.get("/requests")).text
    refused = await coordinator.record(interview_id, "transfer-answer", state="accepted")
    assert errors_on(refused.text) == ["Name who accepted it at the other authority."]
    answer = {"state": "accepted", "answered_for": "Duty manager"}
    assert (await coordinator.record(interview_id, "transfer-answer", **answer)).status_code == 303
    interview, duties = await site.council.stands(interview_id)
    assert (interview.state, duties[0].result) == ("transferred_to_other_authority", "transferred")
    assert "Accepted by Duty manager" in interview.reason
    await coordinator.record(interview_id, "reopen", reason="They sent it back.")
    interview, duties = await site.council.stands(interview_id)
    assert (interview.due_at, duties[0].resolved_at) == (due_at, None)


async def test_a_refusal_leaves_the_interview_open_and_another_can_be_asked(site: Site) -> None:
    interview_id = await site.worker_with()
    coordinator = await site.signed_in(Role.COORDINATOR)
    await coordinator.record(interview_id, "transfer", **ASKED)
    twice = await coordinator.record(interview_id, "transfer", **{**ASKED, "authority": "Westmere"})
    assert "has not answered yet" in twice.text
    said = {"state": "refused", "answer": "No worker there."}
    assert (await coordinator.record(interview_id, "transfer-answer", **said)).status_code == 303
    assert (await site.council.stands(interview_id))[0].state == "not_offered"
    again = await coordinator.record(interview_id, "transfer", **{**ASKED, "authority": "Westmere"})
    assert again.status_code == 303
    assert await site.council.rows("select authority, state from interview_transfers order by authority") == [
        ("Eastmere", "refused"),
        ("Westmere", "asked"),
    ]


async def test_a_request_to_another_authority_is_settled_though_the_interview_was_closed_meanwhile(
    site: Site,
) -> None:
    interview_id = await site.worker_with()
    coordinator = await site.signed_in(Role.COORDINATOR)
    await coordinator.record(interview_id, "transfer", **ASKED)
    async with site.council.acting(MANAGER) as uow:
        await interviews.decide_not_required(uow, interview_id=interview_id, reason="Seen an hour before.")
    assert "/transfer-answer" in (await coordinator.get(f"/interviews/{interview_id}")).text
    late = {"state": "accepted", "answered_for": "Duty manager"}
    assert (await coordinator.record(interview_id, "transfer-answer", **late)).status_code == 422
    withdrawn = {"state": "withdrawn", "answer": "It is not needed any more."}
    assert (await coordinator.record(interview_id, "transfer-answer", **withdrawn)).status_code == 303
    assert "Eastmere" not in (await coordinator.get("/requests")).text


async def test_a_purchase_is_asked_for_approved_by_another_and_settled_at_its_cost(site: Site) -> None:
    interview_id = await site.worker_with()
    coordinator, manager = await site.signed_in(Role.COORDINATOR), await site.signed_in(Role.MANAGER)
    assert (await coordinator.record(interview_id, "purchase", **BOUGHT)).status_code == 303
    early = await coordinator.record(
        interview_id, "purchase-outcome", closed="done", outcome="Held.", cost="300"
    )
    assert early.status_code == 422
    assert (await coordinator.record(interview_id, "purchase-decision", approved="yes")).status_code == 403
    assert (await manager.record(interview_id, "purchase-decision", approved="yes")).status_code == 303
    without = await coordinator.record(interview_id, "purchase-outcome", closed="done", outcome="Held.")
    assert errors_on(without.text) == ["Give what it cost."]
    done = {"closed": "done", "outcome": "Held on Friday.", "cost": "£1,300"}
    assert (await coordinator.record(interview_id, "purchase-outcome", **done)).status_code == 303
    rows = await site.council.rows(
        "select state, estimated_pence, cost_pence, asked_by, decided_by from spot_purchases"
    )
    assert rows == [("done", 24050, 130000, "Jo Coordinator (coordinator)", "Jo Manager (manager)")]


async def test_a_second_purchase_is_refused_until_the_first_is_settled(site: Site) -> None:
    interview_id = await site.worker_with()
    coordinator, manager = await site.signed_in(Role.COORDINATOR), await site.signed_in(Role.MANAGER)
    assert (await coordinator.record(interview_id, "purchase", **BOUGHT)).status_code == 303
    another = {**BOUGHT, "supplier": "Alder House"}
    for _ in ("asked", "approved"):
        refused = await coordinator.record(interview_id, "purchase", **another)
        assert refused.status_code == 422
        assert "nother purchase of this interview is not settled yet." in refused.text
        await manager.record(interview_id, "purchase-decision", approved="yes")
    closed = {"closed": "cancelled", "outcome": "She was seen at home."}
    assert (await coordinator.record(interview_id, "purchase-outcome", **closed)).status_code == 303
    assert (await coordinator.record(interview_id, "purchase", **another)).status_code == 303


async def test_nobody_approves_their_own_purchase(site: Site) -> None:
    interview_id = await site.worker_with()
    manager = await site.signed_in(Role.MANAGER)
    await manager.record(interview_id, "purchase", **BOUGHT)
    answer = await manager.record(interview_id, "purchase-decision", approved="yes")
    assert errors_on(answer.text) == ["You asked for this yourself; another manager decides it."]


async def test_the_same_request_sent_twice_is_one(site: Site) -> None:
    interview_id = await site.worker_with()
    coordinator = await site.signed_in(Role.COORDINATOR)
    page = await coordinator.get(f"/interviews/{interview_id}")
    version = re.search(r'name="expected_version" value="([0-9]+)"', page.text)
    assert version
    for _ in range(2):
        answer = await coordinator.post(
            f"/interviews/{interview_id}/transfer", expected_version=version[1], **ASKED
        )
        assert answer.status_code == 303
    assert await site.council.rows("select count(*) from interview_transfers") == [(1,)]


async def test_a_worker_sees_no_request_of_the_office(site: Site) -> None:
    interview_id = await site.worker_with()
    for actor in (COORDINATOR, MANAGER):
        async with site.council.acting(actor) as uow:
            assert await uow.requests.transfers(interview_id) == []
    worker = await site.signed_in(Role.INTERVIEW_WORKER)
    assert 'id="requests"' not in (await worker.get(f"/interviews/{interview_id}")).text
