"""Booked visits are watched: what cannot be kept is planned again, and each change is told once to whom it concerns."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import insert, text

from missing_coord.domain.access import Actor, Role
from missing_coord.domain.london import london_day
from missing_coord.notify.recorder import RecorderChannel
from missing_coord.services import interviews
from missing_coord.services.interviews.words import DeclinedBy, HoldReason
from missing_coord.services.proposals import propose_all
from missing_coord.storage.tables import people as tables
from tests.integration.interviews_council import COORDINATOR, MANAGER, NOW, POLICY, SYSTEM, ago
from tests.integration.web_scene import Site

WRITE = RecorderChannel("http://example.org").write


async def _tick(site: Site) -> None:
    async with site.council.acting(SYSTEM) as uow:
        await propose_all(uow, policy=POLICY, bank_holidays=(), write=WRITE, seconds=0)


async def _told(site: Site) -> list[tuple[str, str]]:
    found = await site.council.rows("select kind, recipient_role from messages order by message_id")
    return [(kind, role) for kind, role in found]


async def _booked(site: Site, hours: float = 30) -> str:
    """Book a visit with the worker who can sign in, and let the first tick see it."""
    interview_id = await site.worker_with(
        child_id="C1", visit_starts_at=_at(hours), visit_ends_at=_at(hours + 1)
    )
    await _tick(site)
    assert await _told(site) == []
    return interview_id


def _at(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


async def _change(site: Site, statement: str, **values: object) -> None:
    async with site.council.acting(SYSTEM) as uow:
        await uow.execute(text(statement), values)


async def _absent(site: Site) -> None:
    async with site.council.acting(SYSTEM) as uow:
        away = {"absence_key": "a", "worker_id": "W01", "starts_at": ago(1), "ends_at": _at(90)}
        await uow.execute(insert(tables.absences).values(**away))


async def test_a_visit_of_a_worker_who_falls_ill_is_proposed_anew_and_the_office_is_told_once(
    site: Site,
) -> None:
    interview_id = await _booked(site)
    await _absent(site)
    await _tick(site)
    await _tick(site)
    assert await _told(site) == [("visit_trouble", "coordinator")]
    async with site.council.acting(COORDINATOR) as uow:
        kept = await uow.planning.proposal(interview_id)
    assert kept is not None
    assert kept.worker_id == "W02"
    assert kept.detail["trouble"] == "the worker is absent"
    assert kept.detail["instead"] == "absent until the deadline"
    interview, _ = await site.council.stands(interview_id)
    assert interview.visit_starts_at == _at(30), "what was agreed is changed by a person only"


async def test_a_visit_in_trouble_stands_on_the_plan_and_can_be_booked_anew_from_there(site: Site) -> None:
    interview_id = await _booked(site)
    await _absent(site)
    await _tick(site)
    browser = await site.signed_in(Role.COORDINATOR)
    page = (await browser.get("/plan")).text
    assert "or with one that cannot be kept (1)" in page
    assert "cannot be kept</strong>: the worker is absent" in page
    assert "Not Ade Farrow, who is assigned: absent until the deadline" in page
    async with site.council.acting(COORDINATOR) as uow:
        kept = await uow.planning.proposal(interview_id)
    assert kept is not None
    assert kept.starts_at is not None
    booked = await browser.post(
        "/plan/accept",
        interview_id=interview_id,
        worker_id=kept.worker_id,
        starts_at=kept.starts_at.isoformat(),
        expected_version=(await site.council.stands(interview_id))[0].version,
    )
    assert booked.status_code == 303
    assert "cannot be kept</strong>" not in (await browser.get("/plan")).text
    assert "interview-unassigned" in await site.council.events()


async def test_when_the_child_is_missing_again_the_worker_hears_that_the_visit_waits(site: Site) -> None:
    interview_id = await _booked(site)
    await _change(site, "update interviews set child_missing = true")
    await _tick(site)
    assert await _told(site) == [("visit_trouble", "coordinator"), ("visit_waits", "interview_worker")]
    await _change(site, "update interviews set child_missing = false")
    await _tick(site)
    async with site.council.acting(COORDINATOR) as uow:
        assert await uow.planning.proposal(interview_id) is None
    assert len(await _told(site)) == 2


async def test_a_placement_that_moves_before_the_visit_is_told_to_the_worker_who_goes(site: Site) -> None:
    await _booked(site, hours=60)
    async with site.council.acting(SYSTEM) as uow:
        start = london_day(_at(24))
        row = {"placement_id": "P9", "child_id": "C1", "start_date": start, "place_code": "U1"}
        await uow.execute(insert(tables.placements).values(**row))
    await _tick(site)
    assert await _told(site) == [("visit_place", "interview_worker")]
    (row,) = await site.council.rows("select text, recipient_user from messages")
    assert "Look before you go" in row[0]
    assert row[1] != ""


async def test_a_visit_that_the_office_calls_off_is_told_to_its_worker(site: Site) -> None:
    interview_id = await _booked(site)
    async with site.council.acting(MANAGER) as uow:
        await interviews.decide_not_required(uow, interview_id=interview_id, reason="moved abroad")
    await _tick(site)
    await _tick(site)
    assert await _told(site) == [("visit_off", "interview_worker")]


async def test_a_decline_is_told_to_the_worker_unless_the_worker_recorded_it(site: Site) -> None:
    told = await _booked(site)
    own = await site.worker_with(child_id="C2", visit_starts_at=_at(40), visit_ends_at=_at(41))
    await _tick(site)
    reason = {"by": DeclinedBy.CHILD, "at": NOW, "reason": "does not want to talk"}
    themselves = site.people[Role.INTERVIEW_WORKER]
    worker = Actor(
        role=Role.INTERVIEW_WORKER, name=themselves.display_name, user_id=themselves.user_id, worker_id="W01"
    )
    async with site.council.acting(worker) as uow:
        await interviews.record_decline(uow, interview_id=own, **reason)
    async with site.council.acting(COORDINATOR) as uow:
        await interviews.record_decline(uow, interview_id=told, **reason)
    await _tick(site)
    found = await site.council.rows("select kind, subject_id from messages")
    assert [tuple(row) for row in found] == [("visit_off", told)]


async def test_a_child_who_is_taken_ill_loses_the_visit_and_its_worker_hears_so(site: Site) -> None:
    interview_id = await _booked(site)
    async with site.council.acting(COORDINATOR) as uow:
        await interviews.record_on_hold(uow, interview_id=interview_id, at=NOW, hold=HoldReason.HOSPITAL)
    await _tick(site)
    assert await _told(site) == [("visit_off", "interview_worker")]


async def test_nobody_hears_of_a_visit_that_is_held_or_of_one_that_stays_as_it_is(site: Site) -> None:
    interview_id = await _booked(site)
    await _tick(site)
    async with site.council.acting(COORDINATOR) as uow:
        await interviews.complete(uow, interview_id=interview_id, held_at=NOW)
    await _tick(site)
    assert await _told(site) == []
    assert await site.council.rows("select 1 from watched_visits") == []


async def test_a_visit_whose_placement_is_now_run_by_the_workers_employer_cannot_be_kept(site: Site) -> None:
    interview_id = await _booked(site)
    async with site.council.acting(SYSTEM) as uow:
        row = {
            "placement_id": "P9",
            "child_id": "C1",
            "start_date": NOW.date() - timedelta(days=2),
        }
        more = {"provider_name": "Larch Trust", "place_code": "K2"}
        await uow.execute(insert(tables.placements).values(**row, **more))
    await _tick(site)
    (trouble,) = await site.council.rows("select detail ->> 'trouble' from proposals")
    assert trouble[0] == "not independent: works for the provider of the placement"
    assert (await site.council.stands(interview_id))[0].worker_id == "W01"
