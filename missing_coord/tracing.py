"""Traces that follow one notice from Kafka to the screen; nothing is loaded or done unless they are asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from missing_coord.settings import SettingsError
from missing_coord.telemetry import ALLOWED_FIELDS

TRACEPARENT = "traceparent"
"""The name of the W3C trace context in a message's headers and as an attribute of its envelope."""
MOST_LINKS = 128
_FORM = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_tracer: Any = None


def is_traceparent(text: str) -> bool:
    """Say whether a text is a W3C trace context."""
    return _FORM.fullmatch(text) is not None


def tracing() -> bool:
    """Say whether traces are asked for."""
    return _tracer is not None


def configure_tracing(address: str | None, *, role: str, exporter: Any = None) -> Callable[[], None]:
    """Send spans to an OTLP collector over HTTP, or to the exporter of a test; return what sends the last and stops.

    Raises SettingsError when an address is set and OpenTelemetry is not installed.
    """
    global _tracer
    if address is None and exporter is None:
        return lambda: None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor
    except ImportError as error:
        raise SettingsError(
            "MISSING_COORD_OTLP_URL is set: install missing-coord[traces], which brings OpenTelemetry"
        ) from error
    provider = TracerProvider(resource=Resource.create({"service.name": f"missing-coord-{role}"}))
    if exporter is not None:
        provider.add_span_processor(SimpleSpanProcessor(exporter))
    else:
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{address}/v1/traces")))
    _tracer = provider.get_tracer("missing_coord")

    def stop() -> None:
        global _tracer
        _tracer = None
        provider.shutdown()

    return stop


@contextmanager
def span(name: str, *, parent: str = "", links: Sequence[str] = (), **fields: object) -> Iterator[None]:
    """Trace what the block does, as a child of `parent` or of the span around it; fields are those of logs."""
    if _tracer is None:
        yield
        return
    from opentelemetry.trace import Link

    with _tracer.start_as_current_span(
        name,
        context=_context(parent) if is_traceparent(parent) else None,
        links=[Link(_span_context(each)) for each in links[:MOST_LINKS] if is_traceparent(each)],
        attributes={key: str(value) for key, value in fields.items() if key in ALLOWED_FIELDS},
        record_exception=False,  # its words may quote a notice
        set_status_on_exception=False,
    ):
        yield


def traceparent() -> str:
    """Return the trace context of the present span, as it travels in messages; nothing without one."""
    if _tracer is None:
        return ""
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    carrier: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(carrier)
    return carrier.get(TRACEPARENT, "")


def _context(parent: str) -> Any:
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    return TraceContextTextMapPropagator().extract({TRACEPARENT: parent})


def _span_context(parent: str) -> Any:
    from opentelemetry.trace import get_current_span

    return get_current_span(_context(parent)).get_span_context()
