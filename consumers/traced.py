"""The trace of a batch: the child of the only trace that its messages carry, or linked to all of theirs."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager

from consumers.group import Record
from missing_coord.tracing import TRACEPARENT, span, tracing


def batch_span(consumer: str, records: Sequence[Record]) -> AbstractContextManager[None]:
    """Trace the work on a batch; one transaction for many notices has one trace, linked to each of theirs."""
    carried = list(dict.fromkeys(filter(None, map(traceparent_of, records)))) if tracing() else []
    parent = carried[0] if len(carried) == 1 else ""
    return span("take", parent=parent, links=() if parent else carried, consumer=consumer, count=len(records))


def traceparent_of(record: Record) -> str:
    """Return the trace context in the headers of a message; nothing when there is none or it is no text."""
    found = [value for name, value in record.headers if name == TRACEPARENT and value is not None]
    return found[-1].decode("ascii", errors="replace") if found else ""
