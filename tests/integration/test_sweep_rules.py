"""On random ladders and random duties the sweep's statement does what the rules say, to the letter of every row."""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from missing_coord.domain.clock import FixedClock
from missing_coord.domain.escalation import Ladder, LadderStep
from missing_coord.domain.ladders import LadderBook
from missing_coord.domain.messages import ChannelName
from missing_coord.services.telling.escalation import dry_run, sweep
from missing_coord.storage.database import Database
from tests import databases
from tests.acceptance.escalation_scene import CHANNEL, SWEEP
from tests.builders.cases import BUILDER, Case, keep, keep_user, rows
from tests.builders.sweep_oracle import Expected, Standing, events_of, expected, messages_of

# Returns on both sides of both clock changes, one of them not on a whole second.
RETURNS = (
    datetime(2026, 3, 27, 0, 30, tzinfo=UTC),
    datetime(2026, 10, 23, 23, 59, 59, 250_000, tzinfo=UTC),
    datetime(2026, 10, 24, 12, 0, tzinfo=UTC),
)
PEOPLE = ("coordinator", "manager", "interview_worker", "rota:nights", "person:ann")
STANDING = """
select d.interview_id::text, d.episode_id::text, i.child_id, d.due_at, d.next_step, d.next_step_at, d.ladder_version,
    d.resolved_at is not null as resolved, d.breached_at, exists (select from promises p where p.ended_at is null
        and p.until_at > :at and p.subject_id = d.interview_id::text) as held,
    coalesce((select array_agg(u.user_id::text order by 1) from users u where u.worker_id = i.worker_id
        and i.worker_id <> ''), '{}') as users
from interview_episodes d join interviews i using (interview_id) where d.next_step_at <= :at
"""
MESSAGES = """
select message_key, channel, recipient_role, recipient_user, subject_type, subject_id, kind, text, state, planned_at,
    delivered_at, target, channels, step, episode_id, alert_id, rung, due_at from messages order by message_id
"""
KNOWN = "select interview_id::text, episode_id::text, step, due_at::text from escalations where withdrawn_at is null"
PLACES = (
    "select episode_id::text, next_step, next_step_at, breached_at, ladder_version from interview_episodes"
)


@st.composite
def ladders(draw: st.DrawFn, version: str) -> Ladder:
    """Return a ladder with one breach at 0 hours and a last step that repeats."""
    before = sorted(draw(st.sets(st.integers(-48, -1), max_size=2)))
    after = sorted(draw(st.sets(st.integers(1, 48), max_size=2)))
    hours = [*before, 0, *after]
    return Ladder(
        version=version,
        steps=tuple(
            LadderStep(
                name=f"at_{each}" if each else "breach",
                offset=timedelta(hours=each),
                recipients=tuple(
                    draw(st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=3, unique=True))
                ),
                breach=each == 0,
                channels=tuple(draw(st.lists(st.sampled_from(ChannelName), max_size=2, unique=True))),
                repeat_every=timedelta(hours=draw(st.integers(1, 30))) if each == hours[-1] else None,
            )
            for each in hours
        ),
    )


@st.composite
def stories(draw: st.DrawFn) -> tuple[list[Ladder], list[Case], list[tuple[int, str]]]:
    """Return the ladders in use, cases, and hours after which something happens to everything before each sweep."""
    made = [draw(ladders("one")), draw(ladders("two"))]
    cases = [
        Case(
            returned_at=draw(st.sampled_from(RETURNS)) + timedelta(hours=draw(st.integers(0, 50))),
            worker_id=draw(st.sampled_from(["", "W-1", "W-2", "W-3"])),
            ladder=draw(st.sampled_from(made)),
        )
        for _ in range(draw(st.integers(1, 4)))
    ]
    what = st.sampled_from(["", "", "promise", "resolve", "restart", "withdraw"])
    return made, cases, draw(st.lists(st.tuples(st.integers(0, 90), what), min_size=1, max_size=5))


