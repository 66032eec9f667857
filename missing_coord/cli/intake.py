"""`ingest`: takes in files of one kind, in any order and as often as you like."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from missing_coord.cli.output import Json, print_json, print_table, progress_bar, say
from missing_coord.cli.running import FAILED, complain, settings_now, with_application
from missing_coord.contracts.decoding import shown_name
from missing_coord.domain.plurals import noun, plural

if TYPE_CHECKING:
    from missing_coord.bootstrap import Application

NOTHING = {"rows": 0, "accepted": 0, "duplicates": 0, "quarantined": 0, "seconds": 0.0}


class Kind(StrEnum):
    """What a file holds."""

    POLICE = "police"
    CHILDREN = "children"
    PLACEMENTS = "placements"
    WORKERS = "workers"
    ABSENCES = "absences"
    MISSING_LIST = "missing-list"
    SSDA903 = "ssda903"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(ingest)


def ingest(
    kind: Annotated[Kind, typer.Argument(help="What the files hold.")],
    files: Annotated[list[Path], typer.Argument(help="CSV, XLSX or JSON files, in any order.")],
    year: Annotated[
        int | None,
        typer.Option(min=2010, max=2099, help="Of SSDA903 files: the year in which the collection ends."),
    ] = None,
    part: Annotated[
        bool, typer.Option("--part", help="Of missing lists: not the whole list, so nobody has left it.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Take in files. A repeat changes nothing; a row that cannot be read is kept in quarantine with its reason."""
    settings = settings_now()
    done = with_application(
        lambda app: _ingest_all(app, kind.value, files, year=year, part=part), settings=settings
    )
    if as_json:
        print_json(done)
    else:
        _show(done)
    if any("refused" in each for each in done):
        raise typer.Exit(FAILED)


async def _ingest_all(app: Application, kind: str, files: list[Path], **given: Any) -> list[dict[str, Any]]:
    done: list[dict[str, Any]] = []
    for number, file in enumerate(files, start=1):
        try:
            done.append(await _ingest_one(app, kind, file, **given))
        except (asyncio.CancelledError, KeyboardInterrupt):
            complain(
                f"Stopped in {shown_name(file)}, file {number} of {len(files)}. What was read so far is kept; run"
                " the same command again to read the rest: what is in already counts as a duplicate."
            )
            raise
    return done


async def _ingest_one(app: Application, kind: str, file: Path, **given: Any) -> dict[str, Any]:
    from missing_coord.contracts.limits import FileRefused

    try:
        with progress_bar(shown_name(file)) as progress:
            return (await app.intake().ingest(file, kind, progress=progress, **given)).to_json()
    except FileRefused as error:
        reason = str(error)
    except OSError as error:
        reason = f"{shown_name(file)} cannot be read: {error.strerror or error}"
    complain(f"Refused: {reason}")
    return {"file": shown_name(file), **NOTHING, "refused": reason}


def _show(done: list[dict[str, Any]]) -> None:
    columns = ("file", "rows#", "accepted#", "duplicates#", "quarantined#", "seconds#")
    rows = [[each[column.rstrip("#")] for column in columns] for each in done if "refused" not in each]
    if rows:
        print_table("", columns, rows)
    if waiting := sum(each["quarantined"] for each in done):
        say(
            f"{plural(waiting, 'row')} could not be read and {noun(waiting, 'is')} kept whole, with the reason,"
            f" on the page"
            " /quarantine"
        )
