"""The audit trail: nobody changes it, a changed row is found, the chain holds when many write at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import LiteralString

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from missing_coord.domain.access import Actor, Role, system_actor
from missing_coord.domain.clock import FixedClock
from missing_coord.storage.audit import (
    AuditFilters,
    audit_actions,
    audit_rows,
    chain_broken_at,
    chain_head,
    opened,
)
from missing_coord.storage.database import Database as Storage
from tests.databases import Database, plain

NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
MANAGER = Actor(role=Role.MANAGER, name="Mara Quint (mara)")
COORDINATOR = Actor(role=Role.COORDINATOR, name="Robin Ashdown (robin)")
CHANGES: tuple[LiteralString, ...] = (
    "update audit_trail set actor = 'nobody'",
    "delete from audit_trail",
    "truncate audit_trail",
)


@pytest.fixture
async def storage(database: Database) -> AsyncIterator[Storage]:
    """The application's database, its clock standing at NOW."""
    opened_storage = Storage.open(database.app_url, clock=FixedClock(NOW), pool_size=10)
    yield opened_storage
    await opened_storage.close()


async def _write(storage: Storage, *subject_ids: str, actor: Actor = COORDINATOR) -> None:
    for subject_id in subject_ids:
        async with storage.unit_of_work(actor) as uow:
            opened(uow, "child", subject_id)


async def _broken_at(storage: Storage) -> int | None:
    async with storage.unit_of_work(MANAGER) as uow:
        return await chain_broken_at(uow)


def _until_somebody_waits(database: Database) -> None:
    with psycopg.connect(plain(database.admin_url), autocommit=True) as admin:
        while not admin.execute("select 1 from pg_locks where not granted").fetchall():
            time.sleep(0.01)


async def test_a_record_opened_leaves_a_row_with_who_and_when(storage: Storage) -> None:
    async with storage.unit_of_work(COORDINATOR) as uow:
        opened(uow, "interview", "I1", child_id="C1")
    async with storage.unit_of_work(MANAGER) as uow:
        [row] = await audit_rows(uow, AuditFilters())
    assert (row.seq, row.at, row.actor, row.actor_role) == (1, NOW, COORDINATOR.name, "coordinator")
    assert (row.action, row.subject_type, row.subject_id) == ("opened", "interview", "I1")
    assert row.detail == {"child_id": "C1"}


async def test_a_transaction_that_fails_leaves_no_row(storage: Storage) -> None:
    async def broken_page() -> None:
        async with storage.unit_of_work(COORDINATOR) as uow:
            opened(uow, "child", "C1")
            raise RuntimeError("the page broke")

    with pytest.raises(RuntimeError):
        await broken_page()
    async with storage.unit_of_work(MANAGER) as uow:
        assert await audit_rows(uow, AuditFilters()) == []
        assert await chain_head(uow) is None
        assert await chain_broken_at(uow) is None


async def test_rows_come_newest_first_by_page_and_filter(storage: Storage) -> None:
    await _write(storage, "C1", "C2", "C3")
    await _write(storage, "C1", actor=MANAGER)
    async with storage.unit_of_work(MANAGER) as uow:
        first = await audit_rows(uow, AuditFilters(), limit=2)
        second = await audit_rows(uow, AuditFilters(), before_seq=first[-1].seq, limit=2)
        assert [row.seq for row in (*first, *second)] == [4, 3, 2, 1]
        assert [row.seq for row in await audit_rows(uow, AuditFilters(subject_id="C1"))] == [4, 1]
        assert [row.seq for row in await audit_rows(uow, AuditFilters(words="ROBIN"))] == [3, 2, 1]
        assert await audit_rows(uow, AuditFilters(words="%")) == []
        assert await audit_rows(uow, AuditFilters(action="signed_in")) == []
        assert await audit_rows(uow, AuditFilters(since=NOW + timedelta(seconds=1))) == []
        assert len(await audit_rows(uow, AuditFilters(until=NOW + timedelta(seconds=1)))) == 4
        assert await audit_actions(uow) == ["opened"]


async def test_the_chain_holds_when_eight_write_at_once(storage: Storage) -> None:
    async def writer(number: int) -> None:
        for turn in range(12):
            async with storage.unit_of_work(COORDINATOR) as uow:
                opened(uow, "child", f"C{number}")
                opened(uow, "episode", f"E{number}-{turn}")

    await asyncio.gather(*(writer(number) for number in range(8)))
    async with storage.unit_of_work(MANAGER) as uow:
        rows = await audit_rows(uow, AuditFilters(), limit=500)
        assert [row.seq for row in rows] == list(range(192, 0, -1))
        assert await chain_broken_at(uow) is None


