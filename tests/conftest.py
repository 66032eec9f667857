"""What every test may ask for: a fresh database, and a loud word about what could not be run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.broker.fixtures import kafka, kafka_servers, three_brokers  # noqa: F401
from tests.databases import TEMPLATE, Database, TestServer, running_server


@pytest.fixture(scope="session")
def empty_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestServer]:
    """Run a private PostgreSQL for the whole session."""
    with running_server(tmp_path_factory.mktemp("home")) as server:
        yield server


@pytest.fixture(scope="session")
def postgres_server(empty_server: TestServer) -> TestServer:
    """Migrate one database, once, for all tests to copy."""
    from missing_coord.storage.migrate import upgrade

    template = empty_server.make_empty(TEMPLATE)
    upgrade(template.owner_url)
    return empty_server


@pytest.fixture
def database(postgres_server: TestServer) -> Iterator[Database]:
    """Lend a fresh, migrated database of its own."""
    with postgres_server.migrated() as fresh:
        yield fresh


@pytest.fixture
def empty_database(empty_server: TestServer) -> Iterator[Database]:
    """Lend a database without any table."""
    with empty_server.empty() as fresh:
        yield fresh


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what was left out, so that a green run is not read as more than it is."""
    reasons = [report.longrepr[2] for report in terminalreporter.stats.get("skipped", []) if report.longrepr]
    for reason in sorted(set(reasons)):
        count = reasons.count(reason)
        terminalreporter.write_line(
            f"{reason.removeprefix('Skipped: ')} ({count} test(s))", red=True, bold=True
        )
