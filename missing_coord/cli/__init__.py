"""The `missing-coord` command."""

from __future__ import annotations

import signal
import sys

UNTIL_STOPPED = ("serve", "web", "schedule", "relay", "consume")
"""The commands that run until they are told to stop: SIGTERM is their ordinary end."""


def main() -> None:
    """Run the command that the arguments name and exit with its code."""
    # Before anything is loaded, which takes seconds on a busy machine: nothing is begun, so nothing is left behind.
    signal.signal(signal.SIGTERM, _leave)
    from missing_coord.cli.app import run

    run()


def _leave(*_: object) -> None:
    sys.exit(0 if sys.argv[1:2] and sys.argv[1] in UNTIL_STOPPED else 128 + signal.SIGTERM)
