"""`export`: the SSDA903 files, Annex A, the freedom-of-information nine, the safeguarding data set, yearly figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from missing_coord.cli import exports_matches
from missing_coord.cli.output import AsOf, Json, print_json, print_table, say
from missing_coord.cli.periods import First, Last, Year, day_option, span_value
from missing_coord.cli.running import FAILED, complain, put_csv, with_application

if TYPE_CHECKING:
    from missing_coord.bootstrap import Application
    from missing_coord.reporting.returns.collection import Files
    from missing_coord.reporting.returns.files import ReturnName, Sheet
    from missing_coord.reporting.returns.missing_rules import Fault

exports = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
Output = Annotated[Path | None, typer.Option("--output", "-o", help="Where to write it; else to stdout.")]
Below = Annotated[int, typer.Option(min=0, help="Hide counts below this; 0 hides nothing.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    exports_matches.register(exports)
    app.add_typer(exports, name="export")


@exports.callback()
def export() -> None:
    """Write returns for the Department, Ofsted and others."""


@exports.command("ssda903-missing")
def ssda903_missing(
    year: Year,
    output: Output = None,
    header: Annotated[Path | None, typer.Option(help="Write the Header file here too.")] = None,
    episodes: Annotated[Path | None, typer.Option(help="Write the Episodes file here too.")] = None,
    with_faults: Annotated[
        bool, typer.Option(help="Write the files even where a rule of the Department is broken.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Write the SSDA903 Missing file, checked against the Department's rules first; nothing leaves with a fault."""
    from missing_coord.reporting.returns.collection import EPISODE_COLUMNS, HEADER_COLUMNS, MISSING_COLUMNS
    from missing_coord.reporting.returns.missing_rules import check

    files = with_application(lambda app: _files(app, year))
    faults = check(files)
    _tell(faults, as_json)
    if faults and not with_faults:
        complain("Nothing was written. Correct the records, or add --with-faults.")
        raise typer.Exit(FAILED)
    for path, columns, rows in (
        (header, HEADER_COLUMNS, files.header or ()),
        (episodes, EPISODE_COLUMNS, files.episodes),
    ):
        if path is not None:
            put_csv(columns, [[row[name] for name in columns] for row in rows], path)
    if not as_json or output is not None:
        put_csv(MISSING_COLUMNS, [[row[name] for name in MISSING_COLUMNS] for row in files.missing], output)


@exports.command("ssda903-check")
def ssda903_check(
    year: Year,
    missing: Annotated[Path, typer.Option(help="The Missing file.")],
    header: Annotated[Path | None, typer.Option(help="The Header file.")] = None,
    episodes: Annotated[Path | None, typer.Option(help="The Episodes file.")] = None,
    last_year: Annotated[Path | None, typer.Option(help="Last year's Missing file.")] = None,
    as_json: Json = False,
) -> None:
    """Check SSDA903 files against the Department's rules on missing episodes; exit 1 when one is broken."""
    from missing_coord.reporting.returns.collection import MISSING_COLUMNS, Files, collection_of
    from missing_coord.reporting.returns.missing_rules import check

    files = Files(
        collection=collection_of(year),
        missing=_rows_of(missing, MISSING_COLUMNS),
        header=None if header is None else _rows_of(header, ("CHILD", "DOB")),
        episodes=_rows_of(episodes, ("CHILD", "DECOM", "DEC", "REC")),
        missing_last=_rows_of(last_year, MISSING_COLUMNS),
    )
    faults = check(files)
    _tell(faults, as_json)
    if faults:
        raise typer.Exit(FAILED)
    if not as_json:
        say("No rule on missing episodes is broken.")


