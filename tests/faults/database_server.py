"""A PostgreSQL server that only one test uses, and may kill."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from missing_coord.storage.migrate import upgrade
from tests.databases import FAST, TEMPLATE, TestServer, plain, running_server


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[TestServer]:
    """Run a server that only this test uses; unlike that of the other tests it keeps what it says is committed."""
    with running_server(tmp_path / "home") as server:
        server.admin.execute("alter role all set synchronous_commit = on")
        template = server.make_empty(TEMPLATE)
        upgrade(template.owner_url)
        yield server
        server.admin.close()


def crash(server: TestServer) -> None:
    """Kill a server as a loss of power would, and start it again."""
    postgres = server.postgres._server
    pid = postgres.pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    _await_end(pid)
    postgres.start(options=FAST)
    server.admin.close()
    server.admin = psycopg.connect(plain(server.postgres.admin_url), autocommit=True)


def _await_end(pid: int) -> None:
    """Wait until a killed process is gone, as its lock on the socket holds until then."""
    for _ in range(300):
        with suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