HAPPENS = {
    "": "select 1",
    "promise": "insert into promises (subject_type, subject_id, made_by, reason, made_at, until_at)"
    " select 'interview', interview_id::text, 'ann', 'ring', :at, cast(:at as timestamptz) + interval '20 hours'"
    " from interview_episodes order by episode_id limit 2",
    "resolve": "update interview_episodes set resolved_at = :at where episode_id ="
    " (select episode_id from interview_episodes order by due_at, episode_id limit 1)",
    "restart": "update interview_episodes set next_step = 0, next_step_at = due_at - interval '48 hours'"
    " where next_step_at is not null",
    "withdraw": "update escalations set withdrawn_at = :at where escalation_id % 2 = 0",
}


@pytest.mark.timeout(7200)
@settings(
    max_examples=int(os.environ.get("SWEEPS", "20")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
    print_blob=True,
)
@given(story=stories(), lost=st.booleans())
def test_the_sweep_writes_what_the_rules_say(
    database: databases.Database, story: tuple[list[Ladder], list[Case], list[tuple[int, str]]], lost: bool
) -> None:
    made, cases, happenings = story
    asyncio.run(_run(database.app_url, LadderBook.holding(made[:1] if lost else made), cases, happenings))


async def _run(url: str, book: LadderBook, cases: list[Case], happenings: list[tuple[int, str]]) -> None:
    clock = FixedClock(min(each.returned_at for each in cases))
    database = Database.open(url, clock=clock)
    try:
        async with database.unit_of_work(BUILDER) as uow:
            for table in ("messages", "outbox", "escalations", "promises", "interview_episodes", "users"):
                await uow.execute(text(f"delete from {table}"))
        await keep(database, *cases)
        for worker in ("W-1", "W-2", "W-2"):
            await keep_user(database, role="interview_worker", worker_id=worker)
        for hours, what in happenings:
            clock.instant += timedelta(hours=hours)
            async with database.unit_of_work(BUILDER) as uow:
                await uow.execute(
                    text(HAPPENS[what]), {"at": clock.instant} if ":at" in HAPPENS[what] else {}
                )
            await _sweep_and_judge(database, book, clock.instant)
    finally:
        await database.close()


async def _sweep_and_judge(database: Database, book: LadderBook, now: datetime) -> None:
    standing = await _standing(database, now)
    known = {
        (str(row[0]), str(row[1]), str(row[2]), now.fromisoformat(str(row[3])))
        for row in await rows(database, KNOWN)
    }
    wanted = {each.episode_id: expected(each, book=book, now=now, known=known) for each in standing}
    before = {row[0] for row in await rows(database, MESSAGES)}
    async with database.unit_of_work(SWEEP) as uow:
        would = await dry_run(uow, now, book=book)
        done = (await sweep(uow, words=CHANNEL.words, book=book)).fired
    assert would == done
    for duty in standing:
        plan = wanted[duty.episode_id]
        assert [rung for rung in done if rung.episode_id == duty.episode_id] == plan.fired
    stands = {row[0]: row[1:] for row in await rows(database, PLACES)}
    for episode_id, plan in wanted.items():
        place = plan.next_step, plan.next_step_at, plan.breached_at, plan.ladder_version
        assert stands[episode_id] == place
    await _judge_messages(database, standing, wanted, before)
    events = [each for duty in standing for each in events_of(wanted[duty.episode_id].fired, duty.child_id)]
    sent = await rows(database, "delete from outbox returning type, topic, key, body")
    assert sorted(map(_plain, sent)) == sorted(map(_plain, events))


def _plain(event: tuple[object, ...]) -> str:
    return json.dumps(event, sort_keys=True)


async def _standing(database: Database, now: datetime) -> list[Standing]:
    async with database.unit_of_work(SWEEP) as uow:
        found = (await uow.execute(text(STANDING), {"at": now})).mappings().all()
    return [Standing(**{**row, "users": tuple(row["users"])}) for row in found]


async def _judge_messages(
    database: Database, standing: list[Standing], wanted: dict[str, Expected], before: set[object]
) -> None:
    told = [
        list(asdict(message).values())
        for duty in standing
        for message in messages_of(wanted[duty.episode_id].fired, duty.users, CHANNEL)
        if message.message_key not in before
    ]
    fresh = [list(row) for row in await rows(database, MESSAGES) if row[0] not in before]
    for each in told:
        each[12] = list(each[12])
    assert sorted(fresh, key=str) == sorted(told, key=str)
