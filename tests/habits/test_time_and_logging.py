"""The time of day and the time zone come from one module each, and log lines are fixed sentences that name nobody."""

from __future__ import annotations

import ast
from collections.abc import Callable

from tests.habits.source_files import SourceFile, product_files

CLOCK = "missing_coord/domain/clock.py"
ZONE = "missing_coord/domain/london.py"
COMMANDS = "missing_coord/cli/"
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


def _where(is_meant: Callable[[ast.Call], bool], *, besides: str) -> list[str]:
    """Return the places of such calls in the product, besides those of one file or folder."""
    return [
        f"{source.name}:{call.lineno}"
        for source in product_files()
        if not source.name.startswith(besides)
        for call in _calls(source)
        if is_meant(call)
    ]


def test_only_the_clock_reads_the_time_of_day() -> None:
    assert _where(lambda call: _owner_and_name(call) in READS_THE_CLOCK, besides=CLOCK) == []


def test_only_one_module_names_the_time_zone() -> None:
    assert _where(lambda call: _is_called(call, "ZoneInfo"), besides=ZONE) == []


def test_log_events_are_fixed_sentences() -> None:
    composed = [
        f"{source.name}:{call.lineno}"
        for source in product_files()
        for call in _calls(source)
        if _is_log_call(call) and not (call.args and isinstance(call.args[0], ast.Constant))
    ]
    assert composed == []


def test_nothing_is_printed_outside_the_command_line() -> None:
    assert _where(lambda call: _is_called(call, "print"), besides=COMMANDS) == []


def _is_called(call: ast.Call, name: str) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id == name


def _is_log_call(call: ast.Call) -> bool:
    owner, name = _owner_and_name(call)
    return owner in LOGGERS and name in LOG_METHODS
