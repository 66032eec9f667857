"""The whole road at scale: 10,000 police notices against 100,000 children into PostgreSQL, and memory."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import psycopg

from missing_coord.demo.scale import scale_notices, scale_register
from tests.databases import Database, TestServer, plain

CHILDREN = int(os.environ.get("BENCH_CHILDREN", "100000"))
NOTICES = int(os.environ.get("BENCH_NOTICES", "10000"))
RUNS = int(os.environ.get("BENCH_RUNS", "3"))


def run(console_print: Callable[[str], object], server: TestServer, folder: Path) -> None:
    """Print notices a second end to end, the peak memory, and the ratio to plainly copying the same rows."""
    register = scale_register(CHILDREN)
    children = _write(folder / "children.csv", register)
    notices = _write(folder / "police.csv", [sent.row for sent in scale_notices(NOTICES, register)])
    console_print(f"Intake: {NOTICES:,} notices against {CHILDREN:,} children, end to end into PostgreSQL")
    with server.migrated() as database:
        seconds, memory = _ingest(database, "children", children)
        console_print(f"  register loaded: {CHILDREN / seconds:,.0f} children a second, {memory:,.0f} MiB")
        _execute(database, "create schema bench")
        runs = []
        for _ in range(RUNS):
            _execute(database, f"truncate {EMPTIED} cascade")
            _execute(database, "delete from children where provisional")
            runs.append((*_ingest(database, "police", notices), _copy(database, notices)))
    rates = sorted(NOTICES / seconds for seconds, _, _ in runs)
    console_print(f"  notices a second: median {median(rates):,.0f}, of {[round(rate) for rate in rates]}")
    console_print(f"  peak memory of the process: {max(memory for _, memory, _ in runs):,.0f} MiB")
    ratio = median(seconds / copied for seconds, _, copied in runs)
    console_print(f"  time as a multiple of COPY of the same raw rows into one bare table: {ratio:,.0f}")


EMPTIED = (
    "notices, quarantine, intake_batches, incidents, episodes, episode_incidents, interviews, interview_episodes,"
    " outbox"
)


def _write(path: Path, rows: list[dict[str, str]]) -> Path:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
    return path


_SCRIPT = """
import asyncio, resource, sys, time
from pathlib import Path
from missing_coord.bootstrap import open_application
from missing_coord.settings import Settings

async def main():
    async with open_application(Settings(database_url=sys.argv[1])) as application:
        summary = await application.intake().ingest(Path(sys.argv[3]), sys.argv[2])
        print(summary.seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)

asyncio.run(main())
"""


def _ingest(database: Database, kind: str, path: Path) -> tuple[float, float]:
    """Take in a file in a process of its own; return its seconds and its peak memory in MiB."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MISSING_COORD_")}
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, database.app_url, kind, str(path)],
        capture_output=True,
        check=True,
        text=True,
        env={**environment, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    seconds, memory = done.stdout.split()
    return float(seconds), float(memory)


def _copy(database: Database, path: Path) -> float:
    """Return the seconds that COPY takes for the same rows as text into a table without any index."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    columns = ", ".join(f"c{number} text" for number in range(len(rows[0])))
    with psycopg.connect(plain(database.owner_url), autocommit=True) as connection:
        connection.execute(f"drop table if exists bench.raw; create table bench.raw ({columns})".encode())
        began = time.perf_counter()
        with connection.cursor().copy("copy bench.raw from stdin") as copy:
            for row in rows:
                copy.write_row(row)
        return time.perf_counter() - began


def _execute(database: Database, statement: str) -> None:
    with psycopg.connect(plain(database.owner_url), autocommit=True) as connection:
        connection.execute(statement.encode())
