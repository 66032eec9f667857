"""All tables together, for migrations and for tests that walk over every one."""

from __future__ import annotations

from missing_coord.storage.tables import (
    cases,
    columns,
    escalation,
    history,
    patterns,
    people,
    planning,
    plumbing,
    professionals,
    quality,
    records,
    reporting,
    sharing,
    support,
)

metadata = columns.metadata

__all__ = [
    "cases",
    "columns",
    "escalation",
    "history",
    "metadata",
    "patterns",
    "people",
    "planning",
    "plumbing",
    "professionals",
    "quality",
    "records",
    "reporting",
    "sharing",
    "support",
]
