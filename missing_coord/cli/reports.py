"""`report monthly`: the month's measures, each with numerator and denominator."""

from __future__ import annotations

import sys
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from missing_coord.cli.output import AsOf, Json, print_json, say
from missing_coord.cli.running import with_application, write_file

if TYPE_CHECKING:
    from missing_coord.bootstrap import Application
    from missing_coord.reporting.monthly import Report

reports = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


class Format(StrEnum):
    """The form of a report."""

    HTML = "html"
    CSV = "csv"
    XLSX = "xlsx"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(reports, name="report")


@reports.callback()
def report() -> None:
    """Write reports."""


@reports.command()
def monthly(
    month: Annotated[str, typer.Option(help="The month, such as 2026-10.")],
    form: Annotated[
        Format, typer.Option("--format", help="A page to print, rows, or a workbook.")
    ] = Format.HTML,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where to write it; else to stdout.")
    ] = None,
    as_of: AsOf = None,
    suppress_below: Annotated[int, typer.Option(min=0, help="Hide counts below this, for publication.")] = 0,
    as_json: Json = False,
) -> None:
    """Write the report of a month. As it was known at a time, by default now; the same again for the same time."""
    if form is Format.XLSX and output is None and not as_json:
        raise typer.BadParameter("a workbook needs a file: add -o FILE.xlsx")
    made = with_application(lambda app: _report(app, month, as_of))
    if as_json:
        print_json(asdict(made))
        return
    from missing_coord.reporting.documents import render

    content = render(made, format=form.value, suppress_below=suppress_below)
    if output is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    else:
        write_file(output, content)
        say(f"The report of {made.period.name} is in {output}.")


async def _report(app: Application, month: str, as_of: AsOf) -> Report:
    from missing_coord.domain.access import system_actor
    from missing_coord.reporting.monthly import read_report

    async with app.database.unit_of_work(system_actor("report")) as uow:
        return await read_report(uow, period=month, as_at=as_of or uow.now, council=app.settings.council)
