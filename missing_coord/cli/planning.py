"""`plan`: proposes visits for everything open; `plan solve` plans an instance from a file."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from missing_coord.cli.capacity import capacity
from missing_coord.cli.output import Json, print_json, say
from missing_coord.cli.running import with_application, write_file
from missing_coord.contracts.json_text import load_json
from missing_coord.domain.plurals import plural

if TYPE_CHECKING:
    from missing_coord.bootstrap import Application
    from missing_coord.planning.plan import Plan

plans = typer.Typer(rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(plans, name="plan")
    plans.command(name="capacity")(capacity)


@plans.callback(invoke_without_command=True)
def plan(
    context: typer.Context,
    afresh: Annotated[
        bool, typer.Option(help="Plan every proposal anew, not around what was proposed before.")
    ] = False,
    seconds: Annotated[
        float, typer.Option(min=0, max=600, help="How long to search for a better plan.")
    ] = 1.0,
    as_json: Json = False,
) -> None:
    """Propose visits for everything open. Coordinators confirm or change them on the pages."""
    if context.invoked_subcommand is not None:
        return
    made = with_application(lambda app: _propose(app, afresh=afresh, seconds=seconds))
    if as_json:
        print_json(made)
        return
    say(
        f"Proposed {plural(made['with_worker'], 'visit')}, {made['late']} of them after the deadline;"
        f" {made['without_worker']} without a worker, {made['left_out']} not to be planned now."
    )
    if made["moved"]:
        say(f"{plural(made['moved'], 'earlier proposal')} moved so that another deadline can be met.")


async def _propose(app: Application, *, afresh: bool, seconds: float) -> dict[str, int]:
    from missing_coord.cli.regular import RegularWork

    return asdict(await RegularWork(app).propose(afresh=afresh, seconds=seconds))


@plans.command()
def solve(
    instance: Annotated[Path, typer.Argument(help="The instance, JSON as in docs/planning.md.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write the plan.")],
    seconds: Annotated[
        float, typer.Option(min=0, max=3600, help="How long to search for a better plan.")
    ] = 5.0,
    keep: Annotated[
        Path | None,
        typer.Option(
            help="The plan in force: move as little of it as possible, at most one visit in twenty."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Plan the visits of an instance; needs no database."""
    body = _read_json(instance)
    if keep is None:
        found, changes = _solve(body, seconds), dict[str, Any]()
    else:
        found, changes = _replan(body, _read_json(keep), seconds)
    made = {**found.to_json(), **changes}
    write_file(output, json.dumps(made, indent=1, ensure_ascii=False).encode() + b"\n")
    if as_json:
        print_json({"file": str(output), "score": made["score"], "seconds": found.seconds, **changes})
        return
    if changes:
        say(
            f"{len(changes['moved'])} of the visits in force were moved, {len(changes['impossible'])} had to;"
            f" moving saved {changes['gain_of_moving']:g} of the plan's cost."
        )
        _say_gone(changes["gone"])
    totals = found.score
    say(
        f"{totals.planned} planned, {totals.on_time} of them on time, {totals.unplanned} not;"
        f" {plural(totals.travel_minutes, 'minute')} of travel. Written to {output}."
    )


def _solve(body: Any, seconds: float) -> Plan:
    from missing_coord.planning.instance import parse_instance
    from missing_coord.planning.solve import solve as solve_instance

    return solve_instance(parse_instance(body), seconds=seconds)


def _replan(body: Any, in_force: Any, seconds: float) -> tuple[Plan, dict[str, Any]]:
    from missing_coord.planning.instance import parse_instance, parse_visits
    from missing_coord.planning.replan import replan

    made = replan(parse_instance(body), parse_visits(in_force), seconds=seconds)
    return made.plan, {
        "moved": list(made.moved),
        "impossible": list(made.impossible),
        "gone": list(made.gone),
        "gain_of_moving": made.gain,
    }


def _say_gone(gone: list[str]) -> None:
    if gone:
        say(
            f"{plural(len(gone), 'visit')} of the plan in force, of interviews not in the instance, left out:"
            f" {', '.join(gone)}."
        )


def _read_json(path: Path) -> Any:
    from missing_coord.domain.errors import PermanentError

    try:
        return load_json(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise PermanentError(f"{path}: the instance must be UTF-8 text") from None
    except json.JSONDecodeError as error:
        raise PermanentError(f"{path}, line {error.lineno}: this is no JSON ({error.msg})") from None
    except RecursionError:
        raise PermanentError(f"{path}: this JSON is nested too deeply") from None
