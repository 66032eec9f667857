"""`reconcile`: the police's notices against the council's own list, for a day or a month."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from missing_coord.cli.output import Json, print_json, print_table, say
from missing_coord.cli.running import with_application, write_file

if TYPE_CHECKING:
    from missing_coord.bootstrap import Application
    from missing_coord.domain.cross_reference import Compared, Line
    from missing_coord.storage.views.cross_reference import CrossReference


class Format(StrEnum):
    """The form of an exported cross-reference."""

    CSV = "csv"
    XLSX = "xlsx"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(reconcile)


def reconcile(
    date: Annotated[str, typer.Option(help="The day, such as 2026-11-21; by default today.")] = "",
    month: Annotated[str, typer.Option(help="A whole month instead, such as 2026-11.")] = "",
    form: Annotated[Format | None, typer.Option("--format", help="Rows, or a workbook.")] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write it to a file: .csv or .xlsx.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Compare police notices with the council's own missing list: in both, one only, or disagreeing."""
    if date and month:
        raise typer.BadParameter("give --date or --month, not both")
    wanted = _format(form, output)
    if wanted is Format.XLSX and output is None:
        raise typer.BadParameter("a workbook needs a file: add -o FILE.xlsx")
    made = with_application(lambda app: _made(app, date, month))
    if output is not None or wanted is not None:
        _export(made, wanted or Format.CSV, output)
    elif as_json:
        from missing_coord.reporting.cross_reference import as_json as shape

        print_json(shape(made.compared, period=made.period, known_at=made.known_at))
    else:
        _print(made)


def _format(form: Format | None, output: Path | None) -> Format | None:
    if form is None and output is not None and output.suffix.lower() == ".xlsx":
        return Format.XLSX
    return form


async def _made(app: Application, date: str, month: str) -> CrossReference:
    from missing_coord.domain.access import system_actor
    from missing_coord.domain.errors import DomainError
    from missing_coord.reporting.cross_reference import period_of
    from missing_coord.storage.views.cross_reference import cross_reference_of

    async with app.database.unit_of_work(system_actor("command line")) as uow:
        try:
            period = period_of(day=date, month=month, now=uow.now)
        except DomainError as error:
            raise typer.BadParameter(error.message) from None
        return await cross_reference_of(uow, period)


def _export(made: CrossReference, form: Format, output: Path | None) -> None:
    import sys

    from missing_coord.reporting.cross_reference import render_csv, render_xlsx

    if form is Format.CSV:
        content = render_csv(made.compared, made.period)
    else:
        content = render_xlsx(made.compared, made.period, known_at=made.known_at)
    if output is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    write_file(output, content)
    say(f"The cross-reference of {made.period.name} is in {output}.")


def _print(made: CrossReference) -> None:
    from missing_coord.domain.cross_reference_words import STANDING_NAMES
    from missing_coord.reporting.cross_reference import counts_of

    columns = ("standing", "differs in", "child", "police", "council", "what next")
    rows = [_row(line) for line in made.compared.lines if line.standing != "in_both"]
    print_table(f"Police notices against the council's list, {made.period.name}", columns, rows)
    counts = counts_of(made.compared)
    said = ", ".join(f"{name.lower()}: {counts[standing.value]}" for standing, name in STANDING_NAMES.items())
    say(f"{said}{_outside(made.compared)}")


def _outside(compared: Compared) -> str:
    number = len(compared.outside)
    return f"; on no such list anyway (home and other authorities' children): {number}" if number else ""


def _row(line: Line) -> tuple[str, ...]:
    from missing_coord.domain.cross_reference_words import DIFFERENCE_NAMES, STANDING_NAMES, next_step
    from missing_coord.reporting.cross_reference import references_of, side_words

    police = " ".join((*references_of(line), side_words(line.police)))
    differences = ", ".join(DIFFERENCE_NAMES[each] for each in line.differences)
    return (
        STANDING_NAMES[line.standing],
        differences,
        line.child_id,
        police,
        side_words(line.council),
        next_step(line),
    )
