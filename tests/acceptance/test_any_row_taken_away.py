"""Whichever one row of the chain is taken away by hand, past every rule of the database: the proof names it."""

from __future__ import annotations

import os
import random
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from missing_coord.bootstrap import Application
from missing_coord.domain.access import Role
from missing_coord.domain.errors import TransientError
from missing_coord.domain.interviews import ContactMethod, ContactWith
from missing_coord.domain.messages import ChannelName
from missing_coord.domain.rotas import Rota
from missing_coord.services import interviews
from missing_coord.services.ports.work import Policy
from missing_coord.services.proof import prove
from missing_coord.services.telling.promises import make_promise
from missing_coord.services.verify import Verification, verify
from missing_coord.settings import Settings
from missing_coord.storage.views.verify import SqlChecks
from tests.acceptance.telling_scene import Telling, telling
from tests.builders.reviews import COORDINATOR, child
from tests.builders.road import feed, rows_of
from tests.databases import Database

CHAIN = (
    "intake_batches",
    "notices",
    "quarantine",
    "incidents",
    "children",
    "episodes",
    "episode_incidents",
    "interviews",
    "interview_episodes",
    "interview_events",
    "escalations",
    "messages",
    "deliveries",
    "alerts",
    "alert_steps",
    "promises",
    "outbox",
    "audit_trail",
)
STANDS_BESIDE = {
    "outbox": "topic = 'missing-coord.escalations.v1'",
    "messages": "kind <> 'assigned'",
    "intake_batches": "kind = 'police'",
}
"""Which rows of a table are of the chain, where not all are."""
AT_MOST = int(os.environ.get("ROWS_TAKEN_AWAY", "2"))
"""How many rows of each table are taken away, one after the other."""


async def _world(scene: Telling) -> Application:
    """A child known and one unknown, breached interviews, work, promises, alerts, and a channel that fails."""
    road = Application(
        settings=Settings(), clock=scene.clock, database=scene.database, policy=Policy(council="E08000003"),
        database_url="", owner_url="",
    )  # fmt: skip
    scene.watching = True
    await scene.person("cora", Role.COORDINATOR, sms=True)
    await scene.person("max", Role.MANAGER, sms=True)
    await scene.rota(Rota(name="nights"))
    begun = scene.clock.instant
    await feed(road, "children", [child()])
    await feed(
        road, "police", [_said(scene, "missing", last_seen_at=begun - timedelta(hours=9)), {"force": "GMP"}]
    )
    scene.clock.instant += timedelta(hours=1)
    await feed(road, "police", [_said(scene, "returned", returned_at=begun)])
    stranger = {"forename": "Al", "surname": "Nobody", "date_of_birth": "2010-01-01", "reference": "MP/2"}
    await feed(road, "police", [_said(scene, "returned", returned_at=begun, **stranger)])
    await scene.tick()
    await _work(scene, road)
    for hours in (5, 20, 24, 12, 12):
        scene.clock.instant += timedelta(hours=hours)
        scene.channels[ChannelName.SMS].faults = {"*": TransientError("down")} if hours == 12 else {}
        for _ in range(3):
            await scene.tick()
            scene.clock.instant += timedelta(minutes=8)
    for _ in range(3):
        await scene.tick()
        scene.clock.instant += timedelta(minutes=61)
    await scene.tick()
    scene.heard()
    await scene.rows("update outbox set sent_at = now() returning 1")
    return road


async def _work(scene: Telling, road: Application) -> None:
    found = await rows_of(road, "select interview_id::text as id from interviews where child_id = 'C1'")
    async with scene.database.unit_of_work(COORDINATOR) as uow:
        await interviews.record_offer(
            uow, policy=road.policy, interview_id=found[0]["id"], at=scene.clock.instant,
            method=ContactMethod.PHONE, contact_with=ContactWith.CHILD,
        )  # fmt: skip
        await make_promise(
            uow, subject_type="interview", subject_id=found[0]["id"], reason="I will ring",
            until_at=scene.clock.instant + timedelta(hours=30),
        )  # fmt: skip


def _said(scene: Telling, message: str, **cells: Any) -> dict[str, str]:
    row = {"force": "GMP", "reference": "MP/1", "message": message, "issued_at": scene.clock.instant,
           "forename": "Tamsin", "surname": "Quillfeather", "date_of_birth": "2011-04-03", **cells}  # fmt: skip
    return {name: cell if isinstance(cell, str) else cell.isoformat() for name, cell in row.items()}


@pytest.fixture
async def scene(shared: Database) -> AsyncIterator[Telling]:
    async with telling(shared) as opened:
        yield opened


@pytest.mark.timeout(7200)
async def test_any_one_row_taken_away_is_found_and_named(scene: Telling, shared: Database) -> None:
    await _world(scene)
    async with scene.unit() as uow:
        sound = (await prove(uow))[1]
    assert sound.balanced, sound.line
    engine = create_async_engine(shared.admin_url)
    missed = []
    async with engine.connect() as connection:
        for table in CHAIN:
            rows = await _rows(connection, table)
            assert rows, f"the world has no row of {table}"
            for ctid, row in random.Random(table).sample(rows, min(AT_MOST, len(rows))):
                found = await _without(connection, table, ctid, scene.clock.instant)
                if found.sound or not _names(found, table, row):
                    missed.append((table, [each.rule for each in found.findings], row))
    await engine.dispose()
    assert missed == []


async def _rows(connection: AsyncConnection, table: str) -> list[tuple[str, str]]:
    where = STANDS_BESIDE.get(table, "true")
    result = await connection.execute(
        text(f"select ctid::text, to_jsonb(t)::text from {table} t where {where} order by ctid")
    )
    found = [(row[0], row[1]) for row in result]
    await connection.rollback()
    return found


async def _without(connection: AsyncConnection, table: str, ctid: str, now: Any) -> Verification:
    """Verify with one row taken away as an administrator could, and put it back."""
    await connection.execute(text("set local session_replication_role = replica"))
    await connection.execute(text(f"delete from {table} where ctid = cast(:ctid as tid)"), {"ctid": ctid})
    found = await verify(_Looking(connection, now))
    await connection.rollback()
    return found


class _Looking:
    """What verifying needs, on the administrator's connection."""

    def __init__(self, connection: AsyncConnection, now: Any) -> None:
        self.now = now
        self.checks = SqlChecks(connection)


def _names(found: Verification, table: str, row: str) -> bool:
    """Say whether a finding names the row, or a record to which the row belongs.

    Of a row of the audit trail nothing is left but the row after it, which does not follow any more.
    """
    if table == "audit_trail":
        return any("audit row" in reference for each in found.findings for reference in each.references)
    known = set(re.findall(r'"([^"]*)"|: (\d+)', row))
    words = {each for pair in known for each in pair if len(each) > 1 or each.isdigit()}
    named = {
        part.strip(",")
        for each in found.findings
        for reference in each.references
        for part in reference.split(" ")
    }
    return bool(words & named)
