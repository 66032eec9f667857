"""Tables of what followed interviews: referrals to help, links to the exit survey, and its anonymous answers."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Index, Table, Text, text
from sqlalchemy.dialects.postgresql import UUID

from missing_coord.storage.tables.columns import instant, metadata, version_column, words

support_referrals = Table(
    "support_referrals",
    metadata,
    Column("referral_id", UUID(as_uuid=False), primary_key=True),
    Column(
        "interview_id", UUID(as_uuid=False), ForeignKey("interviews.interview_id"), nullable=False, index=True
    ),
    Column("kind", Text, nullable=False),
    Column("to_whom", Text, nullable=False),
    Column("referred_on", Date, nullable=False),
    Column("ask_on", Date, nullable=False),
    Column("assessment", Text, nullable=False),
    Column("state", Text, nullable=False, server_default=text("'open'")),
    Column("outcome_on", Date),
    words("helped"),
    words("helped_why"),
    Column("helped_on", Date),
    Column("kept_by", Text, nullable=False),
    instant("kept_at"),
    words("changed_by"),
    instant("changed_at", nullable=True),
    version_column(),
    CheckConstraint("kind in ('early_help', 'step_up', 'step_down', 'other_service')", name="kind_known"),
    CheckConstraint("state in ('open', 'accepted', 'no_further_action', 'ended')", name="state_known"),
    CheckConstraint("assessment in ('registered', 'not_registered', 'not_known')", name="assessment_known"),
    CheckConstraint("helped in ('', 'yes', 'partly', 'no', 'not_reached')", name="helped_known"),
    CheckConstraint("(state = 'open') = (outcome_on is null)", name="an_answer_has_its_day"),
    CheckConstraint("(helped = '') = (helped_on is null)", name="asked_on_a_day"),
    Index("ix_support_referrals_to_ask", "ask_on", postgresql_where=text("helped = ''")),
)

survey_links = Table(
    "survey_links",
    metadata,
    Column("link_hash", Text, primary_key=True),
    Column("valid_until", Date, nullable=False),
)

survey_answers = Table(
    "survey_answers",
    metadata,
    Column("answer_id", UUID(as_uuid=False), primary_key=True, server_default=text("gen_random_uuid()")),
    Column("quarter", Text, nullable=False),
    Column("way", Text, nullable=False),
    words("listened"),
    words("explained"),
    words("good_time"),
    words("safer"),
    words("again"),
    CheckConstraint("way in ('link', 'paper')", name="way_known"),
    CheckConstraint(
        "array[listened, explained, good_time, safer, again] <@ array['', 'yes', 'a_bit', 'no', 'not_sure']",
        name="answers_known",
    ),
)
