"""The matching contest as a table: this engine, Splink and pg_trgm, on judged seeds, thresholds frozen beforehand."""

from __future__ import annotations

import sys
from collections.abc import Callable
from math import isnan
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.matching_contest import GENERATORS, contest, figures, make_world, read_thresholds
from tests.databases import TestServer, running_server

JUDGED_SEEDS = {"errors": 7001, "desk": 7101}
NOTICES = {5_000: 5_000, 20_000: 2_000, 100_000: 5_000, 1_000_000: 2_000}
FULL = (5_000, 100_000, 1_000_000)
QUICK = (5_000, 20_000)


def run(console_print: Callable[[str], object], server: TestServer, *, sizes: tuple[int, ...] = FULL) -> None:
    """Print one table for every size of register and generator."""
    for size in sizes:
        for generator in GENERATORS:
            run_one(console_print, server, size=size, generator=generator)


def run_one(console_print: Callable[[str], object], server: TestServer, *, size: int, generator: str) -> None:
    """Print the table of one register."""
    frozen = read_thresholds()
    world = make_world(generator, seed=JUDGED_SEEDS[generator], size=size, notices=NOTICES[size])
    with server.empty() as database:
        results = contest(world, database)
    rows = {name: figures(result, frozen[name]) for name, result in results.items()}
    console_print(f"\nMatching: {size:,} children, generator '{generator}', {len(world.notices):,} notices")
    console_print("  " + " " * 26 + "".join(f"{name:>20}" for name in rows))
    for measure in next(iter(rows.values())):
        cells = "".join(f"{_shown(row[measure]):>20}" for row in rows.values())
        console_print(f"  {measure:<26}{cells}")


def _shown(value: float) -> str:
    if isnan(value):
        return "-"
    return f"{value:,.0f}" if value >= 100 or value == int(value) > 1 else f"{value:.4f}"


if __name__ == "__main__":
    wanted = tuple(int(each) for each in sys.argv[1].split(",")) if len(sys.argv) > 1 else QUICK
    chosen = sys.argv[2:] or list(GENERATORS)
    with TemporaryDirectory() as home, running_server(Path(home)) as running:
        for register_size in wanted:
            for name in chosen:
                run_one(print, running, size=register_size, generator=name)
