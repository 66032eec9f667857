"""The table of quality audits."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import UUID

from missing_coord.storage.tables.columns import identity_column, instant, metadata

quality_audits = Table(
    "quality_audits",
    metadata,
    identity_column("audit_id"),
    Column("interview_id", UUID(as_uuid=False), ForeignKey("interviews.interview_id"), nullable=False),
    instant("closed_at"),
    Column("record_number", Integer, nullable=False, server_default=text("0")),
    Column("grade", Text, nullable=False),
    Column("comment", Text, nullable=False),
    Column("returned", Boolean, nullable=False),
    Column("audited_by", Text, nullable=False),
    instant("audited_at"),
    UniqueConstraint("interview_id", "closed_at", "record_number", name="uq_quality_audits_once"),
    CheckConstraint(
        "grade in ('outstanding', 'good', 'requires_improvement', 'inadequate')", name="grade_known"
    ),
)
