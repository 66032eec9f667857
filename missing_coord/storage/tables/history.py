"""Tables of a council's earlier records: past episodes and interviews as evidence, and the balance of each import."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, Index, Integer, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB, UUID

from missing_coord.storage.tables.columns import identity_column, instant, metadata, word_list, words

past_episodes = Table(
    "past_episodes",
    metadata,
    Column("entry_key", Text, primary_key=True),
    Column("child_id", Text, nullable=False, index=True),
    words("number"),
    Column("kind", Text, nullable=False),
    instant("started_at"),
    instant("ended_at"),
    Column("started_date_only", Boolean, nullable=False),
    Column("ended_date_only", Boolean, nullable=False),
    Column("incident_id", UUID(as_uuid=False), nullable=False, unique=True),
    words("content_hash"),
    CheckConstraint("ended_at >= started_at", name="ends_after_start"),
)

past_interviews = Table(
    "past_interviews",
    metadata,
    Column("entry_key", Text, primary_key=True),
    Column("child_id", Text, nullable=False, index=True),
    Column("interview_id", UUID(as_uuid=False), nullable=False, index=True),
    word_list("covers"),
    Column("state", Text, nullable=False),
    instant("offered_at", nullable=True),
    words("offered_how"),
    instant("accepted_at", nullable=True),
    instant("declined_at", nullable=True),
    instant("held_at", nullable=True),
    instant("closed_at", nullable=True),
    words("worker_name"),
    words("reason"),
    words("content_hash"),
    Index("ix_past_interviews_covers", "covers", postgresql_using="gin"),
)

history_imports = Table(
    "history_imports",
    metadata,
    identity_column("import_number"),
    word_list("files"),
    Column("content_sha256", Text, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("new_episodes", Integer, nullable=False),
    Column("new_interviews", Integer, nullable=False),
    Column("balanced", Boolean, nullable=False),
    Column("balance", JSONB, nullable=False, server_default=text("'{}'")),
    Column("done_by", Text, nullable=False),
    instant("done_at"),
)
