"""Tables of planning: what a child wishes of a visit, when a child cannot be seen, and which visits are watched."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Date, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from missing_coord.storage.tables.columns import (
    identity_column,
    instant,
    metadata,
    version_column,
    word_list,
    words,
)

child_wishes = Table(
    "child_wishes",
    metadata,
    Column("child_id", Text, primary_key=True),
    word_list("languages"),
    word_list("skills"),
    words("gender_wish"),
    words("asked_for_worker"),
    word_list("refused_workers"),
    word_list("set_aside"),
    words("kept_by"),
    instant("kept_at"),
    version_column(),
)

child_closed_hours = Table(
    "child_closed_hours",
    metadata,
    identity_column("closed_number"),
    Column("child_id", Text, nullable=False, index=True),
    Column("why", Text, nullable=False),
    word_list("days"),
    Column("starts", Text, nullable=False),
    Column("ends", Text, nullable=False),
    Column("first_day", Date),
    Column("last_day", Date),
    CheckConstraint("why in ('school', 'contact', 'wish')", name="why_known"),
    CheckConstraint("starts < ends", name="ends_after_start"),
)

watched_visits = Table(
    "watched_visits",
    metadata,
    Column("interview_id", UUID(as_uuid=False), primary_key=True),
    Column("worker_id", Text, nullable=False),
    instant("starts_at"),
    Column("place", Text, nullable=False),
    words("trouble"),
    instant("seen_at"),
)
