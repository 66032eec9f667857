"""The columns that many tables have, and the names of constraints; an instant is timestamptz in UTC, named `..._at`."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Identity,
    Integer,
    MetaData,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def instant(name: str, *, nullable: bool = False, default_now: bool = False) -> Column[object]:
    """Return a timestamptz column."""
    default = text("now()") if default_now else None
    return Column(name, DateTime(timezone=True), nullable=nullable, server_default=default)


def words(name: str, default: str = "") -> Column[object]:
    """Return a text column that is empty, never null, when nothing is known."""
    return Column(name, Text, nullable=False, server_default=text(f"'{default}'"))


def word_list(name: str) -> Column[object]:
    """Return a text[] column that is empty when nothing is known."""
    return Column(name, ARRAY(Text), nullable=False, server_default=text("'{}'"))


def version_column() -> Column[object]:
    """Return the column that optimistic locking compares."""
    return Column("version", Integer, nullable=False, server_default=text("1"))


def identity_column(name: str) -> Column[object]:
    """Return a generated bigint primary key."""
    return Column(name, BigInteger, Identity(always=False), primary_key=True)
