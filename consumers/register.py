"""Rows of the register of children from Kafka."""

from __future__ import annotations

from consumers.taking import Intake, Rows
from missing_coord.contracts.topics import REGISTER


def register_group(intake: Intake) -> Rows:
    """Return the group that takes them in."""
    return Rows(name="register", topic=REGISTER, kind="children", intake=intake)
