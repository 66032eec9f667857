"""The council's own missing lists from Kafka."""

from __future__ import annotations

from consumers.taking import Intake, Rows
from missing_coord.contracts.topics import MISSING_LISTS


def missing_lists_group(intake: Intake) -> Rows:
    """Return the group that takes them in."""
    return Rows(name="missing-lists", topic=MISSING_LISTS, kind="missing-list", intake=intake)
