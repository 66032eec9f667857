"""Attempts, offers, acceptances and holds are kept as they happened, and the interview stays open."""

from __future__ import annotations

from dataclasses import replace

import pytest

from missing_coord.domain.errors import DomainError
from missing_coord.domain.interviews import ContactMethod, ContactWith
from missing_coord.services import interviews
from missing_coord.services.interviews import HoldReason, OfferAnswer, Recorded
from tests.integration.interviews_council import COORDINATOR, POLICY, WORKER, Council, ago


async def _offer(council: Council, interview_id: str, **changes: object) -> Recorded:
    given: dict[str, object] = {
        "at": ago(2),
        "method": ContactMethod.PHONE,
        "contact_with": ContactWith.CHILD,
        "policy": POLICY,
        **changes,
    }
    async with council.acting(COORDINATOR) as uow:
        return await interviews.record_offer(uow, interview_id=interview_id, **given)  # type: ignore[arg-type]


async def test_an_attempt_is_no_offer(council: Council) -> None:
    interview_id = await council.due()
    async with council.acting(COORDINATOR) as uow:
        done = await interviews.record_attempt(
            uow,
            interview_id=interview_id,
            at=ago(1),
            method=ContactMethod.PHONE,
            contact_with=ContactWith.CHILD,
            note="No answer, rang twice.",
        )
    interview, duties = await council.stands(interview_id)
    assert (done.state, interview.first_offered_at) == ("not_offered", None)
    assert duties[0].first_offered_at is None
    assert [row[0] for row in await council.timeline(interview_id)] == ["attempt"]
    assert await council.events() == ["interview-attempted"]


async def test_an_offer_waits_for_its_answer_and_counts_from_when_it_was_made(council: Council) -> None:
    interview_id = await council.due()
    await _offer(council, interview_id, at=ago(3))
    await _offer(council, interview_id, at=ago(5))
    interview, duties = await council.stands(interview_id)
    assert interview.state == "offered_awaiting"
    assert interview.first_offered_at == duties[0].first_offered_at == ago(5)


async def test_a_letter_is_an_attempt_unless_the_council_counts_it(council: Council) -> None:
    interview_id = await council.due()
    first = await _offer(council, interview_id, method=ContactMethod.LETTER)
    assert first.state == "not_offered"
    counted = replace(POLICY, letter_counts_as_offer=True)
    second = await _offer(council, interview_id, method=ContactMethod.LETTER, policy=counted)
    assert second.state == "offered_awaiting"
    assert [row[0] for row in await council.timeline(interview_id)] == ["attempt", "offer"]


async def test_an_offer_before_the_child_went_missing_again_is_none_about_the_later_episode(
    council: Council,
) -> None:
    await council.child()
    first = await council.episode("C1", back=60)
    second = await council.episode("C1", back=10, missing_for=20)
    interview_id = await council.interview("C1", {first: 60, second: 10})
    await _offer(council, interview_id, at=ago(40))
    _, duties = await council.stands(interview_id)
    assert {duty.episode_id: duty.first_offered_at for duty in duties} == {first: ago(40), second: None}


async def test_an_offer_accepted_at_once_books_the_visit_with_the_assigned_worker(council: Council) -> None:
    interview_id = await council.due(worker_id="W01")
    done = await _offer(council, interview_id, answer=OfferAnswer.ACCEPTED, visit_starts_at=ago(-5))
    interview, _ = await council.stands(interview_id)
    assert (done.state, interview.visit_starts_at) == ("accepted_scheduled", ago(-5))
    assert interview.visit_ends_at == ago(-6)
    assert [row[:2] for row in await council.timeline(interview_id)] == [
        ("offer", "accepted"),
        ("accepted", "accepted"),
    ]


