"""All tables together, for migrations and for tests that walk over every one."""

from __future__ import annotations

from missing_coord.storage import (
    tables,
    tables_cases,
    tables_escalation,
    tables_plumbing,
    tables_quality,
    tables_records,
    tables_reporting,
    tables_sharing,
)

metadata = tables.metadata

__all__ = [
    "metadata",
    "tables",
    "tables_cases",
    "tables_escalation",
    "tables_plumbing",
    "tables_quality",
    "tables_records",
    "tables_reporting",
    "tables_sharing",
]
