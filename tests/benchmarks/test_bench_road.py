"""`make bench`: prints what was measured, asserts nothing about time."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks import bench_ingest, bench_kafka, bench_matching, bench_planning
from tests.broker.peer import Peer
from tests.databases import TestServer

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]


def test_intake_at_scale(postgres_server: TestServer, tmp_path: Path) -> None:
    bench_ingest.run(print, postgres_server, tmp_path)


def test_matching_in_memory() -> None:
    bench_matching.run(print)


def test_planning() -> None:
    bench_planning.run(print)


@pytest.mark.kafka
def test_kafka_to_committed_state(postgres_server: TestServer, kafka: Peer) -> None:
    bench_kafka.throughput(print, postgres_server, kafka)


@pytest.mark.kafka
def test_kafka_to_the_browser(postgres_server: TestServer, kafka: Peer, tmp_path: Path) -> None:
    bench_kafka.latency(print, postgres_server, kafka, tmp_path)
