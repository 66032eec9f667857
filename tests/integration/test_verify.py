"""`verify` finds nothing on a sound road, and names every rule that is broken by hand, by reference."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import psycopg
import pytest

from missing_coord.bootstrap import Application
from missing_coord.domain.access import system_actor
from missing_coord.storage.views.verify import BROKEN, LOST
from tests.builders.road import NOW, feed, open_road, rows_of, verified
from tests.databases import Database, plain

BATCH = "00000000-0000-0000-0000-00000000000b"


@pytest.fixture
async def road(database: Database) -> AsyncIterator[Application]:
    """Open the application with one child who has just returned, and a notice that could not be read."""
    async with open_road(database) as opened:
        await feed(opened, "children", [CHILD])
        await feed(opened, "police", [NOTICE, NOTICE, BROKEN_NOTICE])
        async with opened.database.unit_of_work(system_actor("relay")) as uow:
            await uow.connection.exec_driver_sql("update outbox set sent_at = occurred_at")
        yield opened


CHILD = {
    "child_id": "C1",
    "forename": "Tamsin",
    "surname": "Quill",
    "date_of_birth": "2011-03-04",
    "responsible_authority": "E08000003",
}
NOTICE = {
    "force": "Greater Manchester Police",
    "reference": "MP/1",
    "message": "returned",
    "issued_at": (NOW - timedelta(hours=1)).isoformat(),
    "last_seen_at": (NOW - timedelta(hours=8)).isoformat(),
    "returned_at": (NOW - timedelta(hours=2)).isoformat(),
    "local_child_id": "C1",
    "forename": "Tamsin",
    "surname": "Quill",
    "date_of_birth": "2011-03-04",
}
BROKEN_NOTICE = {**NOTICE, "issued_at": "soon"}


async def test_a_sound_road_balances_and_finds_nothing(road: Application) -> None:
    found = await verified(road)
    assert found.to_json() == {
        "notices_in": 3,
        "accounted": 2,
        "quarantined": 1,
        "unexplained": 0,
        "balanced": True,
        "audit_intact": True,
        "findings": [],
    }
    assert found.sound


async def test_an_empty_database_balances(database: Database) -> None:
    async with open_road(database) as empty:
        assert (await verified(empty)).sound


LONG_KNOWN = "update episodes set updated_at = '2026-11-20 11:00+00'"

BREAKS = {
    "accepted_notices_are_kept": "update intake_batches set accepted = 2, duplicates = 0 where kind = 'police'",
    "every_notice_has_an_incident": "update notices set incident_id = null",
    "every_incident_has_a_child": "alter table incidents drop constraint fk_incidents_child_id;"
    " alter table episodes drop constraint fk_episodes_child_id;"
    " alter table interviews drop constraint fk_interviews_child_id; delete from children",
    "every_incident_has_an_episode": "delete from episode_incidents",
    "quarantine_is_kept": "delete from quarantine",
    "batches_balance": "update intake_batches set rows = rows + 1 where kind = 'children'",
    "batches_are_finished": "update intake_batches set finished_at = null, started_at = started_at - interval '1 hour'"
    " where kind = 'police'",
    "missing_list_lines_have_an_incident": "insert into missing_list_entries (entry_key, child_id, kind, started_at,"
    " source) values ('C1/2026-11-01', 'C1', 'M', now(), 'missing_list')",
    "every_ended_episode_has_one_duty": "delete from interview_episodes",
    "no_duty_without_an_ended_episode": "update episodes set status = 'open', ended_at = null",
    "open_duties_are_on_the_ladder": "update interview_episodes set next_step_at = null",
    "open_duties_have_an_open_interview": "update interviews set closed_at = opened_at, state = 'deceased'",
    "one_open_interview_per_child": "drop index uq_interviews_one_open_per_child; insert into interviews (interview_id,"
    " child_id, population, state, opened_at, updated_at) select gen_random_uuid(), child_id, population, state,"
    " opened_at, updated_at from interviews",
    "one_open_episode_per_child": "alter table episodes drop constraint ex_episodes_no_overlap_of_one_child;"
    " insert into episodes (episode_id, child_id, kind, status, started_at, start_known, told_at, population,"
    " created_at, updated_at) select gen_random_uuid(), 'C1', 'M', 'open', now(), true, now(), population, now(), now()"
    " from episodes, generate_series(1, 2)",
    "sweep_is_up_to_date": f"{LONG_KNOWN}; update interview_episodes set next_step_at = '2026-11-20 11:49+00'",
    "presumed_returns_are_told": "insert into presumed_returns (presumed_return_id, incident_id, sign, sign_key,"
    " seen_at, by_day, state, raised_at, confirm_by, next_step_at) select gen_random_uuid(), incident_id, 'placement',"
    " 'PL1', now(), true, 'waiting', now(), now(), '2026-11-20 11:49+00' from incidents",
    "no_silent_breach": f"{LONG_KNOWN}; update interview_episodes set due_at = '2026-11-20 11:49+00';"
    " update interviews set due_at = '2026-11-20 11:49+00'",
    "breaches_were_escalated": "update interview_episodes set breached_at = '2026-11-20 11:00+00'",
    "interviews_show_their_first_deadline": "update interviews set due_at = due_at + interval '1 second'",
    "events_are_sent": "update outbox set sent_at = null, occurred_at = '2026-11-20 11:49+00'",
    "audit_chain": "alter table audit_trail disable trigger all; insert into audit_trail (at, actor, actor_role,"
    " action, subject_type, subject_id, detail, previous_hash, row_hash)"
    " values (now(), 'x', 'system', 'x', 'x', 'x', '{}', '\\x00', '\\x01')",
}


def break_by_hand(database: Database, statement: str) -> None:
    """Change the database as its administrator could, past every rule of the application."""
    with psycopg.connect(plain(database.admin_url)) as connection:
        for part in statement.split(";"):
            connection.execute(part.encode())


def test_every_rule_is_broken_once_below() -> None:
    assert {rule.name for rule in (*LOST, *BROKEN)} | {"audit_chain"} == set(BREAKS)


@pytest.mark.parametrize("rule", sorted(BREAKS))
async def test_a_rule_that_is_broken_by_hand_is_named_with_the_rows(
    road: Application, database: Database, rule: str
) -> None:
    break_by_hand(database, BREAKS[rule])
    found = await verified(road)
    named = {each.rule: each for each in found.findings}
    assert rule in named, f"only {sorted(named)} were found"
    assert named[rule].references
    assert named[rule].count >= 1
    assert not found.sound
    assert found.balanced is (rule not in {each.name for each in LOST})
    assert found.audit_intact is (rule != "audit_chain")
    said = str(found.to_json())
    assert "Tamsin" not in said
    assert "Quill" not in said


async def test_ten_minutes_are_not_yet_overdue(road: Application, database: Database) -> None:
    break_by_hand(database, "update interview_episodes set next_step_at = '2026-11-20 11:50+00'")
    assert (await verified(road)).sound


async def test_a_stopped_run_is_explained_by_a_later_run_of_the_same_file(road: Application) -> None:
    async with road.database.unit_of_work(system_actor("intake")) as uow:
        await uow.connection.exec_driver_sql(
            "insert into intake_batches (batch_id, kind, source, content_sha256, started_at)"
            f" values ('{BATCH}', 'police', 'october.csv', 'same', timestamptz '2026-11-20 10:00+00')"
        )
    assert [each.references for each in (await verified(road)).findings] == [
        (f"batch {BATCH} from october.csv",)
    ]
    assert (await verified(road)).balanced
    async with road.database.unit_of_work(system_actor("intake")) as uow:
        await uow.connection.exec_driver_sql(
            "insert into intake_batches (batch_id, kind, source, content_sha256, started_at, finished_at) values"
            " (gen_random_uuid(), 'police', 'october.csv', 'same', timestamptz '2026-11-20 11:00+00', now())"
        )
    assert (await verified(road)).sound


async def test_a_missing_row_of_a_batch_is_unexplained(road: Application, database: Database) -> None:
    break_by_hand(database, "update intake_batches set rows = rows + 4 where kind = 'police'")
    found = await verified(road)
    assert (found.notices_in, found.unexplained, found.balanced) == (7, 4, False)


async def test_verifying_changes_nothing(road: Application) -> None:
    counted = "select (select count(*) from audit_trail) as audit, (select count(*) from outbox) as events"
    before = await rows_of(road, counted)
    await verified(road)
    assert await rows_of(road, counted) == before


async def test_a_broken_row_that_comes_three_times_waits_in_quarantine_once(road: Application) -> None:
    for _ in range(2):
        await feed(road, "police", [BROKEN_NOTICE])
    found = await verified(road)
    assert (found.notices_in, found.accounted, found.quarantined, found.unexplained) == (5, 4, 1, 0)


async def test_a_quarantined_row_of_any_kind_that_was_removed_is_missed(
    road: Application, database: Database
) -> None:
    await feed(road, "police", [BROKEN_NOTICE, BROKEN_NOTICE])
    break_by_hand(database, "update quarantine set times = times - 1")
    found = await verified(road)
    assert [(each.rule, each.count) for each in found.findings] == [("quarantine_is_kept", 1)]


@pytest.mark.parametrize(
    "overdue",
    [
        "update interview_episodes set next_step_at = '2026-11-18 09:00+00'",
        "update interview_episodes set due_at ="
        " '2026-11-18 09:00+00'; update interviews set due_at = '2026-11-18 09:00+00'",
    ],
)
async def test_a_deadline_that_was_over_when_the_council_was_told_gives_the_sweep_ten_minutes(
    road: Application, database: Database, overdue: str
) -> None:
    break_by_hand(database, f"{overdue}; update episodes set updated_at = '2026-11-20 11:55+00'")
    assert (await verified(road)).findings == ()
    break_by_hand(database, "update episodes set updated_at = '2026-11-20 11:45+00'")
    assert (await verified(road)).findings != ()


async def test_a_duty_that_is_done_is_never_behind(road: Application, database: Database) -> None:
    break_by_hand(
        database,
        f"{LONG_KNOWN}; update interview_episodes set next_step_at = null, resolved_at = '2026-11-20 11:00+00'",
    )
    assert "sweep_is_up_to_date" not in {each.rule for each in (await verified(road)).findings}
