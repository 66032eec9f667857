"""Runs a command's work: settings, the application, signals, and one clear line when something is refused."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import typer

from missing_coord.domain.plurals import plural

if TYPE_CHECKING:
    from missing_coord.bootstrap import Application
    from missing_coord.settings import Settings

Answer = TypeVar("Answer")
DONE, FAILED, WRONG_USE, INTERRUPTED, TERMINATED = 0, 1, 2, 130, 143
POOL = 4


def settings_now() -> Settings:
    """Read the settings from the environment and send logs of note to stderr; raises SettingsError."""
    from missing_coord.settings import load_settings
    from missing_coord.telemetry import configure_logging

    settings = load_settings()
    configure_logging(level="debug" if settings.log_level == "debug" else "error")
    return settings


def with_application(
    work: Callable[[Application], Awaitable[Answer]], *, settings: Settings | None = None
) -> Answer:
    """Open the application, do the work and close it again, whatever happens."""
    chosen = settings or settings_now()

    async def opened() -> Answer:
        from missing_coord.bootstrap import open_application

        async with open_application(chosen, pool_size=POOL) as application:
            return await work(application)

    return run_async(opened)


def run_async(
    work: Callable[[], Coroutine[Any, Any, Answer]], *, terminated_with: int = TERMINATED
) -> Answer:
    """Run a coroutine so that Ctrl-C and SIGTERM let it clean up; they end the command with 130 and 143.

    What runs until it is told to stop ends with 0 instead (`terminated_with`), also while it is still starting.
    """
    terminated = False

    async def watched() -> Answer:
        nonlocal terminated
        task = asyncio.current_task()

        def terminate() -> None:
            nonlocal terminated
            terminated = True
            if task is not None:
                task.cancel()

        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, terminate)
        return await work()

    try:
        return asyncio.run(watched())
    except asyncio.CancelledError:
        if terminated:
            raise typer.Exit(terminated_with) from None
        raise


def complain(words: str) -> None:
    """Write one line to stderr."""
    print(words, file=sys.stderr)


def explain(error: Exception) -> tuple[str, int]:
    """Return the line that says what is wrong, and the exit code that goes with it."""
    from missing_coord.domain.errors import MissingCoordError
    from missing_coord.settings import SettingsError

    if isinstance(error, SettingsError):
        return f"Setting refused: {error}", WRONG_USE
    if isinstance(error, MissingCoordError):
        return str(error), FAILED
    if (said := _about_the_database(error)) is not None:
        return said, FAILED
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror or error}", FAILED
    return _unexpected(error), FAILED


def _about_the_database(error: Exception) -> str | None:
    kinds = {(each.__module__.partition(".")[0], each.__name__) for each in type(error).__mro__}
    if kinds & {("sqlalchemy", "OperationalError"), ("psycopg", "OperationalError")}:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines() or ["no reason was given"]
        return f"The database does not answer: {reason[0]}"
    return None


def _unexpected(error: Exception) -> str:
    """Name the kind and the place only: the words of an unforeseen error may quote a child's record."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}" if trace else "an unknown place"
    return (
        f"Stopped by an error that was not foreseen ({type(error).__name__} at {place}). What was said to be done is"
        " done. Please report this line; MISSING_COORD_LOG_LEVEL=debug shows more, personal data included."
    )


def write_file(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: a reader never meets half of it."""
    if path.exists() and not path.is_file():
        path.write_bytes(content)  # a device or a pipe
        return
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def put_csv(columns: Sequence[str], rows: Sequence[Sequence[str]], output: Path | None) -> None:
    """Write rows as CSV into a file, or to stdout without one; what a spreadsheet takes for a formula is made text."""
    from missing_coord.cli.output import say
    from missing_coord.reporting.spreadsheets import csv_of

    content = csv_of(columns, rows).encode()
    if output is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    else:
        write_file(output, content)
        say(f"{plural(len(rows), 'row')} written to {output}.")
