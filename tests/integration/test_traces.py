"""One notice followed from Kafka to the screen by its trace, and what reaches an OpenTelemetry collector."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from aiokafka import AIOKafkaProducer
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from missing_coord.contracts.topics import EPISODES, POLICE_NOTICES
from missing_coord.messaging.subscriptions import NOTICES
from missing_coord.tracing import configure_tracing, is_traceparent, span, traceparent
from missing_coord.web.screen_traces import ScreenTraces
from tests.broker.peer import Peer, envelope
from tests.builders.kafka_house import consuming, groups_of, relay_all
from tests.builders.road import open_road, rows_of
from tests.databases import Database

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SENT = f"00-{TRACE}-00f067aa0ba902b7-01"
NOTICE = {
    "force": "GMP",
    "reference": "2026-77",
    "message": "missing",
    "issued_at": "2026-05-31T20:00:00+00:00",
    "surname": "Example",
    "forename": "Robin",
}


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    stop = configure_tracing(None, role="test", exporter=exporter)
    yield exporter
    stop()


def _trace_of(each: ReadableSpan) -> str:
    assert each.context is not None
    return f"{each.context.trace_id:032x}"


@pytest.mark.kafka
async def test_one_notice_is_followed_from_its_message_to_the_reaction_and_the_screen(
    kafka: Peer, database: Database, spans: InMemorySpanExporter
) -> None:
    async with open_road(database) as road:
        screen = ScreenTraces(road.database)
        await screen.look()
        async with AIOKafkaProducer(bootstrap_servers=kafka.servers) as producer:
            await producer.send_and_wait(
                POLICE_NOTICES, envelope("police", NOTICE), headers=[("traceparent", SENT.encode())]
            )
        async with consuming(kafka.servers, groups_of(road, "police-notices", NOTICES)):
            await kafka.until_read("missing-coord.police-notices")
            await relay_all(road, kafka.servers)
            await kafka.until_read("missing-coord.notices")
        await screen.look()
        kept = {row["correlation_id"] for row in await rows_of(road, "select correlation_id from outbox")}
    assert all(is_traceparent(each) and TRACE in each for each in kept)
    found = [each for each in spans.get_finished_spans() if _trace_of(each) == TRACE]
    assert {"take", "relay", "react", "pages told"} <= {each.name for each in found}
    [take] = [
        each for each in found if each.name == "take" and each.attributes["consumer"] == "police-notices"
    ]
    assert take.parent is not None
    assert f"{take.parent.span_id:016x}" == SENT.split("-")[2]
    [sent, *_] = await kafka.read(EPISODES)
    assert dict(sent.headers)["traceparent"].decode() in kept
    said = str([(each.name, each.attributes, each.events) for each in found])
    assert "Example" not in said
    assert "Robin" not in said


@pytest.mark.kafka
async def test_a_batch_of_many_traces_is_linked_to_each_of_them(
    kafka: Peer, database: Database, spans: InMemorySpanExporter
) -> None:
    sent = [f"00-{number:032x}-{number:016x}-01" for number in range(1, 6)]
    async with AIOKafkaProducer(bootstrap_servers=kafka.servers) as producer:
        batch = [
            await producer.send(
                POLICE_NOTICES,
                envelope("police", {**NOTICE, "reference": each}),
                partition=0,
                headers=[("traceparent", each.encode())],
            )
            for each in sent
        ]
        await asyncio.gather(*batch)
    async with open_road(database) as road, consuming(kafka.servers, groups_of(road, "police-notices")):
        await kafka.until_read("missing-coord.police-notices")
    takes = [each for each in spans.get_finished_spans() if each.name == "take"]
    followed = {f"{link.context.trace_id:032x}" for each in takes for link in each.links}
    followed |= {_trace_of(each) for each in takes if each.parent is not None}
    assert followed == {each.split("-")[1] for each in sent}


async def test_without_being_asked_for_nothing_is_traced(database: Database) -> None:
    with span("take", parent=SENT):
        assert traceparent() == ""


class _Collector(BaseHTTPRequestHandler):
    """Takes spans as a collector does and keeps their names on the server."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        asked = ExportTraceServiceRequest.FromString(body)
        for resource in asked.resource_spans:
            for scope in resource.scope_spans:
                self.server.names.extend(each.name for each in scope.spans)  # type: ignore[attr-defined]
        self.server.paths.append(self.path)  # type: ignore[attr-defined]
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def test_spans_reach_a_collector_over_http_when_the_process_ends() -> None:
    server = HTTPServer(("127.0.0.1", 0), _Collector)
    server.names, server.paths = [], []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        stop = configure_tracing(f"http://127.0.0.1:{server.server_port}", role="relay")
        with span("relay", topic=EPISODES):
            pass
        stop()
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert server.names == ["relay"]  # type: ignore[attr-defined]
    assert server.paths == ["/v1/traces"]  # type: ignore[attr-defined]
