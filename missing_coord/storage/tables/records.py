"""Tables of interview records: drafts, submitted versions with their parts, and the actions that follow."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from missing_coord.storage.tables.columns import instant, metadata, version_column, word_list, words


def _interview() -> Column[object]:
    return Column("interview_id", UUID(as_uuid=False), ForeignKey("interviews.interview_id"), nullable=False)


def _of_a_version() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["interview_id", "number"],
        ["interview_records.interview_id", "interview_records.number"],
        onupdate="CASCADE",
    )


def _flag(name: str) -> Column[object]:
    return Column(name, Boolean, nullable=False)


record_drafts = Table(
    "record_drafts",
    metadata,
    Column("interview_id", UUID(as_uuid=False), ForeignKey("interviews.interview_id"), primary_key=True),
    Column("worker_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("fields", JSONB, nullable=False),
    Column("started_by", Text, nullable=False),
    instant("started_at"),
    Column("saved_by", Text, nullable=False),
    instant("saved_at"),
    instant("left_at", nullable=True),
    version_column(),
    CheckConstraint("kind in ('full', 'follow_up')", name="kind_known"),
    CheckConstraint("origin in ('first', 'amendment', 'rework')", name="origin_known"),
)

interview_records = Table(
    "interview_records",
    metadata,
    _interview(),
    Column("number", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("origin", Text, nullable=False),
    words("reason"),
    Column("lists_version", Text, nullable=False),
    instant("held_at"),
    words("worker_id"),
    Column("submitted_by", Text, nullable=False),
    instant("submitted_at"),
    word_list("episode_ids"),
    words("asked_for"),
    _flag("act_now"),
    Column("safe_contact", Text, nullable=False),
    words("safe_contact_detail"),
    words("safe_contact_avoid"),
    word_list("languages"),
    words("gender_wish"),
    word_list("workers_not_wanted"),
    words("submission_key"),
    PrimaryKeyConstraint("interview_id", "number"),
    Index("ix_interview_records_submitted_at", "submitted_at"),
    CheckConstraint("number >= 1", name="number_from_one"),
    CheckConstraint("kind in ('full', 'follow_up')", name="kind_known"),
    CheckConstraint("origin in ('first', 'amendment', 'rework')", name="origin_known"),
    CheckConstraint("origin = 'first' or reason <> ''", name="later_versions_say_why"),
)

record_contents = Table(
    "record_contents",
    metadata,
    Column("interview_id", UUID(as_uuid=False), nullable=False),
    Column("number", Integer, nullable=False),
    Column("held_where", Text, nullable=False),
    _flag("seen_alone"),
    words("present"),
    words("interpreter"),
    _flag("confidentiality_explained"),
    _flag("helpline_given"),
    words("before_account"),
    Column("planned", Text, nullable=False),
    Column("forced_or_lured", Text, nullable=False),
    words("other_factors"),
    words("during_account"),
    word_list("harm"),
    _flag("harm_asked"),
    words("harm_account"),
    Column("substances", Text, nullable=False),
    words("after_account"),
    Column("may_go_again", Text, nullable=False),
    _flag("health_asked"),
    words("health_account"),
    words("child_words"),
    Column("sharing", Text, nullable=False),
    words("analysis"),
    words("prevention"),
    words("carer_told_by"),
    words("carer_information"),
    PrimaryKeyConstraint("interview_id", "number"),
    _of_a_version(),
)

record_reasons = Table(
    "record_reasons",
    metadata,
    Column("interview_id", UUID(as_uuid=False), nullable=False),
    Column("number", Integer, nullable=False),
    word_list("push_factors"),
    word_list("pull_factors"),
    PrimaryKeyConstraint("interview_id", "number"),
    _of_a_version(),
)

record_screen_answers = Table(
    "record_screen_answers",
    metadata,
    Column("interview_id", UUID(as_uuid=False), nullable=False),
    Column("number", Integer, nullable=False),
    Column("question", Text, nullable=False),
    _flag("asked"),
    Column("positive", Boolean),
    words("note"),
    PrimaryKeyConstraint("interview_id", "number", "question"),
    _of_a_version(),
)

record_entries = Table(
    "record_entries",
    metadata,
    Column("entry_id", UUID(as_uuid=False), primary_key=True),
    Column("interview_id", UUID(as_uuid=False), nullable=False),
    Column("number", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    words("value"),
    Column("as_said", Text, nullable=False),
    word_list("aliases"),
    words("description"),
    Column("place_kind", Text),
    Column("easting", Integer),
    Column("northing", Integer),
    Column("told_by", Text, nullable=False),
    Column("sharing", Text, nullable=False),
    _of_a_version(),
    Index("ix_record_entries_record", "interview_id", "number"),
    Index("ix_record_entries_value", "kind", "value"),
    CheckConstraint("kind in ('place', 'person', 'vehicle', 'phone', 'handle')", name="kind_known"),
    CheckConstraint("told_by in ('child', 'carer', 'police', 'worker')", name="told_by_known"),
    CheckConstraint(
        "sharing in ('may_share', 'ask_first', 'do_not_share', 'not_asked')", name="sharing_known"
    ),
)

interview_actions = Table(
    "interview_actions",
    metadata,
    Column("action_id", UUID(as_uuid=False), primary_key=True),
    _interview(),
    Column("record_number", Integer, nullable=False, server_default=text("0")),
    Column("what", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("owner_name", Text, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("state", Text, nullable=False),
    words("outcome"),
    Column("opened_by", Text, nullable=False),
    instant("opened_at"),
    words("closed_by"),
    instant("closed_at", nullable=True),
    version_column(),
    Index("ix_interview_actions_interview_id", "interview_id"),
    Index("ix_interview_actions_open", "due_on", postgresql_where=text("state = 'open'")),
    CheckConstraint("state in ('open', 'done', 'cancelled')", name="state_known"),
    CheckConstraint("(state = 'open') = (closed_at is null)", name="a_closed_one_has_its_time"),
    CheckConstraint("state = 'open' or (closed_by <> '' and outcome <> '')", name="a_closed_one_says_what"),
)

interview_transfers = Table(
    "interview_transfers",
    metadata,
    Column("transfer_id", UUID(as_uuid=False), primary_key=True),
    _interview(),
    Column("authority", Text, nullable=False),
    Column("contact", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("asked_by", Text, nullable=False),
    instant("asked_at"),
    words("answered_for"),
    words("answer"),
    words("answer_kept_by"),
    instant("answered_at", nullable=True),
    version_column(),
    Index(
        "uq_interview_transfers_one_open",
        "interview_id",
        unique=True,
        postgresql_where=text("state = 'asked'"),
    ),
    CheckConstraint("state in ('asked', 'accepted', 'refused', 'withdrawn')", name="state_known"),
    CheckConstraint("(state = 'asked') = (answered_at is null)", name="an_answer_has_its_time"),
    CheckConstraint("state <> 'accepted' or answered_for <> ''", name="accepted_by_a_named_person"),
)

spot_purchases = Table(
    "spot_purchases",
    metadata,
    Column("purchase_id", UUID(as_uuid=False), primary_key=True),
    _interview(),
    Column("reason", Text, nullable=False),
    Column("supplier", Text, nullable=False),
    Column("estimated_pence", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("asked_by", Text, nullable=False),
    instant("asked_at"),
    words("decided_by"),
    instant("decided_at", nullable=True),
    words("decision_reason"),
    words("outcome"),
    Column("cost_pence", Integer),
    words("closed_by"),
    instant("closed_at", nullable=True),
    version_column(),
    Index("ix_spot_purchases_interview_id", "interview_id"),
    CheckConstraint("state in ('asked', 'approved', 'refused', 'done', 'cancelled')", name="state_known"),
    CheckConstraint("estimated_pence >= 0 and coalesce(cost_pence, 0) >= 0", name="costs_are_not_negative"),
    CheckConstraint("decided_by = '' or decided_by <> asked_by", name="nobody_approves_their_own"),
)

visit_invites = Table(
    "visit_invites",
    metadata,
    Column(
        "interview_id",
        UUID(as_uuid=False),
        ForeignKey("interviews.interview_id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("worker_id", Text, nullable=False),
    instant("starts_at"),
    instant("ends_at"),
    Column("sequence", Integer, nullable=False, server_default=text("0")),
    Column("cancelled", Boolean, nullable=False, server_default=text("false")),
    instant("changed_at"),
    PrimaryKeyConstraint("interview_id", "worker_id"),
    Index("ix_visit_invites_worker_id", "worker_id", "starts_at"),
)

calendar_feeds = Table(
    "calendar_feeds",
    metadata,
    Column("worker_id", Text, primary_key=True),
    Column("secret_hash", Text, nullable=False),
    instant("made_at"),
    UniqueConstraint("secret_hash", name="uq_calendar_feeds_secret_hash"),
)
