"""What a role without pages says about itself: alive, ready with the truth about its parts, and its metrics."""

from __future__ import annotations

import httpx2

from missing_coord.cli.probe import probe
from missing_coord.health import Health
from tests.builders.road import open_road
from tests.databases import Database


async def test_a_part_that_is_silent_makes_the_process_unready_and_leaves_it_alive(
    database: Database,
) -> None:
    seconds = [0.0]
    health = Health(seconds=lambda: seconds[0])
    health.expect("relay", within=60)
    async with open_road(database) as road:
        transport = httpx2.ASGITransport(app=probe(road, health))
        async with httpx2.AsyncClient(transport=transport, base_url="http://probe") as asker:
            assert (await asker.get("/ready")).json() == {
                "status": "ready",
                "checks": {"database": "ok", "relay": "ok"},
            }
            seconds[0] = 61.0
            silent = await asker.get("/ready")
            assert (silent.status_code, silent.json()["checks"]["relay"]) == (503, "silent for 61 s")
            health.beat("relay")
            assert (await asker.get("/ready")).status_code == 200
            assert (await asker.get("/live")).status_code == 200
            assert "missing_coord_events_relayed_total" in (await asker.get("/metrics")).text
            assert (await asker.get("/else")).status_code == 404


async def test_a_database_without_our_tables_makes_the_process_unready(empty_database: Database) -> None:
    async with open_road(empty_database) as road:
        transport = httpx2.ASGITransport(app=probe(road, Health()))
        async with httpx2.AsyncClient(transport=transport, base_url="http://probe") as asker:
            answer = await asker.get("/ready")
    assert answer.status_code == 503
    assert answer.json()["checks"]["database"].startswith("The database is at schema none")
