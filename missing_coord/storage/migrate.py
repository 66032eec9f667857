"""Brings a database to the newest schema, and says whether it is there already."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

from missing_coord.domain.errors import PermanentError
from missing_coord.storage.revisions import READ_LAYOUT, Layout, fault_of, newest_revision
from missing_coord.storage.schema import metadata


def _config(engine: Engine | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    if engine is not None:
        config.attributes["engine"] = engine
    return config


def upgrade(url: str) -> None:
    """Run every outstanding migration on the database of `url`, which must be the owner's.

    One at a later revision than ours stays as it is. Raises PermanentError where the tables are not ours afterwards.
    """
    engine = create_engine(url, poolclass=NullPool)
    try:
        revision = _layout(engine).revision
        if revision is None or revision <= newest_revision():
            command.upgrade(_config(engine), "head")
        if fault := fault_of(_layout(engine)):
            raise PermanentError(fault)
    finally:
        engine.dispose()


def current_layout(url: str) -> Layout:
    """Return the layout of the database of `url`."""
    engine = create_engine(url, poolclass=NullPool)
    try:
        return _layout(engine)
    finally:
        engine.dispose()


def _layout(engine: Engine) -> Layout:
    with engine.connect() as connection:
        if connection.scalar(text("select to_regclass('alembic_version')")) is None:
            return Layout()
        row = connection.execute(text(READ_LAYOUT)).one_or_none()
        return Layout.read(*row) if row else Layout()


def drift(url: str) -> list[str]:
    """Return what differs between the tables in code and those of the database of `url`."""
    engine = create_engine(url, poolclass=NullPool)
    try:
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            return [str(difference) for difference in compare_metadata(context, metadata)]
    finally:
        engine.dispose()
