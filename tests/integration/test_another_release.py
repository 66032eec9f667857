"""A database whose tables are those of another release: everybody says so plainly, and nobody fails in the dark."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from missing_coord.domain.access import Role
from missing_coord.storage.revisions import newest_revision
from tests.builders.commands import Commands
from tests.databases import Database, plain
from tests.integration.api_sender import sender, stranger
from tests.integration.web_scene import Site

OTHER_BUILD = "another build of schema"


@pytest.fixture
def commands(database: Database, tmp_path: Path) -> Commands:
    """The command on the database of the test."""
    urls = (
        ("MISSING_COORD_DATABASE_URL", database.app_url),
        ("MISSING_COORD_OWNER_DATABASE_URL", database.owner_url),
    )
    return Commands(home=tmp_path, extra=urls)


def of_an_older_build(database: Database) -> None:
    """Make the tables those of a build that had some less."""
    with psycopg.connect(plain(database.owner_url), autocommit=True) as owner:
        owner.execute("comment on table alembic_version is null")
        owner.execute("drop table support_referrals cascade")
        owner.execute("drop table messages cascade")


async def test_pages_of_a_database_of_another_build_answer_503_and_say_why(
    site: Site, database: Database
) -> None:
    browser = await site.signed_in(Role.COORDINATOR)
    system = await sender(site)
    of_an_older_build(database)
    for path in ("/support", "/queue", "/nothing-here"):
        answer = await browser.get(path)
        assert answer.status_code == 503, path
        assert "does not fit this release" in answer.text
        assert "db check" in answer.text
    by_itself = await browser.get("/queue", **{"HX-Request": "true"})
    assert (by_itself.status_code, "<html" in by_itself.text) == (503, False)
    sent = await system.send("police-notices", [])
    assert sent.status_code in {200, 422, 503}
    assert OTHER_BUILD in (await stranger(site).get("/ready")).json()["checks"]["database"]


def test_every_command_refuses_a_database_of_another_build(commands: Commands, database: Database) -> None:
    of_an_older_build(database)
    for arguments in (["queue"], ["serve"], ["web"], ["schedule"], ["verify"], ["db", "upgrade"]):
        ended = commands.run(*arguments)
        assert ended.returncode == 1, arguments
        assert OTHER_BUILD in ended.stderr, arguments
        assert "make reset" in ended.stderr
    checked = commands.run("db", "check")
    assert (checked.returncode, OTHER_BUILD in checked.stdout) == (1, True)


def test_a_database_of_the_next_release_is_used_and_left_as_it_is(
    commands: Commands, database: Database
) -> None:
    with psycopg.connect(plain(database.owner_url), autocommit=True) as owner:
        owner.execute("update alembic_version set version_num = '9999'")
    assert "later one" in commands.done("db", "check")
    assert commands.json("db", "upgrade") == {"before": "9999", "after": "9999"}
    commands.done("queue")
    assert newest_revision() < "9999"
