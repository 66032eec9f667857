"""Tables of professionals outside: their addresses, what they are told of, and decisions about strategy meetings."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import UUID

from missing_coord.storage.tables.columns import instant, metadata, words

professional_contacts = Table(
    "professional_contacts",
    metadata,
    Column("professional", Text, nullable=False),
    Column("name", Text, nullable=False),
    words("email"),
    words("phone"),
    Column("saved_by", Text, nullable=False),
    instant("saved_at"),
    PrimaryKeyConstraint("professional", "name"),
)

professional_alerts = Table(
    "professional_alerts",
    metadata,
    Column("professional_alert_id", UUID(as_uuid=False), primary_key=True),
    Column("matter", Text, nullable=False),
    Column("subject_type", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("professional", Text, nullable=False),
    words("name"),
    words("address"),
    Column("answer_wanted", Boolean, nullable=False),
    instant("raised_at"),
    words("how"),
    words("who"),
    words("note"),
    words("closed_by"),
    instant("closed_at", nullable=True),
    UniqueConstraint("matter", "subject_id", "professional", "name", name="uq_professional_alerts_once"),
    CheckConstraint("(closed_at is null) = (how = '')", name="a_closed_one_says_how"),
    Index("ix_professional_alerts_open", "raised_at", postgresql_where=text("closed_at is null")),
)

strategy_decisions = Table(
    "strategy_decisions",
    metadata,
    Column("interview_id", UUID(as_uuid=False), ForeignKey("interviews.interview_id"), nullable=False),
    Column("record_number", Integer, nullable=False),
    Column("decision", Text, nullable=False),
    words("reason"),
    Column("decided_by", Text, nullable=False),
    instant("decided_at"),
    PrimaryKeyConstraint("interview_id", "record_number"),
    CheckConstraint(
        "decision in ('meeting_called', 'already_under_way', 'not_needed')", name="decision_known"
    ),
    CheckConstraint("decision = 'meeting_called' or reason <> ''", name="says_why"),
)

disputes = Table(
    "disputes",
    metadata,
    Column("dispute_id", UUID(as_uuid=False), primary_key=True),
    Column(
        "interview_id", UUID(as_uuid=False), ForeignKey("interviews.interview_id"), nullable=False, index=True
    ),
    Column("iro", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("kept_by", Text, nullable=False),
    instant("kept_at"),
    instant("closed_at", nullable=True),
)

dispute_stages = Table(
    "dispute_stages",
    metadata,
    Column("dispute_id", UUID(as_uuid=False), ForeignKey("disputes.dispute_id"), nullable=False),
    Column("stage", Text, nullable=False),
    Column("started_on", Date, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("ended_on", Date),
    words("outcome"),
    words("holder"),
    words("holder_name"),
    words("holder_email"),
    Column("kept_by", Text, nullable=False),
    PrimaryKeyConstraint("dispute_id", "stage"),
    CheckConstraint("holder = '' or holder_email = ''", name="held_by_one"),
    CheckConstraint("(ended_on is null) = (outcome = '')", name="an_ended_one_has_its_outcome"),
    Index("uq_dispute_stages_one_open", "dispute_id", unique=True, postgresql_where=text("ended_on is null")),
)
