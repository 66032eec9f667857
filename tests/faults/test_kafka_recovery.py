"""How long it takes after each fault until what is sent next is taken, decided and told: the table of the docs."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from missing_coord.contracts.topics import POLICE_NOTICES
from tests.broker.cluster import Broker, Cluster
from tests.broker.peer import Peer
from tests.databases import Database
from tests.faults.deployment import Deployment, deployed
from tests.habits.source_files import ROOT

pytestmark = [pytest.mark.kafka, pytest.mark.bench, pytest.mark.timeout(900)]
DOCUMENT = ROOT / "docs/reliability.md"
PROBES = 12
PATIENCE = 120
NAME = "begin of the table", "end of the table"
SENT = "select count(*) from outbox where sent_at is null"


async def _recovered(here: Deployment, number: int) -> float:
    """Send a notice for each of several keys and return the seconds until all their events are out."""
    at = datetime.now(UTC) - timedelta(minutes=3)
    rows = [
        {
            "force": "GMP",
            "reference": f"R-{number}-{key}",
            "message": "missing",
            "issued_at": at.isoformat(),
            "surname": f"Probe{number}x{key}",
            "date_of_birth": "2011-05-06",
        }
        for key in range(PROBES)
    ]
    began = time.monotonic()
    await here.peer.send_rows(POLICE_NOTICES, "police", rows, key="reference")
    taken = f"select count(*) from notices where raw->>'reference' like 'R-{number}-%'"
    while time.monotonic() < began + PATIENCE:
        if here.query(taken) == [(PROBES,)] and here.query(SENT) == [(0,)]:
            return time.monotonic() - began
        await asyncio.sleep(0.05)
    raise AssertionError(here.tails())


def _kill(here: Deployment, name: str, how: signal.Signals = signal.SIGKILL) -> None:
    replica = here.replicas[name]
    replica.end(how)
    replica.start()


def _kill_all(here: Deployment, role: str) -> None:
    for name in [each for each in here.replicas if each.startswith(role)]:
        _kill(here, name)


def _restart(cluster: Cluster, broker: Broker) -> None:
    broker.kill()
    cluster.start()


async def test_the_time_until_work_goes_on_after_each_fault(
    three_brokers: Cluster, database: Database, tmp_path: Path
) -> None:
    peer = Peer(servers=three_brokers.servers)
    await peer.forget_the_past()
    brokers = three_brokers.brokers
    faults: list[tuple[str, Callable[[Deployment], object]]] = [
        ("none", lambda here: None),
        ("one of two consumers killed", lambda here: _kill(here, "consume-1")),
        ("one of two consumers stopped politely", lambda here: _kill(here, "consume-2", signal.SIGTERM)),
        ("both consumers killed", lambda here: _kill_all(here, "consume")),
        ("one of two relays killed", lambda here: _kill(here, "relay-1")),
        ("the other relay killed", lambda here: _kill(here, "relay-2")),
        ("both relays killed", lambda here: _kill_all(here, "relay")),
        ("every connection to PostgreSQL cut", lambda here: here.cut_connections()),
        ("one of three brokers killed", lambda here: brokers[0].kill()),
        ("that broker back, another killed and back", lambda here: _restart(three_brokers, brokers[1])),
    ]
    found: list[tuple[str, float]] = []
    roles = [("consume", 2), ("relay", 2), ("schedule", 1)]
    with deployed(database, peer, tmp_path, roles=roles) as here:
        await _recovered(here, 900)  # the first of all finds leaders and coordinators
        for number, (name, fault) in enumerate(faults):
            await asyncio.to_thread(fault, here)
            found.append((name, await _recovered(here, number)))
        assert here.verified()["unexplained"] == 0
    assert max(seconds for _, seconds in found) < PATIENCE
    _report(found)


def _report(found: list[tuple[str, float]]) -> None:
    table = "\n".join(f"| {name} | {seconds:.1f} |" for name, seconds in found)
    sys.stdout.write(f"\n| Fault | Seconds |\n|---|---|\n{table}")
    if os.environ.get("UPDATE_RELIABILITY"):
        begin, end = (f"<!-- {each} -->" for each in NAME)
        fresh = f"{begin}\n| Fault | Seconds until everything sent next was taken and told |\n|---|---|\n{table}\n{end}"
        text = re.sub(f"{begin}.*{end}", fresh, DOCUMENT.read_text(encoding="utf-8"), flags=re.DOTALL)
        DOCUMENT.write_text(text, encoding="utf-8")
