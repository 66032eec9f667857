"""Alembic's entry: runs the migrations on the engine that `migrate.upgrade` hands over."""

from __future__ import annotations

from alembic import context
from sqlalchemy import text

from missing_coord.storage.schema import metadata

engine = context.config.attributes["engine"]
with engine.connect() as connection:
    connection.execute(text("select pg_advisory_lock(7236001)"))
    connection.commit()
    context.configure(connection=connection, target_metadata=metadata, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.execute(text("select pg_advisory_unlock(7236001)"))
    connection.commit()
