"""Two people at once, and one person twice: nothing is overwritten and nothing is written twice."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import insert, text

from missing_coord.domain.access import Actor
from missing_coord.domain.errors import ConcurrencyConflict, DomainError
from missing_coord.domain.interviews import ContactMethod, ContactWith
from missing_coord.domain.london import LONDON
from missing_coord.services import interviews
from missing_coord.services.interviews import InterviewChangedMeanwhile, Recorded
from missing_coord.services.interviews.requests import ask_transfer
from missing_coord.storage.tables.cases import escalations
from tests.integration.interviews_council import (
    COORDINATOR,
    NOW,
    OTHER_COORDINATOR,
    POLICY,
    SYSTEM,
    WORKER,
    Council,
    ago,
)


async def _assign(
    council: Council, actor: Actor, interview_id: str, worker_id: str, version: int
) -> Recorded:
    async with council.acting(actor) as uow:
        return await interviews.assign(
            uow, policy=POLICY, interview_id=interview_id, worker_id=worker_id, expected_version=version
        )


async def _offer(council: Council, interview_id: str, *, version: int, key: str) -> Recorded:
    async with council.acting(COORDINATOR) as uow:
        return await interviews.record_offer(
            uow,
            policy=POLICY,
            interview_id=interview_id,
            at=ago(1),
            method=ContactMethod.PHONE,
            contact_with=ContactWith.CHILD,
            expected_version=version,
            submission_key=key,
        )


async def test_of_two_coordinators_at_once_one_wins_and_the_other_hears_who_and_when(
    council: Council,
) -> None:
    interview_id = await council.due()
    answers = await asyncio.gather(
        _assign(council, COORDINATOR, interview_id, "W01", 1),
        _assign(council, OTHER_COORDINATOR, interview_id, "W02", 1),
        return_exceptions=True,
    )
    won = [each for each in answers if isinstance(each, Recorded)]
    lost = [each for each in answers if isinstance(each, ConcurrencyConflict)]
    assert (len(won), len(lost)) == (1, 1)
    interview, _ = await council.stands(interview_id)
    assert interview.version == won[0].version == 2
    assert f"changed by {interview.changed_by} at {NOW.astimezone(LONDON):%H:%M}" in str(lost[0])
    assert len(await council.timeline(interview_id)) == 1


async def test_a_change_of_another_day_is_told_with_its_date(council: Council) -> None:
    interview_id = await council.due()
    await _assign(council, COORDINATOR, interview_id, "W01", 1)
    council.clock.instant = NOW + timedelta(days=2)
    with pytest.raises(
        InterviewChangedMeanwhile, match=r"changed by Robin Ashdown on \d+ \w+ \d{4} at"
    ) as lost:
        await _assign(council, OTHER_COORDINATOR, interview_id, "W02", 1)
    assert lost.value.changed_at == NOW


async def test_a_double_click_gets_the_same_answer_and_writes_nothing_twice(council: Council) -> None:
    interview_id = await council.due()
    first = await _offer(council, interview_id, version=1, key="form-1")
    second = await _offer(council, interview_id, version=1, key="form-1")
    assert second == first
    assert (first.repeated, second.repeated) == (False, True)
    assert len(await council.timeline(interview_id)) == 1
    assert await council.events() == ["interview-attempted", "interview-state-changed"]
    assert len(await council.audit()) == 1


async def test_a_double_click_at_the_same_instant_is_written_once(council: Council) -> None:
    interview_id = await council.due()
    first, second = await asyncio.gather(
        _offer(council, interview_id, version=1, key="form-1"),
        _offer(council, interview_id, version=1, key="form-1"),
    )
    assert first == second
    assert len(await council.timeline(interview_id)) == 1


async def test_a_completion_sent_twice_opens_one_following_interview(council: Council) -> None:
    await council.child()
    first = await council.episode("C1", back=60)
    second = await council.episode("C1", back=10)
    interview_id = await council.interview(
        "C1", {first: 60, second: 10}, worker_id="W01", independence_basis="independent_of_care"
    )
    answers = []
    for _ in range(2):
        async with council.acting(WORKER) as uow:
            answers.append(
                await interviews.complete(
                    uow,
                    interview_id=interview_id,
                    held_at=ago(30),
                    episode_ids=[first],
                    expected_version=1,
                    submission_key="form-9",
                )
            )
    assert answers[0] == answers[1]
    assert answers[0].next_interview_id
    assert (await council.rows("select count(*) from interviews"))[0][0] == 2


async def test_a_key_of_another_form_is_refused(council: Council) -> None:
    interview_id = await council.due()
    await _offer(council, interview_id, version=1, key="form-1")
    with pytest.raises(DomainError, match="submission_key"):
        async with council.acting(COORDINATOR) as uow:
            await interviews.record_unable_to_contact(
                uow, interview_id=interview_id, at=ago(1), submission_key="form-1"
            )


async def test_a_stale_page_writes_nothing(council: Council) -> None:
    interview_id = await council.due()
    await _offer(council, interview_id, version=1, key="form-1")
    with pytest.raises(ConcurrencyConflict):
        await _offer(council, interview_id, version=1, key="form-2")
    assert len(await council.timeline(interview_id)) == 1


async def test_a_breach_that_is_being_recorded_is_kept_when_the_interview_is_completed_meanwhile(
    council: Council,
) -> None:
    interview_id = await council.due(back=80, worker_id="W01", independence_basis="independent_of_care")
    async with council.acting(SYSTEM) as sweep:
        await sweep.execute(text("select 1 from interview_episodes for update"))
        (due,) = await sweep.escalations.open_duties(interview_id)
        completing = asyncio.create_task(_complete(council, interview_id))
        await _somebody_waits(council)
        await sweep.execute(
            text("update interview_episodes set breached_at = :now, next_step = 4"), {"now": NOW}
        )
        await sweep.execute(
            insert(escalations).values(
                interview_id=interview_id,
                episode_id=due.episode_id,
                step="breach",
                breach=True,
                due_at=due.due_at,
                planned_at=NOW,
                fired_at=NOW,
                ladder_version="2026-1",
            )
        )
    await completing
    _, duties = await council.stands(interview_id)
    assert (duties[0].breached_at, duties[0].next_step, duties[0].result) == (NOW, 4, "late")
    assert duties[0].next_step_at is None


async def _complete(council: Council, interview_id: str) -> None:
    async with council.acting(WORKER) as uow:
        await interviews.complete(uow, interview_id=interview_id, held_at=ago(1))


async def _somebody_waits(council: Council) -> None:
    for _ in range(6000):
        waiting = await council.rows("select 1 from pg_locks where not granted")
        if waiting:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("the completion never waited for the sweep")


async def _ask(council: Council, interview_id: str, authority: str, key: str) -> Recorded:
    async with council.acting(COORDINATOR) as uow:
        return await ask_transfer(
            uow,
            interview_id=interview_id,
            authority=authority,
            contact="Duty desk",
            reason="It is responsible for the child.",
            submission_key=key,
        )


async def test_of_two_requests_to_other_authorities_at_once_the_second_hears_of_the_first(
    council: Council,
) -> None:
    interview_id = await council.due()
    answers = await asyncio.gather(
        _ask(council, interview_id, "Eastmere", "form-1"),
        _ask(council, interview_id, "Westmere", "form-2"),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in answers) == ["DomainError", "Recorded"]
    refused = next(each for each in answers if isinstance(each, DomainError))
    assert refused.code == "asked_already"
    assert len(await council.rows("select 1 from interview_transfers")) == 1


async def test_a_double_click_on_a_request_at_the_same_instant_asks_once(council: Council) -> None:
    interview_id = await council.due()
    first, second = await asyncio.gather(
        _ask(council, interview_id, "Eastmere", "form-1"), _ask(council, interview_id, "Eastmere", "form-1")
    )
    assert first == second
    assert len(await council.rows("select 1 from interview_transfers")) == 1
