"""`demo seed`: fills an empty database with a synthetic council."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from missing_coord.cli.output import Json, print_json, progress_bar
from missing_coord.cli.running import complain, settings_now, with_application
from missing_coord.domain.plurals import plural

if TYPE_CHECKING:
    from missing_coord.bootstrap import Application
    from missing_coord.demo.marks import Size

demos = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(demos, name="demo")


@demos.callback()
def demo() -> None:
    """Try missing-coord on a synthetic council."""


@demos.command()
def seed(
    children: Annotated[int, typer.Option(min=20, max=20_000, help="Looked-after children.")] = 1250,
    months: Annotated[float, typer.Option(min=0.1, max=12, help="Months of history.")] = 3.0,
    number: Annotated[int, typer.Option("--seed", help="Another number invents another council.")] = 1,
    as_json: Json = False,
) -> None:
    """Fill an empty database with a synthetic council. Goes on where it stopped; refused where real data is."""
    from missing_coord.demo.marks import Size

    size = Size(children=children, months=months, seed=number)
    done = with_application(lambda app: seed_demo(app, size), settings=settings_now())
    if as_json:
        print_json(done)


async def seed_demo(app: Application, size: Size) -> dict[str, Any]:
    """Seed the demonstration of a database if it is not complete, and return what was done."""
    from missing_coord.cli.regular import RegularWork
    from missing_coord.demo.seed import Progress, begin, seed

    began = time.monotonic()
    begun, complete = await begin(app, size)
    if complete:
        complain(
            f"The synthetic council of {begun.as_of:%d %b %Y %H:%M} UTC is there already; nothing was seeded."
        )
        return {"as_of": begun.as_of, "seeded": False, "counts": {}, "seconds": 0.0}
    if begun.size != size:
        complain(
            f"Going on with the council that was begun here: {begun.size.children} looked-after children."
        )
    with progress_bar("Playing the past") as part:
        progress = Progress(stage=lambda words: complain(f"{words} ..."), part=part)
        seeded = await seed(
            app, begun, folder=app.settings.home / "demo", regular=RegularWork, progress=progress
        )
    seconds = round(time.monotonic() - began, 1)
    complain(_in_words(seeded.counts, seconds))
    return {"as_of": begun.as_of, "seeded": True, "counts": dict(seeded.counts), "seconds": seconds}


def _in_words(counts: Any, seconds: float) -> str:
    return (
        f"Seeded in {seconds:.0f} s: {plural(counts['children'], 'child')},"
        f" {plural(counts['notices accepted'], 'police notice')}, {plural(counts['offered'], 'interview')} offered,"
        f" {counts['held']} held, {plural(counts['patterns'], 'pattern')} raised."
    )
