"""Tables of quality audits: criteria in versions, audits, what each auditor made of them, and who has read it."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from missing_coord.storage.tables.columns import identity_column, instant, metadata

audit_schemes = Table(
    "audit_schemes",
    metadata,
    Column("version", Text, primary_key=True),
    Column("body", JSONB, nullable=False),
    instant("effective_at"),
    Column("saved_by", Text, nullable=False),
    instant("saved_at"),
)

quality_audits = Table(
    "quality_audits",
    metadata,
    identity_column("audit_id"),
    Column("interview_id", UUID(as_uuid=False), ForeignKey("interviews.interview_id"), nullable=False),
    instant("closed_at"),
    Column("record_number", Integer, nullable=False, server_default=text("0")),
    Column("kind", Text, nullable=False),
    Column("scheme", Text, nullable=False),
    Column("returned", Boolean, nullable=False),
    Column("sampled", Boolean, nullable=False, server_default=text("false")),
    Column("audited_by", Text, nullable=False),
    instant("audited_at"),
    UniqueConstraint("interview_id", "closed_at", "record_number", name="uq_quality_audits_once"),
    CheckConstraint("kind in ('held', 'effort')", name="kind_known"),
    CheckConstraint("not (sampled and returned)", name="what_stands_is_sampled"),
)

audit_grades = Table(
    "audit_grades",
    metadata,
    Column("audit_id", ForeignKey("quality_audits.audit_id"), nullable=False),
    Column("place", Integer, nullable=False),
    Column("grade", Text, nullable=False),
    Column("score", Integer, nullable=False),
    Column("marks", JSONB, nullable=False),
    Column("comment", Text, nullable=False),
    Column("push", ARRAY(Text)),
    Column("pull", ARRAY(Text)),
    Column("graded_by", Text, nullable=False),
    Column("graded_by_user", Text, nullable=False, server_default=text("''")),
    instant("graded_at"),
    PrimaryKeyConstraint("audit_id", "place"),
    CheckConstraint("place in (1, 2)", name="first_or_second"),
    CheckConstraint("score between 0 and 100", name="score_in_percent"),
)

audit_readings = Table(
    "audit_readings",
    metadata,
    Column("audit_id", ForeignKey("quality_audits.audit_id"), primary_key=True),
    Column("read_by", Text, nullable=False),
    instant("read_at"),
)
