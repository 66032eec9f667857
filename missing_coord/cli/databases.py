"""`db`: brings the database up to date, checks it, saves it to a file and restores it from one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from missing_coord.cli.output import Json, print_json, say
from missing_coord.cli.running import FAILED, run_async, settings_now

if TYPE_CHECKING:
    from missing_coord.cli.backup import Server

Answer = TypeVar("Answer")
databases = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(databases, name="db")


@databases.callback()
def database() -> None:
    """Look after the database."""


@databases.command()
def upgrade(as_json: Json = False) -> None:
    """Bring the database to the newest schema. Does nothing when it is there already."""
    before, after = _with_server(_upgrade)
    if as_json:
        print_json({"before": before, "after": after})
    else:
        say(
            f"The database is at schema {after}"
            + (", as before." if before == after else f" (was: {before or 'none'}).")
        )


@databases.command()
def check(as_json: Json = False) -> None:
    """Say whether the database fits this release. Exits with 1 when not."""
    found = _with_server(_check)
    if as_json:
        print_json(found)
    else:
        _say_check(found)
    if not found["up_to_date"]:
        raise typer.Exit(FAILED)


@databases.command()
def backup(
    file: Annotated[Path, typer.Argument(help="A new file; it is made readable by you alone.")],
) -> None:
    """Save the whole database to a file. Also while in use; the file holds children's personal data."""
    from missing_coord.cli.backup import save

    size = _with_server(lambda server: save(server, file))
    say(
        f"Saved to {file} ({size / 1e6:.1f} MB). It holds personal data: keep it as safe as the database itself."
    )


@databases.command()
def restore(file: Annotated[Path, typer.Argument(help="A file that `db backup` wrote.")]) -> None:
    """Restore a saved database into an empty one. Brought up to date; refused where anything is."""
    from missing_coord.cli.backup import load

    _with_server(lambda server: load(server, file))
    say(f"Restored from {file}. `missing-coord verify` says whether everything is accounted for.")


def _say_check(found: dict[str, Any]) -> None:
    if found["fault"]:
        say(found["fault"])
    elif found["drift"]:
        say("The tables differ from what this release expects, though the schema's number is right:")
        for line in found["drift"]:
            say(f"  {line}")
    elif found["revision"] != found["newest"]:
        say(
            f"The database is at schema {found['revision']}, a later one than {found['newest']}, and can be used."
        )
    else:
        say(f"The database is at schema {found['revision']}, as this release needs it.")


def _upgrade(server: Server) -> tuple[str | None, str | None]:
    from missing_coord.storage import migrate

    before = migrate.current_layout(server.owner_url).revision
    migrate.upgrade(server.owner_url)
    return before, migrate.current_layout(server.owner_url).revision


def _check(server: Server) -> dict[str, Any]:
    from missing_coord.storage import migrate
    from missing_coord.storage.revisions import fault_of, newest_revision

    layout, newest = migrate.current_layout(server.owner_url), newest_revision()
    fault = fault_of(layout)
    drift = migrate.drift(server.owner_url) if layout.revision == newest and not fault else []
    return {
        "revision": layout.revision,
        "newest": newest,
        "fault": fault,
        "drift": drift,
        "up_to_date": not fault and not drift,
    }


def _with_server(work: Callable[[Server], Answer]) -> Answer:
    """Do blocking work on the database's server, which is kept running meanwhile and let go of afterwards."""
    settings = settings_now()

    async def opened() -> Answer:
        from missing_coord.cli.backup import open_server

        with open_server(settings) as server:
            return await asyncio.to_thread(work, server)

    return run_async(opened)
