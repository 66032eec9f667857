"""Brings a database to the newest schema, and says whether it is there already."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import NullPool

from missing_coord.storage.schema import metadata


def _config(engine: Engine | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    if engine is not None:
        config.attributes["engine"] = engine
    return config


def upgrade(url: str) -> None:
    """Run every outstanding migration on the database of `url`, which must be the owner's."""
    engine = create_engine(url, poolclass=NullPool)
    try:
        command.upgrade(_config(engine), "head")
    finally:
        engine.dispose()


def current_revision(url: str) -> str | None:
    """Return the revision at which the database of `url` stands, None when it has never been migrated."""
    engine = create_engine(url, poolclass=NullPool)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()


def drift(url: str) -> list[str]:
    """Return what differs between the tables in code and those of the database of `url`."""
    engine = create_engine(url, poolclass=NullPool)
    try:
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            return [str(difference) for difference in compare_metadata(context, metadata)]
    finally:
        engine.dispose()
