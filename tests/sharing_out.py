"""How processes share the tests: file by file, the longest first, and all that needs Kafka in one."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from xdist.scheduler import LoadFileScheduling

# What begins last must be short, so that no process ends long after the others; as `--durations=0` says.
LONGEST = (
    "tests/browser/test_main_road.py",
    "tests/acceptance/test_serve_demo.py",
    "tests/integration/test_cli_commands.py",
    "tests/browser/test_whole_interview.py",
    "tests/integration/test_kafka_intake.py",
    "tests/browser/test_telling.py",
    "tests/integration/test_embedded_postgres.py",
    "tests/acceptance/test_intake_any_order.py",
    "tests/integration/test_ssda903_export.py",
    "tests/browser/test_patterns.py",
    "tests/integration/test_web_access.py",
    "tests/faults/test_kafka_deployment.py",
    "tests/faults/test_killed_at_any_moment.py",
    "tests/faults/test_stopping.py",
)
KAFKA = ("test_kafka_events.py", "test_kafka_intake.py", "test_kafka_topics.py", "test_traces.py")


class FileByFile(LoadFileScheduling):
    """Gives each process the next file; a broker is slow to start, so the files that need one go together."""

    def _split_scope(self, nodeid: str) -> str:
        file = file_of(nodeid)
        return "Kafka" if file.endswith(KAFKA) else file


def longest_first(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """Return the tests with those of the longest files first, the rest in the order in which they were."""
    places = {file: place for place, file in enumerate(LONGEST)}
    return sorted(items, key=lambda item: places.get(file_of(item.nodeid), len(places)))


def file_of(nodeid: str) -> str:
    """Return the file in which a test stands."""
    return nodeid.partition("::")[0]
