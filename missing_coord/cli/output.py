"""What commands print: JSON for programs, tables and bars for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from missing_coord.domain.london import LONDON

FIRST_YEAR, LAST_YEAR = 2000, 2100
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of a table.")]


def say(words: str = "") -> None:
    """Print a line."""
    print(words, flush=True)


def print_json(value: Any) -> None:
    """Print a value as JSON, times as ISO 8601."""
    print(json.dumps(value, indent=2, ensure_ascii=False, default=_plain))


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows as a table; columns whose name ends with `#` hold numbers."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title or None, title_justify="left", title_style="bold")
    for column in columns:
        number = column.endswith("#")
        table.add_column(column.rstrip("#"), justify="right" if number else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    Console(soft_wrap=False, width=None if sys.stdout.isatty() else 160).print(table)


@contextmanager
def progress_bar(words: str) -> Iterator[Callable[[int, int], None] | None]:
    """Lend a call that takes (done, whole), shown as a bar on a terminal; None where nobody is looking."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(words, total=None)
        yield lambda done, whole: progress.update(task, completed=done, total=whole)


def london(instant: datetime | None) -> str:
    """Return an instant as people here read it, such as `21 Nov 2026 14:02`."""
    return f"{instant.astimezone(LONDON):%d %b %Y %H:%M}" if instant else ""


def instant_option(text: str) -> datetime:
    """Read `--as-of`: ISO 8601 or dd/mm/yyyy HH:MM, in London time where it has no offset."""
    try:
        instant = datetime.fromisoformat(text.strip())
    except ValueError:
        instant = _as_in_files(text)
    check_year(instant.year, text)
    return (instant if instant.tzinfo else instant.replace(tzinfo=LONDON)).astimezone(UTC)


def check_year(year: int, text: str) -> None:
    """Refuse a year in which nothing of ours can have happened; raises typer.BadParameter, which names the option."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise typer.BadParameter(
            f"{text.strip()!r} is out of range; give a year from {FIRST_YEAR} to {LAST_YEAR}"
        )


def _as_in_files(text: str) -> datetime:
    from missing_coord.contracts.times import read_time

    try:
        instant, _ = read_time(text.strip())
    except ValueError as error:
        raise typer.BadParameter(f"{text!r}: {error}") from None
    if instant is None:
        raise typer.BadParameter("no time is given; such as 2026-11-21T14:00:00Z or 21/11/2026 14:00")
    return instant


AsOf = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        parser=instant_option,
        metavar="TIME",
        help="As at this time: 2026-11-21T14:00:00Z or '21/11/2026 14:00'.",
    ),
]


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, (set, frozenset, tuple)):
        return list(value)
    return str(value)
