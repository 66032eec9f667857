"""A child's wishes: kept by the office on a page, obeyed by the next proposal, and read by few."""

from __future__ import annotations

import re
from datetime import time
from typing import Any

import pytest
from sqlalchemy import text

from missing_coord.domain.access import Role
from missing_coord.domain.errors import ConcurrencyConflict, DomainError, NotAllowed
from missing_coord.domain.london import LONDON
from missing_coord.domain.records import Weekday, WorkingHours
from missing_coord.planning.child_hours import ClosedHours
from missing_coord.services.ports.planning import KeptProposal
from missing_coord.services.ports.visits import ChildWishes
from missing_coord.services.proposals import propose_all
from missing_coord.services.wishes import keep_wishes
from tests.builders.interview_records import record
from tests.integration.interviews_council import COORDINATOR, OTHER_WORKER, POLICY, SYSTEM, WORKER, ago
from tests.integration.web_scene import Site, version_on

ALL_DAYS = frozenset(Weekday)


async def _keep(site: Site, wishes: ChildWishes, *, version: int = 0) -> None:
    async with site.council.acting(COORDINATOR) as uow:
        await keep_wishes(uow, child_id="C1", wishes=wishes, expected_version=version)


async def _proposed(site: Site, interview_id: str) -> KeptProposal:
    async with site.council.acting(SYSTEM) as uow:
        await propose_all(uow, policy=POLICY, bank_holidays=())
    async with site.council.acting(COORDINATOR) as uow:
        kept = await uow.planning.proposal(interview_id)
    assert kept is not None
    return kept


async def test_who_the_child_refused_or_cannot_speak_with_is_not_proposed(site: Site) -> None:
    interview_id = await site.council.due("C1")
    await site.council.worker("W03", languages=["somali"])
    await _keep(site, ChildWishes(languages=frozenset({"Somali"}), refused_worker_ids=frozenset({"W01"})))
    kept = await _proposed(site, interview_id)
    assert kept.worker_id == "W03"
    why = {each["worker_id"]: each["reason"] for each in kept.detail["passed_over"]}
    assert why == {"W01": "the child asked not to see this worker", "W02": "does not speak Somali"}


async def test_no_visit_is_proposed_while_the_child_cannot_be_seen(site: Site) -> None:
    interview_id = await site.council.due("C1")
    busy = ClosedHours(days=ALL_DAYS, hours=WorkingHours(start=time(7), end=time(18)))
    await _keep(site, ChildWishes(closed=(busy,)))
    kept = await _proposed(site, interview_id)
    assert kept.starts_at is not None
    assert kept.starts_at.astimezone(LONDON).time() >= time(18)


async def test_the_worker_the_child_asked_for_goes_although_not_independent(site: Site) -> None:
    await site.council.worker("W03", name="Devi Holt")
    await site.council.child("C1", social_worker="Devi Holt")
    episode_id = await site.council.episode("C1", back=10)
    interview_id = await site.council.interview("C1", {episode_id: 10})
    await _keep(site, ChildWishes(asked_for_worker_id="W03"))
    kept = await _proposed(site, interview_id)
    assert (kept.worker_id, kept.detail["basis"]) == ("W03", "child_preference_exception")


