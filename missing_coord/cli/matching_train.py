"""`match train`: new weights from the council's own decisions, and what changed."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Annotated, Any

import typer

from missing_coord.cli.matching_rows import records
from missing_coord.cli.output import Json, print_json, say
from missing_coord.cli.running import settings_now, with_application, write_file
from missing_coord.domain.plurals import plural

SHOWN = 12
"""How many changed levels are printed; --json has them all."""


def register(matches: typer.Typer) -> None:
    """Add the command to `match`."""
    matches.command()(train)


def train(
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write the weights (JSON).")],
    version: Annotated[str, typer.Option(help="The name of the new weights; decisions record it.")],
    register_file: Annotated[
        Path | None, typer.Option("--register", help="children.csv; without it the database is read.")
    ] = None,
    notices: Annotated[Path | None, typer.Option(help="Police notices, with --register.")] = None,
    decisions: Annotated[
        Path | None, typer.Option(help="CSV with force, reference and child_id (empty: not on the register).")
    ] = None,
    placements: Annotated[Path | None, typer.Option(help="placements.csv, for addresses lived at.")] = None,
    as_json: Json = False,
) -> None:
    """Learn weights from decided notices and report what changed. Nothing uses them until a setting names the file."""
    from missing_coord.bootstrap import weights_in_force
    from missing_coord.matching.retrain import retrain
    from missing_coord.matching.weights import write_weights

    settings = settings_now()
    if register_file is None:
        decided, children = with_application(_from_database, settings=settings)
    elif notices is None or decisions is None:
        raise typer.BadParameter("--register needs --notices and --decisions beside it")
    else:
        decided, children = _from_files(register_file, notices, decisions, placements)
    found = retrain(decided, children, base=weights_in_force(settings), version=version)
    write_file(output, write_weights(found.weights).encode())
    if as_json:
        print_json(_as_data(found, output))
    else:
        _tell(found, output)


async def _from_database(application: Any) -> Any:
    from missing_coord.domain.access import system_actor
    from missing_coord.storage.decided_matches import decided_matches

    async with application.database.unit_of_work(system_actor("match train")) as uow:
        return await decided_matches(uow.connection)


def _from_files(register_file: Path, notices: Path, decisions: Path, placements: Path | None) -> Any:
    from missing_coord.matching.evaluate import decided_files

    with decisions.open(encoding="utf-8-sig", newline="") as stream:
        told = {(row["force"], row["reference"]): row["child_id"] for row in csv.DictReader(stream)}
    lived = list(records(placements, "placements")) if placements else []
    return decided_files(
        records(register_file, "children"), records(notices, "police"), told, placements=lived
    )


def _tell(found: Any, output: Path) -> None:
    say(
        f"{plural(found.decisions, 'decision')}, {found.on_register} about children of the register. Written to"
        f" {output}."
    )
    for name, trial in (("before", found.before), ("after", found.after)):
        say(
            f"  {name}: {trial.automatic} of {trial.notices} matched alone, {trial.wrong} of them wrong,"
            f" {trial.review} left to a person (decisions not learned from)"
        )
    for change in found.changes[:SHOWN]:
        say(
            f"  {change.name}: {change.bits:+.1f} bits, right children {change.before.m:.4f} -> {change.after.m:.4f},"
            f" others {change.before.u:.5f} -> {change.after.u:.5f}, seen {plural(change.seen, 'time')}"
        )
    if len(found.changes) > SHOWN:
        say(f"  and {plural(len(found.changes) - SHOWN, 'smaller change')}")


def _as_data(found: Any, output: Path) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "file": str(output),
        "version": found.weights.version,
        "decisions": found.decisions,
        "on_register": found.on_register,
        "before": asdict(found.before),
        "after": asdict(found.after),
        "changes": [{**asdict(change), "bits": round(change.bits, 3)} for change in found.changes],
    }
