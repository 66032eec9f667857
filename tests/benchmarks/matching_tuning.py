"""Freezes what the contest needs from tuning seeds alone: Splink's model and every contestant's thresholds.

Run as `python -m tests.benchmarks.matching_tuning` after a change to weights, generators or contestants.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.matching_contest import (
    GENERATORS,
    contest,
    freeze_all,
    make_world,
    read_thresholds,
    write_thresholds,
)
from tests.benchmarks.matching_splink import train
from tests.databases import running_server

TRAINING_SEED, THRESHOLD_SEED = 101, 201


def train_splink() -> None:
    """Train Splink on labelled notices of both generators, against the register of both."""
    worlds = [make_world(name, seed=TRAINING_SEED, size=15_000, notices=4_000) for name in GENERATORS]
    children = [child for world in worlds for child in world.children]
    train(children, [notice for world in worlds for notice in world.notices])


def freeze_thresholds(*, only: tuple[str, ...] = ()) -> None:
    """Freeze the thresholds on registers of 20,000."""
    with TemporaryDirectory() as home, running_server(Path(home)) as server, server.empty() as database:
        results = []
        for name in GENERATORS:
            world = make_world(name, seed=THRESHOLD_SEED, size=20_000, notices=3_000)
            results.append(contest(world, database, only=only))
    write_thresholds((read_thresholds() if only else {}) | freeze_all(results))


if __name__ == "__main__":
    wanted = tuple(sys.argv[1:])
    if not wanted:
        train_splink()
    freeze_thresholds(only=wanted)
