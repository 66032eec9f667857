"""What every test may ask for: a fresh database, and a loud word about what could not be run."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.broker.fixtures import kafka, kafka_servers, three_brokers  # noqa: F401
from tests.databases import TEMPLATE, Database, TestServer, running_server
from tests.memory import folder_in_memory, forget_databases_in_memory, keep_databases_in_memory
from tests.sharing_out import FileByFile, longest_first

# Tests start the program many times: what one start has compiled, the next finds.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
# A slow or busy machine finds the same as a quick one, and the same at every run unless new examples are asked for.
settings.register_profile(
    "any machine",
    settings(),
    deadline=None,
    derandomize="NEW_EXAMPLES" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("any machine")


def pytest_configure(config: pytest.Config) -> None:
    """Keep databases in memory, but for benchmarks: those are of a disk."""
    if config.getoption("markexpr") != "bench":
        keep_databases_in_memory()


def pytest_unconfigure() -> None:
    """Give the memory back."""
    forget_databases_in_memory()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> FileByFile | None:
    """Share the tests out in the order in which they were collected."""
    if config.getoption("dist") != "loadfile":
        return None
    config.option.loadscopereorder = False
    return FileByFile(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, where several processes share the tests."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        items[:] = longest_first(items)


def pytest_collection_finish() -> None:
    """Spare the garbage collector what was imported for the tests, and let it look as seldom as in the product."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(scope="session")
def empty_server() -> Iterator[TestServer]:
    """Run a private PostgreSQL for the whole session."""
    with (
        TemporaryDirectory(dir=folder_in_memory()) as folder,
        running_server(Path(folder) / "home") as server,
    ):
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
