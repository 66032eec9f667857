"""`report`: a month, week or span, a supplier's or provider's own page, the day, and reports frozen as first given."""

from __future__ import annotations

import sys
from dataclasses import asdict
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from missing_coord.cli.output import AsOf, Json, london, print_json, print_table, progress_bar, say
from missing_coord.cli.periods import First, Last, Month, span_value, week_option
from missing_coord.cli.running import with_application, write_file

if TYPE_CHECKING:
    from missing_coord.bootstrap import Application
    from missing_coord.reporting.monthly import Report, Subject
    from missing_coord.reporting.reading import Progress

reports = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


class Format(StrEnum):
    """The form of a report."""

    HTML = "html"
    PDF = "pdf"
    XLSX = "xlsx"
    CSV = "csv"


Form = Annotated[Format, typer.Option("--format", help="A page, a tagged PDF, a workbook, or rows.")]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="Where to write it; else to stdout.")]
Below = Annotated[int, typer.Option(min=0, help="Hide counts below this, for what leaves the service.")]
Supplier = Annotated[str, typer.Option(help="Only the interviews of this employer, as in workers.csv.")]
Provider = Annotated[str, typer.Option(help="Only placements with this provider, as in placements.csv.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(reports, name="report")


@reports.callback()
def report() -> None:
    """Write reports."""


@reports.command()
def monthly(
    month: Month,
    form: Form = Format.HTML,
    output: Output = None,
    as_of: AsOf = None,
    suppress_below: Below = 0,
    supplier: Supplier = "",
    provider: Provider = "",
    as_json: Json = False,
) -> None:
    """Write the report of a month. As it was known at a time, by default now; the same again for the same time."""
    _write(month, form, output, as_of, suppress_below, _subject(supplier, provider), as_json)


@reports.command()
def weekly(
    week: Annotated[
        str,
        typer.Option(
            parser=week_option,
            metavar="WEEK",
            help="The week, such as 2026-W45; by default the last whole one.",
        ),
    ] = "",
    form: Form = Format.HTML,
    output: Output = None,
    as_of: AsOf = None,
    suppress_below: Below = 0,
    supplier: Supplier = "",
    provider: Provider = "",
    as_json: Json = False,
) -> None:
    """Write the performance pack of a week, Monday to Sunday: the measures of the monthly report."""
    _write(week, form, output, as_of, suppress_below, _subject(supplier, provider), as_json)


@reports.command()
def span(
    first: First,
    last: Last,
    form: Form = Format.HTML,
    output: Output = None,
    as_of: AsOf = None,
    suppress_below: Below = 0,
    supplier: Supplier = "",
    provider: Provider = "",
    as_json: Json = False,
) -> None:
    """Write the same report for any days, such as a quarter; without a comparison with earlier ones."""
    _write(
        span_value(first, last), form, output, as_of, suppress_below, _subject(supplier, provider), as_json
    )


def _subject(supplier: str, provider: str) -> Subject:
    from missing_coord.reporting.monthly import EVERYBODY, About, Subject

    if supplier and provider:
        raise typer.BadParameter("give --supplier or --provider, not both")
    if supplier:
        return Subject(about=About.SUPPLIER, name=supplier)
    return Subject(about=About.PROVIDER, name=provider) if provider else EVERYBODY


def _write(
    period: str,
    form: Format,
    output: Path | None,
    as_of: AsOf,
    suppress_below: int,
    subject: Subject,
    as_json: bool,
) -> None:
    if form in (Format.XLSX, Format.PDF) and output is None and not as_json:
        raise typer.BadParameter(f"{form.value} needs a file: add -o FILE.{form.value}")
    with progress_bar("Reading") as progress:
        made = with_application(lambda app: _report(app, period, as_of, subject, progress))
    if as_json:
        print_json(asdict(made))
        return
    from missing_coord.reporting.documents import render

    content = render(made, format=form.value, suppress_below=suppress_below)
    _put(content, output, f"The report of {made.period.name} is in {output}.")


def _put(content: bytes, output: Path | None, words: str) -> None:
    if output is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    else:
        write_file(output, content)
        say(words)


async def _report(
    app: Application, period: str, as_of: AsOf, subject: Subject, progress: Progress | None
) -> Report:
    from missing_coord.domain.access import system_actor
    from missing_coord.domain.london import london_day
    from missing_coord.reporting.monthly import read_report
    from missing_coord.reporting.periods import week_holding

    async with app.database.unit_of_work(system_actor("report")) as uow:
        now = as_of or uow.now
        wanted = period or week_holding(london_day(now - timedelta(days=7))).value
        return await read_report(
            uow,
            period=wanted,
            as_at=now,
            council=app.settings.council,
            subject=subject,
            progress=progress,
        )


@reports.command()
def daily(as_of: AsOf = None, as_json: Json = False) -> None:
    """Say how things stand: who is missing, what is due today, what is over its time, what waits for a decision."""
    found = with_application(lambda app: _situation(app, as_of))
    if as_json:
        print_json(asdict(found))
        return
    say(found.in_words)
    print_table("", ("Measure", "Count#"), [(line.name, line.count) for line in found.lines])


async def _situation(app: Application, as_of: AsOf) -> Any:
    from missing_coord.domain.access import system_actor
    from missing_coord.reporting.situation import situation

    async with app.database.unit_of_work(system_actor("report")) as uow:
        return await situation(uow, now=as_of or uow.now)


@reports.command()
def freeze(month: Month, as_of: AsOf = None) -> None:
    """Keep the report of a month as it is now, with its rule version; what changes later is shown against it."""
    number = with_application(lambda app: _freeze(app, month, as_of))
    say(f"The report of {month} is kept as number {number}.")


async def _freeze(app: Application, month: str, as_of: AsOf) -> int:
    from missing_coord.domain.access import system_actor
    from missing_coord.reporting.frozen import keep
    from missing_coord.reporting.monthly import read_report

    async with app.database.unit_of_work(system_actor("report")) as uow:
        made = await read_report(uow, period=month, as_at=as_of or uow.now, council=app.settings.council)
        return await keep(uow, made, by="operator", now=uow.now)


@reports.command()
def frozen(
    number: Annotated[int | None, typer.Option(help="Write this one again, the same to the byte.")] = None,
    form: Form = Format.HTML,
    output: Output = None,
    suppress_below: Below = 0,
    as_json: Json = False,
) -> None:
    """List the kept reports with what was restated since, or write one of them as it was given."""
    if number is not None:
        kept = with_application(lambda app: _kept(app, number))
        from missing_coord.reporting.documents import render

        _put(render(kept, format=form.value, suppress_below=suppress_below), output, f"It is in {output}.")
        return
    rows = with_application(_restated)
    if as_json:
        print_json(rows)
        return
    print_table(
        "Kept reports",
        ("Number#", "Period", "As at", "Kept by", "Rules", "Restated since"),
        [
            (r["number"], r["period"], london(r["as_at"]), r["kept_by"], r["rules"], len(r["restated"]))
            for r in rows
        ],
    )
    for row in rows:
        for line in row["restated"]:
            say(f"{row['period']}: {line['name']}: {line['before']} -> {line['now']}")


async def _kept(app: Application, number: int) -> Report:
    from missing_coord.domain.access import system_actor
    from missing_coord.reporting.frozen import kept_report

    async with app.database.unit_of_work(system_actor("report")) as uow:
        return (await kept_report(uow, number)).report


async def _restated(app: Application) -> list[dict[str, Any]]:
    from missing_coord.domain.access import system_actor
    from missing_coord.reporting.frozen import kept_reports, restated
    from missing_coord.reporting.monthly import read_report

    found = []
    async with app.database.unit_of_work(system_actor("report")) as uow:
        for each in await kept_reports(uow):
            now = await read_report(
                uow, period=each.report.period.value, as_at=uow.now, council=app.settings.council
            )
            found.append(
                {
                    "number": each.number,
                    "period": each.report.period.value,
                    "as_at": each.report.as_at,
                    "kept_by": each.kept_by,
                    "rules": each.report.rules_version,
                    "restated": [asdict(line) for line in restated(each.report, now)],
                }
            )
    return found
