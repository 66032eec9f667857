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
from tests.databases import TestServer, plain
from tests.faults.database_server import crash
from tests.faults.deployment import Deployment, deployed
from tests.faults.proxy import Network, ProxyThread, proxy_thread
from tests.faults.working_house import at_port, socket_of
from tests.habits.source_files import ROOT

pytestmark = [pytest.mark.kafka, pytest.mark.bench, pytest.mark.timeout(900)]
DOCUMENT = ROOT / "docs/reliability.md"
PROBES = 12
FAULTS = int(os.environ.get("RECOVERY_FAULTS", "14"))
"""How many of the faults are tried, in the order of the table."""
SPOILT_SECONDS = 5.0
Fault = Callable[[Deployment], object]
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


def _kill(here: Deployment, *names: str) -> None:
    for name in names:
        here.replicas[name].end(signal.SIGKILL)
        here.replicas[name].start()


def _stop(here: Deployment, name: str) -> None:
    here.replicas[name].stop()
    here.replicas[name].start()


def _restart(cluster: Cluster, broker: Broker) -> None:
    broker.kill()
    cluster.start()


def _spoil(before_postgres: ProxyThread, network: Network) -> None:
    """Spoil the way to PostgreSQL for a while; what is measured begins when it is well again."""
    before_postgres.become(network)
    time.sleep(SPOILT_SECONDS)
    before_postgres.become(Network.FINE)


def _faults(cluster: Cluster, server: TestServer, before_postgres: ProxyThread) -> list[tuple[str, Fault]]:
    first, second, _ = cluster.brokers
    spoilt = f"for {SPOILT_SECONDS:.0f} s, counted from when it is well again"
    return [
        ("none", lambda here: None),
        ("one of two consumers killed", lambda here: _kill(here, "consume-1")),
        ("one of two consumers stopped politely", lambda here: _stop(here, "consume-2")),
        ("both consumers killed", lambda here: _kill(here, "consume-1", "consume-2")),
        ("one of two relays killed", lambda here: _kill(here, "relay-1")),
        ("the other relay killed", lambda here: _kill(here, "relay-2")),
        ("both relays killed", lambda here: _kill(here, "relay-1", "relay-2")),
        ("the scheduler killed", lambda here: _kill(here, "schedule-1")),
        ("every connection to PostgreSQL cut", lambda here: here.cut_connections()),
        ("PostgreSQL killed and started again", lambda here: crash(server)),
        (f"PostgreSQL refused {spoilt}", lambda here: _spoil(before_postgres, Network.REFUSED)),
        (f"the network to PostgreSQL silent {spoilt}", lambda here: _spoil(before_postgres, Network.SILENT)),
        ("one of three brokers killed", lambda here: first.kill()),
        ("that broker back, another killed and back", lambda here: _restart(cluster, second)),
    ]


async def test_the_time_until_work_goes_on_after_each_fault(
    three_brokers: Cluster, own_server: TestServer, tmp_path: Path
) -> None:
    peer = Peer(servers=three_brokers.servers)
    await peer.forget_the_past()
    found: list[tuple[str, float]] = []
    roles = [("consume", 2), ("relay", 2), ("schedule", 1)]
    with own_server.migrated() as database, proxy_thread(Path(socket_of(database))) as before_postgres:
        settings = {"MISSING_COORD_DATABASE_URL": plain(at_port(database, before_postgres.proxy.port))}
        with deployed(database, peer, tmp_path, roles=roles, settings=settings) as here:
            await _recovered(here, 900)  # the first of all finds leaders and coordinators
            tried = _faults(three_brokers, own_server, before_postgres)[:FAULTS]
            for number, (name, fault) in enumerate(tried):
                await asyncio.to_thread(fault, here)
                found.append((name, await _recovered(here, number)))
                sys.stderr.write(f"{name}: {found[-1][1]:.1f} s\n")
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
