"""Tables of what notices and interviews mention, and of the patterns found in it."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from missing_coord.storage.tables.columns import (
    identity_column,
    instant,
    metadata,
    version_column,
    words,
)

mentions = Table(
    "mentions",
    metadata,
    identity_column("mention_id"),
    Column(
        "incident_id", UUID(as_uuid=False), ForeignKey("incidents.incident_id"), nullable=False, index=True
    ),
    Column("kind", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("as_said", Text, nullable=False),
    UniqueConstraint("incident_id", "kind", "value", name="uq_mentions_once"),
    Index("ix_mentions_value", "kind", "value"),
    CheckConstraint("kind in ('place', 'person', 'vehicle', 'phone', 'handle')", name="kind_known"),
)

patterns = Table(
    "patterns",
    metadata,
    Column("pattern_id", UUID(as_uuid=False), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("dedupe_key", Text, nullable=False, unique=True),
    Column("rule_version", Text, nullable=False),
    Column("detail", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    instant("raised_at"),
    words("decided_by"),
    instant("decided_at", nullable=True),
    words("reason"),
    version_column(),
    CheckConstraint(
        "state in ('proposed', 'parked', 'confirmed', 'rejected', 'withdrawn')", name="state_known"
    ),
)

pattern_children = Table(
    "pattern_children",
    metadata,
    Column("pattern_id", UUID(as_uuid=False), ForeignKey("patterns.pattern_id"), nullable=False),
    Column("child_id", Text, nullable=False, index=True),
    Column("episode_id", UUID(as_uuid=False), nullable=False),
    Column("incident_id", UUID(as_uuid=False)),
    words("said"),
    UniqueConstraint(
        "pattern_id", "child_id", "episode_id", "incident_id", "said", name="uq_pattern_children_once"
    ),
)
