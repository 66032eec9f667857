"""The plan page: what waits with its proposal, accepting it from there, booked visits, and the weeks' capacity."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import text

from missing_coord.domain.access import Role
from missing_coord.services.proposals import propose_all
from tests.integration.interviews_council import NOW, POLICY, SYSTEM, ago
from tests.integration.web_scene import Site

ONE, TWO = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"


async def _proposed(site: Site) -> None:
    async with site.council.acting(SYSTEM) as uow:
        await propose_all(uow, policy=POLICY, bank_holidays=())


def fields_of(page: str, interview_id: str) -> dict[str, str]:
    """Return what the accepting form of an interview carries."""
    row = re.search(rf'<tr id="plan-{interview_id}".*?</tr>', page, re.DOTALL)
    assert row, "the interview is not among those that wait"
    found = dict(re.findall(r'name="(\w+)" value="([^"]*)"', row[0]))
    found.pop("csrf_token", None)
    return found


async def test_a_proposal_is_accepted_from_the_plan_with_the_worker_and_time_that_were_seen(
    site: Site,
) -> None:
    interview_id = await site.council.due("C1", back=10)
    await _proposed(site)
    browser = await site.signed_in(Role.COORDINATOR)
    page = (await browser.get("/plan")).text
    assert "1 open interview without a booked visit: 1 with a proposal in time, 0" in page
    seen = fields_of(page, interview_id)
    answer = await browser.post("/plan/accept", **seen)
    assert (answer.status_code, answer.headers["location"]) == (303, "/plan")
    interview, _ = await site.council.stands(interview_id)
    assert interview.visit_starts_at is not None
    assert (interview.worker_id, interview.visit_starts_at.isoformat()) == (
        seen["worker_id"],
        seen["starts_at"],
    )
    after = (await browser.get("/plan")).text
    assert "is booked for" in after
    assert f'id="plan-visit-{interview_id}"' in after
    assert f'id="plan-{interview_id}"' not in after


async def test_the_same_acceptance_sent_twice_books_once_and_a_slower_one_is_told(site: Site) -> None:
    interview_id = await site.council.due("C1", back=10)
    await _proposed(site)
    coordinator, manager = await site.signed_in(Role.COORDINATOR), await site.signed_in(Role.MANAGER)
    seen = fields_of((await coordinator.get("/plan")).text, interview_id)
    slower = fields_of((await manager.get("/plan")).text, interview_id)
    for _ in range(2):
        assert (await coordinator.post("/plan/accept", **seen)).status_code == 303
    assert [kind for kind, *_ in await site.council.timeline(interview_id)] == ["assigned"]
    lost = await manager.post("/plan/accept", **slower)
    assert lost.status_code == 409
    assert "was changed by Jo Coordinator (coordinator)" in lost.text


async def test_what_cannot_be_booked_is_refused_with_the_reason_and_changes_nothing(
    site: Site,
) -> None:
    interview_id = await site.council.due("C1", back=10)
    await _proposed(site)
    browser = await site.signed_in(Role.COORDINATOR)
    seen = fields_of((await browser.get("/plan")).text, interview_id)
    refused = await browser.post("/plan/accept", **{**seen, "worker_id": "W99"})
    assert refused.status_code == 422
    assert "There is no interview worker" in refused.text
    assert (await browser.post("/plan/accept", **{**seen, "starts_at": "soon"})).status_code == 400
    assert (await site.council.stands(interview_id))[0].worker_id == ""


async def test_who_gets_no_proposal_stands_there_with_the_reason(site: Site) -> None:
    await site.council.due("C1", population="other_authority_placed_here")
    await site.council.due("C2")
    async with site.council.acting(SYSTEM) as uow:
        await propose_all(uow, policy=POLICY, bank_holidays=())
    await site.council.due("C3")
    page = (await (await site.signed_in(Role.MANAGER)).get("/plan")).text
    assert "Nobody: the authority responsible for this child has the duty" in page
    assert "Nobody: not worked out yet" in page
    assert (
        "1 with a proposal in time, 0 with one that comes late, 0 past the deadline, 2 without a proposal"
        in page
    )


async def test_booked_visits_stand_by_day_and_worker_and_one_that_is_over_says_so(site: Site) -> None:
    await site.worker_with(child_id="C1", visit_starts_at=ago(3), visit_ends_at=ago(2))
    await site.worker_with(child_id="C2", back=71, visit_starts_at=NOW + timedelta(hours=50))
    page = (await (await site.signed_in(Role.COORDINATOR)).get("/plan")).text
    assert "2 visits booked." in page
    assert page.count("No outcome yet") == 1
    assert page.count("After the deadline") == 1
    assert re.search(r"Ade Farrow</th><td[^>]*>[12] of 15 used, 0 proposed", page)


@pytest.mark.parametrize(
    ("role", "path", "times"),
    [
        (Role.COORDINATOR, "/queue", 1),
        (Role.COORDINATOR, "/queue?clock=no_outcome", 1),
        (Role.INTERVIEW_WORKER, "/my-interviews", 1),
    ],
)
async def test_a_visit_that_is_over_without_an_outcome_is_marked_in_the_lists(
    site: Site, role: Role, path: str, times: int
) -> None:
    over = await site.worker_with(child_id="C1", visit_starts_at=ago(3))
    ahead = await site.worker_with(child_id="C2", visit_starts_at=NOW + timedelta(hours=3))
    browser = await site.signed_in(role)
    page = (await browser.get(path)).text
    assert page.count("has no outcome yet") == times
    assert (ahead in page) == ("no_outcome" not in path)
    assert "has no outcome yet" in (await browser.get(f"/interviews/{over}")).text
    assert "has no outcome yet" in (await browser.get(f"/interviews/{over}/state")).text
    assert "has no outcome yet" not in (await browser.get(f"/interviews/{ahead}")).text


@pytest.mark.parametrize("ids", [(ONE, TWO), (TWO, ONE)], ids=["in one order", "in the other"])
async def test_planning_anew_finds_nothing_better_and_leaves_what_is_booked_and_assigned(
    site: Site, ids: tuple[str, str]
) -> None:
    # Of plans that are as good the ids of the interviews choose, so they are given.
    waiting = await site.council.due("C1", back=10, interview_id=ids[0])
    assigned = await site.council.due("C2", back=10, worker_id="W02", interview_id=ids[1])
    booked = await site.worker_with(child_id="C3", visit_starts_at=NOW + timedelta(hours=40))
    await _proposed(site)
    browser = await site.signed_in(Role.COORDINATOR)
    await browser.get("/plan")
    answer = await browser.post("/plan/afresh")
    assert (answer.status_code, answer.headers["location"]) == (303, "/plan")
    assert "found none: nothing has changed" in (await browser.get("/plan")).text
    made = await site.council.rows("select interview_id::text, worker_id from proposals order by 1")
    assert {row[0] for row in made} == {waiting, assigned}
    assert {row[1] for row in made if row[0] == assigned} == {"W02"}
    assert (await site.council.stands(booked))[0].visit_starts_at == NOW + timedelta(hours=40)
    assert "plan_afresh" in {row[0] for row in await site.council.audit()}


async def test_planning_anew_says_how_many_proposals_changed_and_how_many_come_too_late(site: Site) -> None:
    await site.council.due("C1", back=10)
    await site.council.due("C2", back=90)
    await _proposed(site)
    async with site.council.acting(SYSTEM) as uow:
        await uow.execute(text("delete from proposals where not late"))
    browser = await site.signed_in(Role.COORDINATOR)
    await browser.get("/plan")
    await browser.post("/plan/afresh")
    page = (await browser.get("/plan")).text
    assert (
        "Planned anew: 1 of 2 proposals changed. Deadlines still to come that cannot be met: 0, 1 before."
        in page
    )
    assert (
        "1 with a proposal in time, 0 with one that comes late, 1 past the deadline, 0 without a proposal"
        in page
    )


async def test_a_proposal_in_time_that_nobody_took_counts_as_past_the_deadline_once_that_is_over(
    site: Site,
) -> None:
    await site.council.due("C1", back=10)
    await _proposed(site)
    site.clock.instant = NOW + timedelta(hours=63)
    page = (await (await site.signed_in(Role.COORDINATOR)).get("/plan")).text
    assert (
        "0 with a proposal in time, 0 with one that comes late, 1 past the deadline, 0 without a proposal"
        in page
    )


async def test_a_proposal_stays_where_it_was_when_a_return_comes_in(site: Site) -> None:
    first = await site.council.due("C1", back=10)
    await _proposed(site)
    (before,) = await site.council.rows("select worker_id, starts_at from proposals")
    await site.council.due("C2", back=40)
    await _proposed(site)
    after = await site.council.rows(
        "select worker_id, starts_at from proposals where interview_id::text = :id", id=first
    )
    assert after == [before]
