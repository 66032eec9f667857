"""Kafka to committed state: notices a second against raw inserts, and how soon a browser hears of one."""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import httpx2
import psycopg

from missing_coord.contracts.topics import POLICE_NOTICES
from missing_coord.demo.scale import scale_notices, scale_register
from tests.broker.peer import Peer
from tests.browser.running_site import RunningSite, running_site
from tests.builders.kafka_house import consuming, groups_of
from tests.builders.road import feed, open_road
from tests.databases import Database, TestServer, plain
from tests.faults.deployment import deployed

CHILDREN = int(os.environ.get("BENCH_KAFKA_CHILDREN", "20000"))
NOTICES = int(os.environ.get("BENCH_KAFKA_NOTICES", "10000"))
RUNS = int(os.environ.get("BENCH_RUNS", "3"))
BATCH = 500
TABLES = (
    "intake_batches", "notices", "incidents", "episodes", "episode_incidents", "interviews", "interview_episodes",
    "outbox", "audit_trail",
)  # fmt: skip
RATES = ((10, 20), (100, 10))
Say = Callable[[str], object]


def throughput(say: Say, server: TestServer, peer: Peer) -> None:
    """Print notices a second from Kafka to committed state, and the same rows by raw batch inserts, side by side."""
    now = datetime.now(UTC)
    register = scale_register(CHILDREN, as_of=now)
    rows = [sent.row for sent in scale_notices(NOTICES, register, as_of=now - timedelta(minutes=5))]
    say(f"Kafka to committed state: {NOTICES:,} notices against {CHILDREN:,} children, batches of {BATCH}")
    ratios: dict[str, list[float]] = {"taken": [], "received": [], "written": []}
    for _ in range(RUNS):
        with server.migrated() as database:
            taken = asyncio.run(_taken(database, peer, register, rows))
            ratios["taken"].append(NOTICES / taken)
            ratios["received"].append(_raw_received(database, rows) / taken)
            ratios["written"].append(_raw_written(database) / taken)
    say(f"  notices a second: median {median(ratios['taken']):,.0f} of {[round(r) for r in ratios['taken']]}")
    say(
        f"  ratio to unnest inserts of the received rows alone: {median(ratios['received']):.3f} (target 0.5)"
    )
    say(
        f"  ratio to unnest inserts of every row that is written: {median(ratios['written']):.3f} (target 0.5)"
    )


async def _taken(
    database: Database, peer: Peer, register: list[dict[str, str]], rows: list[dict[str, str]]
) -> float:
    async with open_road(database, now=datetime.now(UTC)) as road:
        await feed(road, "children", register, chunk=500)
        await peer.forget_the_past()
        await peer.send_rows(POLICE_NOTICES, "police", rows, key="reference")
        began = time.perf_counter()
        async with consuming(peer.servers, groups_of(road, "police-notices")):
            await peer.until_read("missing-coord.police-notices", patience=600)
            return time.perf_counter() - began


def _raw_received(database: Database, rows: Sequence[dict[str, str]]) -> float:
    """Return the seconds for the received rows as text into one table with its primary key, batch by batch."""
    columns = sorted({name for row in rows for name in row})
    made = ", ".join(f"{name} text" for name in columns)
    with psycopg.connect(plain(database.owner_url)) as connection:
        connection.execute(f"create table raw_received (n bigint primary key, {made})".encode())
        connection.commit()
        values = [[str(number), *(row.get(name, "") for name in columns)] for number, row in enumerate(rows)]
        casts = ["n::bigint", *columns]
        return _insert(connection, "raw_received", ["n", *columns], casts, values)


def _raw_written(database: Database) -> float:
    """Return the seconds for all rows that intake wrote, into copies of the tables with their indexes."""
    seconds = 0.0
    with psycopg.connect(plain(database.admin_url)) as connection:
        for table in TABLES:
            found = connection.execute(
                "select column_name, case when data_type = 'ARRAY' then ltrim(udt_name, '_') || '[]' else udt_name end"
                " from information_schema.columns where table_schema = 'public' and table_name = %s"
                " and is_generated = 'NEVER' order by ordinal_position",
                [table],
            ).fetchall()
            names = [str(name) for name, _ in found]
            texts = ", ".join(f"{name}::text" for name in names)
            values = [list(row) for row in connection.execute(f"select {texts} from {table}".encode())]
            connection.execute(f"create table raw_{table} (like {table} including all)".encode())
            connection.commit()
            casts = [f"{name}::{kind}" for name, kind in found]
            seconds += _insert(connection, f"raw_{table}", names, casts, values)
    return seconds


