"""Every role as a process of its own on one PostgreSQL and one Kafka, to be killed and started again."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from tests.broker.cluster import free_ports
from tests.broker.peer import GROUPS, Peer
from tests.databases import Database, plain

ROOT = Path(__file__).resolve().parents[2]
ROLES = {"consume": ("consume",), "relay": ("relay",), "schedule": ("schedule",), "web": ("web",)}
ROLES |= {"police": ("consume", "police-notices")}
OVERDUE = "select count(*) from interview_episodes where resolved_at is null and next_step_at < '{}'"
UNSENT = "select count(*) from outbox where sent_at is null"
YOUNG_SECONDS = 1.0
"""How long a process may take before it can know of signals: until then they end it as they end anything."""


@dataclass(slots=True, kw_only=True)
class Replica:
    """One process of one role."""

    name: str
    arguments: tuple[str, ...]
    port: int
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0

    def start(self) -> None:
        """Start the process."""
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", "missing_coord.cli", *self.arguments]
            self.process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)
            self.started = time.monotonic()

    def end(self, how: signal.Signals = signal.SIGKILL) -> int:
        """End the process and return its exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.process.wait(60)

    def stop(self) -> None:
        """End the process politely; it must end with 0, whatever it was doing, starting included."""
        young = time.monotonic() - self.started < YOUNG_SECONDS
        code = self.end(signal.SIGTERM)
        assert code == 0 or (young and code == -signal.SIGTERM), (
            f"{self.name} ended with {code}: {self.log.read_text()[-2000:]}"
        )

    def ready(self) -> bool:
        """Say whether the process says that it is ready."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/ready", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def wait(self, seconds: float = 240) -> None:
        """Wait until the process is ready."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.ready():
                return
            assert self.process is None or self.process.poll() is None, self.log.read_text()[-3000:]
            time.sleep(0.1)
        raise AssertionError(f"{self.name} is not ready: {self.log.read_text()[-3000:]}")


@dataclass(slots=True, kw_only=True)
class Deployment:
    """All roles, and questions about where the work stands."""

    database: Database
    peer: Peer
    environment: dict[str, str]
    folder: Path
    replicas: dict[str, Replica] = field(default_factory=dict)
    began: float = field(default_factory=time.monotonic)

    def lived(self) -> float:
        """Return the seconds since the deployment began."""
        return time.monotonic() - self.began

    def start(self, role: str, count: int = 2) -> None:
        """Start so many replicas of a role."""
        for number, port in enumerate(free_ports(count), start=1):
            name = f"{role}-{number}"
            where = "MISSING_COORD_PORT" if role == "web" else "MISSING_COORD_PROBE_PORT"
            replica = Replica(
                name=name,
                arguments=ROLES[role],
                port=port,
                environment={**self.environment, where: str(port)},
                log=self.folder / f"{name}.log",
            )
            replica.start()
            self.replicas[name] = replica

    def wait(self) -> None:
        """Wait until every replica is ready."""
        for replica in self.replicas.values():
            replica.wait()

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """Ask the database as its superuser."""
        with psycopg.connect(plain(self.database.admin_url), autocommit=True) as connection:
            return connection.execute(statement.encode()).fetchall()

    def cut_connections(self) -> int:
        """Cut every connection to the database but our own, as a restart of the server does."""
        cut = (
            "select count(pg_terminate_backend(pid)) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
        return int(self.query(cut)[0][0])

    async def until_quiet(self, *, seconds: float, until: datetime | None = None) -> None:
        """Wait until everything is taken, sent and swept twice in a row, by default what is due as of now."""
        deadline, quiet, waiting = time.monotonic() + seconds, 0, {}
        overdue = OVERDUE.format(until or datetime.now(UTC) - timedelta(seconds=5))
        while time.monotonic() < deadline and quiet < 2:
            waiting = {group: await self.peer.unread(group) for group in GROUPS}
            waiting["outbox"] = self.query(UNSENT)[0][0]
            waiting["overdue"] = self.query(overdue)[0][0]
            quiet = 0 if any(waiting.values()) else quiet + 1
            if os.environ.get("FAULT_VERBOSE"):
                sys.stderr.write(f"{time.monotonic():.0f} {waiting}\n")
            await asyncio.sleep(0.3)
        assert quiet == 2, f"still waiting: {waiting}; {self.tails()}"

    def verified(self, **variables: str) -> dict[str, Any]:
        """Run `missing-coord verify`, with variables of its own, and return what it found; it must end well."""
        done = subprocess.run(
            [sys.executable, "-m", "missing_coord.cli", "verify", "--json"],
            env=self.environment | variables,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    async def until_all_sent(self, *, seconds: float) -> None:
        """Stop every role but the relay, and wait until no event is left to send."""
        for replica in self.replicas.values():
            if not replica.name.startswith("relay"):
                await asyncio.to_thread(replica.stop)
        deadline, left = time.monotonic() + seconds, 1
        while left and time.monotonic() < deadline:
            await asyncio.sleep(0.3)
            left = self.query(UNSENT)[0][0]
        assert left == 0, f"{left} events were not sent; {self.tails()}"

    async def until_proven(self, *, seconds: float, besides: str, **variables: str) -> dict[str, Any]:
        """Run the proof until it finds nothing besides one rule, or return what it still finds at the end."""
        deadline = time.monotonic() + seconds
        while True:
            found = await asyncio.to_thread(self.verified, **variables)
            if all(each["rule"] == besides for each in found["findings"]) or time.monotonic() > deadline:
                return found
            await asyncio.sleep(2)

    def tails(self) -> str:
        """Return the ends of the logs."""
        return "\n".join(f"{each.name}: {each.log.read_text()[-600:]}" for each in self.replicas.values())


@contextmanager
def deployed(
    database: Database,
    peer: Peer,
    folder: Path,
    *,
    roles: Sequence[tuple[str, int]],
    settings: Mapping[str, str] | None = None,
) -> Iterator[Deployment]:
    """Run replicas while the block lasts and leave no process."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MISSING_COORD_")}
    environment = {
        **kept,
        "PYTHONPATH": str(ROOT),
        "MISSING_COORD_DATABASE_URL": plain(database.app_url),
        "MISSING_COORD_KAFKA": peer.servers,
        "MISSING_COORD_LOG_LEVEL": "warning",
        **(settings or {}),
    }
    deployment = Deployment(database=database, peer=peer, environment=environment, folder=folder)
    try:
        for role, count in roles:
            deployment.start(role, count)
        deployment.wait()
        yield deployment
    finally:
        for replica in deployment.replicas.values():
            if replica.process is not None:
                replica.end()
