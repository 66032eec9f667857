"""Every outcome closes what it closes and nothing else, each episode with its own timeliness."""

from __future__ import annotations

from datetime import timedelta

import pytest

from missing_coord.domain.errors import DomainError, NotAllowed, NotFound
from missing_coord.domain.interviews import IndependenceBasis
from missing_coord.services import interviews
from tests.integration.interviews_council import (
    COORDINATOR,
    MANAGER,
    OTHER_WORKER,
    SYSTEM,
    WORKER,
    Council,
    ago,
)

INDEPENDENT = {"worker_id": "W01", "independence_basis": "independent_of_placement_and_LA"}


async def test_an_interview_held_within_72_hours_meets_its_duty_in_time_and_stops_the_ladder(
    council: Council,
) -> None:
    interview_id = await council.due(back=70, **INDEPENDENT)
    async with council.acting(WORKER) as uow:
        done = await interviews.complete(uow, interview_id=interview_id, held_at=ago(1), note="Felt heard.")
    interview, duties = await council.stands(interview_id)
    assert (done.state, interview.held_at, interview.closed_by) == ("completed", ago(1), "Ade Farrow")
    assert (duties[0].result, duties[0].next_step_at) == ("in_time", None)
    assert duties[0].first_offered_at == ago(1)
    assert await council.events() == ["interview-completed"]


async def test_a_late_interview_is_completed_late(council: Council) -> None:
    interview_id = await council.due(back=80, **INDEPENDENT)
    async with council.acting(WORKER) as uow:
        await interviews.complete(uow, interview_id=interview_id, held_at=ago(1))
    _, duties = await council.stands(interview_id)
    assert duties[0].result == "late"


async def test_an_interview_held_before_the_return_is_in_time(council: Council) -> None:
    interview_id = await council.due(back=10, **INDEPENDENT)
    async with council.acting(WORKER) as uow:
        await interviews.complete(uow, interview_id=interview_id, held_at=ago(11))
    _, duties = await council.stands(interview_id)
    assert duties[0].result == "in_time"


async def test_one_interview_for_two_episodes_is_late_for_one_and_in_time_for_the_other(
    council: Council,
) -> None:
    await council.child()
    first = await council.episode("C1", back=100)
    second = await council.episode("C1", back=20)
    interview_id = await council.interview("C1", {first: 100, second: 20}, **INDEPENDENT)
    async with council.acting(WORKER) as uow:
        await interviews.complete(uow, interview_id=interview_id, held_at=ago(2), episode_ids=[first, second])
    _, duties = await council.stands(interview_id)
    assert {duty.episode_id: duty.result for duty in duties} == {first: "late", second: "in_time"}


async def test_an_episode_that_was_not_covered_goes_on_in_a_new_interview_with_the_same_worker(
    council: Council,
) -> None:
    await council.child()
    first = await council.episode("C1", back=60)
    second = await council.episode("C1", back=10)
    interview_id = await council.interview("C1", {first: 60, second: 10}, **INDEPENDENT)
    async with council.acting(WORKER) as uow:
        done = await interviews.complete(uow, interview_id=interview_id, held_at=ago(30), episode_ids=[first])
    _, met = await council.stands(interview_id)
    following, left = await council.stands(done.next_interview_id)
    assert [(duty.episode_id, duty.result) for duty in met] == [(first, "in_time")]
    assert [(duty.episode_id, duty.result, duty.next_step) for duty in left] == [(second, "", 1)]
    assert left[0].next_step_at is not None
    assert (following.worker_id, following.state, following.due_at) == ("W01", "not_offered", left[0].due_at)
    assert await council.events() == ["interview-completed", "return-interview-opened"]


async def test_an_interview_cannot_cover_an_episode_that_began_after_it(council: Council) -> None:
    await council.child()
    first = await council.episode("C1", back=60)
    second = await council.episode("C1", back=10)
    interview_id = await council.interview("C1", {first: 60, second: 10}, **INDEPENDENT)
    with pytest.raises(DomainError, match=r"^episode_ids: .*Leave that episode out"):
        async with council.acting(WORKER) as uow:
            await interviews.complete(uow, interview_id=interview_id, held_at=ago(30))


