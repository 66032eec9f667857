"""`serve`: everything in one process; with `--demo` on a synthetic council."""

from __future__ import annotations

import socket
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from missing_coord.cli.output import say
from missing_coord.cli.running import DONE, POOL, complain, run_async

if TYPE_CHECKING:
    from missing_coord.bootstrap import Application
    from missing_coord.cli.serve import Part
    from missing_coord.settings import Settings

Host = Annotated[
    str | None, typer.Option(help="Address to listen on; default MISSING_COORD_HOST or 127.0.0.1.")
]
Port = Annotated[
    int | None,
    typer.Option(min=1, max=65535, help="Port to listen on; default MISSING_COORD_PORT, PORT or 8000."),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(serve)


def serve(
    demo: Annotated[
        bool, typer.Option("--demo", help="Serve a synthetic council, with sign-ins shown.")
    ] = False,
    host: Host = None,
    port: Port = None,
) -> None:
    """Run everything in one process. Pages, intake, relay and scheduler, until Ctrl-C."""
    chosen = serving_settings(host, port, demo=demo)

    async def work() -> None:
        from missing_coord.cli.serve import bind

        with bind(chosen) as taken:
            await _serve(chosen, taken)

    run_async(work, terminated_with=DONE)


def serving_settings(host: str | None = None, port: int | None = None, *, demo: bool = False) -> Settings:
    """Read the settings of a long-running role, with what was given on the command line, and log as they say."""
    from missing_coord.settings import load_settings
    from missing_coord.telemetry import configure_logging

    settings = load_settings()
    chosen = replace(
        settings, host=host or settings.host, port=port or settings.port, demo=settings.demo or demo
    )
    # A demonstration tells its story on the screen; regular ticks would bury it.
    configure_logging(level="warning" if chosen.demo and chosen.log_level == "info" else chosen.log_level)
    return chosen


async def _serve(settings: Settings, taken: socket.socket) -> None:
    from missing_coord.bootstrap import open_application
    from missing_coord.cli.serve import (
        relay_part,
        run_parts,
        scheduler_part,
        stopped_by_signals,
        watchdog_part,
        web_part,
    )
    from missing_coord.health import Health
    from missing_coord.storage.notifications import Changes
    from missing_coord.tracing import configure_tracing

    end_traces = configure_tracing(settings.otlp_url, role="serve")
    async with open_application(settings, pool_size=POOL * 3) as app:
        parts: dict[str, Part] = {}
        if settings.demo:
            parts["demonstration"] = await _demonstration(app)
        changes, health = Changes(app.database), Health()
        async with stopped_by_signals() as stop:
            parts |= {
                "relay": relay_part(app, changes, health=health),
                "scheduler": scheduler_part(app, health=health),
                "watchdog": watchdog_part(app),
                "web": web_part(app, taken, ready=lambda: _greet(settings), changes=changes, health=health),
            }
            if settings.kafka:
                from missing_coord.cli.consuming import consume_part

                parts["consumers"] = consume_part(app, [], health=health)
            await run_parts(parts, stop)
            complain("Stopping ...")
            end_traces()
    complain("Stopped.")


def _greet(settings: Settings) -> None:
    say(f"missing-coord is at {settings.address} (Ctrl-C stops it)")


async def _demonstration(app: Application) -> Part:
    """Seed what is not seeded, open the demo accounts and tell them, and return the part that sends new notices."""
    from missing_coord.cli.demonstration import seed_demo
    from missing_coord.demo.live import open_trickle
    from missing_coord.demo.marks import Marks, Size

    await seed_demo(app, Size())
    begun = await Marks(app.database).begun()
    assert begun is not None  # noqa: S101 - seeded a line above
    await tell_sign_ins(app)
    trickle = await open_trickle(app, begun)
    return trickle.run


async def tell_sign_ins(app: Application) -> None:
    """Open the demo accounts that are missing and print how to sign in with them."""
    from missing_coord.demo.accounts import open_accounts

    sign_ins = await open_accounts(app)
    say("Synthetic data only. Sign in as (user name / password):")
    for each in sign_ins:
        say(
            f"  {each.role.value.replace('_', ' '):<18} {each.username} / {each.password}   {each.display_name}"
        )
