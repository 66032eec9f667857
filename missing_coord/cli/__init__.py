"""The `missing-coord` command."""

from __future__ import annotations


def main() -> None:
    """Run the command that the arguments name and exit with its code."""
    from missing_coord.cli.app import run

    run()
