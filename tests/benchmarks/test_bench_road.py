"""`make bench`: prints what was measured, asserts nothing about time."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks import (
    bench_febrl,
    bench_ingest,
    bench_kafka,
    bench_matching,
    bench_planning,
    bench_replay,
)
from tests.broker.peer import Peer
from tests.databases import TestServer

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]


def test_intake_at_scale(postgres_server: TestServer, tmp_path: Path) -> None:
    bench_ingest.run(print, postgres_server, tmp_path)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.timeout(7200)
def test_matching_beside_its_peers(empty_server: TestServer) -> None:
    bench_matching.run(print, empty_server)


def test_matching_on_febrl() -> None:
    bench_febrl.run(print)


@pytest.mark.timeout(3 * 3600)
def test_planning() -> None:
    bench_planning.run(print)


@pytest.mark.kafka
def test_kafka_to_committed_state(postgres_server: TestServer, kafka: Peer, tmp_path: Path) -> None:
    bench_kafka.throughput(print, postgres_server, kafka, tmp_path)


@pytest.mark.kafka
def test_kafka_to_the_browser(postgres_server: TestServer, kafka: Peer, tmp_path: Path) -> None:
    bench_kafka.latency(print, postgres_server, kafka, tmp_path)


@pytest.mark.kafka
@pytest.mark.timeout(3600)
def test_a_year_of_all_england_replayed_from_kafka(
    postgres_server: TestServer, kafka: Peer, tmp_path: Path
) -> None:
    bench_replay.run(print, postgres_server, kafka, tmp_path)
