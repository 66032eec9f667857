"""`queue`, `sweep`, `patterns`, `verify`: what is open, what is due, what stands out, and whether it all adds up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from missing_coord.cli.output import AsOf, Json, london, print_json, print_table, say
from missing_coord.cli.running import FAILED, with_application
from missing_coord.domain.plurals import plural

if TYPE_CHECKING:
    from missing_coord.bootstrap import Application
    from missing_coord.services.ports.escalation import Fired
    from missing_coord.services.returns import Reminded
    from missing_coord.services.verify import Verification
    from missing_coord.storage.views.interviews import QueueRow


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (queue, sweep, patterns, verify):
        app.command()(command)


def queue(as_of: AsOf = None, as_json: Json = False) -> None:
    """Show the open return interviews, most urgent first, as coordinators see them."""
    at, rows = with_application(lambda app: _queue(app, as_of))
    from missing_coord.storage.views.interviews import counts
    from missing_coord.storage.views.interviews_as_of import KNOWN_NOW

    if as_json:
        print_json({"as_of": at, "counts": counts(rows), "rows": [row.as_json() for row in rows]})
        return
    columns = ("due", "clock", "state", "child", "references", "population", "worker", "interview")
    print_table(f"Open return interviews, {london(at)}", columns, [_queue_line(row, at) for row in rows])
    if as_of is not None:
        say(KNOWN_NOW)
    said = [f"{state.replace('_', ' ')}: {count}" for state, count in counts(rows).items() if count]
    say(f"{len(rows)} open" + (f" ({', '.join(said)})" if said else ""))


async def _queue(app: Application, as_of: datetime | None) -> tuple[datetime, list[QueueRow]]:
    from missing_coord.domain.access import system_actor
    from missing_coord.storage.views.interviews import open_rows
    from missing_coord.storage.views.interviews_as_of import queue_as_of

    async with app.database.unit_of_work(system_actor("command line")) as uow:
        if as_of is not None:
            return as_of, await queue_as_of(uow, as_of)
        return uow.now, await open_rows(uow, now=uow.now)


def _queue_line(row: QueueRow, at: datetime) -> Sequence[object]:
    due = london(row.due_at) + (" (provisional)" if row.provisional and row.due_at else "")
    state = row.state.replace("_", " ") + (", missing again" if row.child_missing else "")
    state += ", visit without outcome" if row.visit_without_outcome(now=at) else ""
    more = f" +{len(row.references) - 2}" if len(row.references) > 2 else ""
    references = ", ".join(row.references[:2]) + more
    clock = row.clock.replace("_", " ")
    return due, clock, state, row.child_id, references, row.population, row.worker_id, row.interview_id[:8]


def sweep(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would fire.")] = False,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Fire the escalation steps that are due. Safe to repeat; each step is recorded once."""
    at, fired, reminded = with_application(lambda app: _sweep(app, dry_run, as_of))
    if as_json:
        told = [asdict(each) for each in reminded]
        shown = [_fired_json(each) for each in fired]
        print_json({"as_of": at, "dry_run": dry_run, "fired": shown, "presumed_returns": told})
        return
    what = "Would fire" if dry_run else "Fired"
    lines = [
        (each.step, london(each.due_at), ", ".join(each.recipients) or "recorded only", each.interview_id)
        for each in fired
    ]
    if lines:
        print_table(f"{what}, {london(at)}", ("step", "interview due", "told", "interview"), lines)
    say(f"{what}: {plural(len(lines), 'step')} as at {london(at)}.")
    if reminded:
        say(f"Told of {plural(len(reminded), 'presumed return')} that nobody has answered.")


async def _sweep(
    app: Application, dry: bool, as_of: datetime | None
) -> tuple[datetime, list[Fired], list[Reminded]]:
    from missing_coord.cli.regular import RegularWork
    from missing_coord.domain.errors import DomainError

    at = as_of or app.clock.now()
    if not dry and at > app.clock.now():
        raise DomainError(
            "future", "--as-of: a sweep cannot fire what is not due yet; add --dry-run to see it."
        )
    work = RegularWork(app)
    if dry:
        return at, await work.would_fire(at), []
    return at, await work.fire(at), await work.remind(at)


def _fired_json(each: Fired) -> Mapping[str, Any]:
    return {
        "interview_id": each.interview_id,
        "step": each.step,
        "recipients": list(each.recipients),
        "episode_id": each.episode_id,
        "breach": each.breach,
        "due_at": each.due_at,
        "planned_at": each.planned_at,
    }


def patterns(as_json: Json = False) -> None:
    """Look for patterns across children. New ones wait for the exploitation lead."""
    new, rows = with_application(_patterns)
    if as_json:
        print_json({"new": list(new), "patterns": rows})
        return
    lines = [
        (
            row["kind"],
            row["strength"],
            row["state"],
            row["children"],
            london(row["raised_at"]),
            row["pattern_id"],
        )
        for row in rows
    ]
    if lines:
        print_table("Patterns", ("kind", "strength#", "state", "children#", "raised", "pattern"), lines)
    say(
        f"{plural(len(new), 'new pattern')}; the exploitation lead confirms each, marks it as noise or parks it."
    )


async def _patterns(app: Application) -> tuple[tuple[str, ...], list[dict[str, Any]]]:
    from sqlalchemy import text

    from missing_coord.cli.regular import RegularWork
    from missing_coord.domain.access import system_actor

    new = await RegularWork(app).look_for_patterns()
    async with app.database.unit_of_work(system_actor("command line")) as uow:
        found = await uow.execute(text(_PATTERNS))
        return new, [dict(row) for row in found.mappings()]


_PATTERNS = """
select p.pattern_id::text, p.kind, p.state, p.raised_at, p.decided_at, (p.detail->>'strength')::int as strength,
       (select count(distinct c.child_id) from pattern_children c where c.pattern_id = p.pattern_id) as children
from patterns p where p.state in ('proposed', 'parked', 'confirmed')
order by strength desc, p.raised_at desc, p.pattern_id
"""


def verify(as_json: Json = False) -> None:
    """Check that everything adds up. Every notice accounted for, the audit trail whole, nothing overdue in silence."""
    found = with_application(_verify)
    if as_json:
        print_json(found.to_json())
    else:
        say(
            f"{plural(found.notices_in, 'notice')} in: {found.accounted} accounted for, {found.quarantined} in"
            f" quarantine,"
            f" {found.unexplained} unexplained. The audit trail is {'whole' if found.audit_intact else 'BROKEN'}."
        )
        for each in found.findings:
            say(f"  {each.rule}: {each.says} ({each.count}; {', '.join(each.references)})")
        say("Everything adds up." if found.sound else "This needs to be looked into.")
    if not (found.balanced and found.audit_intact):
        raise typer.Exit(FAILED)


async def _verify(app: Application) -> Verification:
    from missing_coord.domain.access import system_actor
    from missing_coord.services.verify import verify

    async with app.database.unit_of_work(system_actor("verify")) as uow:
        return await verify(uow)
