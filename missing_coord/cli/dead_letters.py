"""`dead-letters`: the messages and events that wait for a person, and their replay."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from missing_coord.cli.output import Json, london, print_json, print_table, say
from missing_coord.cli.running import FAILED, WRONG_USE, complain, with_application
from missing_coord.domain.plurals import noun, plural

if TYPE_CHECKING:
    from missing_coord.bootstrap import Application
    from missing_coord.domain.access import Actor
    from missing_coord.storage.dead_letters import DeadLetter

letters = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(letters, name="dead-letters")


@letters.callback()
def _letters() -> None:
    """See and replay messages that could not be worked on."""


@letters.command("list")
def list_letters(as_json: Json = False) -> None:
    """Show the messages and events that wait for a person, the oldest first; never what they hold."""
    found = with_application(_waiting)
    if as_json:
        print_json([_as_json(each) for each in found])
        return
    lines = [
        (each.quarantine_id, each.kind, each.source, london(each.received_at), _why(each)) for each in found
    ]
    if lines:
        print_table("Dead letters", ("number#", "kind", "from", "received", "why"), lines)
    say(
        f"{plural(len(lines), 'dead letter')} {noun(len(lines), 'waits', 'wait')}. Each is on the page /quarantine too."
    )


@letters.command()
def show(
    number: Annotated[int, typer.Argument(help="Its number in the list.")], as_json: Json = False
) -> None:
    """Show one as it came. It may hold personal data; that it was opened is written in the audit trail."""
    raw, faults = with_application(lambda app: _one(app, number))
    if as_json:
        print_json({"quarantine_id": number, "raw": raw, "faults": faults})
        return
    print_table("", ("field", "content"), list(raw.items()))
    for fault in faults:
        say(f"{fault['field']}: {fault['reason']}")


@letters.command()
def replay(
    numbers: Annotated[list[int] | None, typer.Argument(help="Numbers in the list.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Replay every one that waits.")] = False,
    as_json: Json = False,
) -> None:
    """Take messages again as they came. Ends with 1 when one fails again; that one stays in the list."""
    if bool(numbers) == everything:
        complain("Name the numbers to replay, or --all.")
        raise typer.Exit(WRONG_USE)
    done = with_application(lambda app: _replay(app, numbers or []))
    if as_json:
        print_json(done)
    else:
        for each in done:
            say(f"{each['quarantine_id']}: {each['says']}")
    if any(each["outcome"] == "failed again" for each in done):
        raise typer.Exit(FAILED)


def _operator() -> Actor:
    from missing_coord.domain.access import Actor, Role

    return Actor(role=Role.MANAGER, name="command line")


async def _waiting(app: Application) -> list[DeadLetter]:
    from missing_coord.contracts.topics import TOPICS_IN
    from missing_coord.storage.dead_letters import waiting

    async with app.database.unit_of_work(_operator()) as uow:
        return await waiting(uow, TOPICS_IN)


async def _one(app: Application, number: int) -> tuple[dict[str, Any], list[dict[str, str]]]:
    from missing_coord.storage.views.quarantine import quarantine_row

    async with app.database.unit_of_work(_operator()) as uow:
        kept = await quarantine_row(uow, number)
    return kept.raw, [{"field": field, "reason": reason} for field, reason in kept.item.faults]


async def _replay(app: Application, numbers: list[int]) -> list[dict[str, Any]]:
    from missing_coord.domain.errors import MissingCoordError
    from missing_coord.replaying import replay

    done = []
    for number in numbers or [each.quarantine_id for each in await _waiting(app)]:
        try:
            replayed = asdict(await replay(app, _operator(), number))
        except MissingCoordError as error:
            replayed = {"outcome": "failed again", "says": str(error)}
        done.append({"quarantine_id": number, **replayed})
    return done


def _as_json(each: DeadLetter) -> dict[str, Any]:
    faults = [{"field": field, "reason": reason} for field, reason in each.faults]
    return {**asdict(each), "faults": faults}


def _why(each: DeadLetter) -> str:
    return "; ".join(f"{field} {reason}" for field, reason in each.faults)
