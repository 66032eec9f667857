"""`shadow`: last month's interviews through a changed ladder or rota, with what would differ."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from missing_coord.cli.output import Json, london, print_json, print_table, say
from missing_coord.cli.running import with_application
from missing_coord.contracts.decoding import shown_name
from missing_coord.domain.plurals import plural

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
    changed = _ladder_of(ladder) if ladder else None
    rotas = [_rota_of(each) for each in rota or []]
    found = with_application(lambda app: _shadow(app, changed, rotas, automatic_from, days))
    if as_json:
        print_json(answer(found))
        return
    people = sorted({*found.before, *found.after})
    counts = [(each, found.before.get(each, 0), found.after.get(each, 0)) for each in people]
    print_table(f"Steps told in {plural(days, 'day')}", ("who", "as it was", "as it would be"), counts)
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


def _ladder_of(path: Path) -> Ladder:
    from missing_coord.contracts.ladders import read_ladder
    from missing_coord.domain.errors import PermanentError

    content = _text_of(path)
    _json_of(content, path, "a ladder", '{"version": "2027-1", "steps": [...]}')
    try:
        return read_ladder(content)
    except PermanentError as error:
        raise typer.BadParameter(f"{shown_name(path)}, {error}") from error


def _rota_of(path: Path) -> Rota:
    from missing_coord.contracts.rotas import read_rota
    from missing_coord.domain.errors import PermanentError

    shift = '{"person": "ann.lee", "days": ["Mon"], "starts": "17:00", "ends": "09:00"}'
    found = _json_of(_text_of(path), path, "a rota", f'{{"shifts": [{shift}]}}')
    try:
        return read_rota(path.stem, found)
    except PermanentError as error:
        raise typer.BadParameter(f"{shown_name(path)}, {error}") from error


def _json_of(content: str, path: Path, what: str, example: str) -> dict[str, Any]:
    """Return the JSON object that a file holds; raises BadParameter with file, line and what would be right."""
    from missing_coord.contracts.json_text import load_json

    name, right = shown_name(path), f"{what} is one JSON object, such as {example}"
    try:
        found = load_json(content)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise typer.BadParameter(f"{name}, {where}: {_said(error)}; {right}") from error
    except (ValueError, RecursionError) as error:
        raise typer.BadParameter(f"{name}, line 1: this cannot be read as JSON; {right}") from error
    if not isinstance(found, dict):
        kind = "a list" if isinstance(found, list) else "no object"
        raise typer.BadParameter(f"{name}, line 1: this is {kind}; {right}")
    return found


def _said(error: json.JSONDecodeError) -> str:
    return f"this is no JSON ({error.msg[:1].lower()}{error.msg[1:]})"


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise typer.BadParameter(f"{shown_name(path)}, line {line}: save the file as UTF-8 text") from error
    except OSError as error:
        raise typer.BadParameter(f"{shown_name(path)}: cannot be read, {error.strerror}") from error


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
