"""`export matches`: whose each police notice is, how sure, by which weights, and who decided."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from missing_coord.cli.running import put_csv, with_application

if TYPE_CHECKING:
    from missing_coord.bootstrap import Application

COLUMNS = (
    "incident_id",
    "force",
    "reference",
    "child_id",
    "match_state",
    "probability",
    "weights_version",
    "decided_by",
    "decided_at",
    "reasons",
)


def register(exports: typer.Typer) -> None:
    """Add the command to `export`."""
    exports.command()(matches)


def matches(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where to write it; else to stdout.")
    ] = None,
) -> None:
    """Write whose each police incident is: child, probability, version of the weights, who decided and why."""
    put_csv(COLUMNS, with_application(_rows), output)


async def _rows(app: Application) -> list[list[str]]:
    from missing_coord.domain.access import system_actor
    from missing_coord.storage.decided_matches import match_rows

    async with app.database.unit_of_work(system_actor("export")) as uow:
        rows = await match_rows(uow.connection)
        uow.audit("exported", subject_type="return", subject_id="matches", rows=len(rows))
    return [[str(row[name]) if row[name] is not None else "" for name in COLUMNS] for row in rows]
