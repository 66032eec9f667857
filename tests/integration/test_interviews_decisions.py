"""That an interview is not held is somebody's decision, by name and with a reason; and it can be opened again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from missing_coord.domain.access import Actor
from missing_coord.domain.errors import DomainError, NotAllowed
from missing_coord.services import interviews
from missing_coord.services.interviews import DeclinedBy, Recorded
from tests.integration.interviews_council import (
    COORDINATOR,
    MANAGER,
    POLICY,
    WORKER,
    Council,
    ago,
)

Decision = Callable[..., Awaitable[Recorded]]


async def _decline(council: Council, interview_id: str) -> None:
    async with council.acting(COORDINATOR) as uow:
        await interviews.record_decline(
            uow,
            interview_id=interview_id,
            by=DeclinedBy.CHILD,
            at=ago(1),
            reason="Not today.",
            no_second_approach="Asked not to be asked again.",
        )


async def _reopen(council: Council, interview_id: str, actor: Actor = COORDINATOR) -> Recorded:
    async with council.acting(actor) as uow:
        return await interviews.reopen(
            uow, policy=POLICY, interview_id=interview_id, reason="The child rang and wants to talk."
        )


@pytest.mark.parametrize(
    ("decide", "state", "result"),
    [
        (interviews.decide_not_required, "not_required_manager_decision", "not_required"),
        (interviews.close_without_contact, "closed_no_contact_manager_decision", "no_contact"),
    ],
)
async def test_a_managers_decision_is_named_and_has_its_reason(
    council: Council, decide: Decision, state: str, result: str
) -> None:
    interview_id = await council.due()
    async with council.acting(MANAGER) as uow:
        await decide(uow, interview_id=interview_id, reason="Seen by the same worker an hour before.")
    interview, duties = await council.stands(interview_id)
    assert (interview.state, interview.closed_by) == (state, "Mara Quint")
    assert interview.reason == "Seen by the same worker an hour before."
    assert (duties[0].result, duties[0].next_step_at) == (result, None)
    assert (await council.timeline(interview_id))[0][4] == "Mara Quint"
    assert await council.events() == ["interview-closed"]


@pytest.mark.parametrize("actor", [COORDINATOR, WORKER], ids=["coordinator", "worker"])
@pytest.mark.parametrize("decide", [interviews.decide_not_required, interviews.close_without_contact])
async def test_only_a_manager_decides_that_an_interview_is_not_held(
    council: Council, decide: Decision, actor: Actor
) -> None:
    interview_id = await council.due(worker_id="W01")
    with pytest.raises(DomainError, match="manager"):
        async with council.acting(actor) as uow:
            await decide(uow, interview_id=interview_id, reason="Too busy.")
    interview, duties = await council.stands(interview_id)
    assert (interview.closed_at, duties[0].resolved_at) == (None, None)


async def test_a_managers_decision_without_a_reason_is_refused(council: Council) -> None:
    interview_id = await council.due()
    with pytest.raises(DomainError, match=r"^reason: "):
        async with council.acting(MANAGER) as uow:
            await interviews.decide_not_required(uow, interview_id=interview_id, reason="  ")


async def test_a_transfer_names_the_authority(council: Council) -> None:
    interview_id = await council.due()
    async with council.acting(COORDINATOR) as uow:
        await interviews.transfer_to_authority(
            uow,
            interview_id=interview_id,
            authority="Westmere Council",
            reason="Their own child, agreed by phone.",
        )
    interview, duties = await council.stands(interview_id)
    assert interview.state == "transferred_to_other_authority"
    assert interview.reason.startswith("Transferred to Westmere Council: ")
    assert duties[0].result == "transferred"


async def test_a_death_closes_the_interview(council: Council) -> None:
    interview_id = await council.due()
    async with council.acting(MANAGER) as uow:
        await interviews.record_deceased(uow, interview_id=interview_id, reason="Told by the police.")
    interview, duties = await council.stands(interview_id)
    assert (interview.state, duties[0].result) == ("deceased", "deceased")


async def test_a_worker_does_not_transfer_an_interview(council: Council) -> None:
    interview_id = await council.due(worker_id="W01")
    with pytest.raises(NotAllowed):
        async with council.acting(WORKER) as uow:
            await interviews.transfer_to_authority(
                uow, interview_id=interview_id, authority="Westmere Council", reason="Far away."
            )


async def test_reopening_puts_the_duty_back_where_it_stood_on_the_ladder(council: Council) -> None:
    interview_id = await council.due(back=30)
    before = (await council.stands(interview_id))[1][0]
    await _decline(council, interview_id)
    done = await _reopen(council, interview_id)
    interview, duties = await council.stands(interview_id)
    assert (done.state, interview.closed_at, interview.closed_by) == ("offered_awaiting", None, "")
    assert (duties[0].resolved_at, duties[0].result) == (None, "")
    assert (duties[0].next_step, duties[0].next_step_at) == (before.next_step, before.next_step_at)
    assert await council.events() == ["interview-declined", "interview-reopened"]


async def test_reopening_is_refused_while_the_child_has_another_open_interview(council: Council) -> None:
    interview_id = await council.due(back=50)
    await _decline(council, interview_id)
    later = await council.episode("C1", back=5)
    other = await council.interview("C1", {later: 5})
    with pytest.raises(DomainError, match=other) as refused:
        await _reopen(council, interview_id)
    assert refused.value.code == "other_interview_open"


async def test_an_open_interview_cannot_be_reopened(council: Council) -> None:
    interview_id = await council.due()
    with pytest.raises(DomainError, match="open"):
        await _reopen(council, interview_id)


async def test_a_worker_does_not_reopen(council: Council) -> None:
    interview_id = await council.due(worker_id="W01", state="declined_by_child", closed_at=ago(1))
    with pytest.raises(NotAllowed):
        await _reopen(council, interview_id, WORKER)


async def test_reopening_sees_that_the_child_is_missing_again(council: Council) -> None:
    interview_id = await council.due(back=50)
    await _decline(council, interview_id)
    await council.episode("C1", back=None, missing_for=3)
    await _reopen(council, interview_id)
    interview, _ = await council.stands(interview_id)
    assert interview.child_missing