async def test_a_row_numbered_early_and_written_late_does_not_break_the_chain(
    storage: Storage, database: Database
) -> None:
    # The slow one is given its number by the column's sequence before it waits for the quick one's lock.
    insert = (
        "insert into audit_trail (at, actor, actor_role, action, subject_type, subject_id, detail)"
        " values (now(), 'x', 'manager', 'opened', 'child', %s, '{}')"
    )
    with (
        psycopg.connect(plain(database.admin_url)) as quick,
        psycopg.connect(plain(database.admin_url)) as slow,
    ):
        for connection in (quick, slow):
            connection.execute("set role mc_manager")
        quick.execute(insert, ["C1"])
        waiting = asyncio.get_running_loop().run_in_executor(None, lambda: slow.execute(insert, ["C2"]))
        _until_somebody_waits(database)
        quick.execute(insert, ["C3"])
        quick.commit()
        await waiting
        slow.commit()
    async with storage.unit_of_work(MANAGER) as uow:
        rows = await audit_rows(uow, AuditFilters())
    assert [(row.seq, row.subject_id) for row in rows] == [(3, "C2"), (2, "C3"), (1, "C1")]
    assert await _broken_at(storage) is None


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("change", CHANGES)
async def test_no_role_changes_or_removes_a_row(storage: Storage, role: Role, change: LiteralString) -> None:
    await _write(storage, "C1")
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with storage.unit_of_work(Actor(role=role, name="x")) as uow:
            await uow.execute(text(change))


@pytest.mark.parametrize("change", CHANGES)
async def test_not_even_the_owner_changes_or_removes_a_row_by_mistake(
    storage: Storage, database: Database, change: LiteralString
) -> None:
    await _write(storage, "C1")
    with (
        psycopg.connect(plain(database.owner_url)) as owner,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="cannot be changed"),
    ):
        owner.execute(change)


@pytest.mark.parametrize(
    ("change", "found_at"),
    [
        ("update audit_trail set actor = 'nobody' where seq = 2", 2),
        ('update audit_trail set detail = \'{"child_id": "C9"}\' where seq = 3', 3),
        ("update audit_trail set at = at + interval '1 microsecond' where seq = 1", 1),
        ("delete from audit_trail where seq = 2", 3),
        ("delete from audit_trail where seq = 1", 2),
        ("update audit_trail set seq = seq + 10 where seq > 2", 13),
    ],
)
async def test_what_a_superuser_changes_behind_the_triggers_is_found(
    storage: Storage, database: Database, change: LiteralString, found_at: int
) -> None:
    await _write(storage, "C1", "C2", "C3", "C4")
    assert await _broken_at(storage) is None
    with psycopg.connect(plain(database.admin_url)) as admin:
        admin.execute("set session_replication_role = replica")
        admin.execute("alter table audit_trail alter column seq set generated by default")
        admin.execute(change)
    assert await _broken_at(storage) == found_at


async def test_rows_cut_off_the_end_show_in_the_head_that_was_noted(
    storage: Storage, database: Database
) -> None:
    await _write(storage, "C1", "C2")
    async with storage.unit_of_work(MANAGER) as uow:
        noted = await chain_head(uow)
    with psycopg.connect(plain(database.admin_url)) as admin:
        admin.execute("set session_replication_role = replica")
        admin.execute("delete from audit_trail where seq = 2")
    async with storage.unit_of_work(MANAGER) as uow:
        assert await chain_broken_at(uow) is None
        assert await chain_head(uow) != noted
    assert noted is not None
    assert (noted.seq, len(noted.row_hash)) == (2, 64)


async def test_nobody_writes_a_row_in_the_name_of_another_role_or_with_hashes_of_their_own(
    storage: Storage,
) -> None:
    statement = text(
        "insert into audit_trail (at, actor, actor_role, action, subject_type, subject_id, detail,"
        " previous_hash, row_hash)"
        " values (now(), 'x', :role, 'opened', 'child', 'C1', '{}', '\\x01', '\\x02')"
    )
    with pytest.raises(ProgrammingError, match="row-level security"):
        async with storage.unit_of_work(COORDINATOR) as uow:
            await uow.execute(statement, {"role": "manager"})
    async with storage.unit_of_work(COORDINATOR) as uow:
        await uow.execute(statement, {"role": "coordinator"})
    assert await _broken_at(storage) is None


async def test_only_manager_administrator_and_system_read_the_trail(storage: Storage) -> None:
    readers = []
    for role in Role:
        try:
            async with storage.unit_of_work(Actor(role=role, name="x")) as uow:
                await chain_broken_at(uow)
                await audit_rows(uow, AuditFilters())
            readers.append(role)
        except ProgrammingError:
            continue
    assert readers == [Role.MANAGER, Role.ADMINISTRATOR, Role.SYSTEM]


async def test_a_person_whose_change_is_carried_on_by_the_system_stays_named(storage: Storage) -> None:
    async with storage.unit_of_work(COORDINATOR) as uow, uow.as_system():
        uow.audit("match_confirmed", subject_type="incident", subject_id="N1")
    async with storage.unit_of_work(system_actor("test")) as uow:
        [row] = await audit_rows(uow, AuditFilters())
    assert (row.actor, row.actor_role) == (COORDINATOR.name, "coordinator")
