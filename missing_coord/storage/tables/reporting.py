"""Tables of those who are told when a report is ready, and of the targets that reports are measured against."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Integer, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from missing_coord.storage.tables.columns import identity_column, instant, metadata

report_readers = Table(
    "report_readers",
    metadata,
    Column("user_id", UUID(as_uuid=False), ForeignKey("users.user_id"), primary_key=True),
    Column("monthly", Boolean, nullable=False),
    Column("weekly", Boolean, nullable=False),
    Column("saved_by", Text, nullable=False),
    instant("saved_at"),
)

report_targets = Table(
    "report_targets",
    metadata,
    identity_column("target_id"),
    Column("key", Text, nullable=False),
    Column("at_least", Integer),
    Column("saved_by", Text, nullable=False),
    instant("saved_at"),
    CheckConstraint("at_least between 1 and 100", name="a_share"),
)
