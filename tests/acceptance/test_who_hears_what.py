"""Who hears what when, by which channel: people, rotas, teams, providers that fail, and nobody there."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from missing_coord.domain.access import Role
from missing_coord.domain.escalation import Ladder
from missing_coord.domain.rotas import Absence, Override, Rota, Shift
from tests.acceptance.telling_scene import Telling
from tests.acceptance.telling_words import (
    ALL_WEEK,
    BREACH,
    PASSED,
    WARNED_24,
    WARNED_48,
    WARNED_60,
    ladder,
    office,
    step,
)
from tests.builders.cases import RETURNED


async def test_at_24_hours_the_coordinator_gets_an_e_mail_and_nobody_else(council: Telling) -> None:
    await office(council)
    case = await council.returned()
    assert await council.after(case, hours=23.9) == []
    assert await council.after(case, hours=24) == [f"cora email: {WARNED_24}"]


async def test_every_person_in_a_role_is_told(council: Telling) -> None:
    await council.person("cora", Role.COORDINATOR)
    await council.person("carl", Role.COORDINATOR)
    case = await council.returned()
    assert await council.after(case, hours=24) == [f"carl email: {WARNED_24}", f"cora email: {WARNED_24}"]


async def test_at_60_hours_the_manager_gets_a_text_message(council: Telling) -> None:
    await office(council)
    case = await council.returned()
    await council.after(case, hours=24)
    await council.after(case, hours=48)
    assert await council.after(case, hours=60) == [f"cora email: {WARNED_60}", f"max sms: {WARNED_60}"]


async def test_the_breach_is_told_in_words_of_its_own(council: Telling) -> None:
    await office(council)
    case = await council.returned()
    await council.after(case, hours=60)
    assert await council.after(case, hours=72) == [
        f"cora email: {BREACH}",
        f"max sms: {BREACH}",
    ]


async def test_the_worker_alone_hears_of_their_own_interview(council: Telling) -> None:
    await office(council)
    await council.person("will", Role.INTERVIEW_WORKER, worker_id="W-1")
    await council.person("wendy", Role.INTERVIEW_WORKER, worker_id="W-2")
    case = await council.returned(worker_id="W-1")
    assert await council.after(case, hours=48) == [f"cora email: {WARNED_48}", f"will email: {WARNED_48}"]


async def test_an_interview_held_in_time_is_never_heard_of_again(council: Telling) -> None:
    await office(council)
    case = await council.returned()
    await council.after(case, hours=24)
    await council.done(case)
    assert await council.after(case, hours=200) == []


async def test_the_reminder_comes_every_24_hours_until_it_is_done(council: Telling) -> None:
    await office(council)
    case = await council.returned()
    await council.after(case, hours=72)
    heard = [await council.after(case, hours=hours) for hours in (96, 108, 120, 144)]
    assert [len(each) for each in heard] == [1, 0, 1, 1]
    assert heard[2] == ["max email: 24 hours over the deadline, still not done (reminder 2)"]


async def test_ticking_again_says_nothing_twice(council: Telling) -> None:
    await office(council)
    case = await council.returned()
    assert len(await council.after(case, hours=72)) == 2
    for _ in range(3):
        assert await council.after(case, hours=72, minutes=1) == []


async def test_several_matters_for_one_person_leave_as_one_e_mail(council: Telling) -> None:
    await office(council)
    cases = [await council.returned() for _ in range(5)]
    council.clock.instant = cases[0].returned_at + timedelta(hours=24)
    await council.tick()
    assert [len(texts) for _, _, _, texts in council.log] == [5]
    assert council.heard() == [f"cora email: {WARNED_24}"] * 5


async def test_without_any_channel_everything_is_told_in_the_product(council: Telling) -> None:
    council.channels.clear()
    await council.person("cora", Role.COORDINATOR, email=False)
    case = await council.returned()
    assert await council.after(case, hours=24) == []
    assert await council.rows("select recipient_role, unreached, routed_at is not null from messages") == [
        ("coordinator", "", True)
    ]


async def test_a_role_nobody_signs_in_as_passes_the_step_on_at_once_and_says_so(council: Telling) -> None:
    await council.person("max", Role.MANAGER)
    case = await council.returned()
    assert await council.after(case, hours=24) == [f"max email: {WARNED_24}; {PASSED}"]
    assert await council.steps() == ["24h_from_return", "24h_from_return/nobody_reachable-2"]
    assert ("nobody signs in as coordinator",) in await council.rows("select unreached from messages")


async def test_a_step_that_is_passed_on_by_two_of_its_messages_is_announced_once(council: Telling) -> None:
    await council.person("max", Role.MANAGER)
    case = await council.returned()
    await council.after(case, hours=24)
    await council.rows("update messages set routed_at = null where unreached <> '' returning message_id")
    assert await council.after(case, hours=24) == []
    assert await council.steps() == ["24h_from_return", "24h_from_return/nobody_reachable-2"]
    announced = "select count(*) from outbox where body->>'step' = '24h_from_return/nobody_reachable-2'"
    assert await council.rows(announced) == [(1,)]


async def test_a_step_that_reaches_one_of_two_roles_is_not_passed_on(council: Telling) -> None:
    await council.person("max", Role.MANAGER)
    council.ladders = [
        ladder(step("both", -24, Role.COORDINATOR, Role.MANAGER), step("breach", 0, Role.MANAGER, repeat=24))
    ]
    case = await council.returned()
    assert await council.after(case, hours=48) == ["max email: both"]
    assert await council.steps() == ["both"]


async def test_a_person_without_any_contact_is_passed_over_for_the_next(council: Telling) -> None:
    await council.person("cora", Role.COORDINATOR, email=False)
    await council.person("max", Role.MANAGER)
    case = await council.returned()
    assert await council.after(case, hours=24) == [f"max email: {WARNED_24}; {PASSED}"]
    assert ("nobody told has a working contact for e-mail",) in await council.rows(
        "select unreached from messages"
    )


async def test_a_person_with_another_contact_than_wanted_is_told_by_that(council: Telling) -> None:
    await council.person("cora", Role.COORDINATOR, email=False, sms=True)
    case = await council.returned()
    assert await council.after(case, hours=24) == [f"cora sms: {WARNED_24}"]


async def test_when_nobody_at_all_can_be_told_that_is_on_record(council: Telling) -> None:
    case = await council.returned()
    assert await council.after(case, hours=24) == []
    found = await council.rows("select count(*) from messages where unreached = ''")
    assert found == [(0,)]


async def test_the_breach_is_never_passed_on_before_its_time(council: Telling) -> None:
    await council.person("max", Role.MANAGER)
    case = await council.returned()
    await council.after(case, hours=24)
    assert await council.rows("select breached_at from interview_episodes") == [(None,)]
    assert [each for each in await council.steps() if "breach" in str(each)] == []


# Rotas, teams and named people


def nights(*, overrides: tuple[Override, ...] = (), absences: tuple[Absence, ...] = ()) -> Rota:
    shifts = (
        Shift(person="dee", weekdays=(0, 1, 2, 3, 4), starts=time(9), ends=time(17)),
        Shift(person="nia", weekdays=ALL_WEEK, starts=time(17), ends=time(9)),
    )
    return Rota(name="duty", shifts=shifts, overrides=overrides, absences=absences)


async def on_call(council: Telling) -> None:
    await council.person("dee", Role.COORDINATOR)
    await council.person("nia", Role.COORDINATOR)
    await council.person("max", Role.MANAGER)
    council.ladders = [ladder(step("warn", -24, "rota:duty"), step("breach", 0, Role.MANAGER, repeat=24))]


async def test_a_rota_tells_whoever_is_on_duty_in_the_day(council: Telling) -> None:
    await on_call(council)
    await council.rota(nights())
    case = await council.returned(RETURNED)  # Monday 10:00 in London
    assert await council.after(case, hours=48) == ["dee email: warn"]


async def test_a_rota_tells_whoever_is_on_duty_at_two_in_the_morning(council: Telling) -> None:
    await on_call(council)
    await council.rota(nights())
    case = await council.returned(datetime(2026, 6, 5, 1, 0, tzinfo=UTC))
    assert await council.after(case, hours=48) == ["nia email: warn"]  # Sunday 02:00 in London


async def test_who_is_on_duty_also_sees_it_in_the_product(council: Telling) -> None:
    await on_call(council)
    await council.rota(nights())
    case = await council.returned()
    await council.after(case, hours=48)
    found = await council.rows(
        "select recipient_role, u.username from messages m join users u on u.user_id::text = m.recipient_user"
    )
    assert found == [("coordinator", "dee")]


async def test_an_override_is_told_in_place_of_the_regular_person(council: Telling) -> None:
    await on_call(council)
    await council.person("sam", Role.COORDINATOR)
    due = RETURNED + timedelta(hours=48)
    await council.rota(
        nights(overrides=(Override(person="sam", starts_at=due, ends_at=due + timedelta(hours=1)),))
    )
    case = await council.returned()
    assert await council.after(case, hours=48) == ["sam email: warn"]


async def test_an_absent_person_leaves_a_gap_and_the_next_step_is_told_at_once(council: Telling) -> None:
    await on_call(council)
    due = RETURNED + timedelta(hours=48)
    away = Absence(person="dee", starts_at=due - timedelta(days=1), ends_at=due + timedelta(days=1))
    await council.rota(nights(absences=(away,)))
    case = await council.returned()
    assert await council.after(case, hours=48) == [f"max email: warn; {PASSED}"]
    assert ("nobody is on duty in the rota duty",) in await council.rows("select unreached from messages")


async def test_a_weekend_gap_passes_on_at_once(council: Telling) -> None:
    await on_call(council)
    await council.rota(nights())
    case = await council.returned(datetime(2026, 6, 4, 11, 0, tzinfo=UTC))
    assert await council.after(case, hours=48) == [f"max email: warn; {PASSED}"]  # Saturday 12:00 in London


@pytest.mark.parametrize("month", [3, 10])
async def test_over_a_clock_change_the_night_shift_is_told_until_nine_by_the_london_clock(
    council: Telling, month: int
) -> None:
    await on_call(council)
    await council.rota(nights())
    change = datetime(2026, month, 29 if month == 3 else 25, tzinfo=UTC)
    nine = change.replace(hour=8 if month == 3 else 9)
    case = await council.returned(nine - timedelta(hours=48, minutes=1))
    later = await council.returned(nine - timedelta(hours=48))
    assert await council.at(nine - timedelta(minutes=1)) == ["nia email: warn"]
    assert await council.at(nine) == [f"max email: warn; {PASSED}"]
    assert case.due_at + timedelta(minutes=1) == later.due_at


async def test_a_team_is_told_whole(council: Telling) -> None:
    await council.person("ann", Role.COORDINATOR)
    await council.person("ben", Role.MANAGER)
    await council.team("missing", "ann", "ben")
    council.ladders = [ladder(step("warn", -24, "team:missing"), step("breach", 0, Role.MANAGER, repeat=24))]
    case = await council.returned()
    assert await council.after(case, hours=48) == ["ann email: warn", "ben email: warn"]


async def test_a_named_person_is_told_alone(council: Telling) -> None:
    await council.person("ann", Role.MANAGER)
    await council.person("ben", Role.MANAGER)
    council.ladders = [ladder(step("warn", -24, "person:ben"), step("breach", 0, Role.MANAGER, repeat=24))]
    case = await council.returned()
    assert await council.after(case, hours=48) == ["ben email: warn"]


async def test_a_named_person_who_left_is_passed_over(council: Telling) -> None:
    await council.person("max", Role.MANAGER)
    council.ladders = [ladder(step("warn", -24, "person:gone"), step("breach", 0, Role.MANAGER, repeat=24))]
    case = await council.returned()
    assert await council.after(case, hours=48) == [f"max email: warn; {PASSED}"]


# Versions


async def test_a_ladder_that_takes_effect_later_leaves_running_escalations_alone(council: Telling) -> None:
    await office(council)
    case = await council.returned()
    newer = Ladder(
        version="t-2",
        steps=(step("early", -70, Role.MANAGER), step("breach", 0, Role.MANAGER, repeat=24)),
        effective_at=RETURNED + timedelta(hours=1),
    )
    council.ladders = [newer]
    other = await council.returned(RETURNED + timedelta(hours=2))
    assert await council.after(other, hours=2) == ["max email: early"]
    assert await council.after(case, hours=24) == [f"cora email: {WARNED_24}"]
