"""The main road: every table, then who may do what with it."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, the database roles, their rights and the row-level security."""
    for name in (
        "0001_tables.sql",
        "0001_access.sql",
        "0001_access_records.sql",
        "0001_access_sharing.sql",
        "0001_access_professionals.sql",
        "0001_access_history.sql",
        "0001_access_support.sql",
    ):
        _run(Path(__file__).with_name(name))


def _run(script: Path) -> None:
    for statement in script.read_text(encoding="utf-8").split("--;;"):
        op.get_bind().connection.cursor().execute(statement)


def downgrade() -> None:
    """Refuse: a release is rolled back by running the older code, never by dropping data."""
    raise RuntimeError("migrations only go forward")
