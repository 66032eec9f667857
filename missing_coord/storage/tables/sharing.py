"""Tables of what left the service about a pattern, and of what was done to disrupt it."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Index, Integer, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from missing_coord.storage.tables.columns import identity_column, instant, metadata, version_column, words


def _pattern() -> Column[object]:
    return Column(
        "pattern_id", UUID(as_uuid=False), ForeignKey("patterns.pattern_id"), nullable=False, index=True
    )


disclosures = Table(
    "disclosures",
    metadata,
    identity_column("disclosure_id"),
    _pattern(),
    Column("organisation", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("gateway", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("pieces", Integer, nullable=False),
    Column("held_back", Integer, nullable=False),
    Column("content", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("shared_by", Text, nullable=False),
    instant("shared_at"),
    Column("submission_key", Text, nullable=False, unique=True),
    CheckConstraint("gateway in ('agreed', 'safeguarding', 'serious_harm')", name="gateway_known"),
    CheckConstraint("pieces > 0 and held_back >= 0", name="something_left"),
)

disruptions = Table(
    "disruptions",
    metadata,
    Column("disruption_id", UUID(as_uuid=False), primary_key=True),
    _pattern(),
    Column("kind", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("state", Text, nullable=False),
    words("outcome"),
    words("effect"),
    Column("planned_by", Text, nullable=False),
    instant("planned_at"),
    words("closed_by"),
    instant("closed_at", nullable=True),
    version_column(),
    Index("ix_disruptions_state", "state", "due_on"),
    CheckConstraint("state in ('planned', 'done', 'not_done')", name="state_known"),
    CheckConstraint("effect in ('', 'less', 'same', 'more', 'not_known')", name="effect_known"),
    CheckConstraint("(state = 'planned') = (closed_at is null)", name="a_closed_one_has_its_time"),
    CheckConstraint("state = 'planned' or (outcome <> '' and effect <> '')", name="a_closed_one_says_what"),
)
