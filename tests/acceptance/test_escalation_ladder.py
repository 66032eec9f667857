"""Who hears what when: the default ladder, told as a specification while the clock is moved by hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from missing_coord.domain.access import Role
from missing_coord.domain.escalation import Ladder, LadderStep
from missing_coord.services.telling.escalation import dry_run
from tests.acceptance.escalation_scene import SWEEP, Scene, scene
from tests.builders.cases import RETURNED, Case, keep, rearm, resolve, rows
from tests.databases import Database

WARNED = "missing-coord.escalations.deadline-warned.v1"
BREACHED = "missing-coord.escalations.deadline-breached.v1"


@pytest.fixture
async def stage(database: Database) -> AsyncIterator[Scene]:
    async with scene(database.app_url) as opened:
        yield opened


async def _breached_at(stage: Scene) -> list[object]:
    return [row[0] for row in await rows(stage.database, "select breached_at from interview_episodes")]


async def test_nothing_is_said_in_the_first_24_hours(stage: Scene) -> None:
    case = await stage.returned()
    assert await stage.after(case, hours=23, minutes=59, seconds=59) == []
    assert await stage.messages() == []


async def test_an_interview_not_held_24_hours_from_the_return_warns_the_coordinator(stage: Scene) -> None:
    case = await stage.returned()
    assert await stage.after(case, hours=24) == ["24h_from_return"]
    assert await stage.messages() == [("coordinator", "", "escalation")]


async def test_an_interview_unbooked_at_48_hours_warns_the_coordinator(stage: Scene) -> None:
    case = await stage.returned()
    await stage.after(case, hours=24)
    assert await stage.after(case, hours=48) == ["48h_from_return"]
    assert (await stage.messages())[1:] == [("coordinator", "", "escalation")]
    assert await stage.events() == [WARNED, WARNED]


async def test_at_48_hours_the_assigned_worker_is_told_and_no_other_worker(stage: Scene) -> None:
    mine, _ = await stage.worker("W-1"), await stage.worker("W-2")
    case = await stage.returned(worker_id="W-1")
    await stage.after(case, hours=48)
    assert await stage.messages() == [
        ("coordinator", "", "escalation"),
        ("interview_worker", mine, "escalation"),
    ]


async def test_at_60_hours_the_manager_is_told_too(stage: Scene) -> None:
    case = await stage.returned()
    await stage.after(case, hours=48)
    assert await stage.after(case, hours=60) == ["60h_from_return"]
    assert [role for role, _, _ in (await stage.messages())[1:]] == ["coordinator", "manager"]


async def test_a_breach_is_recorded_at_exactly_72_hours_and_not_one_second_before(stage: Scene) -> None:
    case = await stage.returned()
    await stage.after(case, hours=60)
    assert await stage.after(case, hours=71, minutes=59, seconds=59) == []
    assert await _breached_at(stage) == [None]
    assert await stage.after(case, hours=72) == ["breach"]
    assert await _breached_at(stage) == [case.returned_at + timedelta(hours=72)]
    assert (await stage.events())[-1] == BREACHED


async def test_a_breach_stays_open_and_the_manager_is_reminded_every_24_hours(stage: Scene) -> None:
    case = await stage.returned()
    for hours in range(24, 24 * 7 + 1, 12):
        await stage.after(case, hours=hours)
    assert [each.step for each in stage.told] == [
        "24h_from_return",
        "48h_from_return",
        "60h_from_return",
        "breach",
        "24h_over",
        "24h_over+1",
        "24h_over+2",
        "24h_over+3",
    ]
    assert [each.recipients for each in stage.told[4:]] == [("manager",)] * 4


async def test_a_duty_that_is_resolved_is_never_escalated_again(stage: Scene) -> None:
    case = await stage.returned()
    await stage.after(case, hours=72)
    await resolve(stage.database, case, at=case.returned_at + timedelta(hours=80))
    assert await stage.after(case, hours=96) == []
    assert await rows(stage.database, "select next_step_at from interview_episodes") == [(None,)]
    assert await _breached_at(stage) == [case.due_at]


async def test_an_interview_held_in_time_leaves_no_later_rung(stage: Scene) -> None:
    case = await stage.returned()
    await stage.after(case, hours=24)
    await resolve(stage.database, case, at=case.returned_at + timedelta(hours=40))
    assert await stage.after(case, hours=100) == []
    assert await _breached_at(stage) == [None]


async def test_a_scheduler_that_was_down_for_two_hours_catches_up_in_its_first_sweep(stage: Scene) -> None:
    case = await stage.returned()
    await stage.after(case, hours=47)
    assert await stage.after(case, hours=50) == ["48h_from_return"]
    fired = stage.told[-1]
    assert fired.planned_at == case.returned_at + timedelta(hours=48)
    assert fired.fired_at == case.returned_at + timedelta(hours=50)


async def test_after_two_weeks_down_every_rung_is_on_record_and_only_the_gravest_and_the_breach_are_told(
    stage: Scene,
) -> None:
    case = await stage.returned()
    steps = await stage.after(case, days=14)
    assert steps == [
        "24h_from_return",
        "48h_from_return",
        "60h_from_return",
        "breach",
        "24h_over",
        "24h_over+10",
    ]
    assert [each.step for each in stage.told if each.recipients] == ["breach", "24h_over+10"]
    assert await stage.messages() == [
        ("coordinator", "", "breach"),
        ("manager", "", "breach"),
        ("manager", "", "escalation"),
    ]


async def test_sweeping_again_says_nothing_twice(stage: Scene) -> None:
    case = await stage.returned()
    await stage.after(case, hours=72)
    said = await stage.messages()
    assert await stage.sweep() == []
    assert await stage.messages() == said


async def test_four_sweepers_at_once_record_and_tell_every_rung_once(stage: Scene) -> None:
    cases = [Case(returned_at=RETURNED - timedelta(minutes=n)) for n in range(120)]
    await keep(stage.database, *cases)
    stage.clock.instant = RETURNED + timedelta(hours=75)
    await asyncio.gather(*(stage.sweep(limit=7) for _ in range(4)))
    await stage.sweep()
    assert len(stage.told) == 120 * 4 == len({each.key for each in stage.told})
    [[recorded]] = await rows(stage.database, "select count(*) from escalations")
    [[told]] = await rows(stage.database, "select count(*) from messages")
    assert (recorded, told) == (480, 240)
    assert (await stage.events()).count(BREACHED) == 120


async def test_a_deadline_moved_later_withdraws_nothing_that_was_said_and_warns_anew(stage: Scene) -> None:
    case = await stage.returned()
    await stage.after(case, hours=48)
    await rearm(stage.database, case, returned_at=case.returned_at + timedelta(hours=30))
    assert await stage.after(case, hours=53) == []
    assert await stage.after(case, hours=54) == ["24h_from_return"]
    kept = await rows(stage.database, "select step, withdrawn_at from escalations order by escalation_id")
    assert kept == [("24h_from_return", None), ("48h_from_return", None), ("24h_from_return", None)]


async def test_a_deadline_moved_earlier_is_breached_at_once(stage: Scene) -> None:
    case = await stage.returned()
    await stage.after(case, hours=24)
    await rearm(stage.database, case, returned_at=case.returned_at - timedelta(hours=60))
    assert "breach" in await stage.after(case, hours=25)
    assert await _breached_at(stage) == [case.returned_at + timedelta(hours=12)]


async def test_a_duty_armed_again_with_the_same_deadline_says_nothing_twice(stage: Scene) -> None:
    case = await stage.returned()
    await stage.after(case, hours=72)
    said = await stage.messages()
    await rearm(stage.database, case, returned_at=case.returned_at)
    assert await stage.sweep() == []
    assert await stage.messages() == said
    assert await _breached_at(stage) == [case.due_at]


@pytest.mark.parametrize(
    ("returned_at", "breach_at"),
    [
        (datetime(2026, 3, 27, 18, 0, tzinfo=UTC), datetime(2026, 3, 30, 18, 0, tzinfo=UTC)),
        (datetime(2026, 10, 24, 0, 30, tzinfo=UTC), datetime(2026, 10, 27, 0, 30, tzinfo=UTC)),
        (datetime(2027, 3, 26, 23, 59, 59, tzinfo=UTC), datetime(2027, 3, 29, 23, 59, 59, tzinfo=UTC)),
        (datetime(2027, 10, 31, 1, 0, tzinfo=UTC), datetime(2027, 11, 3, 1, 0, tzinfo=UTC)),
    ],
)
async def test_over_a_clock_change_weekend_the_breach_comes_after_72_elapsed_hours(
    stage: Scene, returned_at: datetime, breach_at: datetime
) -> None:
    await stage.returned(returned_at)
    assert "breach" not in await stage.at(breach_at - timedelta(seconds=1))
    assert await stage.at(breach_at) == ["breach"]


async def test_a_worker_without_a_sign_in_is_not_named_as_told(stage: Scene) -> None:
    case = await stage.returned(worker_id="W-9")
    await stage.after(case, hours=48)
    assert stage.told[-1].recipients == ("coordinator",)


async def test_a_message_holds_a_reference_and_a_link_and_no_word_about_the_child(stage: Scene) -> None:
    case = await stage.returned()
    await stage.after(case, hours=72)
    texts = [str(row[0]) for row in await rows(stage.database, "select text from messages")]
    link = f"http://coordinators.example/interviews/{case.interview_id}"
    assert len(texts) == 2
    assert all(text.endswith(link) and case.child_id not in text for text in texts)
    assert all(
        text.startswith(f"Return interview {case.interview_id[:8].upper()}: 72 hours") for text in texts
    )


async def test_a_rehearsal_lists_what_would_be_said_and_writes_nothing(stage: Scene) -> None:
    case = await stage.returned()
    await stage.after(case, hours=24)
    async with stage.database.unit_of_work(SWEEP) as uow:
        would = await dry_run(uow, case.returned_at + timedelta(hours=61))
    assert [each.step for each in would] == ["48h_from_return", "60h_from_return"]
    assert [each.recipients for each in would] == [(), ("coordinator", "manager")]
    assert await rows(stage.database, "select step from escalations") == [("24h_from_return",)]
    assert await stage.after(case, hours=61) == ["48h_from_return", "60h_from_return"]


async def test_a_running_escalation_keeps_the_version_it_started_with(stage: Scene) -> None:
    case = await stage.returned()
    await stage.after(case, hours=48)
    stage.ladder = _newer()
    assert await stage.after(case, hours=61) == ["60h_from_return"]
    assert await stage.after(case, hours=72) == ["breach"]
    versions = await rows(stage.database, "select distinct ladder_version from escalations")
    assert versions == [("2026-1",)]


async def test_a_duty_whose_version_is_lost_goes_on_with_the_ladder_in_force_where_it_stands(
    stage: Scene,
) -> None:
    stage.ladder = replace(_newer(), version="lost")
    case = await stage.returned()
    await stage.after(case, hours=48)
    stage.ladder = _newer()
    assert await stage.after(case, hours=66) == ["late"]
    assert await stage.after(case, hours=72) == ["breach"]
    versions = await rows(
        stage.database, "select step, ladder_version from escalations order by escalation_id"
    )
    assert versions[-2:] == [("late", "2027-1"), ("breach", "2027-1")]


def _newer() -> Ladder:
    return Ladder(
        version="2027-1",
        effective_at=RETURNED,
        steps=(
            LadderStep(name="early", offset=timedelta(hours=-60), recipients=(Role.COORDINATOR,)),
            LadderStep(name="late", offset=timedelta(hours=-6), recipients=(Role.MANAGER,)),
            LadderStep(
                name="breach",
                offset=timedelta(0),
                recipients=(Role.MANAGER,),
                breach=True,
                repeat_every=timedelta(hours=24),
            ),
        ),
    )
