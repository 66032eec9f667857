"""A year of all England's incidents through Kafka into committed state: minutes, and the memory of the consumer."""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from missing_coord.contracts.topics import POLICE_NOTICES, REGISTER
from missing_coord.demo.scale import scale_notices, scale_register
from tests.broker.peer import Peer
from tests.databases import TestServer
from tests.faults.deployment import Deployment, deployed

NOTICES = int(os.environ.get("BENCH_YEAR_NOTICES", "300000"))
CHILDREN = int(os.environ.get("BENCH_YEAR_CHILDREN", "60000"))
"""Children who go missing; England counts about as many in a year."""
Say = Callable[[str], object]


def run(say: Say, server: TestServer, peer: Peer, folder: Path) -> None:
    """Print how long a consumer process takes for a year that waits on the topic, and its peak memory."""
    now = datetime.now(UTC)
    register = scale_register(CHILDREN, as_of=now)
    rows = [sent.row for sent in scale_notices(NOTICES, register, as_of=now - timedelta(days=2), days=365)]
    distinct = len({tuple(row.items()) for row in rows})
    with server.migrated() as database, deployed(database, peer, folder, roles=[]) as here:
        asyncio.run(_load(here, peer, register))
        asyncio.run(peer.send_rows(POLICE_NOTICES, "police", rows, key="reference"))
        began = time.monotonic()
        here.start("police", 1)
        asyncio.run(peer.until_read("missing-coord.police-notices", patience=1800))
        seconds = time.monotonic() - began
        memory = _peak_mebibytes(here, "police-1")
        here.replicas["police-1"].stop()
        [(kept,)] = here.query("select count(*) from notices")
        [(duties,)] = here.query("select count(*) from interview_episodes")
    say(
        f"A year of all England: {NOTICES:,} notices about {CHILDREN:,} children replayed from Kafka by one consumer"
        f" process in {seconds / 60:.1f} minutes ({NOTICES / seconds:,.0f} a second, its start included),"
        f" peak memory {memory:,.0f} MiB"
    )
    say(f"  {kept:,} of {distinct:,} distinct notices kept, {duties:,} interview duties")


async def _load(here: Deployment, peer: Peer, register: list[dict[str, str]]) -> None:
    await peer.send_rows(REGISTER, "children", register, key="child_id")
    here.start("consume", 1)
    await peer.until_read("missing-coord.register", patience=600)
    here.replicas["consume-1"].stop()


def _peak_mebibytes(here: Deployment, name: str) -> float:
    process = here.replicas[name].process
    assert process is not None
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    [found] = re.findall(r"VmHWM:\s+(\d+) kB", status)
    return int(found) / 1024
