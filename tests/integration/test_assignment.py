"""Assigning by hand keeps independence; proposals name a worker, a time and why, and are confirmed by a person."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from missing_coord.domain.errors import DomainError, NotAllowed
from missing_coord.services import interviews
from missing_coord.services.assignment import confirm_proposal
from missing_coord.services.interviews import Recorded
from missing_coord.services.ports.planning import KeptProposal
from missing_coord.services.proposals import Proposed, propose_all, propose_for
from missing_coord.storage.bank_holidays import bank_holidays
from missing_coord.storage.tables import people as tables
from missing_coord.storage.views.interviews import queue
from tests.integration.interviews_council import (
    COORDINATOR,
    NOW,
    POLICY,
    SYSTEM,
    WORKER,
    Council,
    ago,
)


async def _assign(council: Council, interview_id: str, worker_id: str, **more: Any) -> Recorded:
    async with council.acting(COORDINATOR) as uow:
        return await interviews.assign(
            uow, policy=POLICY, interview_id=interview_id, worker_id=worker_id, **more
        )


async def _propose(council: Council, *, holidays: frozenset[date] = frozenset()) -> Proposed:
    async with council.acting(SYSTEM) as uow:
        return await propose_all(uow, policy=POLICY, bank_holidays=holidays)


async def _confirm(council: Council, interview_id: str, **more: Any) -> Recorded:
    async with council.acting(COORDINATOR) as uow:
        return await confirm_proposal(uow, policy=POLICY, interview_id=interview_id, **more)


async def _kept(council: Council, interview_id: str) -> KeptProposal | None:
    async with council.acting(COORDINATOR) as uow:
        return await uow.planning.proposal(interview_id)


async def _absent(council: Council, worker_id: str, *, hours: float) -> None:
    async with council.acting(SYSTEM) as uow:
        await uow.execute(
            insert(tables.absences).values(
                absence_key=f"{worker_id}-{hours}",
                worker_id=worker_id,
                starts_at=ago(24),
                ends_at=NOW + timedelta(hours=hours),
            )
        )


async def test_assigning_records_the_worker_and_the_ground_of_independence(council: Council) -> None:
    interview_id = await council.due()
    done = await _assign(council, interview_id, "W01", starts_at=ago(-5))
    interview, _ = await council.stands(interview_id)
    assert (interview.worker_id, interview.visit_starts_at, interview.changed_by) == (
        "W01",
        ago(-5),
        "Robin Ashdown",
    )
    assert interview.independence_basis == "independent_of_placement_and_LA"
    assert (done.state, done.version) == ("not_offered", 2)
    assert await council.events() == ["interview-assigned"]


async def test_the_councils_own_team_is_recorded_as_independent_of_care_only(council: Council) -> None:
    await council.worker("W03", team="in_house", employer="")
    interview_id = await council.due()
    await _assign(council, interview_id, "W03")
    interview, _ = await council.stands(interview_id)
    assert interview.independence_basis == "independent_of_care"


@pytest.mark.parametrize("column", ["social_worker", "iro", "social_worker_email", "iro_email"])
async def test_a_childs_own_social_worker_or_reviewing_officer_is_refused(
    council: Council, column: str
) -> None:
    await council.worker("W03", name="Devi Holt", email="devi.holt@example.org")
    value = "devi.holt@example.org" if column.endswith("email") else "Devi Holt"
    await council.child("C1", **{column: value})
    episode_id = await council.episode("C1", back=5)
    interview_id = await council.interview("C1", {episode_id: 5})
    with pytest.raises(DomainError, match=r"^worker_id: not independent") as refused:
        await _assign(council, interview_id, "W03")
    assert refused.value.code == "not_independent"
    assert (await council.stands(interview_id))[0].worker_id == ""


async def test_a_worker_of_the_placements_provider_is_refused(council: Council) -> None:
    await council.child("C1")
    episode_id = await council.episode("C1", back=5, provider_name="larch trust")
    interview_id = await council.interview("C1", {episode_id: 5})
    with pytest.raises(DomainError, match="provider"):
        await _assign(council, interview_id, "W01")


async def test_the_childs_own_request_is_the_one_exception_and_is_recorded(council: Council) -> None:
    await council.child("C1", social_worker="Ade Farrow")
    episode_id = await council.episode("C1", back=5)
    interview_id = await council.interview("C1", {episode_id: 5})
    await _assign(council, interview_id, "W01", child_preference="Asked for Ade by name on the phone.")
    interview, _ = await council.stands(interview_id)
    assert interview.independence_basis == "child_preference_exception"
    assert interview.independence_note == "Asked for Ade by name on the phone."


async def test_an_exception_still_holds_when_only_the_visit_moves(council: Council) -> None:
    await council.child("C1", social_worker="Ade Farrow")
    episode_id = await council.episode("C1", back=5)
    interview_id = await council.interview("C1", {episode_id: 5})
    await _assign(council, interview_id, "W01", child_preference="Asked for Ade by name.")
    async with council.acting(COORDINATOR) as uow:
        await interviews.change_visit_time(uow, policy=POLICY, interview_id=interview_id, starts_at=ago(-9))
    interview, _ = await council.stands(interview_id)
    assert (interview.visit_starts_at, interview.independence_basis) == (
        ago(-9),
        "child_preference_exception",
    )


async def test_another_worker_takes_over_without_the_visit_of_the_first(council: Council) -> None:
    interview_id = await council.due()
    await _assign(council, interview_id, "W01", starts_at=ago(-5))
    await _assign(council, interview_id, "W02")
    interview, _ = await council.stands(interview_id)
    assert (interview.worker_id, interview.visit_starts_at) == ("W02", None)
    assert await council.events() == ["interview-assigned", "interview-unassigned", "interview-assigned"]


async def test_unassigning_takes_worker_and_visit_away(council: Council) -> None:
    interview_id = await council.due()
    await _assign(council, interview_id, "W01", starts_at=ago(-5))
    async with council.acting(COORDINATOR) as uow:
        await interviews.unassign(uow, interview_id=interview_id, reason="Worker is ill.")
    interview, _ = await council.stands(interview_id)
    assert (interview.worker_id, interview.visit_starts_at, interview.independence_basis) == ("", None, "")
    assert [row[0] for row in await council.timeline(interview_id)] == ["assigned", "unassigned"]


async def test_a_coordinator_is_told_what_speaks_against_a_choice_but_may_make_it(council: Council) -> None:
    busy = await council.due("C1")
    await _assign(council, busy, "W01", starts_at=ago(-5))
    await _absent(council, "W01", hours=8)
    interview_id = await council.due("C2", back=66)
    done = await _assign(council, interview_id, "W01", starts_at=ago(-5.5))
    assert done.warnings == (
        "absent at that time",
        "has another visit at that time",
        "the visit ends after the deadline",
    )
    assert (await council.stands(interview_id))[0].worker_id == "W01"


async def test_nobody_but_the_office_assigns(council: Council) -> None:
    interview_id = await council.due(worker_id="W01")
    with pytest.raises(NotAllowed):
        async with council.acting(WORKER) as uow:
            await interviews.assign(uow, policy=POLICY, interview_id=interview_id, worker_id="W01")


async def test_a_worker_who_does_not_exist_and_a_visit_in_the_past_are_refused(council: Council) -> None:
    interview_id = await council.due()
    with pytest.raises(DomainError, match=r"^worker_id: there is no"):
        await _assign(council, interview_id, "W99")
    with pytest.raises(DomainError, match=r"^visit_starts_at: "):
        await _assign(council, interview_id, "W01", starts_at=ago(3))


async def test_every_open_interview_without_a_visit_gets_a_proposal_with_reasons(council: Council) -> None:
    wanted = await council.due("C1", back=10)
    booked = await council.due(
        "C2", back=10, worker_id="W01", visit_starts_at=ago(-20), visit_ends_at=ago(-21)
    )
    assert await _propose(council) == Proposed(with_worker=1, late=0, without_worker=0, left_out=0, cost=61)
    kept = await _kept(council, wanted)
    assert kept is not None
    assert kept.worker_id in ("W01", "W02")
    assert kept.detail["reasons"]
    assert len(kept.detail["passed_over"]) == 1
    assert len(kept.detail["alternatives"]) == 1
    assert await _kept(council, booked) is None


async def test_a_proposal_shows_on_the_queue_row(council: Council) -> None:
    await council.due("C1", back=10)
    await _propose(council)
    async with council.acting(COORDINATOR) as uow:
        (row,) = await queue(uow, now=NOW)
    assert row.proposal is not None
    assert row.proposal.worker_name in ("Ade Farrow", "Bryn Calloway")


async def test_another_authoritys_child_a_child_missing_again_and_a_hold_get_no_visit_but_a_reason(
    council: Council,
) -> None:
    other = await council.due("C1", population="other_authority_placed_here")
    missing = await council.due("C2", child_missing=True)
    held = await council.due("C3", state="child_unwell_or_in_custody_or_hospital")
    assert await _propose(council) == Proposed(with_worker=0, late=0, without_worker=0, left_out=3)
    reasons = []
    for interview_id in (other, missing, held):
        kept = await _kept(council, interview_id)
        assert kept is not None
        assert kept.worker_id == ""
        reasons.append(kept.detail["binding_reason"])
    assert "authority responsible" in reasons[0]
    assert "missing again" in reasons[1]
    assert "custody" in reasons[2]


async def test_nobody_is_proposed_beyond_the_weekly_target(council: Council) -> None:
    held_on = ago(0)
    async with council.acting(SYSTEM) as uow:
        await uow.execute(tables.workers.update().values(weekly_target=1))
    for number, worker_id in enumerate(("W01", "W02")):
        await council.due(
            f"D{number}", back=20, worker_id=worker_id, state="completed", held_at=held_on, closed_at=held_on
        )
    interview_id = await council.due("C1", back=1)
    async with council.acting(SYSTEM) as uow:
        used = {each.worker_id: sum(each.booked.values()) for each in await uow.planning.workers()}
    assert used == {"W01": 1, "W02": 1}
    await _propose(council)
    kept = await _kept(council, interview_id)
    assert kept is not None
    assert kept.starts_at is None or kept.starts_at.isocalendar()[:2] > held_on.isocalendar()[:2]


async def test_an_absent_worker_is_passed_over(council: Council) -> None:
    await _absent(council, "W01", hours=24 * 40)
    interview_id = await council.due("C1", back=10)
    await _propose(council)
    kept = await _kept(council, interview_id)
    assert kept is not None
    assert kept.worker_id == "W02"
    assert [each["worker_id"] for each in kept.detail["passed_over"]] == ["W01"]


async def test_a_bank_holiday_is_no_working_day(council: Council) -> None:
    interview_id = await council.due("C1", back=10)
    days = frozenset((NOW + timedelta(days=ahead)).date() for ahead in range(-1, 4))
    await _propose(council, holidays=days)
    kept = await _kept(council, interview_id)
    assert kept is not None
    assert kept.late
    assert "bank holiday" in kept.detail["binding_reason"]


async def test_the_worker_the_child_knows_is_proposed_again(council: Council) -> None:
    await council.due(
        "C1", back=300, worker_id="W02", state="completed", held_at=ago(290), closed_at=ago(290)
    )
    episode_id = await council.episode("C1", back=5)
    interview_id = await council.interview("C1", {episode_id: 5})
    await _propose(council)
    kept = await _kept(council, interview_id)
    assert kept is not None
    assert kept.worker_id == "W02"


async def test_new_proposals_replace_all_old_ones_or_only_those_asked_for(council: Council) -> None:
    first, second = await council.due("C1", back=10), await council.due("C2", back=10)
    await _propose(council)
    await _assign(council, first, "W01", starts_at=ago(-5))
    assert await _kept(council, first) is None
    council.clock.instant = NOW + timedelta(minutes=5)
    async with council.acting(SYSTEM) as uow:
        await propose_for(uow, interview_ids=[first], policy=POLICY, bank_holidays=frozenset())
    old = await _kept(council, second)
    assert old is not None
    assert old.made_at == NOW


async def test_proposing_for_one_interview_goes_around_what_is_proposed_for_others(council: Council) -> None:
    first = await council.due("C1", back=10)
    await _propose(council)
    second = await council.due("C2", back=10)
    await _absent(council, "W02", hours=200)
    async with council.acting(SYSTEM) as uow:
        await propose_for(uow, interview_ids=[second], policy=POLICY, bank_holidays=frozenset())
    one, other = await _kept(council, first), await _kept(council, second)
    assert one is not None
    assert other is not None
    assert (one.worker_id, other.worker_id) == ("W01", "W01")
    assert one.starts_at is not None
    assert other.starts_at is not None
    assert abs(one.starts_at - other.starts_at) >= timedelta(hours=1, minutes=30), "an hour, and travel"


async def test_confirming_assigns_as_proposed_and_forgets_the_proposal(council: Council) -> None:
    interview_id = await council.due("C1", back=10)
    await _propose(council)
    kept = await _kept(council, interview_id)
    assert kept is not None
    done = await _confirm(council, interview_id, expected_version=1, submission_key="k1")
    again = await _confirm(council, interview_id, expected_version=1, submission_key="k1")
    assert done == again
    interview, _ = await council.stands(interview_id)
    assert (interview.worker_id, interview.visit_starts_at) == (kept.worker_id, kept.starts_at)
    assert await _kept(council, interview_id) is None
    assert len(await council.timeline(interview_id)) == 1


async def test_confirming_with_an_alternative_takes_its_time(council: Council) -> None:
    interview_id = await council.due("C1", back=10)
    await _propose(council)
    kept = await _kept(council, interview_id)
    assert kept is not None
    other = kept.detail["alternatives"][0]
    await _confirm(council, interview_id, worker_id=other["worker_id"])
    interview, _ = await council.stands(interview_id)
    assert interview.worker_id == other["worker_id"]
    assert interview.visit_starts_at == datetime.fromisoformat(other["starts_at"])


async def test_without_a_proposal_a_worker_has_to_be_chosen(council: Council) -> None:
    interview_id = await council.due("C1", back=10)
    with pytest.raises(DomainError, match=r"^worker_id: nobody is proposed"):
        await _confirm(council, interview_id)


async def test_a_proposed_time_that_has_passed_is_not_booked(council: Council) -> None:
    interview_id = await council.due("C1", back=10)
    await _propose(council)
    council.clock.instant = NOW + timedelta(days=40)
    with pytest.raises(DomainError, match=r"^starts_at: the proposed time has passed"):
        await _confirm(council, interview_id)


async def test_only_the_system_makes_proposals(council: Council) -> None:
    with pytest.raises(NotAllowed):
        async with council.acting(COORDINATOR) as uow:
            await propose_all(uow, policy=POLICY, bank_holidays=frozenset())


async def test_a_visit_starts_from_where_the_child_is_placed_now(council: Council) -> None:
    await council.child("C1", home_easting=380000, home_northing=390000)
    episode_id = await council.episode("C1", back=5)
    interview_id = await council.interview("C1", {episode_id: 5})
    async with council.acting(SYSTEM) as uow:
        assert [case.wanted.place for case in await uow.planning.cases()] == [(380000, 390000)]
        await uow.execute(
            insert(tables.placements).values(
                placement_id="P1", child_id="C1", start_date=NOW.date() - timedelta(days=9), confidential=True
            )
        )
        await uow.execute(
            insert(tables.placement_addresses).values(
                placement_id="P1", child_id="C1", easting=400000, northing=401000, confidential=True
            )
        )
        assert [case.wanted.place for case in await uow.planning.cases()] == [(400000, 401000)]
    async with council.acting(COORDINATOR) as uow:
        assert [case.wanted.place for case in await uow.planning.cases([interview_id])] == [None]


def test_the_bank_holidays_reach_past_the_next_new_year() -> None:
    days = bank_holidays()
    assert date(2026, 12, 25) in days
    assert max(days) > datetime(2027, 1, 1, tzinfo=UTC).date()
