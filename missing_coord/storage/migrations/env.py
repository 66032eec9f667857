"""Alembic's entry: runs the migrations on the engine that `migrate.upgrade` hands over."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from alembic import context
from alembic.runtime.migration import MigrationContext, MigrationInfo
from sqlalchemy import text

from missing_coord.storage.revisions import READ_LAYOUT, Layout, fingerprint
from missing_coord.storage.schema import metadata


def stamped(
    ctx: MigrationContext, step: MigrationInfo, heads: Collection[Any], run_args: Mapping[str, Any]
) -> None:
    """Write beside the revision by which statements it was made."""
    del ctx, heads, run_args
    applied = str(step.up_revision_id)
    layout = Layout.read(*connection.execute(text(READ_LAYOUT)).one())
    made_by = {**layout.made_by, applied: fingerprint(applied)}
    connection.exec_driver_sql(f"comment on table alembic_version is '{json.dumps(made_by)}'")


engine = context.config.attributes["engine"]
with engine.connect() as connection:
    connection.execute(text("select pg_advisory_lock(7236001)"))
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=metadata,
        transaction_per_migration=True,
        on_version_apply=stamped,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.execute(text("select pg_advisory_unlock(7236001)"))
    connection.commit()
