"""`import-history`: brings over a council's past episodes and interviews, with a balance that must add up."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from missing_coord.cli.output import Json, print_json, print_table, progress_bar, say
from missing_coord.cli.running import FAILED, settings_now, with_application
from missing_coord.domain.plurals import noun, plural

if TYPE_CHECKING:
    from missing_coord.bootstrap import Application
    from missing_coord.importing import Imported

SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="import-history")(import_history)


def import_history(
    files: Annotated[
        list[Path], typer.Argument(help="CSV, XLSX or JSON files of past episodes and interviews.")
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would come of it; keep nothing.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Bring over past episodes and interviews. No clock, alert or message starts; ends with 1 unless it balances."""
    done = with_application(lambda app: _import(app, files, dry_run), settings=settings_now())
    if as_json:
        print_json(done.to_json())
    else:
        _show(done)
    if not done.balance.balanced:
        raise typer.Exit(FAILED)


async def _import(app: Application, files: list[Path], dry_run: bool) -> Imported:
    from missing_coord.domain.access import system_actor
    from missing_coord.importing import import_history, rehearse_import

    if dry_run:
        return await rehearse_import(app, files)
    with progress_bar("Bringing the earlier records over") as progress:
        return await import_history(
            app, files, actor=system_actor("import of earlier records"), watch=lambda file: progress
        )


def _show(done: Imported) -> None:
    found = done.to_json()
    print_table(
        "Rows", ("in the files#", "taken in#", "known already#", "quarantined#"),
        [[found[name] for name in ("rows", "taken", "known", "quarantined")]],
    )  # fmt: skip
    print_table(
        "Past episodes by month", ("month", "in the files#", "held#", "same as one known#"),
        [[m["month"], m["in_files"], m["held"], m["same_as_known"]] for m in found["months"]],
    )  # fmt: skip
    episodes, interviews, children = found["episodes"], found["interviews"], found["children"]
    say(
        f"Missing episodes of {noun(children['in_files'], 'this', 'these')}"
        f" {plural(children['in_files'], 'child')}: {episodes['before']} before,"
        f" {episodes['new']} new, {episodes['joined']} joined to others, {episodes['after']} after."
        f" Past interviews: {interviews['in_files']} in the files, {interviews['new']} new."
    )
    _show_faults(found["faults"])
    for problem in found["problems"]:
        say(f"Does not balance: {problem}")
    say(_verdict(done))


def _show_faults(faulty: list[dict[str, Any]]) -> None:
    for each in faulty[:SHOWN]:
        say(f"{each['file']}, line {each['line']}: {'; '.join(each['faults'])}")
    if len(faulty) > SHOWN:
        say(
            f"... and {plural(len(faulty) - SHOWN, 'more row')}; each is on the page /quarantine with its reason."
        )


def _verdict(done: Imported) -> str:
    if not done.balance.balanced:
        return "It does not balance. Nothing is lost: put right what is named above and run the same command again."
    return "It balances; nothing was kept." if done.rehearsal else "It balances, and the balance is kept."
