"""Every command in one application; what a command needs is imported when it runs, so that `--help` is quick."""

from __future__ import annotations

import os
import sys

import typer

from missing_coord.cli import (
    accounts,
    databases,
    dead_letters,
    demonstration,
    exports,
    importing,
    intake,
    interviews,
    matching,
    planning,
    reconciling,
    reports,
    roles,
    serving,
    shadowing,
    topics,
    watching,
)
from missing_coord.cli.running import FAILED, complain, explain

app = typer.Typer(
    name="missing-coord",
    help="Return interviews for children who went missing: notices in, interviews out, 72 hours watched.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for group in (
    serving,
    roles,
    intake,
    importing,
    interviews,
    planning,
    matching,
    reconciling,
    reports,
    exports,
    databases,
    dead_letters,
    demonstration,
    accounts,
    watching,
    shadowing,
    topics,
):
    group.register(app)


def run() -> None:
    """Run one command and exit with 0 done, 1 refused or failed, 2 wrong use."""
    try:
        app()
    except BrokenPipeError:
        # Whoever read our output has gone; nothing more can be told, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(FAILED)
    except Exception as error:
        if _debugging():
            raise
        words, code = explain(error)
        complain(words)
        sys.exit(code)


def _debugging() -> bool:
    """Whether the operator asked for everything; settings that cannot be read ask for nothing."""
    from missing_coord.settings import SettingsError, load_settings

    try:
        return load_settings().log_level == "debug"
    except SettingsError:
        return False