def _insert(
    connection: psycopg.Connection[Any],
    table: str,
    names: Sequence[str],
    casts: Sequence[str],
    rows: Sequence[Sequence[Any]],
) -> float:
    """Insert rows in as many transactions as intake used, one `unnest` each; return the seconds."""
    if not rows:
        return 0.0
    arrays = ", ".join(["%s::text[]"] * len(names))
    statement = (
        f"insert into {table} ({', '.join(names)}) overriding system value select {', '.join(casts)}"
        f" from unnest({arrays}) as given ({', '.join(names)})"
    ).encode()
    size = max(1, len(rows) * BATCH // NOTICES)
    began = time.perf_counter()
    for start in range(0, len(rows), size):
        columns = [list(column) for column in zip(*rows[start : start + size], strict=True)]
        connection.execute(statement, columns)
        connection.commit()
    return time.perf_counter() - began


def latency(say: Say, server: TestServer, peer: Peer, folder: Path) -> None:
    """Print the time from produce to the event in the browser at several rates; the consumer is a process."""
    asyncio.run(peer.forget_the_past())
    with (
        server.migrated() as database,
        running_site(database) as site,
        deployed(database, peer, folder, roles=[("consume", 1)]),
    ):
        say("From produce to the browser's event, with everything planned and told by the consumer process")
        for rate, seconds in RATES:
            found = _latencies(site, peer, rate=rate, seconds=seconds)
            cuts = quantiles(found, n=20)
            say(
                f"  {rate:>3} notices a second for {seconds} s: p50 {median(found) * 1000:.0f} ms,"
                f" p95 {cuts[18] * 1000:.0f} ms (aim 1,000), {len(found)} of {rate * seconds} heard"
            )


def _latencies(site: RunningSite, peer: Peer, *, rate: int, seconds: int) -> list[float]:
    sent: dict[str, float] = {}
    heard: dict[str, float] = {}
    stop = threading.Event()
    reading = threading.Thread(target=_follow, args=(site, f"L{rate}-", heard, stop))
    reading.start()
    asyncio.run(_produce(site, peer, rate, seconds, sent))
    deadline = time.monotonic() + 30
    while len(heard) < len(sent) and time.monotonic() < deadline:
        time.sleep(0.05)
    stop.set()
    asyncio.run(_produce(site, peer, 1, 1, {}, prefix="last"))  # wakes the stream so that it ends
    reading.join(30)
    return [heard[name] - sent[name] for name in sent if name in heard]


async def _produce(
    site: RunningSite, peer: Peer, rate: int, seconds: int, sent: dict[str, float], *, prefix: str = ""
) -> None:
    from aiokafka import AIOKafkaProducer

    from tests.broker.peer import envelope

    async with AIOKafkaProducer(bootstrap_servers=peer.servers, acks="all") as producer:
        began = time.monotonic()
        for number in range(rate * seconds):
            await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
            name = f"{prefix or f'L{rate}-'}{number}"
            child = site.children[number % len(site.children)]
            row = {
                "force": "GMP",
                "reference": name,
                "message": "missing",
                "issued_at": datetime.now(UTC).isoformat(),
                **{key: child[key] for key in ("forename", "surname", "date_of_birth")},
            }
            sent[name] = time.monotonic()
            await producer.send_and_wait(POLICE_NOTICES, envelope("police", row), key=name.encode())


def _follow(site: RunningSite, prefix: str, heard: dict[str, float], stop: threading.Event) -> None:
    """Follow the stream as a page does, and look at each event which notices the page would find."""
    cookies = {"missing-coord": _session(site.database)}
    known = f"select raw->>'reference' from notices where raw->>'reference' like '{prefix}%'".encode()
    with (
        psycopg.connect(plain(site.database.admin_url), autocommit=True) as connection,
        httpx2.Client(base_url=site.address, cookies=cookies, timeout=60) as browser,
        browser.stream("GET", "/stream", params={"topic": "queue"}) as stream,
    ):
        for line in stream.iter_lines():
            if stop.is_set():
                return
            if line.startswith("event: queue"):
                at = time.monotonic()
                for (name,) in connection.execute(known):
                    heard.setdefault(name, at)


def _session(database: Database) -> str:
    token = secrets.token_urlsafe(32)
    digest = hashlib.sha256(token.encode()).hexdigest()
    with psycopg.connect(plain(database.admin_url), autocommit=True) as connection:
        connection.execute(
            "insert into sessions (token_hash, user_id, form_token, created_at, last_seen_at, expires_at)"
            " select %s, user_id, 'x', now(), now(), now() + interval '1 hour' from users where role = 'coordinator'"
            " limit 1",
            [digest],
        )
    return token
