"""`shadow`: last month's interviews through a changed ladder or rota, with what would differ."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from missing_coord.cli.output import Json, london, print_json, print_table, say
from missing_coord.cli.running import with_application

if TYPE_CHECKING:
    from missing_coord.bootstrap import Application
    from missing_coord.domain.escalation import Ladder
    from missing_coord.domain.rotas import Rota
    from missing_coord.services.shadow import Hearing, Shadow

SHOWN = 50
LadderFile = Annotated[
    Path | None,
    typer.Option("--ladder", help="A ladder (interview, offer or unallocated) as a JSON file.", exists=True),
]
RotaFiles = Annotated[
    list[Path] | None,
    typer.Option("--rota", help="A rota as NAME.json; several times for several.", exists=True),
]
AutomaticFrom = Annotated[
    float | None,
    typer.Option(
        "--automatic-from", min=0.95, max=0.999999, help="MISSING_COORD_MATCH_AUTOMATIC_FROM to try."
    ),
]
Days = Annotated[int, typer.Option("--days", min=1, max=366, help="How many days back.")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(shadow)


def shadow(
    ladder: LadderFile = None,
    rota: RotaFiles = None,
    automatic_from: AutomaticFrom = None,
    days: Days = 30,
    as_json: Json = False,
) -> None:
    """Show who would have heard otherwise by a ladder, rotas or a policy over the last days; nothing is sent."""
    if bool(ladder or rota) == bool(automatic_from):
        raise typer.BadParameter(
            "give --ladder, --rota or both, or --automatic-from alone: what is to be tried"
        )
    from missing_coord.contracts.ladders import read_ladder
    from missing_coord.contracts.rotas import read_rota

    changed = read_ladder(ladder.read_text(encoding="utf-8")) if ladder else None
    rotas = [read_rota(each.stem, _object(each)) for each in rota or []]
    found = with_application(lambda app: _shadow(app, changed, rotas, automatic_from, days))
    if as_json:
        print_json(answer(found))
        return
    people = sorted({*found.before, *found.after})
    counts = [(each, found.before.get(each, 0), found.after.get(each, 0)) for each in people]
    print_table(f"Steps told in {days} days", ("who", "as it was", "as it would be"), counts)
    columns = ("interview or notice", "change", "when", "step", "who", "by")
    lines = [
        line
        for each in found.differences
        for line in (
            *_lines(each.subject_id, "no more", each.only_before),
            *_lines(each.subject_id, "new", each.only_after),
        )
    ]
    print_table("What would differ", columns, lines[:SHOWN])
    said = f", of {len(lines)} lines the first {SHOWN} are shown" if len(lines) > SHOWN else ""
    say(
        f"{len(found.differences)} of {found.tried} {'notices' if automatic_from else 'interviews'} would differ{said}"
    )


async def _shadow(
    app: Application, ladder: Ladder | None, rotas: list[Rota], automatic_from: float | None, days: int
) -> Shadow:
    from missing_coord.bootstrap import match_policy_from
    from missing_coord.domain.access import system_actor
    from missing_coord.storage.views.shadow import shadow_run, shadow_run_of_matching

    async with app.database.unit_of_work(system_actor("command line")) as uow:
        if automatic_from:
            return await shadow_run_of_matching(uow, policy=match_policy_from(automatic_from), days=days)
        return await shadow_run(uow, ladder=ladder, rotas=rotas, days=days)


def _object(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise typer.BadParameter(f"{path.name}: a rota is a JSON object with shifts")
    return found


def _lines(subject_id: str, change: str, heard: tuple[Hearing, ...]) -> list[tuple[str, ...]]:
    return [(subject_id[:8], change, london(each.at), each.step, each.who, each.by) for each in heard]


def answer(found: Shadow) -> dict[str, Any]:
    """Return what `--json` prints."""
    return {
        "tried": found.tried,
        "before": dict(found.before),
        "after": dict(found.after),
        "differences": [
            {
                "subject_type": each.subject_type,
                "subject_id": each.subject_id,
                "only_before": [asdict(hearing) for hearing in each.only_before],
                "only_after": [asdict(hearing) for hearing in each.only_after],
            }
            for each in found.differences
        ],
    }
