"""Tables of intake, children and the workforce; every instant is timestamptz in UTC and named `..._at`."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Double,
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

intake_batches = Table(
    "intake_batches",
    metadata,
    Column("batch_id", UUID(as_uuid=False), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("source", Text, nullable=False),
    words("content_sha256"),
    Column("rows", Integer, nullable=False, server_default=text("0")),
    Column("accepted", Integer, nullable=False, server_default=text("0")),
    Column("duplicates", Integer, nullable=False, server_default=text("0")),
    Column("quarantined", Integer, nullable=False, server_default=text("0")),
    words("actor"),
    instant("started_at"),
    instant("finished_at", nullable=True),
    Index("ix_intake_batches_source", "source", "content_sha256"),
    Index("ix_intake_batches_kind", "kind", "started_at"),
)

notices = Table(
    "notices",
    metadata,
    identity_column("notice_id"),
    Column("force_key", Text, nullable=False),
    Column("reference_key", Text, nullable=False),
    Column("message", Text, nullable=False),
    instant("issued_at"),
    Column("content_hash", Text, nullable=False),
    Column("data", JSONB, nullable=False),
    Column("raw", JSONB, nullable=False),
    instant("received_at"),
    Column("batch_id", UUID(as_uuid=False), nullable=False),
    Column("line", Integer),
    Column("incident_id", UUID(as_uuid=False), index=True),
    UniqueConstraint(
        "force_key", "reference_key", "message", "issued_at", "content_hash", name="uq_notices_identity"
    ),
)

quarantine = Table(
    "quarantine",
    metadata,
    identity_column("quarantine_id"),
    Column("kind", Text, nullable=False),
    Column("raw_hash", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("line", Integer),
    Column("raw", JSONB, nullable=False),
    Column("faults", JSONB, nullable=False),
    Column("batch_id", UUID(as_uuid=False), nullable=False),
    Column("times", Integer, nullable=False, server_default="1"),
    instant("received_at"),
    instant("resolved_at", nullable=True),
    words("resolved_by"),
    words("resolution"),
    UniqueConstraint("kind", "raw_hash", name="uq_quarantine_row"),
)

quarantine_withheld = Table(
    "quarantine_withheld",
    metadata,
    Column("kind", Text, nullable=False),
    Column("raw_hash", Text, nullable=False),
    Column("cells", JSONB, nullable=False),
    PrimaryKeyConstraint("kind", "raw_hash"),
)

register_versions = Table(
    "register_versions",
    metadata,
    identity_column("register_version_id"),
    Column("kind", Text, nullable=False),
    Column("natural_key", Text, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("raw", JSONB, nullable=False),
    instant("received_at"),
    Column("batch_id", UUID(as_uuid=False), nullable=False),
    Index("ix_register_versions_key", "kind", "natural_key"),
)

children = Table(
    "children",
    metadata,
    Column("child_id", Text, primary_key=True),
    Column("provisional", Boolean, nullable=False, server_default=text("false")),
    words("forename"),
    words("middle_names"),
    words("surname"),
    word_list("aliases"),
    Column("date_of_birth", Date),
    words("sex"),
    words("ethnicity"),
    words("home_address"),
    words("home_postcode"),
    Column("home_easting", Integer),
    Column("home_northing", Integer),
    word_list("previous_addresses"),
    word_list("previous_postcodes"),
    words("phone"),
    words("status"),
    words("legal_status"),
    words("responsible_authority"),
    words("social_worker"),
    words("social_worker_email"),
    words("team"),
    words("team_manager_email"),
    words("iro"),
    words("iro_email"),
    words("school"),
    Column("uasc", Boolean),
    word_list("flags"),
    words("content_hash"),
    Column("prepared", Text),
    instant("created_at", default_now=True),
    instant("updated_at", default_now=True),
    version_column(),
)

match_keys = Table(
    "match_keys",
    metadata,
    Column("key", Text, nullable=False),
    Column("child_id", Text, nullable=False),
    PrimaryKeyConstraint("key", "child_id"),
    Index("ix_match_keys_child_id", "child_id"),
)

register_statistics = Table(
    "register_statistics",
    metadata,
    identity_column("statistics_id"),
    Column("data", JSONB, nullable=False),
    Column("children", Integer, nullable=False),
    instant("computed_at"),
)

placements = Table(
    "placements",
    metadata,
    Column("placement_id", Text, primary_key=True),
    Column("child_id", Text, nullable=False, index=True),
    Column("start_date", Date, nullable=False),
    Column("end_date", Date),
    words("place_code"),
    words("provider_code"),
    words("provider_name"),
    words("urn"),
    Column("confidential", Boolean, nullable=False, server_default=text("false")),
    words("authority"),
    words("content_hash"),
    version_column(),
)

placement_addresses = Table(
    "placement_addresses",
    metadata,
    Column("placement_id", Text, ForeignKey("placements.placement_id"), primary_key=True),
    Column("child_id", Text, nullable=False),
    words("address"),
    words("postcode"),
    Column("easting", Integer),
    Column("northing", Integer),
    Column("confidential", Boolean, nullable=False, server_default=text("false")),
)

missing_list_entries = Table(
    "missing_list_entries",
    metadata,
    Column("entry_key", Text, primary_key=True),
    Column("child_id", Text, nullable=False, index=True),
    words("placement_id"),
    Column("kind", Text, nullable=False),
    instant("started_at"),
    instant("ended_at", nullable=True),
    Column("date_only", Boolean, nullable=False, server_default=text("false")),
    Column("ended_date_only", Boolean, nullable=False, server_default=text("false")),
    words("reported_by"),
    Column("source", Text, nullable=False),
    Column("incident_id", UUID(as_uuid=False)),
    instant("listed_at", nullable=True),
    instant("left_list_at", nullable=True),
    words("content_hash"),
    version_column(),
)

ssda903_rows = Table(
    "ssda903_rows",
    metadata,
    Column("row_key", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("year", Integer, nullable=False),
    Column("child_id", Text, nullable=False, index=True),
    Column("data", JSONB, nullable=False),
    word_list("warnings"),
    words("content_hash"),
    Column("batch_id", UUID(as_uuid=False), nullable=False),
    instant("received_at"),
    Index("ix_ssda903_rows_kind", "kind", "year"),
)

workers = Table(
    "workers",
    metadata,
    Column("worker_id", Text, primary_key=True),
    words("name"),
    words("email"),
    words("phone"),
    words("team"),
    words("employer"),
    Column("fte", Double, nullable=False),
    Column("weekly_target", Integer, nullable=False),
    words("base_postcode"),
    Column("easting", Integer),
    Column("northing", Integer),
    word_list("working_days"),
    words("working_hours"),
    word_list("languages"),
    words("gender"),
    word_list("skills"),
    Column("out_of_authority", Boolean, nullable=False, server_default=text("false")),
    Column("max_travel_miles", Double),
    words("content_hash"),
    version_column(),
    CheckConstraint("fte >= 0", name="fte_not_negative"),
)

absences = Table(
    "absences",
    metadata,
    Column("absence_key", Text, primary_key=True),
    Column("worker_id", Text, nullable=False, index=True),
    instant("starts_at"),
    instant("ends_at"),
    words("reason"),
    words("content_hash"),
)
