"""Benchmarks need the peers that they measure against; `make bench` installs them, and nothing else runs them."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.broker.fixtures import broker_with, topics_on
from tests.databases import TestServer, running_server

collect_ignore_glob = [] if find_spec("splink") else ["test_bench_*.py"]


@pytest.fixture(scope="session")
def empty_server() -> Iterator[TestServer]:
    """Run PostgreSQL as the product runs its own: on a disk, and what is committed outlives a loss of power."""
    with TemporaryDirectory() as folder, running_server(Path(folder) / "home", options={}) as server:
        yield server


@pytest.fixture(scope="session")
def kafka_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run a broker whose topics have as many partitions as are declared, so that processes get even shares."""
    with broker_with(topics_on(1), tmp_path_factory) as servers:
        yield servers
