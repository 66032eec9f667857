"""Tables of telling people: ladders, rotas, contacts, deliveries, alerts, promises and proofs."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from missing_coord.storage.tables.columns import (
    identity_column,
    instant,
    metadata,
    version_column,
    word_list,
    words,
)

ladders = Table(
    "ladders",
    metadata,
    Column("clock", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("body", JSONB, nullable=False),
    instant("effective_at"),
    Column("saved_by", Text, nullable=False),
    instant("saved_at"),
    PrimaryKeyConstraint("clock", "version"),
)

rotas = Table(
    "rotas",
    metadata,
    Column("name", Text, primary_key=True),
    Column("body", JSONB, nullable=False),
    Column("saved_by", Text, nullable=False),
    instant("saved_at"),
    version_column(),
)

contacts = Table(
    "contacts",
    metadata,
    Column("user_id", UUID(as_uuid=False), ForeignKey("users.user_id"), nullable=False),
    Column("channel", Text, nullable=False),
    Column("address", Text, nullable=False),
    instant("broken_at", nullable=True),
    words("broken_why"),
    words("saved_by"),
    instant("saved_at"),
    PrimaryKeyConstraint("user_id", "channel"),
    CheckConstraint("channel in ('email', 'sms')", name="channel_known"),
)

team_members = Table(
    "team_members",
    metadata,
    Column("team", Text, nullable=False),
    Column("user_id", UUID(as_uuid=False), ForeignKey("users.user_id"), nullable=False),
    PrimaryKeyConstraint("team", "user_id"),
)

deliveries = Table(
    "deliveries",
    metadata,
    identity_column("delivery_id"),
    Column("message_id", BigInteger, ForeignKey("messages.message_id"), nullable=False, index=True),
    Column("channel", Text, nullable=False),
    words("recipient_user"),
    words("address"),
    Column("urgency", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("text", Text, nullable=False),
    word_list("fallbacks"),
    instant("planned_at"),
    instant("next_attempt_at"),
    instant("give_up_at"),
    instant("held_until", nullable=True),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("cut_off", Integer, nullable=False, server_default=text("0")),
    instant("lease_until", nullable=True),
    words("reference"),
    words("provider_id"),
    instant("sent_at", nullable=True),
    instant("ended_at", nullable=True),
    words("error"),
    words("became"),
    UniqueConstraint("message_id", "channel", "recipient_user", name="uq_deliveries_once"),
    CheckConstraint("state in ('planned', 'sending', 'accepted', 'delivered', 'failed')", name="state_known"),
    Index(
        "ix_deliveries_due",
        "urgency",
        "next_attempt_at",
        postgresql_where=text("state in ('planned', 'sending')"),
    ),
    Index("ix_deliveries_waiting", "give_up_at", postgresql_where=text("state = 'accepted'")),
    Index("ix_deliveries_reference", "reference", postgresql_where=text("reference <> ''")),
    Index("ix_deliveries_address", "channel", "address", "sent_at"),
)

alerts = Table(
    "alerts",
    metadata,
    Column("alert_id", UUID(as_uuid=False), primary_key=True),
    Column("clock", Text, nullable=False),
    Column("subject_type", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    instant("started_at"),
    instant("due_at"),
    instant("opened_at"),
    instant("closed_at", nullable=True),
    words("closed_why"),
    Column("next_step", Integer, nullable=False, server_default=text("0")),
    instant("next_step_at", nullable=True),
    Column("ladder_version", Text, nullable=False),
    Index(
        "uq_alerts_one_open", "clock", "subject_id", unique=True, postgresql_where=text("closed_at is null")
    ),
    Index("ix_alerts_next_step_at", "next_step_at", postgresql_where=text("next_step_at is not null")),
)

alert_steps = Table(
    "alert_steps",
    metadata,
    identity_column("alert_step_id"),
    Column("alert_id", UUID(as_uuid=False), ForeignKey("alerts.alert_id"), nullable=False),
    Column("step", Text, nullable=False),
    word_list("recipients"),
    instant("planned_at"),
    instant("fired_at"),
    UniqueConstraint("alert_id", "step", name="uq_alert_steps_once"),
)

promises = Table(
    "promises",
    metadata,
    identity_column("promise_id"),
    Column("subject_type", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    words("made_by_user"),
    Column("reason", Text, nullable=False),
    instant("made_at"),
    instant("until_at"),
    instant("ended_at", nullable=True),
    words("outcome"),
    CheckConstraint("subject_type in ('interview', 'alert')", name="subject_known"),
    CheckConstraint("reason <> ''", name="has_reason"),
    CheckConstraint("outcome in ('', 'kept', 'lapsed', 'renewed')", name="outcome_known"),
    Index("ix_promises_live", "until_at", postgresql_where=text("ended_at is null")),
    Index("ix_promises_subject", "subject_id"),
)

proofs = Table(
    "proofs",
    metadata,
    identity_column("proof_id"),
    instant("at"),
    Column("balanced", Boolean, nullable=False),
    Column("line", Text, nullable=False),
    Column("evidence", JSONB, nullable=False),
    words("heartbeat"),
    Index("ix_proofs_at", "at"),
)
