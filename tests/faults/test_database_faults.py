"""PostgreSQL crashes, runs out of disk, or gains columns under a running release: nothing lost, nothing twice."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from missing_coord.contracts.topics import POLICE_NOTICES
from tests.broker.peer import Peer, envelope
from tests.builders.road import NOW, rows_of
from tests.databases import Database, TestServer, plain
from tests.faults.database_server import crash
from tests.faults.working_house import House, some_notices, working_house

pytestmark = [pytest.mark.kafka, pytest.mark.faults]
NO_SPACE = """
create function no_space() returns trigger language plpgsql as
$$ begin raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$;
create trigger no_space before insert on outbox execute function no_space();
"""
NEXT_RELEASE = """
alter table notices add column said_by text;
alter table incidents add column weight integer not null default 0;
alter table episodes add column note text;
alter table interviews add column note text;
alter table outbox add column headers jsonb;
create table of_the_next_release (number bigint primary key);
update alembic_version set version_num = '9999';
"""


async def test_postgresql_killed_and_started_again_under_way(kafka: Peer, own_server: TestServer) -> None:
    with own_server.migrated() as database:
        async with working_house(database, kafka, kafka=kafka.servers) as house:
            await house.feed(some_notices(300, "a"))
            await _until_some_are_taken(house)
            await asyncio.to_thread(crash, own_server)
            await house.feed(some_notices(100, "b"))
            await house.until_done()


async def test_a_disk_that_is_full_where_events_are_written_stops_the_change_too(
    kafka: Peer, database: Database
) -> None:
    async with working_house(database, kafka, kafka=kafka.servers) as house:
        await house.feed(some_notices(50, "a"))
        await house.until_done()
        _as_superuser(database, NO_SPACE)
        await house.feed(some_notices(50, "b"))
        await asyncio.sleep(3)
        assert await house.standing() == {"notices": 50, "quarantined": 0, "unsent": 0}
        _as_superuser(database, "drop trigger no_space on outbox")
        await house.until_done()


async def test_a_release_goes_on_when_the_next_one_has_added_columns_and_tables(
    kafka: Peer, database: Database
) -> None:
    async with working_house(database, kafka, kafka=kafka.servers) as house:
        for number in range(8):  # every statement is prepared by now
            await house.feed(some_notices(10, f"a{number}"))
            await house.until_done()
        _as_superuser(database, NEXT_RELEASE)
        for number in range(8):
            await house.feed(some_notices(10, f"b{number}"))
            await house.until_done()
        assert (await house.asked.database.layout()).revision == "9999"


async def test_messages_of_last_week_twice_and_in_no_order_are_each_taken_once(
    kafka: Peer, database: Database
) -> None:
    rows = [
        {
            **row,
            "message": message,
            "issued_at": (NOW - timedelta(days=9) + timedelta(hours=hours)).isoformat(),
            "reported_at": (NOW - timedelta(days=9, hours=1)).isoformat(),
            **({"returned_at": (NOW - timedelta(days=8, hours=2)).isoformat()} if hours else {}),
        }
        for row in some_notices(40, "w")
        for message, hours in (("returned", 24), ("missing", 0), ("returned", 24))
    ]
    week_ago = int((datetime.now(UTC) - timedelta(days=7)).timestamp() * 1000)
    async with working_house(database, kafka, kafka=kafka.servers) as house:
        house.expected = 80
        await house.peer.send(
            POLICE_NOTICES,
            [(row["reference"], envelope("police", row)) for row in reversed(rows)],
            timestamp_ms=week_ago,
        )
        await house.until_done()
        [found] = await rows_of(
            house.asked,
            "select count(*) as duties, count(distinct episode_id) as episodes, bool_and(due_at < :now) as late"
            " from interview_episodes",
            now=NOW,
        )
        assert found == {"duties": 40, "episodes": 40, "late": True}


async def _until_some_are_taken(house: House) -> None:
    for _ in range(600):
        if (await house.standing())["notices"]:
            return
        await asyncio.sleep(0.05)


def _as_superuser(database: Database, statements: str) -> None:
    with psycopg.connect(plain(database.admin_url), autocommit=True) as connection:
        connection.execute(statements.encode())