async def test_the_page_keeps_what_was_entered_and_shows_it_again(site: Site) -> None:
    await site.council.due("C1")
    browser = await site.signed_in(Role.COORDINATOR)
    page = await browser.get("/children/C1/visits")
    answer = await browser.post(
        "/children/C1/visits",
        expected_version=version_on(page.text),
        languages="Somali, English",
        gender_wish="female",
        refused=["W01", "W02"],
        closed_0_why="school",
        closed_0_days=["Mon", "Fri"],
        closed_0_starts="08:45",
        closed_0_ends="15:15",
        closed_0_last_day="2026-12-18",
        closed_1_starts="",
        closed_1_ends="",
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/children/C1")
    async with site.council.acting(COORDINATOR) as uow:
        kept, version = await uow.wishes.get("C1")
    (hours,) = kept.closed
    assert version == 1
    assert (kept.gender_wish, sorted(kept.refused_worker_ids)) == ("female", ["W01", "W02"])
    assert (hours.days, hours.hours) == (
        frozenset({Weekday.MON, Weekday.FRI}),
        WorkingHours(start=time(8, 45), end=time(15, 15)),
    )
    again = (await browser.get("/children/C1/visits")).text
    assert 'value="English, Somali"' in again
    assert again.count("checked") == 4
    assert 'href="/children/C1/visits"' in (await browser.get("/children/C1")).text


@pytest.mark.parametrize(("starts", "ends"), [("15:00", "9:00"), ("08:45Z", "15:15")])
async def test_hours_that_cannot_be_meant_are_refused_beside_their_line(
    site: Site, starts: str, ends: str
) -> None:
    await site.council.due("C1")
    browser = await site.signed_in(Role.MANAGER)
    await browser.get("/children/C1/visits")
    refused = await browser.post(
        "/children/C1/visits",
        expected_version=0,
        closed_0_days="Mon",
        closed_0_starts=starts,
        closed_0_ends=ends,
    )
    assert refused.status_code == 422
    assert "Enter both times, such as 08:45 and 15:15" in refused.text
    async with site.council.acting(COORDINATOR) as uow:
        assert (await uow.wishes.get("C1"))[1] == 0


async def test_a_line_that_is_refused_stays_as_it_was_entered_beside_its_error(site: Site) -> None:
    await site.council.due("C1")
    browser = await site.signed_in(Role.MANAGER)
    await browser.get("/children/C1/visits")
    wrong = {"closed_0_days": "Wed", "closed_0_starts": "09:10", "closed_0_ends": ""}
    right = {"closed_1_days": "Thu", "closed_1_starts": "10:20", "closed_1_ends": "11:30"}
    refused = await browser.post("/children/C1/visits", expected_version=0, **wrong, **right)
    assert refused.status_code == 422
    first, second = refused.text.split("Hours 1<")[1].split("Hours 2<")
    assert "Enter both times" in first
    assert ('value="09:10"' in first, 'value="Wed" checked' in first) == (True, True)
    assert "Enter both times" not in second
    assert ('value="11:30"' in second, 'value="Thu" checked' in second) == (True, True)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"gender_wish": "robot"}, "Choose a woman, a man or no wish."),
        (
            {"closed_0_first_day": "9999-12-31", "closed_0_last_day": "1900-01-01"},
            "Enter days of this century",
        ),
        (
            {"closed_0_first_day": "2026-12-31", "closed_0_last_day": "2026-01-01"},
            "must not be before the first",
        ),
    ],
)
async def test_a_gender_not_listed_and_days_the_wrong_way_round_are_refused(
    site: Site, fields: dict[str, str], said: str
) -> None:
    await site.council.due("C1")
    browser = await site.signed_in(Role.MANAGER)
    await browser.get("/children/C1/visits")
    hours = {"closed_0_days": "Mon", "closed_0_starts": "09:00", "closed_0_ends": "15:00"}
    refused = await browser.post("/children/C1/visits", expected_version=0, **hours, **fields)
    assert (refused.status_code, said in refused.text) == (422, True)


async def test_the_same_wishes_sent_twice_are_kept_once_and_answered_alike(site: Site) -> None:
    await site.council.due("C1")
    browser = await site.signed_in(Role.MANAGER)
    await browser.get("/children/C1/visits")
    hours = {"closed_0_days": "Mon", "closed_0_starts": "09:00", "closed_0_ends": "15:00"}
    form = {"expected_version": 0, "gender_wish": "female", "languages": "Somali", **hours}
    sent = [await browser.post("/children/C1/visits", **form) for _ in range(2)]
    assert [(each.status_code, each.headers["location"]) for each in sent] == [(303, "/children/C1")] * 2
    async with site.council.acting(COORDINATOR) as uow:
        assert (await uow.wishes.get("C1"))[1] == 1
    assert (await browser.post("/children/C1/visits", **{**form, "gender_wish": "male"})).status_code == 409


