"""The time of day comes from one module, and log lines are fixed sentences without anybody's name in them."""

from __future__ import annotations

import ast

from tests.habits.source_files import SourceFile, product_files

CLOCK = "missing_coord/domain/clock.py"
READS_THE_CLOCK = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today")}
LOG_METHODS = {"debug", "info", "warning", "error", "exception", "critical"}
LOGGERS = {"log", "logger", "_log", "_logger", "LOG", "LOGGER"}


def _calls(source: SourceFile) -> list[ast.Call]:
    return [node for node in ast.walk(source.tree) if isinstance(node, ast.Call)]


def _owner_and_name(call: ast.Call) -> tuple[str, str]:
    if not isinstance(call.func, ast.Attribute):
        return ("", "")
    owner = call.func.value
    name = owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""
    return (name, call.func.attr)


def test_only_the_clock_reads_the_time_of_day() -> None:
    readers = [
        f"{source.name}:{call.lineno}"
        for source in product_files()
        if source.name != CLOCK
        for call in _calls(source)
        if _owner_and_name(call) in READS_THE_CLOCK
    ]
    assert readers == []


def test_log_events_are_fixed_sentences() -> None:
    composed = [
        f"{source.name}:{call.lineno}"
        for source in product_files()
        for call in _calls(source)
        if _is_log_call(call) and not (call.args and isinstance(call.args[0], ast.Constant))
    ]
    assert composed == []


def test_nothing_is_printed_outside_the_command_line() -> None:
    printing = [
        f"{source.name}:{call.lineno}"
        for source in product_files()
        if not source.name.startswith("missing_coord/cli/")
        for call in _calls(source)
        if isinstance(call.func, ast.Name) and call.func.id == "print"
    ]
    assert printing == []


def _is_log_call(call: ast.Call) -> bool:
    owner, name = _owner_and_name(call)
    return owner in LOGGERS and name in LOG_METHODS
