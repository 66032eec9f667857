"""A child's name cannot reach the log, by whatever road it is sent there."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from missing_coord.telemetry import configure_logging, dropped_fields, logger

CANARY = "Zyxwena Quillfeather"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Collect what is logged, and leave logging as it was."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    stream = io.StringIO()
    configure_logging(level="debug", stream=stream)
    dropped_fields.clear()
    yield stream
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


def test_an_allowed_reference_is_written_as_json(log: io.StringIO) -> None:
    logger("intake").info("notice stored", notice_id="n-1", duration_ms=12, outcome="accepted")
    line = json.loads(log.getvalue())
    assert line["event"] == "notice stored"
    assert (line["source"], line["notice_id"], line["duration_ms"]) == ("intake", "n-1", 12)
    assert line["timestamp"].endswith("Z")


@pytest.mark.parametrize(
    "field", ["name", "surname", "address", "body", "circumstances", "row", "forename", "detail"]
)
def test_a_field_that_no_list_allows_is_dropped_and_counted(log: io.StringIO, field: str) -> None:
    logger("intake").warning("notice quarantined", notice_id="n-1", **{field: CANARY})
    assert CANARY not in log.getvalue()
    assert "n-1" in log.getvalue()
    assert dropped_fields[field] == 1


def test_a_structure_or_a_narrative_in_an_allowed_field_is_dropped(log: io.StringIO) -> None:
    logger("intake").info("notice stored", notice_id={"surname": CANARY}, episode_id=f"{CANARY} " * 20)
    assert CANARY not in log.getvalue()
    assert dropped_fields == {"notice_id": 1, "episode_id": 1}


def test_bound_context_is_filtered_too(log: io.StringIO) -> None:
    with structlog.contextvars.bound_contextvars(child=CANARY, request_id="r-1"):
        logger("web").info("page served")
    assert CANARY not in log.getvalue()
    assert "r-1" in log.getvalue()


def test_an_exception_is_named_but_its_words_are_not_repeated(log: io.StringIO) -> None:
    try:
        raise ValueError(f"no such child: {CANARY}")
    except ValueError:
        logger("intake").exception("notice failed")
    line = json.loads(log.getvalue())
    assert line["error_type"].startswith("ValueError at ")
    assert CANARY not in log.getvalue()


def test_a_library_cannot_log_a_name_either(log: io.StringIO) -> None:
    library = logging.getLogger("some.library")
    library.warning("could not send to %s", CANARY)
    library.warning(f"could not send to {CANARY}")
    try:
        raise KeyError(CANARY)
    except KeyError:
        library.exception("task failed for %s", CANARY)
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert [line["source"] for line in lines] == ["some.library"] * 3
    assert lines[0]["event"] == "could not send to %s"
    assert lines[2]["error_type"].startswith("KeyError")
    assert CANARY not in log.getvalue()


def test_a_terminal_gets_readable_lines_with_the_same_fields_only() -> None:
    class Terminal(io.StringIO):
        """A stream that says it is a terminal."""

        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    configure_logging(stream=terminal)
    logger("intake").info("notice stored", notice_id="n-1", surname=CANARY)
    structlog.reset_defaults()
    logging.getLogger().handlers.clear()
    assert "notice stored" in terminal.getvalue()
    assert not terminal.getvalue().startswith("{")
    assert CANARY not in terminal.getvalue()
