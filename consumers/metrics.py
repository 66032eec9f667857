"""What monitoring sees of the consumers."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

TAKEN = Counter("missing_coord_messages", "Messages by what became of them", ["consumer", "outcome"])
OUTCOMES = ("taken", "dead letter", "read again")
BATCH_SECONDS = Histogram(
    "missing_coord_batch_seconds",
    "From a batch read to its transaction committed",
    ["consumer"],
    buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
LAG = Gauge("missing_coord_consumer_lag", "Messages of our partitions that are not taken yet", ["consumer"])


def from_zero(consumer: str) -> None:
    """Show every outcome of a consumer as none so far: monitoring sees no increase in what begins with one."""
    for outcome in OUTCOMES:
        TAKEN.labels(consumer, outcome)
