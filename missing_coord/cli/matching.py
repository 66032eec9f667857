"""`match evaluate`: what the matching engine decides about a file of notices, row by row."""

from __future__ import annotations

import csv
import time
from collections import Counter
from io import StringIO
from pathlib import Path
from typing import Annotated, Any

import typer

from missing_coord.cli import matching_train
from missing_coord.cli.matching_rows import records
from missing_coord.cli.output import Json, print_json, progress_bar, say
from missing_coord.cli.running import settings_now, write_file
from missing_coord.domain.plurals import plural

matches = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    matching_train.register(matches)
    app.add_typer(matches, name="match")


@matches.callback()
def match() -> None:
    """Try the matching engine."""


@matches.command()
def evaluate(
    register_file: Annotated[
        Path, typer.Option("--register", help="children.csv: the register of children.")
    ],
    notices: Annotated[Path, typer.Option("--notices", help="Police notices, each decided on its own.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write decisions.csv.")],
    placements: Annotated[Path | None, typer.Option(help="placements.csv, for addresses lived at.")] = None,
    as_json: Json = False,
) -> None:
    """Decide every notice against a register. In memory, one row for each; needs no database."""
    from missing_coord.bootstrap import match_policy_of, weights_in_force

    settings = settings_now()
    weights, policy = weights_in_force(settings), match_policy_of(settings)
    began = time.monotonic()
    decided = _decide(register_file, notices, placements, weights=weights, policy=policy)
    write_file(output, _csv_text(decided).encode())
    found = Counter(row.decision for row in decided)
    counts = {decision: found[decision] for decision in ("match", "review", "none")}
    seconds = round(time.monotonic() - began, 3)
    if as_json:
        told = {"file": str(output), "rows": len(decided), "decisions": counts, "seconds": seconds}
        print_json({**told, "weights_version": weights.version})
        return
    said = ", ".join(f"{count} {decision}" for decision, count in counts.items())
    say(
        f"{plural(len(decided), 'notice')} decided in {seconds} s by weights {weights.version}: {said}. Written"
        f" to {output}."
    )


def _decide(register_file: Path, notices: Path, placements: Path | None, **engine: Any) -> list[Any]:
    from missing_coord.matching.evaluate import evaluate_files

    children = list(records(register_file, "children"))
    lived = list(records(placements, "placements")) if placements else []
    size = notices.stat().st_size
    with progress_bar(notices.name) as progress:
        told = records(notices, "police", progress=progress, size=size)
        return list(evaluate_files(children, told, placements=lived, **engine))


def _csv_text(rows: list[Any]) -> str:
    from missing_coord.matching.evaluate import EvaluationRow

    stream = StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(EvaluationRow._fields)
    writer.writerows(rows)
    return stream.getvalue()
