"""What changes a plan is planned anew by its own event, without a tick, and only those hear of it whom it concerns."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import text

from missing_coord.cli.serve import reactions_of
from missing_coord.domain.london import london_day
from missing_coord.domain.records import AbsenceRecord, PlacementRecord
from missing_coord.messaging.in_process import InProcessDelivery
from missing_coord.messaging.relay import relay_once
from missing_coord.services import interviews
from missing_coord.services.interviews.words import DeclinedBy
from missing_coord.services.ports.planning import KeptProposal
from missing_coord.services.ports.received import Received
from missing_coord.services.ports.visits import ChildWishes
from missing_coord.services.proposals import propose_all
from missing_coord.services.register import receive_absences, receive_placements
from missing_coord.services.wishes import keep_wishes
from missing_coord.storage.outbox import lease_outbox
from missing_coord.storage.unit_of_work import SqlUnitOfWork
from tests.integration.interviews_council import COORDINATOR, MANAGER, NOW, POLICY, SYSTEM, ago
from tests.integration.web_scene import Site


async def _relay(site: Site) -> None:
    """Let our own consumers react to everything that has happened."""
    deliver = InProcessDelivery(reactions=reactions_of(site.app.state.web.application)).deliver
    while await relay_once(partial(lease_outbox, site.council.database), deliver):
        pass


async def _kept(site: Site, interview_id: str) -> KeptProposal | None:
    async with site.council.acting(COORDINATOR) as uow:
        return await uow.planning.proposal(interview_id)


async def _proposed(site: Site, interview_id: str) -> KeptProposal:
    kept = await _kept(site, interview_id)
    assert kept is not None
    return kept


async def _plan(site: Site) -> None:
    async with site.council.acting(SYSTEM) as uow:
        await propose_all(uow, policy=POLICY, bank_holidays=())


async def _book(site: Site, *, hours: float = 30, child_id: str = "C1") -> str:
    """Book a visit with the worker who can sign in, as a coordinator does, and let the event of it go out."""
    interview_id = await site.council.due(child_id)
    async with site.council.acting(COORDINATOR) as uow:
        await interviews.assign(
            uow, policy=POLICY, interview_id=interview_id, worker_id="W01", starts_at=_at(hours)
        )
    await _relay(site)
    async with site.council.acting(SYSTEM) as uow:
        await uow.execute(text("delete from messages"))
    return interview_id


def _at(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


async def _told(site: Site) -> list[tuple[str, str, str]]:
    found = await site.council.rows(
        "select m.kind, m.recipient_role, coalesce(u.worker_id, '') from messages m"
        " left join users u on u.user_id::text = m.recipient_user order by m.message_id"
    )
    return [tuple(row) for row in found]


async def _how(uow: SqlUnitOfWork) -> Received:
    batch_id = await uow.intake.open_batch(kind="absences", source="test", content_sha256="")
    return Received(raw={}, batch_id=batch_id, line=None)


async def _away(site: Site, worker_id: str) -> None:
    away = AbsenceRecord(worker_id=worker_id, starts_at=ago(1), ends_at=NOW + timedelta(hours=90))
    async with site.council.acting(SYSTEM) as uow:
        await receive_absences(uow, [(away, await _how(uow))])


async def test_an_absence_moves_what_was_proposed_for_that_worker_and_tells_nobody(site: Site) -> None:
    first, second = await site.council.due("C1"), await site.council.due("C2")
    await _plan(site)
    before = {each: await _proposed(site, each) for each in (first, second)}
    away = before[first].worker_id
    await _away(site, away)
    await _relay(site)
    for each in (first, second):
        assert (await _proposed(site, each)).worker_id != away
    assert await site.council.rows("select 1 from messages") == []


async def _states(site: Site, until: float, **more: Any) -> list[bool]:
    away = AbsenceRecord(worker_id="W01", starts_at=ago(1), ends_at=_at(until), **more)
    async with site.council.acting(SYSTEM) as uow:
        return await receive_absences(uow, [(away, await _how(uow))])


_AWAY = "select ends_at from absences where worker_id = 'W01' and ends_at > starts_at"
_STATEMENTS = "select 1 from register_versions where kind = 'absences'"


async def test_a_shortened_absence_replaces_the_longer_one_and_its_booked_visit_can_be_kept_again(
    site: Site,
) -> None:
    interview_id = await _book(site)
    assert await _states(site, 90) == [True]
    await _relay(site)
    assert (await _proposed(site, interview_id)).worker_id == "W02"
    assert await _states(site, 20) == [True]
    assert await _states(site, 20) == [False], "a repeat changes nothing"
    await _relay(site)
    assert await _kept(site, interview_id) is None, "the visit at 30 hours is possible again"
    assert [row[0] for row in await site.council.rows(_AWAY)] == [_at(20)]
    assert len(await site.council.rows(_STATEMENTS)) == 2, "every statement is kept"


async def test_an_absence_with_a_number_can_be_moved_and_a_cancelled_one_counts_no_more(site: Site) -> None:
    interview_id = await _book(site)
    assert await _states(site, 90, absence_id="A1") == [True]
    moved = AbsenceRecord(worker_id="W01", starts_at=_at(50), ends_at=_at(90), absence_id="A1")
    async with site.council.acting(SYSTEM) as uow:
        assert await receive_absences(uow, [(moved, await _how(uow))]) == [True]
    await _relay(site)
    assert await _kept(site, interview_id) is None
    assert await _states(site, 90, absence_id="A2") == [True]
    await _relay(site)
    assert (await _proposed(site, interview_id)).worker_id == "W02"
    assert await _states(site, 90, absence_id="A2", cancelled=True) == [True]
    await _relay(site)
    assert await _kept(site, interview_id) is None
    assert [row[0] for row in await site.council.rows(_AWAY)] == [_at(90)], "the moved one"


async def test_an_absence_of_somebody_else_or_of_the_past_plans_nothing(site: Site) -> None:
    interview_id = await site.council.due("C1")
    await _plan(site)
    other = {"W01": "W02", "W02": "W01"}[(await _proposed(site, interview_id)).worker_id]
    await _away(site, other)
    past = AbsenceRecord(worker_id="W01", starts_at=ago(90), ends_at=ago(80))
    async with site.council.acting(SYSTEM) as uow:
        await receive_absences(uow, [(past, await _how(uow))])
    assert "visit-conditions-changed" not in await site.council.events()


async def test_a_booked_visit_of_a_worker_who_falls_ill_is_proposed_anew_and_the_office_hears_once(
    site: Site,
) -> None:
    interview_id = await _book(site)
    await _away(site, "W01")
    await _relay(site)
    assert (await _proposed(site, interview_id)).worker_id == "W02"
    await _relay(site)
    await _plan(site)
    assert await _told(site) == [("visit_trouble", "coordinator", "")]


async def test_a_placement_move_is_told_to_the_worker_who_goes_there_and_to_nobody_else(site: Site) -> None:
    await _book(site, hours=60)
    start = london_day(NOW + timedelta(hours=24))
    placement = PlacementRecord(placement_id="P9", child_id="C1", start_date=start, place_code="U1")
    async with site.council.acting(SYSTEM) as uow:
        await receive_placements(uow, [(placement, await _how(uow))], policy=POLICY)
    await _relay(site)
    assert await _told(site) == [("visit_place", "interview_worker", "W01")]


async def test_the_placement_of_a_child_nobody_waits_for_plans_nothing(site: Site) -> None:
    await site.council.child("C9")
    placement = PlacementRecord(placement_id="P9", child_id="C9", start_date=london_day(NOW), place_code="U1")
    async with site.council.acting(SYSTEM) as uow:
        await receive_placements(uow, [(placement, await _how(uow))], policy=POLICY)
    assert await site.council.events() == []


async def test_a_childs_wish_moves_the_proposal_at_once(site: Site) -> None:
    interview_id = await site.council.due("C1")
    await _plan(site)
    refused = frozenset({(await _proposed(site, interview_id)).worker_id})
    async with site.council.acting(COORDINATOR) as uow:
        await keep_wishes(
            uow, child_id="C1", wishes=ChildWishes(refused_worker_ids=refused), expected_version=0
        )
    await _relay(site)
    assert (await _proposed(site, interview_id)).worker_id not in refused


async def test_a_visit_that_is_called_off_leaves_the_plan_and_its_worker_hears_at_once(site: Site) -> None:
    called_off, declined = await _book(site), await _book(site, child_id="C2", hours=40)
    async with site.council.acting(MANAGER) as uow:
        await interviews.decide_not_required(uow, interview_id=called_off, reason="moved abroad")
    async with site.council.acting(COORDINATOR) as uow:
        await interviews.record_decline(
            uow, interview_id=declined, by=DeclinedBy.CHILD, at=NOW, reason="does not want to talk"
        )
    await _relay(site)
    assert await _told(site) == [("visit_off", "interview_worker", "W01")] * 2
    assert await site.council.rows("select 1 from watched_visits") == []
    await _plan(site)
    assert len(await _told(site)) == 2, "the tick finds nothing left to tell"


async def test_missing_again_leaves_the_plan_at_once_and_the_worker_hears_that_the_visit_waits(
    site: Site,
) -> None:
    interview_id = await _book(site)
    interview, _ = await site.council.stands(interview_id)
    async with site.council.acting(SYSTEM) as uow:
        await uow.interviews.save([replace(interview, child_missing=True)])
        await uow.execute(
            text(
                "insert into outbox (event_id, type, topic, key, body, occurred_at, correlation_id) values"
                " (gen_random_uuid(), 'missing-coord.interviews.return-interview-changed.v1',"
                " 'missing-coord.interviews', 'C1', jsonb_build_object('interview_id', cast(:id as text)), now(), '')"
            ),
            {"id": interview_id},
        )
    await _relay(site)
    assert (await _proposed(site, interview_id)).worker_id == ""
    assert [each[:2] for each in await _told(site)] == [
        ("visit_trouble", "coordinator"),
        ("visit_waits", "interview_worker"),
    ]


async def test_a_second_run_writes_no_proposal_and_one_that_differs_is_written_alone(site: Site) -> None:
    first, second = await site.council.due("C1"), await site.council.due("C2")
    site.clock.instant = NOW + timedelta(seconds=1)  # on the minute itself a visit may begin sooner
    await _plan(site)
    written = "select interview_id::text, xmin::text, made_at from proposals order by 1"
    before = await site.council.rows(written)
    site.clock.instant = NOW + timedelta(seconds=2)
    await _plan(site)
    assert await site.council.rows(written) == before
    async with site.council.acting(SYSTEM) as uow:
        await uow.execute(
            text("update proposals set late = not late where interview_id = cast(:id as uuid)"),
            {"id": second},
        )
    await _plan(site)
    after = await site.council.rows(written)
    assert {row[0] for row in {*before} - {*after}} == {second}
    async with site.council.acting(MANAGER) as uow:
        await interviews.decide_not_required(uow, interview_id=first, reason="moved abroad")
    await _plan(site)
    assert [row[0] for row in await site.council.rows(written)] == [second]


async def test_many_absences_in_quick_turn_and_three_planners_at_once_come_to_rest_and_tell_the_office_once(
    site: Site,
) -> None:
    interview_id = await _book(site)
    for turn in range(6):
        at = NOW + timedelta(hours=90 - turn)
        away = AbsenceRecord(worker_id="W01", starts_at=ago(1), ends_at=at)
        async with site.council.acting(SYSTEM) as uow:
            await receive_absences(uow, [(away, await _how(uow))])
        await asyncio.gather(_relay(site), _plan(site), _relay(site))
    assert await _told(site) == [("visit_trouble", "coordinator", "")]
    events = len(await site.council.events())
    await _relay(site)
    await _plan(site)
    assert len(await site.council.events()) == events
    assert (await _proposed(site, interview_id)).worker_id == "W02"
