"""Police notices from Kafka."""

from __future__ import annotations

from consumers.taking import Intake, Rows
from missing_coord.contracts.topics import POLICE_NOTICES


def police_group(intake: Intake) -> Rows:
    """Return the group that takes them in."""
    return Rows(name="police-notices", topic=POLICE_NOTICES, kind="police", intake=intake)
