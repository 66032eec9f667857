"""One database for all specifications of a file; each scene empties it first."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.acceptance.telling_scene import Telling, telling
from tests.databases import Database, TestServer


@pytest.fixture(scope="module")
def shared(postgres_server: TestServer) -> Iterator[Database]:
    """The database that the specifications of one file share."""
    with postgres_server.migrated() as database:
        yield database


@pytest.fixture
async def council(shared: Database) -> AsyncIterator[Telling]:
    """A council that tells by e-mail and text message."""
    async with telling(shared) as scene:
        yield scene