async def test_wishes_that_contradict_each_other_or_a_slower_change_are_refused(site: Site) -> None:
    await site.council.due("C1")
    both = ChildWishes(asked_for_worker_id="W01", refused_worker_ids=frozenset({"W01"}))
    for wrong in (both, ChildWishes(refused_worker_ids=frozenset({"W99"}))):
        with pytest.raises(DomainError, match=r"^refused: "):
            await _keep(site, wrong)
    await _keep(site, ChildWishes(gender_wish="female"))
    with pytest.raises(ConcurrencyConflict, match="Somebody else"):
        await _keep(site, ChildWishes(gender_wish="male"))
    await _keep(site, ChildWishes(gender_wish="male"), version=1)


async def test_a_worker_reads_the_wishes_of_their_own_children_and_keeps_none(site: Site) -> None:
    await site.worker_with(child_id="C1")
    await _keep(site, ChildWishes(gender_wish="female"))
    async with site.council.acting(WORKER) as uow:
        assert (await uow.wishes.get("C1"))[0].gender_wish == "female"
        with pytest.raises(NotAllowed):
            await keep_wishes(uow, child_id="C1", wishes=ChildWishes(), expected_version=1)
    async with site.council.acting(OTHER_WORKER) as uow:
        assert await uow.wishes.get("C1") == (ChildWishes(), 0)


async def _told(site: Site, **told: Any) -> str:
    """Keep the record of an interview of C1 that was held, and return the interview that is open now."""
    held = await site.council.due("C1", back=300, worker_id="W01", state="completed", held_at=ago(290))
    said: dict[str, Any] = {"languages": (), "workers_not_wanted": (), **told}
    async with site.council.acting(WORKER) as uow:
        await uow.records.add(record(held, **said))
    async with site.council.acting(SYSTEM) as uow:
        await uow.execute(text("update interviews set closed_at = held_at where held_at is not null"))
    episode_id = await site.council.episode("C1", back=10)
    return await site.council.interview("C1", {episode_id: 10})


async def test_a_proposal_follows_what_the_child_told_in_an_interview(site: Site) -> None:
    interview_id = await _told(site, languages=("somali",), workers_not_wanted=("W03",))
    for worker_id in ("W03", "W04"):
        await site.council.worker(worker_id, languages=["somali"])
    kept = await _proposed(site, interview_id)
    assert kept.worker_id == "W04"
    why = {each["worker_id"]: each["reason"] for each in kept.detail["passed_over"]}
    assert why["W03"] == "the child asked not to see this worker"
    assert why["W01"] == "does not speak somali"


async def test_the_office_sees_where_a_wish_was_told_and_can_set_it_aside(site: Site) -> None:
    interview_id = await _told(site, gender_wish="male", workers_not_wanted=("W01",))
    browser = await site.signed_in(Role.COORDINATOR)
    page = (await browser.get("/children/C1/visits")).text
    assert "Would rather not see Ade Farrow again" in page
    assert "Would rather see a man" in page
    assert "To be avoided: Never at the flat." in page
    told = re.findall(r'name="told" value="([^"]+)"', page)
    refusal = next(each for each in told if each.startswith("worker"))
    follow = [each for each in told if each != refusal]
    asked_too = {"told": told, "follow": told, "asked_for": "W01"}
    refused = await browser.post("/children/C1/visits", expected_version=0, **asked_too)
    assert (refused.status_code, "set aside what was told before" in refused.text) == (422, True)
    kept = await browser.post(
        "/children/C1/visits", expected_version=0, told=[*told, "worker:x:W02"], follow=follow
    )
    assert kept.status_code == 303
    async with site.council.acting(COORDINATOR) as uow:
        assert (await uow.wishes.get("C1"))[0].set_aside == {refusal}
    page = (await browser.get("/children/C1/visits")).text
    assert "Set aside" in page
    assert (await _proposed(site, interview_id)).worker_id == "W01"
