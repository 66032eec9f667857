"""Months, weeks, days and years as options: what cannot be read is wrong use, and the option is named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated

import typer

from missing_coord.cli.output import FIRST_YEAR, LAST_YEAR, check_year


def day_option(text: str) -> date:
    """Read a day such as `2026-04-01`; raises typer.BadParameter."""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a day; write it as 2026-04-01") from None
    check_year(day.year, text)
    return day


def month_option(text: str) -> str:
    """Read a month such as `2026-10`; raises typer.BadParameter."""
    from missing_coord.reporting.periods import month_of

    return _read(text, lambda: month_of(text).value)


def week_option(text: str) -> str:
    """Read a week such as `2026-W45`; empty stays empty; raises typer.BadParameter."""
    from missing_coord.reporting.periods import week_of

    return _read(text, lambda: week_of(text).value) if text.strip() else ""


def _read(text: str, read: Callable[[], str]) -> str:
    from missing_coord.domain.errors import DomainError

    try:
        return read()
    except DomainError as error:
        raise typer.BadParameter(error.message.partition(": ")[2]) from None


def span_value(first: date, last: date) -> str:
    """Return days as the reports name them; raises typer.BadParameter when they are the wrong way round."""
    if last < first:
        raise typer.BadParameter(f"--to: {last} is before --from {first}")
    return f"{first}/{last}"


Month = Annotated[str, typer.Option(parser=month_option, metavar="MONTH", help="The month, such as 2026-10.")]
First = Annotated[
    date, typer.Option("--from", parser=day_option, metavar="DAY", help="The first day, such as 2026-04-01.")
]
Last = Annotated[date, typer.Option("--to", parser=day_option, metavar="DAY", help="The last day.")]
Year = Annotated[
    int,
    typer.Option(
        min=FIRST_YEAR,
        max=LAST_YEAR,
        help="The collection year by its end: 2026 is April 2025 to March 2026.",
    ),
]
