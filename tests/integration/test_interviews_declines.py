"""A no to an interview: asked a second time before it may close, and whose no it was."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from missing_coord.domain.access import Actor
from missing_coord.domain.errors import DomainError
from missing_coord.domain.interviews import ContactMethod, ContactWith
from missing_coord.services import interviews
from missing_coord.services.interviews import DeclinedBy, Recorded
from missing_coord.storage.views.interviews_as_of import queue_as_of
from tests.integration.interviews_council import (
    COORDINATOR,
    NOW,
    POLICY,
    WORKER,
    Council,
    ago,
)


async def _no(council: Council, interview_id: str, actor: Actor = COORDINATOR, **changes: Any) -> Recorded:
    given = {"by": DeclinedBy.CHILD, "at": ago(3), "reason": "Wants to be left alone.", **changes}
    async with council.acting(actor) as uow:
        return await interviews.record_decline(uow, interview_id=interview_id, **given)


async def test_a_first_no_is_an_offer_takes_the_visit_away_and_leaves_duty_and_clock_as_they_are(
    council: Council,
) -> None:
    interview_id = await council.due(worker_id="W01", visit_starts_at=ago(-5), visit_ends_at=ago(-6))
    before, [duty_before] = await council.stands(interview_id)
    done = await _no(council, interview_id)
    interview, [duty] = await council.stands(interview_id)
    assert done.state == interview.state == "declined_once"
    assert (interview.closed_at, interview.visit_starts_at, interview.worker_id) == (None, None, "W01")
    assert (interview.due_at, duty.due_at) == (before.due_at, duty_before.due_at)
    assert (duty.resolved_at, duty.next_step_at) == (None, duty_before.next_step_at)
    assert interview.first_offered_at == duty.first_offered_at == ago(3)
    assert await council.events() == ["interview-attempted", "interview-state-changed"]
    assert "asked a second time" in done.warnings[0]


@pytest.mark.parametrize(
    ("by", "state"), [(DeclinedBy.CHILD, "declined_by_child"), (DeclinedBy.PARENT, "declined_by_parent")]
)
async def test_the_second_no_closes_and_says_whose_it_was(
    council: Council, by: DeclinedBy, state: str
) -> None:
    interview_id = await council.due()
    await _no(council, interview_id)
    done = await _no(council, interview_id, by=by, at=ago(1))
    interview, duties = await council.stands(interview_id)
    assert (done.state, duties[0].result, duties[0].next_step_at) == (state, "declined", None)
    assert (interview.closed_by, interview.first_offered_at) == ("Robin Ashdown", ago(3))
    assert (await council.events())[-1] == "interview-declined"


async def test_the_same_no_recorded_by_two_people_is_not_a_second_approach(council: Council) -> None:
    interview_id = await council.due(worker_id="W01")
    await _no(council, interview_id, at=ago(2))
    with pytest.raises(DomainError, match=r"^at: a no of .* is on record"):
        await _no(council, interview_id, WORKER, at=ago(2) + timedelta(minutes=20))
    asked_the_child_too = await _no(
        council, interview_id, by=DeclinedBy.PARENT, at=ago(2) + timedelta(minutes=20)
    )
    assert asked_the_child_too.state == "declined_by_parent"


async def test_a_no_from_before_the_child_went_missing_again_is_none_about_the_later_time(
    council: Council,
) -> None:
    await council.child("C1")
    first = await council.episode("C1", back=60)
    later = await council.episode("C1", back=5)
    interview_id = await council.interview("C1", {first: 60, later: 5})
    await _no(council, interview_id, at=ago(40))
    assert (await _no(council, interview_id, at=ago(3))).state == "declined_once"
    assert (await _no(council, interview_id, at=ago(1))).state == "declined_by_child"


async def test_the_office_may_close_at_the_first_no_and_says_why_a_worker_may_not(council: Council) -> None:
    interview_id = await council.due(worker_id="W01")
    with pytest.raises(DomainError, match=r"^no_second_approach: only a coordinator or manager"):
        await _no(council, interview_id, WORKER, no_second_approach="Quite clear.")
    done = await _no(council, interview_id, no_second_approach="Moved to Wales.", note="Rang.")
    assert done.state == "declined_by_child"
    [(_, answer, reason, note, _)] = await council.timeline(interview_id)
    assert (answer, reason) == ("declined_by_child", "Wants to be left alone.")
    assert note == "Rang. No second approach: Moved to Wales."


async def test_an_interview_declined_once_can_be_offered_again_and_held(council: Council) -> None:
    interview_id = await council.due(worker_id="W01")
    await _no(council, interview_id)
    async with council.acting(WORKER) as uow:
        offered = await interviews.record_offer(
            uow,
            policy=POLICY,
            interview_id=interview_id,
            at=ago(1),
            method=ContactMethod.PHONE,
            contact_with=ContactWith.CHILD,
        )
    assert offered.state == "offered_awaiting"
    assert (await _no(council, interview_id, at=ago(0.5))).state == "declined_by_child"


async def test_what_a_carer_tells_instead_is_an_entry_of_its_own(council: Council) -> None:
    interview_id = await council.due(worker_id="W01")
    await _no(council, interview_id, WORKER, carer_information="Came back tired.")
    assert [(row[0], row[3]) for row in await council.timeline(interview_id)] == [
        ("declined", ""),
        ("carer_info", "Came back tired."),
    ]


async def test_a_carers_information_does_not_take_the_place_of_asking_a_second_time(council: Council) -> None:
    interview_id = await council.due(worker_id="W01")
    await _no(council, interview_id)
    told = {"interview_id": interview_id, "reason": "Said no.", "note": "All well."}
    with pytest.raises(DomainError, match=r"^kind: somebody said no once"):
        async with council.acting(WORKER) as uow:
            await interviews.record_carer_information_only(uow, at=ago(1), **told)
    async with council.acting(WORKER) as uow:
        await interviews.record_unable_to_contact(uow, interview_id=interview_id, at=ago(1))
        done = await interviews.record_carer_information_only(uow, at=ago(0.5), **told)
    assert done.state == "completed_by_carer_info_only"


async def test_a_decline_needs_a_reason(council: Council) -> None:
    with pytest.raises(DomainError, match=r"^reason: "):
        await _no(council, await council.due(), reason=" ")


async def test_the_queue_of_then_knows_who_was_to_be_asked_again(council: Council) -> None:
    interview_id = await council.due(worker_id="W01", visit_starts_at=ago(-5), visit_ends_at=ago(-6))
    await _no(council, interview_id)
    async with council.acting(COORDINATOR) as uow:
        [row] = await queue_as_of(uow, NOW)
    assert (row.state, row.visit_starts_at) == ("declined_once", None)
    assert row.needs_next_step(now=NOW)