def _rows_of(path: Path | None, needed: Sequence[str]) -> tuple[dict[str, str], ...]:
    """Read a file of the return; raises DomainError naming the column or the line that is not right."""
    from missing_coord.contracts.csv_rows import CsvRecord, csv_records
    from missing_coord.contracts.decoding import open_text
    from missing_coord.domain.errors import DomainError

    if path is None:
        return ()
    with open_text(path)[0] as text:
        records = csv_records(text)
        names = [name.strip().upper() for name in next(records, CsvRecord(line=1, cells=[])).cells]
        if absent := [name for name in needed if name not in names]:
            raise DomainError("column_missing", f"{path.name}: the column {', '.join(absent)} is missing.")
        rows = []
        for each in records:
            if each.trouble:
                raise DomainError("line_unreadable", f"{path.name}, line {each.line}: {each.trouble}.")
            cells = [*each.cells, *[""] * (len(names) - len(each.cells))]
            rows.append(dict(zip(names, cells, strict=False)))
    return tuple(rows)


async def _files(app: Application, year: int) -> Files:
    from missing_coord.domain.access import system_actor
    from missing_coord.reporting.returns.collection import collection_of
    from missing_coord.reporting.returns.ssda903 import ssda903_files

    async with app.database.unit_of_work(system_actor("export")) as uow:
        found = await ssda903_files(uow, collection_of(year), council=app.settings.council)
        uow.audit("exported", subject_type="return", subject_id=f"ssda903 {year}", rows=len(found.missing))
    return found


def _tell(faults: Sequence[Fault], as_json: bool) -> None:
    if as_json:
        print_json([asdict(fault) for fault in faults])
    elif faults:
        columns = ("Rule", "File", "Line#", "Child", "What is wrong")
        print_table(
            "Rules broken", columns, [(f.code, f.table, f.row + 2, f.child, f.message) for f in faults]
        )


@exports.command("annex-a")
def annex_a(
    as_of: Annotated[
        date,
        typer.Option(
            "--as-of", parser=day_option, metavar="DAY", help="The day of the list, such as 2026-10-31."
        ),
    ],
    output: Output = None,
) -> None:
    """Write the columns of Ofsted's Annex A list 8 that this service holds; a day means its end."""
    from missing_coord.reporting.returns.files import ReturnName

    columns, rows = with_application(lambda app: _sheet(app, ReturnName.ANNEX_A, day=as_of))
    put_csv(columns, rows, output)


@exports.command()
def foi(
    first: First, last: Last, output: Output = None, as_of: AsOf = None, suppress_below: Below = 5
) -> None:
    """Write the nine measures of the national freedom-of-information request, small numbers hidden."""
    from missing_coord.reporting.returns.files import ReturnName

    span_value(first, last)
    columns, rows = with_application(
        lambda app: _sheet(
            app, ReturnName.FOI, first=first, last=last, as_of=as_of, suppress_below=suppress_below
        )
    )
    put_csv(columns, rows, output)


@exports.command()
def safeguarding(first: First, last: Last, output: Output = None) -> None:
    """Write the missing table of the Standard Safeguarding Dataset: episodes that began in these days."""
    from missing_coord.reporting.returns.files import ReturnName

    span_value(first, last)
    columns, rows = with_application(lambda app: _sheet(app, ReturnName.SAFEGUARDING, first=first, last=last))
    put_csv(columns, rows, output)


@exports.command()
def yearly(year: Year, output: Output = None, suppress_below: Below = 5) -> None:
    """Write the figures of a collection year as the national statistics cut them, small numbers hidden."""
    from missing_coord.reporting.returns.files import ReturnName

    columns, rows = with_application(
        lambda app: _sheet(app, ReturnName.YEARLY, year=year, suppress_below=suppress_below)
    )
    put_csv(columns, rows, output)


async def _sheet(
    app: Application,
    name: ReturnName,
    *,
    as_of: datetime | None = None,
    suppress_below: int = 0,
    **about: Any,
) -> Sheet:
    from missing_coord.domain.access import system_actor
    from missing_coord.reporting.returns.files import Wanted, return_sheet

    async with app.database.unit_of_work(system_actor("export")) as uow:
        wanted = Wanted(
            council=app.settings.council, now=as_of or uow.now, suppress_below=suppress_below, **about
        )
        columns, rows = await return_sheet(uow, name, wanted)
        said = " to ".join(str(each) for each in about.values())
        uow.audit("exported", subject_type="return", subject_id=f"{name} {said}", rows=len(rows))
    return columns, rows
