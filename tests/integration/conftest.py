"""The stages of the integration tests, each on a fresh database; a file that needs more on one fills it itself."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.databases import Database
from tests.integration.accounts_office import Office, open_office
from tests.integration.interviews_council import Council, open_council
from tests.integration.web_scene import Site, open_site


@pytest.fixture
async def council(database: Database) -> AsyncIterator[Council]:
    """A council with two workers, without the web."""
    async with open_council(database.app_url) as opened:
        yield opened


@pytest.fixture
async def site(database: Database) -> AsyncIterator[Site]:
    """The web application on a council with two workers, and a person of every role who can sign in."""
    async with open_site(database) as opened:
        yield opened


@pytest.fixture
async def office(database: Database) -> AsyncIterator[Office]:
    """Users and their sign-in, without the web."""
    async with open_office(database) as opened:
        yield opened
