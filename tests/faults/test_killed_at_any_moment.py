"""kill -9 at any moment of intake or sweep, then again: nothing lost, nothing twice."""

from __future__ import annotations

import csv
import os
import random
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from missing_coord.demo.council import generate_council
from missing_coord.demo.history import generate_history
from missing_coord.domain.access import system_actor
from missing_coord.services.verify import verify
from tests.builders.road import feed, open_road, rows_of, state_of_the_road
from tests.databases import Database

pytestmark = pytest.mark.faults
AS_OF = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
LATER = AS_OF + timedelta(days=2)
ROUNDS = max(25, int(os.environ.get("FAULT_ROUNDS", "25")))  # kills of both tests together
KILLS_OF_INTAKE = ROUNDS * 3 // 5
KILLS_OF_SWEEP = ROUNDS - KILLS_OF_INTAKE
SCRIPT = Path(__file__).with_name("killed_process.py")


@pytest.fixture(scope="module")
def council() -> tuple[list[dict[str, str]], list[dict[str, str]], list[dict[str, str]]]:
    """A small council, its placements and a month of its notices."""
    made = generate_council(seed=23, as_of=AS_OF, looked_after=200, at_home=80, guests=10)
    history = generate_history(made, now=AS_OF, months=1, per_month=90)
    return list(made.children), list(made.placements), list(history.notices)


def start(work: str, database: Database, path: Path | str = "") -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MISSING_COORD_")}
    root = str(Path(__file__).parents[2])
    return subprocess.Popen(
        [sys.executable, str(SCRIPT), work, database.app_url, LATER.isoformat(), str(path)],
        stdout=subprocess.PIPE,
        env={**environment, "PYTHONPATH": root},
        text=True,
    )


def run_and_kill(process: subprocess.Popen[str], chance: random.Random, *, most: int) -> bool:
    """Kill after a random number of transactions and a random wait; say whether it was killed before it ended."""
    assert process.stdout is not None
    for _ in range(chance.randint(0, most)):
        if process.stdout.readline().strip() in ("finished", ""):
            break
    time.sleep(chance.random() * 0.06)
    process.kill()
    rest = process.communicate()[0]
    return "finished" not in rest


def finish(process: subprocess.Popen[str]) -> None:
    assert "finished" in process.communicate()[0]
    assert process.returncode == 0


def write_notices(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


async def assert_balanced(database: Database, *, now: datetime) -> None:
    async with (
        open_road(database, now=now) as road,
        road.database.unit_of_work(system_actor("verify")) as uow,
    ):
        found = await verify(uow)
    assert (found.unexplained, found.balanced, found.audit_intact) == (0, True, True), found.findings


async def undisturbed_road(postgres_server: Any, council: Any) -> dict[str, Any]:
    with postgres_server.migrated() as undisturbed:
        async with open_road(undisturbed, now=LATER) as road:
            for kind, rows in zip(("children", "placements", "police"), council, strict=True):
                await feed(road, kind, rows)
            return await state_of_the_road(road)


async def test_intake_killed_at_random_points_loses_nothing_and_doubles_nothing(
    database: Database, postgres_server: Any, tmp_path: Path, council: Any
) -> None:
    children, placements, notices = council
    path = write_notices(tmp_path / "police.csv", notices)
    expected = await undisturbed_road(postgres_server, council)
    async with open_road(database, now=LATER) as road:
        await feed(road, "children", children)
        await feed(road, "placements", placements)
    chance = random.Random(5)
    chunks = len(notices) // 15
    killed = 0
    while killed < KILLS_OF_INTAKE:
        killed += run_and_kill(start("ingest", database, path), chance, most=chunks - 2)
    finish(start("ingest", database, path))
    async with open_road(database, now=LATER) as road:
        assert await state_of_the_road(road) == expected
    await assert_balanced(database, now=LATER)


async def test_sweep_killed_at_random_points_records_every_step_once(
    database: Database, postgres_server: Any, council: Any
) -> None:
    steps = (
        "select step, due_at, breach, count(*) as times from escalations group by 1, 2, 3 order by 1, 2, 3"
    )
    told = "select kind, recipient_role, count(*) as times from messages group by 1, 2 order by 1, 2"
    found = []
    with postgres_server.migrated() as undisturbed:
        for place in (undisturbed, database):
            async with open_road(place, now=LATER) as road:
                await feed(road, "children", council[0])
                await feed(road, "placements", council[1])
                await feed(road, "police", council[2])
            if place is database:
                chance = random.Random(6)
                killed = 0
                while killed < KILLS_OF_SWEEP:
                    killed += run_and_kill(start("sweep", place), chance, most=2)
            finish(start("sweep", place))
            async with open_road(place, now=LATER) as road:
                found.append((await rows_of(road, steps), await rows_of(road, told)))
    assert len(found[0][0]) > 50
    assert found[1] == found[0]
    await assert_balanced(database, now=LATER)