async def test_two_offers_declined_by_a_carer_close_as_declined_by_a_parent_or_carer(
    council: Council,
) -> None:
    interview_id = await council.due()
    refused = {
        "answer": OfferAnswer.DECLINED,
        "contact_with": ContactWith.CARER,
        "reason": "Does not want anybody else involved.",
    }
    first = await _offer(council, interview_id, **refused)
    assert first.state == "declined_once"
    done = await _offer(council, interview_id, at=ago(0.5), **refused)
    interview, duties = await council.stands(interview_id)
    assert done.state == interview.state == "declined_by_parent"
    assert duties[0].result == "declined"
    assert interview.first_offered_at == ago(2)


async def test_a_worker_records_an_acceptance_with_the_visit_on_their_own_interview(council: Council) -> None:
    interview_id = await council.due(worker_id="W01")
    async with council.acting(WORKER) as uow:
        await interviews.record_acceptance(
            uow,
            interview_id=interview_id,
            at=ago(1),
            method=ContactMethod.TEXT,
            contact_with=ContactWith.CHILD,
            visit_starts_at=ago(-20),
        )
    interview, _ = await council.stands(interview_id)
    assert (interview.state, interview.visit_starts_at, interview.changed_by) == (
        "accepted_scheduled",
        ago(-20),
        "Ade Farrow",
    )


async def test_a_visit_cannot_be_agreed_before_there_is_a_worker(council: Council) -> None:
    interview_id = await council.due()
    with pytest.raises(DomainError, match="visit_starts_at: assign a worker"):
        await _offer(council, interview_id, answer=OfferAnswer.ACCEPTED, visit_starts_at=ago(-5))


async def test_a_missed_visit_leaves_the_interview_open_without_a_visit(council: Council) -> None:
    interview_id = await council.due(worker_id="W01", state="accepted_scheduled", visit_starts_at=ago(1))
    async with council.acting(WORKER) as uow:
        await interviews.record_did_not_attend(uow, interview_id=interview_id, at=ago(0.5))
    interview, duties = await council.stands(interview_id)
    assert (interview.state, interview.visit_starts_at, interview.closed_at) == ("did_not_attend", None, None)
    assert duties[0].next_step_at is not None


async def test_unable_to_contact_stays_open_with_its_ladder(council: Council) -> None:
    interview_id = await council.due()
    async with council.acting(COORDINATOR) as uow:
        done = await interviews.record_unable_to_contact(uow, interview_id=interview_id, at=ago(1))
    interview, duties = await council.stands(interview_id)
    assert (done.state, interview.closed_at) == ("unable_to_contact", None)
    assert duties[0].resolved_at is None


async def test_a_child_in_hospital_is_on_hold_and_the_clock_goes_on(council: Council) -> None:
    interview_id = await council.due(worker_id="W01", visit_starts_at=ago(-4))
    before = (await council.stands(interview_id))[1][0].due_at
    async with council.acting(WORKER) as uow:
        await interviews.record_on_hold(uow, interview_id=interview_id, at=ago(1), hold=HoldReason.HOSPITAL)
    interview, duties = await council.stands(interview_id)
    assert (interview.state, interview.visit_starts_at) == ("child_unwell_or_in_custody_or_hospital", None)
    assert (duties[0].due_at, duties[0].resolved_at) == (before, None)
    assert (await council.timeline(interview_id))[0][2] == "hospital"


@pytest.mark.parametrize(
    ("hours", "code"), [(-1, "time_in_future"), (21, "time_before_episode")], ids=["future", "too early"]
)
async def test_a_time_that_cannot_be_is_refused_and_the_field_is_named(
    council: Council, hours: float, code: str
) -> None:
    interview_id = await council.due()
    with pytest.raises(DomainError, match=r"^at: ") as refused:
        await _offer(council, interview_id, at=ago(hours))
    assert refused.value.code == code
    assert await council.timeline(interview_id) == []


async def test_a_clock_four_minutes_ahead_is_still_believed(council: Council) -> None:
    interview_id = await council.due()
    assert (await _offer(council, interview_id, at=ago(-4 / 60))).state == "offered_awaiting"


async def test_nothing_more_is_written_on_a_closed_interview(council: Council) -> None:
    interview_id = await council.due(state="declined_by_child", closed_at=ago(1))
    with pytest.raises(DomainError, match="closed"):
        await _offer(council, interview_id)