async def test_missing_again_does_not_stop_the_interview_about_the_earlier_episode(council: Council) -> None:
    interview_id = await council.due(back=30, child_missing=True, **INDEPENDENT)
    await council.episode("C1", back=None, missing_for=5)
    async with council.acting(WORKER) as uow:
        await interviews.complete(uow, interview_id=interview_id, held_at=ago(8))
    interview, duties = await council.stands(interview_id)
    assert (interview.state, duties[0].result) == ("completed", "in_time")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({}, "worker_id"),
        ({"worker_id": "W01"}, "independence_basis"),
        (
            {"worker_id": "W01", "independence_basis": "child_preference_exception"},
            "independence_note",
        ),
    ],
)
async def test_a_completion_needs_a_worker_and_the_ground_of_independence(
    council: Council, changes: dict[str, str], field: str
) -> None:
    interview_id = await council.due(**changes)
    with pytest.raises(DomainError, match=f"^{field}: "):
        async with council.acting(COORDINATOR) as uow:
            await interviews.complete(uow, interview_id=interview_id, held_at=ago(1))


async def test_an_interviewer_who_was_not_independent_is_recorded_as_such(council: Council) -> None:
    interview_id = await council.due(worker_id="W01")
    async with council.acting(WORKER) as uow:
        await interviews.complete(
            uow,
            interview_id=interview_id,
            held_at=ago(1),
            independence_basis=IndependenceBasis.NOT_INDEPENDENT,
            independence_note="Nobody else could come.",
        )
    interview, _ = await council.stands(interview_id)
    assert interview.independence_basis == "not_independent"


async def test_carer_information_only_closes_and_is_neither_an_offer_nor_an_interview(
    council: Council,
) -> None:
    interview_id = await council.due()
    async with council.acting(COORDINATOR) as uow:
        await interviews.record_carer_information_only(
            uow,
            interview_id=interview_id,
            at=ago(1),
            reason="Child asleep, then at school.",
            note="All well.",
        )
    interview, duties = await council.stands(interview_id)
    assert (interview.state, interview.held_at, interview.first_offered_at) == (
        "completed_by_carer_info_only",
        None,
        None,
    )
    assert duties[0].result == "carer_info_only"
    assert await council.events() == ["interview-closed"]


async def test_a_worker_knows_nothing_of_another_workers_interview(council: Council) -> None:
    interview_id = await council.due(**INDEPENDENT)
    with pytest.raises(NotFound):
        async with council.acting(OTHER_WORKER) as uow:
            await interviews.complete(uow, interview_id=interview_id, held_at=ago(1))


async def test_the_system_itself_records_no_outcome(council: Council) -> None:
    interview_id = await council.due(**INDEPENDENT)
    with pytest.raises(NotAllowed):
        async with council.acting(SYSTEM) as uow:
            await interviews.complete(uow, interview_id=interview_id, held_at=ago(1))


async def test_an_interview_id_that_is_none_is_not_found(council: Council) -> None:
    with pytest.raises(NotFound):
        async with council.acting(MANAGER) as uow:
            await interviews.complete(uow, interview_id="I9999", held_at=ago(1))


async def test_what_was_said_stands_on_the_timeline_and_nowhere_else(council: Council) -> None:
    interview_id = await council.due(back=30, **INDEPENDENT)
    async with council.acting(WORKER) as uow:
        await interviews.complete(
            uow, interview_id=interview_id, held_at=ago(1), note="Zanzibar was mentioned."
        )
    told = await council.rows("select body::text from outbox union all select detail::text from audit_trail")
    assert told
    assert not any("Zanzibar" in row[0] or "Quill" in row[0] for row in told)
    assert (await council.timeline(interview_id))[0][3] == "Zanzibar was mentioned."


async def test_each_outcome_leaves_a_row_in_the_audit_trail(council: Council) -> None:
    interview_id = await council.due(back=30, **INDEPENDENT)
    async with council.acting(WORKER) as uow:
        await interviews.complete(uow, interview_id=interview_id, held_at=ago(1) + timedelta(minutes=1))
    rows = await council.audit()
    assert [(row[0], row[1], row[2]) for row in rows] == [("interview_completed", "Ade Farrow", interview_id)]
