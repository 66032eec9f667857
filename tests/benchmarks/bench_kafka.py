"""Kafka to committed state: notices a second against raw inserts, and how soon a browser hears of one."""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles

import httpx2
import psycopg

from missing_coord.contracts.topics import POLICE_NOTICES
from missing_coord.demo.scale import scale_notices, scale_register
from missing_coord.messaging.files import CHUNK
from tests.benchmarks.raw_inserts import TABLES, Written, raw_inserts
from tests.broker.peer import Peer
from tests.browser.running_site import RunningSite, running_site
from tests.builders.road import feed, open_road
from tests.databases import Database, TestServer, plain
from tests.faults.deployment import deployed

CHILDREN = int(os.environ.get("BENCH_KAFKA_CHILDREN", "20000"))
NOTICES = int(os.environ.get("BENCH_KAFKA_NOTICES", "40000"))
RUNS = int(os.environ.get("BENCH_RUNS", "5"))
RATES = ((10, 20), (100, 10))
SETTLED_SECONDS = 5
"""After which Kafka has given each of several consumers its partitions."""
Say = Callable[[str], object]


def throughput(say: Say, server: TestServer, peer: Peer, folder: Path) -> None:
    """Print notices a second from Kafka to committed state, and the same rows by raw batch inserts, side by side."""
    now = datetime.now(UTC)
    register = scale_register(CHILDREN, as_of=now)
    rows = [sent.row for sent in scale_notices(NOTICES, register, as_of=now - timedelta(days=2))]
    say(
        f"Kafka to committed state: {NOTICES:,} notices against {CHILDREN:,} children, transactions of {CHUNK}"
    )
    for processes in (1, 2):
        ours: list[float] = []
        raw: list[Written] = []
        for number in range(RUNS):
            with server.migrated() as database:
                ours.append(
                    _rate(database, peer, folder / f"{processes}-{number}", register, rows, processes)
                )
                raw.append(asyncio.run(raw_inserts(database, rows, batches=NOTICES // CHUNK)))
        _say_shares(say, processes, ours, raw)


def _say_shares(say: Say, processes: int, ours: list[float], raw: list[Written]) -> None:
    say(
        f"  {processes} consumer process(es): median {median(ours):,.0f} notices a second of"
        f" {[round(rate) for rate in ours]}; {median(each.rows for each in raw) / NOTICES:.1f} rows for each notice in"
        f" {len(TABLES)} tables"
    )
    say("    our rate as a share of raw asyncpg unnest inserts, one connection, as many transactions:")
    for words, part in (
        ("of the same rows into the same tables (target 0.5)", "tables"),
        ("of the same rows into copies of the tables without foreign keys and triggers", "copies"),
        ("of the received rows alone into a bare table", "received"),
    ):
        theirs = [NOTICES / getattr(each, part) for each in raw]
        shares = [own / other for own, other in zip(ours, theirs, strict=True)]
        say(
            f"      {median(shares):.2f} of {[round(each, 2) for each in shares]}, theirs"
            f" {median(theirs):,.0f} notices a second: {words}"
        )


def _rate(
    database: Database,
    peer: Peer,
    folder: Path,
    register: list[dict[str, str]],
    rows: list[dict[str, str]],
    processes: int,
) -> float:
    """Return the notices a second from the moment at which waiting consumers may begin to the last commit."""
    folder.mkdir()
    asyncio.run(_load(database, peer, register))
    with (
        deployed(database, peer, folder, roles=[("police", processes)]),
        psycopg.connect(plain(database.admin_url), autocommit=True) as watcher,
    ):
        time.sleep(SETTLED_SECONDS)
        with psycopg.connect(plain(database.admin_url)) as gate:
            gate.execute("lock table intake_batches in share row exclusive mode")
            asyncio.run(peer.send_rows(POLICE_NOTICES, "police", rows, key="reference"))
            before = _taken(watcher)
            began = time.perf_counter()
        while _taken(watcher) < len(rows):
            time.sleep(0.05)
        seconds = time.perf_counter() - began
        asyncio.run(peer.until_read("missing-coord.police-notices"))
    return (len(rows) - before) / seconds


def _taken(watcher: psycopg.Connection[tuple[int]]) -> int:
    row = watcher.execute(
        "select coalesce(sum(rows), 0) from intake_batches where kind = 'police'"
    ).fetchone()
    assert row is not None
    return row[0]


async def _load(database: Database, peer: Peer, register: list[dict[str, str]]) -> None:
    async with open_road(database, now=datetime.now(UTC)) as road:
        await feed(road, "children", register, chunk=500)
    await peer.forget_the_past()


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
