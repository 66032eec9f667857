"""The nightly proof: it balances while every row is there, and names what was taken away by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest

from missing_coord.cli.consuming import sign_to
from missing_coord.domain.access import Role
from missing_coord.domain.errors import TransientError
from missing_coord.domain.messages import ChannelName
from missing_coord.services.proof import Proof, prove
from missing_coord.services.watchdog import consumers_seen, look
from missing_coord.storage.ticks import TickLedger
from tests.acceptance.telling_scene import Telling
from tests.builders.cases import RETURNED, Case

JOBS = {"sweep": 30, "proof": 86_400}


async def proof(council: Telling) -> Proof:
    await council.rows("update outbox set sent_at = now() returning 1")  # the relay is not on this stage
    async with council.unit() as uow:
        return (await prove(uow))[1]


def broken(found: Proof) -> list[str]:
    return [each["rule"] for each in found.evidence["findings"]]


async def told(council: Telling) -> Case:
    """A breached interview about which a coordinator and a manager were told, and an alert of another clock."""
    await council.person("cora", Role.COORDINATOR)
    await council.person("max", Role.MANAGER)
    council.watching = True
    case = await council.returned()
    for hours in (4, 20, 24, 48, 60, 72):
        await council.after(case, hours=hours)
    return case


async def test_while_nothing_is_missing_it_balances_and_says_so_in_one_line(council: Telling) -> None:
    await told(council)
    found = await proof(council)
    assert broken(found) == []
    assert found.balanced
    assert found.line.endswith(": balanced")
    assert "1 return, 1 duty; 0 outcomes, 1 live next step; 4 steps fired" in found.line
    assert await council.rows("select balanced, line from proofs") == [(True, found.line)]


@pytest.mark.parametrize(
    ("by_hand", "rule"),
    [
        ("delete from escalations; delete from interview_episodes", "every_ended_episode_has_one_duty"),
        ("update interview_episodes set next_step_at = null", "open_duties_are_on_the_ladder"),
        ("update interviews set closed_at = now()", "open_duties_have_an_open_interview"),
        ("delete from escalations where step = '48h_from_return'", "passed_steps_are_on_record"),
        ("delete from escalations where breach", "breaches_were_escalated"),
        ("update interview_episodes set breached_at = null", "no_silent_breach"),
        (
            "delete from deliveries where message_id in (select message_id from messages where kind = 'breach');"
            " delete from messages where kind = 'breach' and recipient_role = 'manager'",
            "told_steps_have_messages",
        ),
        (
            "delete from deliveries where message_id in (select message_id from messages where alert_id <> '');"
            " delete from messages where alert_id <> ''",
            "told_alerts_have_messages",
        ),
        ("update messages set routed_at = null where kind = 'breach'", "messages_are_routed"),
        (
            "delete from deliveries where delivery_id = (select max(delivery_id) from deliveries)",
            "messages_keep_their_deliveries",
        ),
        ("update deliveries set state = 'accepted', ended_at = null", "deliveries_come_to_an_end"),
        ("update deliveries set state = 'failed' where message_id = (select min(message_id) from deliveries)",
         "undelivered_messages_say_so"),
        ("update alerts set next_step_at = opened_at where closed_at is null", "alerts_are_up_to_date"),
        (
            "insert into promises (subject_type, subject_id, made_by, reason, made_at, until_at)"
            " values ('alert', 'x', 'a', 'b', timestamptz '2026-06-01', timestamptz '2026-06-02')",
            "promises_come_to_an_end",
        ),
        ("update messages set unreached = 'nobody' where subject_type = 'interview'", "somebody_can_be_told"),
    ],
)  # fmt: skip
async def test_what_is_taken_away_by_hand_is_found_and_named(
    council: Telling, by_hand: str, rule: str
) -> None:
    await told(council)
    council.clock.instant += timedelta(hours=3)
    await council.tick()
    council.heard()
    for statement in by_hand.split(";"):
        await council.rows(f"with done as ({statement.strip()} returning 1) select count(*) from done")
    found = await proof(council)
    assert not found.balanced
    assert rule in broken(found)
    assert rule in found.line
    named = next(each for each in found.evidence["findings"] if each["rule"] == rule)
    assert named["references"]


async def test_a_provider_that_is_down_for_good_leaves_no_message_without_an_end(council: Telling) -> None:
    for channel in (ChannelName.EMAIL, ChannelName.SMS):
        council.channels[channel].faults["*"] = TransientError("down")
    case = await told(council)
    for minutes in range(0, 300, 10):
        await council.after(case, hours=72, minutes=minutes)
    found = await proof(council)
    assert broken(found) == ["somebody_can_be_told"]
    states = await council.rows("select distinct state from deliveries where planned_at < :at",
                                at=case.due_at + timedelta(hours=3))  # fmt: skip
    assert states == [("failed",)]


async def test_a_scheduler_that_ticks_is_not_quiet(council: Telling) -> None:
    ledger = TickLedger(council.database)
    now = await ledger.now()
    await ledger.claim("sweep", now)
    await ledger.finish("sweep", now, outcome="fine")
    async with council.unit() as uow:
        assert await look(uow.life, JOBS, now + timedelta(seconds=110)) == []


async def test_a_job_that_stops_ticking_is_quiet(council: Telling) -> None:
    ledger = TickLedger(council.database)
    now = await ledger.now()
    await ledger.claim("sweep", now)
    await ledger.finish("sweep", now, outcome="fine")
    async with council.unit() as uow:
        found = await look(uow.life, JOBS, now + timedelta(seconds=130))
        late = await look(uow.life, JOBS, now + timedelta(days=5))
        started = now + timedelta(days=5, seconds=-60)
        assert await look(uow.life, JOBS, now + timedelta(days=5), since=started) == []
    assert [each.part for each in found] == ["tick sweep"]
    assert [each.part for each in late] == ["tick sweep", "tick proof"]


async def test_a_consumer_that_has_read_and_stops_is_quiet(council: Telling) -> None:
    clock = [0.0]
    sign = sign_to(TickLedger(council.database), seconds=lambda: clock[0])
    for clock[0] in (0.0, 5.0, 10.0):
        await sign("consumer police-notices")
    assert await council.rows("select job, outcome from tick_ledger") == [
        ("consumer police-notices", "reads")
    ]
    async with council.unit() as uow:
        now = await TickLedger(council.database).now()
        jobs = await consumers_seen(uow.life)
        assert await look(uow.life, jobs, now + timedelta(minutes=3)) == []
        found = await look(uow.life, jobs, now + timedelta(minutes=6))
    assert [each.part for each in found] == ["tick consumer police-notices"]


async def test_a_relay_and_a_router_that_stop_are_quiet(council: Telling) -> None:
    case = await council.returned()
    council.clock.instant = case.returned_at + timedelta(hours=24)
    council.channels.clear()
    async with council.unit() as uow:
        from missing_coord.services.telling.escalation import sweep
        from tests.acceptance.telling_scene import CHANNEL

        await sweep(uow, words=CHANNEL.words)
    async with council.unit() as uow:
        found = await look(uow.life, {}, council.clock.instant + timedelta(minutes=6))
    assert [each.part for each in found] == ["relay", "messages"]
    assert {each.last_at for each in found} == {RETURNED + timedelta(hours=24)}
