"""`watchdog`, `proof`: whether everything is alive, looked at from outside of the scheduler, and the nightly proof."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from missing_coord.cli.output import Json, london, print_json, say
from missing_coord.cli.running import FAILED, with_application

if TYPE_CHECKING:
    from missing_coord.bootstrap import Application
    from missing_coord.services.watchdog import Quiet


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(watchdog)
    app.command()(proof)


def watchdog(
    every: Annotated[
        int, typer.Option(min=0, help="Look again every so many seconds; 0: look once and exit.")
    ] = 0,
    as_json: Json = False,
) -> None:
    """Tell when something has gone quiet. Ticks, relay and messages, from a process of its own."""
    quiet = with_application(lambda app: _watch(app, every))
    if as_json:
        print_json({"quiet": [{"part": each.part, "last_at": each.last_at} for each in quiet]})
    for each in [] if as_json else quiet:
        last = london(each.last_at) if each.last_at else "never"
        say(f"quiet: {each.part} (last: {last}; allowed {each.allowed})")
    if not quiet and not as_json:
        say("Nothing is quiet.")
    if quiet:
        raise typer.Exit(FAILED)


async def _watch(app: Application, every: int) -> list[Quiet]:
    from missing_coord.cli.regular import RegularWork

    work = RegularWork(app)
    begun = app.clock.now()
    found = await work.quiet()
    while every:
        await asyncio.sleep(every)
        found = await work.quiet(since=begun)
    return found


def proof() -> None:
    """Make the nightly proof now. One line, kept with its evidence; exit 1 when it does not balance."""
    line = with_application(_proof)
    say(line)
    if not line.endswith(": balanced"):
        raise typer.Exit(FAILED)


async def _proof(app: Application) -> str:
    from missing_coord.cli.regular import RegularWork

    return await RegularWork(app).prove()
