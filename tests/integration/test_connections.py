"""Connections to the database end on both sides when a host is gone without a word."""

from __future__ import annotations

from sqlalchemy import make_url, text

from missing_coord.domain.clock import SystemClock
from missing_coord.storage.database import Database as Opened
from missing_coord.storage.database import not_for_ever
from missing_coord.storage.notifications import Changes
from tests.databases import Database

_ASKED = """
select name from pg_settings where name in
    ('tcp_keepalives_idle', 'tcp_keepalives_interval', 'tcp_keepalives_count', 'tcp_user_timeout')
and source = 'client'
"""


async def test_every_connection_asks_the_server_to_give_its_locks_up_when_we_are_gone(
    database: Database,
) -> None:
    opened = Opened.open(database.app_url, clock=SystemClock())
    try:
        async with opened.engine.connect() as connection:
            assert len((await connection.execute(text(_ASKED))).all()) == 4
        async with await Changes(opened)._connect() as listening:
            assert len(await (await listening.execute(_ASKED)).fetchall()) == 4
    finally:
        await opened.close()


def test_what_the_address_itself_asks_for_stays() -> None:
    url = make_url("postgresql+psycopg://app@host/base?options=-c%20statement_timeout%3D5000")
    assert not_for_ever(url)["options"].endswith("-c statement_timeout=5000")
