"""Tables of the plumbing: outbox, inbox, tick ledger, audit trail, users, sessions and keys."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import BYTEA, JSONB, UUID

from missing_coord.storage.tables.columns import (
    identity_column,
    instant,
    metadata,
    version_column,
    word_list,
    words,
)

outbox = Table(
    "outbox",
    metadata,
    identity_column("position"),
    Column("event_id", UUID(as_uuid=False), nullable=False, unique=True),
    Column("type", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("body", JSONB, nullable=False),
    instant("occurred_at"),
    words("correlation_id"),
    instant("sent_at", nullable=True),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    words("last_error"),
    Index("ix_outbox_unsent", "position", postgresql_where=text("sent_at is null")),
)

inbox = Table(
    "inbox",
    metadata,
    Column("consumer", Text, nullable=False),
    Column("event_id", UUID(as_uuid=False), nullable=False),
    instant("handled_at", default_now=True),
    PrimaryKeyConstraint("consumer", "event_id"),
)

tick_ledger = Table(
    "tick_ledger",
    metadata,
    Column("job", Text, nullable=False),
    instant("slot_at"),
    instant("claimed_at"),
    instant("finished_at", nullable=True),
    words("outcome"),
    PrimaryKeyConstraint("job", "slot_at"),
)

audit_trail = Table(
    "audit_trail",
    metadata,
    Column("seq", BigInteger, Identity(always=True), primary_key=True),
    instant("at"),
    Column("actor", Text, nullable=False),
    Column("actor_role", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject_type", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("detail", JSONB, nullable=False),
    Column("previous_hash", BYTEA, nullable=False),
    Column("row_hash", BYTEA, nullable=False),
    Index("ix_audit_trail_subject", "subject_type", "subject_id"),
)

users = Table(
    "users",
    metadata,
    Column("user_id", UUID(as_uuid=False), primary_key=True),
    Column("username", Text, nullable=False, unique=True),
    Column("display_name", Text, nullable=False),
    Column("role", Text, nullable=False),
    words("worker_id"),
    Column("demo", Boolean, nullable=False, server_default=text("false")),
    instant("created_at"),
    instant("disabled_at", nullable=True),
    version_column(),
)

user_secrets = Table(
    "user_secrets",
    metadata,
    Column("user_id", UUID(as_uuid=False), ForeignKey("users.user_id"), primary_key=True),
    Column("password_hash", Text, nullable=False),
    Column("failures", Integer, nullable=False, server_default=text("0")),
    instant("locked_until", nullable=True),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("user_id", UUID(as_uuid=False), ForeignKey("users.user_id"), nullable=False),
    Column("form_token", Text, nullable=False),
    instant("created_at"),
    instant("last_seen_at"),
    instant("expires_at"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("key_id", UUID(as_uuid=False), primary_key=True),
    Column("source", Text, nullable=False, index=True),
    Column("key_hash", Text, nullable=False, unique=True),
    word_list("scopes"),
    instant("created_at"),
    instant("revoked_at", nullable=True),
)
