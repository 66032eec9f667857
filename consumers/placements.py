"""Placements from Kafka."""

from __future__ import annotations

from consumers.taking import Intake, Rows
from missing_coord.contracts.topics import PLACEMENTS


def placements_group(intake: Intake) -> Rows:
    """Return the group that takes them in."""
    return Rows(name="placements", topic=PLACEMENTS, kind="placements", intake=intake)
