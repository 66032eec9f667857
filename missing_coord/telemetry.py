"""Logs that cannot carry a child's name: only fields on the allow-list are written, the rest are counted."""

from __future__ import annotations

import logging
import sys
import types
from collections import Counter
from collections.abc import MutableMapping
from typing import TextIO, cast

import structlog
from prometheus_client import Counter as Metric
from structlog.typing import EventDict, FilteringBoundLogger, Processor, WrappedLogger

# References, times, counts and names of our own parts. Never a person's name, address, telephone or words.
ALLOWED_FIELDS = frozenset(
    {
        "accepted",
        "api_key_id",
        "as_of",
        "attempt",
        "attempts",
        "audit_id",
        "causation_id",
        "channel",
        "child_id",
        "code",
        "commit",
        "consumer",
        "correlation_id",
        "count",
        "delivery_id",
        "due_at",
        "duplicates",
        "duration_ms",
        "episode_id",
        "error_type",
        "event_id",
        "event_type",
        "fired",
        "group",
        "host",
        "interview_id",
        "job",
        "level",
        "message_id",
        "method",
        "notice_id",
        "offset",
        "outcome",
        "partition",
        "port",
        "quarantined",
        "reason_code",
        "request_id",
        "revision",
        "role",
        "route",
        "rows",
        "seconds",
        "signal",
        "slot_at",
        "source",
        "status",
        "step",
        "subscription",
        "table",
        "timestamp",
        "topic",
        "user_id",
        "version",
        "worker_id",
    }
)
LONGEST_VALUE = 200  # characters; a reference is shorter, a narrative is not
PLAIN_TYPES = (int, float, bool, type(None))

DROPPED_TOTAL = Metric("missing_coord_log_fields_dropped", "Log fields left out because no list allows them")
dropped_fields: Counter[str] = Counter()


def configure_logging(*, level: str = "info", stream: TextIO | None = None) -> None:
    """Send structlog and the standard library's logging to one stream: JSON lines unless it is a terminal."""
    output = stream or sys.stderr
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[*_common(), _renderer(output)],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(file=output),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(output)
    handler.setFormatter(_LibraryFormatter(_renderer(output)))
    logging.basicConfig(level=max(number, logging.WARNING), handlers=[handler], force=True)


def logger(name: str) -> FilteringBoundLogger:
    """Return a logger; its event must be a fixed sentence, and what varies goes into allowed fields."""
    return cast(FilteringBoundLogger, structlog.get_logger().bind(source=name))


def keep_allowed_fields(_: WrappedLogger, __: str, event: EventDict) -> MutableMapping[str, object]:
    """Keep the fields on the allow-list whose values are short and plain; count the others by name."""
    kept: dict[str, object] = {}
    for key, value in event.items():
        if key == "event":
            kept[key] = value if _fixed_sentence(value) else "(event text left out)"
        elif key in ALLOWED_FIELDS and _plain(value):
            kept[key] = value if isinstance(value, PLAIN_TYPES) else str(value)
        else:
            _count_dropped(key)
    return kept


def name_the_error(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Replace an exception by the name of its class and its place: its words may quote a notice."""
    problem = event.pop("exc_info", None)
    error = sys.exc_info()[1] if problem is True else problem[1] if isinstance(problem, tuple) else problem
    if isinstance(error, BaseException):
        event["error_type"] = f"{type(error).__name__} at {_place(error.__traceback__)}"
    return event


def _common() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        name_the_error,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        keep_allowed_fields,
    ]


def _renderer(stream: TextIO) -> Processor:
    if stream.isatty():
        return structlog.dev.ConsoleRenderer()
    return structlog.processors.JSONRenderer(sort_keys=True)


def _plain(value: object) -> bool:
    return isinstance(value, PLAIN_TYPES) or (
        not isinstance(value, (dict, list, tuple, set, bytes)) and len(str(value)) <= LONGEST_VALUE
    )


def _fixed_sentence(event: object) -> bool:
    return isinstance(event, str) and len(event) <= LONGEST_VALUE


def _count_dropped(key: str) -> None:
    dropped_fields[key if key.isidentifier() and len(key) <= 40 else "(unreadable)"] += 1
    DROPPED_TOTAL.inc()


def _place(trace: types.TracebackType | None) -> str:
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "unknown"
    module = trace.tb_frame.f_globals.get("__name__", "unknown")
    return f"{module}:{trace.tb_lineno}"


class _LibraryFormatter(logging.Formatter):
    """Writes what libraries log: which one and how grave, and the message before its arguments are put in."""

    def __init__(self, renderer: Processor) -> None:
        super().__init__()
        self.renderer = renderer

    def format(self, record: logging.LogRecord) -> str:
        event: EventDict = {
            "event": str(record.msg) if record.args else f"a message of {record.name}",
            "level": record.levelname.lower(),
            "source": record.name,
            "exc_info": record.exc_info,
        }
        for step in (
            name_the_error,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            keep_allowed_fields,
        ):
            event = cast(EventDict, step(None, "", event))
        return str(self.renderer(None, "", event))
