"""Promises that hold the ladder and lapse, and alerts of the other clocks, while the clock is moved by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import text

from missing_coord.domain.access import Role
from missing_coord.domain.errors import DomainError, NotFound
from missing_coord.domain.rotas import Absence, Rota, Shift
from missing_coord.storage.mappers import to_row
from missing_coord.storage.tables.cases import episodes
from tests.acceptance.telling_scene import WORK, Telling, new_id
from tests.acceptance.telling_words import PASSED
from tests.builders.cases import RETURNED, Case

WARNED_24 = "24 hours from the return, still not done"
WARNED_48 = "48 hours from the return, still not done"
BREACH = "72 hours have passed"
LAPSED = "a promise lapsed without a visit booked"


async def office(council: Telling) -> None:
    await council.person("cora", Role.COORDINATOR)
    await council.person("max", Role.MANAGER)


async def test_while_a_promise_runs_warnings_are_on_record_and_tell_nobody(council: Telling) -> None:
    await office(council)
    case = await council.returned()
    await council.after(case, hours=24)
    await council.promise(case, hours=30)
    assert await council.after(case, hours=48) == []
    assert await council.rows("select step, recipients from escalations order by escalation_id") == [
        ("24h_from_return", ["coordinator"]),
        ("48h_from_return", []),
    ]


async def test_a_promise_never_holds_the_breach(council: Telling) -> None:
    await office(council)
    case = await council.returned()
    await council.after(case, hours=60)
    await council.promise(case, hours=40)
    assert await council.after(case, hours=72) == [f"cora email: {BREACH}", f"max email: {BREACH}"]


async def test_a_promise_that_lapses_without_a_visit_goes_to_the_next_person(council: Telling) -> None:
    await office(council)
    case = await council.returned()
    await council.after(case, hours=24)
    await council.promise(case, hours=4)
    assert await council.after(case, hours=27.9) == []
    assert await council.after(case, hours=28) == [f"max email: {WARNED_24}; {LAPSED}"]
    assert await council.rows("select outcome from promises") == [("lapsed",)]


async def test_a_promise_kept_by_booking_a_visit_tells_nobody(council: Telling) -> None:
    await office(council)
    case = await council.returned()
    await council.after(case, hours=24)
    await council.promise(case, hours=4)
    await council.change(
        "interviews", case, "visit_starts_at = :visit", visit=case.returned_at + timedelta(hours=50)
    )
    assert await council.after(case, hours=28) == []
    assert await council.rows("select outcome from promises") == [("kept",)]


async def test_a_visit_that_is_already_over_does_not_keep_a_promise(council: Telling) -> None:
    await office(council)
    case = await council.returned()
    await council.after(case, hours=24)
    await council.promise(case, hours=4)
    await council.change(
        "interviews", case, "visit_starts_at = :visit", visit=case.returned_at + timedelta(hours=26)
    )
    assert await council.after(case, hours=28) == [f"max email: {WARNED_24}; {LAPSED}"]


async def test_an_interview_that_is_done_keeps_every_promise(council: Telling) -> None:
    await office(council)
    case = await council.returned()
    await council.promise(case, hours=4)
    await council.done(case)
    assert await council.after(case, hours=5) == []
    assert await council.rows("select outcome from promises") == [("kept",)]


async def test_a_promise_before_any_warning_lapses_to_the_first_step(council: Telling) -> None:
    await office(council)
    case = await council.returned()
    await council.promise(case, hours=4)
    assert await council.after(case, hours=4) == [f"cora email: {WARNED_24}; {LAPSED}"]


async def test_a_promise_after_the_top_of_the_ladder_lapses_to_the_top_again(council: Telling) -> None:
    await office(council)
    case = await council.returned()
    await council.after(case, hours=96)
    for hours in (100, 104):
        await council.promise(case, hours=4)
        assert await council.after(case, hours=hours) == [
            f"max email: 24 hours over the deadline, still not done; {LAPSED}"
        ]


async def test_a_lapse_is_told_once(council: Telling) -> None:
    await office(council)
    case = await council.returned()
    await council.after(case, hours=24)
    await council.promise(case, hours=4)
    assert len(await council.after(case, hours=28)) == 1
    assert await council.after(case, hours=29) == []


async def test_a_new_promise_takes_the_place_of_the_one_before(council: Telling) -> None:
    await office(council)
    case = await council.returned()
    await council.after(case, hours=24)
    await council.promise(case, hours=4)
    council.clock.instant += timedelta(hours=3)
    await council.promise(case, hours=5)
    assert await council.after(case, hours=28) == []
    assert await council.after(case, hours=32) == [f"max email: {WARNED_24}; {LAPSED}"]
    assert await council.rows("select outcome from promises order by promise_id") == [
        ("renewed",),
        ("lapsed",),
    ]


async def test_when_a_promise_has_lapsed_the_ladder_is_told_again_at_its_times(council: Telling) -> None:
    await office(council)
    case = await council.returned()
    await council.after(case, hours=24)
    await council.promise(case, hours=4)
    await council.after(case, hours=28)
    assert await council.after(case, hours=48) == [f"cora email: {WARNED_48}"]


@pytest.mark.parametrize(
    ("hours", "reason", "code"),
    [
        (0.0, "x", "until_out_of_range"),
        (73, "x", "until_out_of_range"),
        (5, " ", "reason_required"),
    ],
)
async def test_a_promise_needs_a_reason_and_a_time_within_72_hours(
    council: Telling, hours: float, reason: str, code: str
) -> None:
    case = await council.returned()
    with pytest.raises(DomainError) as refused:
        await council.promise(case, hours=hours, reason=reason)
    assert refused.value.code == code


async def test_nobody_can_promise_about_what_is_done(council: Telling) -> None:
    case = await council.returned()
    await council.done(case)
    with pytest.raises(NotFound):
        await council.promise(case, hours=4)


# Other clocks


async def watched(council: Telling) -> None:
    await office(council)
    council.watching = True


async def assigned(council: Telling, case: Case) -> None:
    await council.change("interviews", case, "worker_id = 'W-1'")


async def offered(council: Telling, case: Case) -> None:
    for table in ("interviews", "interview_episodes"):
        await council.change(table, case, "first_offered_at = :now")


async def test_an_interview_without_a_worker_after_4_hours_is_told(council: Telling) -> None:
    await watched(council)
    case = await council.returned()
    await offered(council, case)
    assert await council.after(case, hours=3.9) == []
    assert await council.after(case, hours=4) == ["cora email: unallocated"]
    assert await council.after(case, hours=8) == ["max email: unallocated 4h over"]


async def test_an_alert_closes_itself_when_the_cause_is_gone_and_is_not_heard_of_again(
    council: Telling,
) -> None:
    await watched(council)
    case = await council.returned()
    await offered(council, case)
    await council.after(case, hours=4)
    await assigned(council, case)
    assert await council.after(case, hours=8) == []
    assert await council.rows("select closed_why, next_step_at from alerts") == [("the cause is gone", None)]


async def test_an_alert_whose_cause_comes_back_is_a_new_one(council: Telling) -> None:
    await watched(council)
    case = await council.returned()
    await offered(council, case)
    await council.after(case, hours=4)
    await assigned(council, case)
    await council.after(case, hours=5)
    await council.change("interviews", case, "worker_id = ''")
    assert await council.after(case, hours=6) == ["cora email: unallocated"]
    assert await council.rows("select count(*) from alerts") == [(2,)]


async def test_an_offer_not_made_in_24_hours_is_told_before_and_after(council: Telling) -> None:
    await watched(council)
    case = await council.returned()
    await assigned(council, case)
    assert await council.after(case, hours=20) == ["cora email: offer due in 4h"]
    assert await council.after(case, hours=24) == [
        f"cora email: {WARNED_24}",
        "cora email: offer overdue",
        "max email: offer overdue",
    ]
    await offered(council, case)
    assert await council.after(case, hours=36) == []


async def test_a_breach_that_nobody_takes_on_goes_to_the_manager_every_12_hours(council: Telling) -> None:
    await watched(council)
    case = await council.returned()
    await assigned(council, case)
    await offered(council, case)
    for hours in (24, 48, 60):
        await council.after(case, hours=hours)
    assert len(await council.after(case, hours=72)) == 2
    assert await council.after(case, hours=74) == ["max email: unacknowledged"]
    assert await council.after(case, hours=86) == ["max email: unacknowledged (reminder 2)"]


async def test_a_breach_that_somebody_took_on_is_acknowledged(council: Telling) -> None:
    await watched(council)
    case = await council.returned()
    await assigned(council, case)
    await offered(council, case)
    for hours in (24, 48, 60, 72):
        await council.after(case, hours=hours)
    await council.promise(case, hours=20)
    assert await council.after(case, hours=74) == []


async def unsure_notice(council: Telling) -> str:
    incident_id = new_id()
    async with council.database.unit_of_work(WORK) as uow:
        await uow.execute(text("insert into children (child_id) values ('P-1') on conflict do nothing"))
        await uow.execute(
            text(
                "insert into incidents (incident_id, source, force_key, reference_key, signature, evidence, facts,"
                " facts_hash, child_id, match_state, created_at) values (cast(:id as uuid), 'police', 'gmp', :id, 's',"
                " '{}', '[]', 'h', 'P-1', 'review', :now)"
            ),
            {"id": incident_id, "now": uow.now},
        )
    return incident_id


async def test_a_notice_whose_child_nobody_decided_is_told_after_2_hours(council: Telling) -> None:
    await watched(council)
    incident_id = await unsure_notice(council)
    assert await council.at(RETURNED + timedelta(hours=1.9)) == []
    assert await council.at(RETURNED + timedelta(hours=2)) == ["cora email: unmatched"]
    await council.rows(
        "update incidents set match_state = 'confirmed' where incident_id::text = :id returning 1",
        id=incident_id,
    )
    assert await council.at(RETURNED + timedelta(hours=12)) == []


async def test_an_offer_made_before_the_child_went_missing_again_is_no_offer_about_that_time(
    council: Telling,
) -> None:
    await watched(council)
    case = await council.returned()
    await assigned(council, case)
    await offered(council, case)
    again = Case(returned_at=case.returned_at + timedelta(hours=30), child_id=case.child_id)
    async with council.unit() as uow:
        await uow.execute(episodes.insert(), [to_row(again.episode())])
        await uow.interviews.save_links([replace(again.duty(), interview_id=case.interview_id)])
    heard = [each for each in await council.after(case, hours=53.9) if "offer" in each]
    assert heard == ["cora email: offer due in 4h"]
    heard = [each for each in await council.after(case, hours=54) if "offer" in each]
    assert heard == ["cora email: offer overdue", "max email: offer overdue"]


async def test_a_promise_about_an_alert_holds_it_and_lapses_to_the_next_person(council: Telling) -> None:
    await watched(council)
    case = await council.returned()
    await offered(council, case)
    await council.after(case, hours=4)
    [[alert_id]] = await council.rows("select alert_id::text from alerts")
    await council.promise_alert(str(alert_id), hours=6)
    assert await council.after(case, hours=8) == []
    assert await council.after(case, hours=10) == [f"max email: unallocated 4h over; {LAPSED}"]


async def test_an_alert_that_reaches_nobody_is_passed_on(council: Telling) -> None:
    await council.person("max", Role.MANAGER)
    council.watching = True
    case = await council.returned()
    await offered(council, case)
    assert await council.after(case, hours=4) == [f"max email: unallocated; {PASSED}"]


@pytest.mark.parametrize("state", ["completed", "declined_by_child"])
async def test_an_interview_held_or_declined_and_not_audited_within_10_days_goes_to_the_auditor(
    council: Telling, state: str
) -> None:
    await watched(council)
    await council.person("quinn", Role.QUALITY_AUDITOR)
    case = await council.returned()
    await council.done(case)
    await council.change("interviews", case, f"state = '{state}'")
    assert await council.after(case, days=9) == []
    assert await council.after(case, days=10) == ["quinn email: audit overdue"]
    await council.rows(
        "insert into quality_audits (interview_id, closed_at, kind, scheme, returned, audited_by, audited_at)"
        " select interview_id, closed_at, 'held', '2026-1', false, 'quinn', now() from interviews returning 1"
    )
    assert await council.after(case, days=16) == []


def all_days(person: str) -> Shift:
    return Shift(person=person, weekdays=tuple(range(7)), starts=time(9), ends=time(9))


async def test_a_gap_in_a_rota_is_told_a_week_ahead(council: Telling) -> None:
    await watched(council)
    leave = RETURNED + timedelta(days=10)
    away = Absence(person="cora", starts_at=leave, ends_at=leave + timedelta(days=1))
    await council.rota(Rota(name="duty", shifts=(all_days("cora"),), absences=(away,)))
    assert await council.at(RETURNED + timedelta(days=2)) == []
    assert await council.at(RETURNED + timedelta(days=3, hours=1)) == ["max email: rota gap"]
    await council.rota(Rota(name="duty", shifts=(all_days("cora"), all_days("max")), absences=(away,)))
    assert await council.at(RETURNED + timedelta(days=5)) == []


async def test_a_rota_without_gaps_is_never_told(council: Telling) -> None:
    await watched(council)
    await council.rota(Rota(name="duty", shifts=(all_days("cora"),)))
    assert await council.at(datetime(2026, 10, 23, tzinfo=UTC)) == []


async def test_somebody_who_leaves_makes_a_gap_in_the_rota(council: Telling) -> None:
    await watched(council)
    await council.person("nia", Role.COORDINATOR)
    await council.rota(Rota(name="duty", shifts=(all_days("nia"),)))
    assert await council.at(RETURNED + timedelta(hours=1)) == []
    await council.rows("update users set disabled_at = now() where username = 'nia' returning 1")
    assert await council.at(RETURNED + timedelta(hours=2)) == ["max email: rota gap"]
