"""A council's past comes over: counted before and after, never doubled, and no clock, alert or message starts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from missing_coord.bootstrap import Application
from missing_coord.domain.access import system_actor
from missing_coord.domain.escalation import ClockKind
from missing_coord.domain.ladders import SHIPPED_BOOK
from missing_coord.importing import Imported, import_history, rehearse_import
from missing_coord.services.telling.escalation import sweep
from tests.acceptance.escalation_scene import CHANNEL, SWEEP
from tests.builders.commands import Commands
from tests.builders.reviews import child, there_and_back
from tests.builders.road import feed, findings, open_road, rows_of, state_of_the_road
from tests.databases import Database

HEAD = (
    "child_id,episode_id,type,started_at,ended_at,interview_id,episode_ids,outcome,offered_at,offered_how,"
    "accepted_at,declined_at,interviewed_at,worker,reason"
)
PAST = [
    "C1,M1,M,01/03/2024 20:00,02/03/2024 09:00,,,completed,02/03/2024 12:00,phone,03/03/2024,,03/03/2024 16:00,W. W.,",
    "C1,M2,M,10/03/2024 20:00,11/03/2024 09:00,,,declined_by_child,12/03/2024,in_person,,12/03/2024,,W. W.,Had enough",
    "C1,M3,A,05/04/2024,06/04/2024,,,,,,,,,,",
    "C2,M4,M,07/04/2024 22:00,08/04/2024 07:00,R9,,completed,08/04/2024,,,,20/04/2024 10:00,,",
    "C2,M5,M,12/04/2024 22:00,13/04/2024 07:00,R9,,completed,08/04/2024,,,,20/04/2024 10:00,,",
]


@pytest.fixture
async def road(database: Database) -> AsyncIterator[Application]:
    async with open_road(database) as opened:
        await feed(opened, "children", [child("C1"), child("C2", forename="Ivo")])
        yield opened


def written(folder: Path, rows: Sequence[str], *, head: str = HEAD, name: str = "past.csv") -> Path:
    file = folder / name
    file.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return file


async def bring(road: Application, *files: Path) -> Imported:
    return await import_history(road, files, actor=system_actor("test"))


async def ends(road: Application) -> list[tuple[Any, ...]]:
    found = await rows_of(
        road,
        "select e.child_id, array_to_string(e.refs, ' ') as refs, i.state, d.result, d.next_step_at, i.closed_at"
        " from episodes e join interview_episodes d using (episode_id) join interviews i using (interview_id)"
        " order by e.child_id, e.started_at",
    )
    return [
        (r["child_id"], r["state"], r["result"], r["next_step_at"], r["closed_at"] is None) for r in found
    ]


async def test_the_past_comes_in_its_final_state_and_balances(road: Application, tmp_path: Path) -> None:
    done = await bring(road, written(tmp_path, PAST))
    told = done.to_json()
    assert (told["rows"], told["taken"], told["known"], told["quarantined"]) == (5, 5, 0, 0)
    assert told["months"] == [
        {"month": "2024-03", "in_files": 2, "held": 2, "same_as_known": 0},
        {"month": "2024-04", "in_files": 3, "held": 3, "same_as_known": 0},
    ]
    assert told["episodes"] == {"before": 0, "new": 5, "joined": 0, "after": 5, "same_as_known": 0}
    assert (told["balanced"], told["problems"]) == (True, [])
    assert await ends(road) == [
        ("C1", "completed", "in_time", None, False),
        ("C1", "declined_by_child", "declined", None, False),
        ("C1", "not_recorded_before", "not_recorded", None, False),
        ("C2", "completed", "late", None, False),
        ("C2", "completed", "late", None, False),
    ]
    assert await rows_of(road, "select count(*) as n from interviews") == [{"n": 4}]
    kept = await rows_of(road, "select rows, balanced, balance ->> 'taken' as taken from history_imports")
    assert kept == [{"rows": 5, "balanced": True, "taken": "5"}]
    assert await findings(road) == []


async def test_the_past_starts_no_clock_alert_message_or_event(road: Application, tmp_path: Path) -> None:
    recent = "C1,M9,M,10/11/2026 20:00,11/11/2026 09:00,,,completed,12/11/2026,,,,13/11/2026 10:00,,"
    await bring(road, written(tmp_path, [*PAST, recent]))
    async with road.database.unit_of_work(SWEEP) as uow:
        await sweep(uow, words=CHANNEL.words)
        for clock in (ClockKind.AUDIT, ClockKind.OFFER, ClockKind.UNALLOCATED):
            await uow.alerts.open_for_causes(SHIPPED_BOOK.in_force(clock, uow.now))
    for table in ("outbox", "messages", "alerts", "escalations", "professional_alerts", "presumed_returns"):
        assert await rows_of(road, f"select count(*) as n from {table}") == [{"n": 0}], table


async def test_a_repeat_changes_nothing_and_balances_too(road: Application, tmp_path: Path) -> None:
    await bring(road, written(tmp_path, PAST))
    before = await state_of_the_road(road)
    again = (await bring(road, written(tmp_path, [*PAST, PAST[0]]))).to_json()
    assert (again["taken"], again["known"], again["balanced"]) == (0, 6, True)
    assert again["episodes"] == {"before": 5, "new": 0, "joined": 0, "after": 5, "same_as_known": 0}
    assert await state_of_the_road(road) == before


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4), (4, 2, 0, 3, 1)])
async def test_the_order_of_rows_and_of_the_register_does_not_matter(
    database: Database, order: tuple[int, ...]
) -> None:
    names = HEAD.split(",")
    rows = [dict(zip(names, PAST[n].split(","), strict=True)) for n in order]
    async with open_road(database) as opened:
        await feed(opened, "history", rows, chunk=2)
        await feed(opened, "children", [child("C1"), child("C2", forename="Ivo")])
        assert [end[1] for end in await ends(opened)] == [
            "completed",
            "declined_by_child",
            "not_recorded_before",
            "completed",
            "completed",
        ]
        assert await findings(opened) == []


async def test_a_past_episode_that_police_told_of_is_that_one_and_its_outcome_ends_the_clock(
    road: Application, tmp_path: Path
) -> None:
    await feed(road, "police", there_and_back(local_child_id="C1", forename="Tamsin", surname="Quillfeather"))
    known = await rows_of(road, "select episode_id, started_at, ended_at, refs, flags from episodes")
    row = "C1,M7,M,10/11/2026 19:00,11/11/2026 06:30,,,completed,11/11/2026 10:00,,,,12/11/2026 10:00,W. W.,"
    done = (await bring(road, written(tmp_path, [row]))).to_json()
    assert done["episodes"] == {"before": 1, "new": 0, "joined": 0, "after": 1, "same_as_known": 1}
    assert done["balanced"]
    assert await rows_of(road, "select episode_id, started_at, ended_at, refs, flags from episodes") == known
    assert await ends(road) == [("C1", "completed", "in_time", None, False)]
    assert await rows_of(road, "select count(*) as n from interviews") == [{"n": 1}]


async def test_a_past_episode_without_an_outcome_silences_no_clock_that_runs(
    road: Application, tmp_path: Path
) -> None:
    await feed(road, "police", there_and_back(local_child_id="C1", forename="Tamsin", surname="Quillfeather"))
    await bring(road, written(tmp_path, ["C1,M7,M,10/11/2026 19:00,11/11/2026 06:30" + "," * 10]))
    [(_, state, _, next_step_at, is_open)] = await ends(road)
    assert (state, is_open) == ("not_offered", True)
    assert next_step_at is not None


async def test_police_who_tell_later_of_a_past_episode_start_no_clock(
    road: Application, tmp_path: Path
) -> None:
    row = "C1,M7,M,10/11/2026 19:00,11/11/2026 06:30,,,declined_by_parent,,,,12/11/2026,,,No"
    await bring(road, written(tmp_path, [row]))
    await feed(road, "police", there_and_back(local_child_id="C1", forename="Tamsin", surname="Quillfeather"))
    assert await ends(road) == [("C1", "declined_by_parent", "declined", None, False)]
    [episode] = await rows_of(road, "select refs, flags from episodes where status = 'ended'")
    assert "from_history" not in episode["flags"]


WRONG = [
    (",M1,M,01/03/2024,02/03/2024" + "," * 10, "child_id", "must be filled in"),
    ("C1,M1,M,03/03/2024,02/03/2024" + "," * 10, "ended_at", "lies before started_at"),
    ("C1,M1,M,01/03/2024," + "," * 10, "ended_at", "missing list"),
    ("C1,M1,X,01/03/2024,02/03/2024" + "," * 10, "type", "M (missing) or A (away)"),
    ("C1,M1,M,18/11/2026 08:00,19/11/2026 08:00" + "," * 10, "ended_at", "less than 72 hours back"),
    ("C1,M1,M,01/03/2024,02/03/2024,,,completed,,,,,,,", "interviewed_at", "where outcome is completed"),
    ("C1,M1,M,01/03/2024,02/03/2024,,,seen,,,,,,,", "outcome", "one of completed"),
    ("C1,M1,M,01/03/2024,02/03/2024,,,,,,,,03/03/2024,,", "outcome", "must say completed"),
    (
        "C1,M1,M,01/03/2024,02/03/2024,,,completed,,,,,01/02/2024,,",
        "interviewed_at",
        "lies before started_at",
    ),
    ("C1,M1,M,,,,,completed,,,,,01/02/2024,,", "started_at", "must be filled in"),
]


async def test_a_wrong_row_is_kept_in_quarantine_and_says_the_field_and_what_would_be_right(
    road: Application, tmp_path: Path
) -> None:
    done = await bring(road, written(tmp_path, [*(row for row, _, _ in WRONG), PAST[3]]))
    told = done.to_json()
    assert (told["rows"], told["taken"], told["quarantined"], told["balanced"]) == (11, 1, 10, True)
    for faulty, (row, field, reason) in zip(done.faulty, WRONG, strict=True):
        assert (faulty.faults[0].field, reason in faulty.faults[0].reason) == (field, True), row
    kept = await rows_of(road, "select kind, line, faults from quarantine order by line")
    assert [each["line"] for each in kept] == list(range(2, 12))
    assert [each["faults"][0]["field"] for each in kept] == [field for _, field, _ in WRONG]
    assert {each["kind"] for each in kept} == {"history"}


async def test_an_interview_by_itself_waits_for_its_episode_and_says_so(
    road: Application, tmp_path: Path
) -> None:
    head = "child_id,interview_id,episode_ids,outcome,interviewed_at"
    alone = written(tmp_path, ["C1,R1,M1;M3,completed,07/04/2024 10:00"], head=head, name="interviews.csv")
    early = (await bring(road, alone)).to_json()
    assert not early["balanced"]
    assert "an episode that is not there" in early["problems"][0]
    assert {"imports_balance", "past_interviews_have_their_episode"} <= set(await findings(road))
    bare = [f"{row.split(',')[0]},{','.join(row.split(',')[1:5])}" + "," * 10 for row in PAST]
    assert (await bring(road, written(tmp_path, bare))).balance.balanced
    assert (await bring(road, alone)).balance.balanced
    assert [end[1] for end in await ends(road)] == [
        "completed",
        "not_recorded_before",
        "completed",
        "not_recorded_before",
        "not_recorded_before",
    ]
    assert await findings(road) == []


async def test_one_number_for_two_episodes_or_two_outcomes_does_not_balance(
    road: Application, tmp_path: Path
) -> None:
    other = PAST[1].replace("M2", "M1")
    unlike = PAST[4].replace("20/04/2024 10:00", "21/04/2024 10:00")
    told = (await bring(road, written(tmp_path, [PAST[0], other, PAST[3], unlike]))).to_json()
    assert not told["balanced"]
    assert "C1, episode M1; C2, interview R9" in told["problems"][0]


async def test_a_corrected_row_replaces_the_one_of_the_same_number(road: Application, tmp_path: Path) -> None:
    await bring(road, written(tmp_path, PAST[:1]))
    better = PAST[0].replace("02/03/2024 09:00", "02/03/2024 08:00").replace("03/03/2024 16:00", "09/03/2024")
    done = (await bring(road, written(tmp_path, [better]))).to_json()
    assert (done["taken"], done["episodes"]["after"], done["balanced"]) == (1, 1, True)
    assert await ends(road) == [("C1", "completed", "late", None, False)]
    entries = await rows_of(road, "select kind from interview_events order by at")
    assert [each["kind"] for each in entries] == ["offer", "accepted", "completed"]


async def test_a_rehearsal_says_the_same_and_keeps_nothing(road: Application, tmp_path: Path) -> None:
    file = written(tmp_path, [*PAST, "C9,M1,M,01/03/2024," + "," * 10])
    rehearsed = (await rehearse_import(road, [file])).to_json()
    for table in ("past_episodes", "episodes", "quarantine", "history_imports"):
        assert await rows_of(road, f"select count(*) as n from {table}") == [{"n": 0}], table
    done = (await bring(road, file)).to_json()
    assert {**rehearsed, "dry_run": False} == done
    assert rehearsed["quarantined"] == 1


async def test_what_is_taken_away_by_hand_is_named(
    road: Application, database: Database, tmp_path: Path
) -> None:
    await bring(road, written(tmp_path, PAST))
    engine = create_engine(database.admin_url)
    for table, rule in (
        ("episode_incidents", "past_episodes_stand_in_an_episode"),
        ("past_episodes", "earlier_records_are_kept"),
        ("interview_episodes", "every_ended_episode_has_one_duty"),
    ):
        with engine.begin() as connection:
            connection.execute(text(f"delete from {table} where ctid = (select max(ctid) from {table})"))
        assert rule in await findings(road)
    engine.dispose()


async def test_a_past_interview_reopened_by_a_person_stays_theirs(road: Application, tmp_path: Path) -> None:
    await bring(road, written(tmp_path, PAST[:1]))
    async with road.database.unit_of_work(system_actor("test")) as uow:
        await uow.execute(
            text(
                "update interviews set closed_at = null, state = 'not_offered', changed_by = 'Robin Ashdown'"
            )
        )
        await uow.execute(
            text("update interview_episodes set resolved_at = null, result = '', next_step_at = now()")
        )
    await feed(road, "children", [child("C1", home_postcode="M2 5DB")])
    await bring(road, written(tmp_path, PAST[:2]))
    assert [(end[1], end[4]) for end in await ends(road)] == [
        ("not_offered", True),
        ("declined_by_child", False),
    ]


def test_the_command_prints_the_balance_and_ends_with_1_when_it_does_not(
    database: Database, tmp_path: Path
) -> None:
    commands = Commands(home=tmp_path, extra=(("MISSING_COORD_DATABASE_URL", database.app_url),))
    file = written(tmp_path, [*PAST, "C1,M8,M,01/03/2024," + "," * 10])
    tried = commands.run("import-history", "--dry-run", file)
    assert (tried.returncode, "nothing was kept" in tried.stdout) == (0, True)
    done = commands.run("import-history", file)
    assert done.returncode == 0, done.stderr
    assert "past.csv, line 7: ended_at: must be filled in" in done.stdout
    assert "It balances, and the balance is kept." in done.stdout
    assert commands.json("import-history", file)["known"] == 5
    alone = written(tmp_path, ["C1,R1,M77,not_required"], head="child_id,interview_id,episode_ids,outcome")
    off = commands.run("import-history", alone)
    assert off.returncode == 1
    assert "Does not balance" in off.stdout
    refused = commands.run("import-history", written(tmp_path, ["x"], head="nothing"))
    assert (refused.returncode, "lacks the column child_id" in refused.stderr) == (1, True)
