"""Imports of a council's earlier records in PostgreSQL: one at a time, each kept with its balance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert

from missing_coord.storage.locks import lock_names
from missing_coord.storage.tables.history import history_imports
from missing_coord.storage.unit_of_work import SqlUnitOfWork


async def hold_imports(uow: SqlUnitOfWork) -> None:
    """Wait until no other import is under way, and keep others waiting until this transaction ends."""
    await lock_names(uow.connection, "earlier records", ["import"])


async def keep_import(
    uow: SqlUnitOfWork, *, files: Sequence[str], digest: str, balance: dict[str, Any], new_episodes: int
) -> None:
    """Keep the balance of an import."""
    await uow.execute(
        insert(history_imports).values(
            files=list(files),
            content_sha256=digest,
            rows=balance["rows"],
            new_episodes=new_episodes,
            new_interviews=balance["interviews"]["new"],
            balanced=balance["balanced"],
            balance=balance,
            done_by=uow.actor.name,
            done_at=uow.now,
        )
    )
    uow.audit(
        "history_imported", subject_type="history", subject_id=digest[:16], rows=balance["rows"],
        balanced=balance["balanced"],
    )  # fmt: skip
