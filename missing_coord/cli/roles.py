"""`web`, `schedule`, `relay`, `consume`: one role each, for the scaled deployment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from missing_coord.cli.output import say
from missing_coord.cli.running import DONE, POOL, run_async
from missing_coord.cli.serving import Host, Port, serving_settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from missing_coord.bootstrap import Application
    from missing_coord.cli.serve import Part
    from missing_coord.health import Health
    from missing_coord.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (web, schedule, relay, consume):
        app.command()(command)


def web(host: Host = None, port: Port = None) -> None:
    """Serve pages and HTTP intake only. Relay and scheduler run elsewhere."""
    settings = serving_settings(host, port)

    async def work() -> None:
        from missing_coord.cli.serve import bind, web_part

        with bind(settings) as taken:
            await _run_role(
                "web",
                settings,
                lambda app, _: web_part(
                    app, taken, ready=lambda: say(f"missing-coord web is at {settings.address}")
                ),
            )

    run_async(work, terminated_with=DONE)


def schedule() -> None:
    """Run the scheduler only. It sweeps, plans and looks for patterns; any number may run."""

    async def work() -> None:
        from missing_coord.cli.serve import scheduler_part

        await _run_role(
            "schedule", serving_settings(), lambda app, health: scheduler_part(app, health=health)
        )

    run_async(work, terminated_with=DONE)


def relay() -> None:
    """Run the outbox relay only. To Kafka where MISSING_COORD_KAFKA is set; of several, one is active."""

    async def work() -> None:
        from missing_coord.cli.serve import relay_part
        from missing_coord.storage.notifications import Changes

        await _run_role(
            "relay",
            serving_settings(),
            lambda app, health: relay_part(app, Changes(app.database), health=health),
        )

    run_async(work, terminated_with=DONE)


def consume(
    names: Annotated[
        list[str] | None, typer.Argument(help="Consumers to run; all when none is named.")
    ] = None,
) -> None:
    """Run Kafka consumers. They take in what other systems send, and react to our own events."""

    async def work() -> None:
        from consumers.app import GRACE_SECONDS
        from missing_coord.cli.consuming import consume_part

        await _run_role(
            "consume",
            serving_settings(),
            lambda app, health: consume_part(app, names or [], health=health),
            grace=GRACE_SECONDS + 5,
        )

    run_async(work, terminated_with=DONE)


async def _run_role(
    name: str, settings: Settings, part: Callable[[Application, Health], Part], *, grace: float = 4.0
) -> None:
    from missing_coord.bootstrap import open_application
    from missing_coord.cli.probe import probe_part
    from missing_coord.cli.serve import run_parts, stopped_by_signals
    from missing_coord.health import Health
    from missing_coord.tracing import configure_tracing

    health, end_traces = Health(), configure_tracing(settings.otlp_url, role=name)
    try:
        async with open_application(settings, pool_size=POOL * 3) as app, stopped_by_signals() as stop:
            parts = {"role": part(app, health), "probe": probe_part(app, health)}
            await run_parts(parts, stop, grace=grace)
    finally:
        end_traces()
