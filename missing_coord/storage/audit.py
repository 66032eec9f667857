"""The audit trail: a row for every record opened, its rows for those who may read them, and whether it is whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, text

from missing_coord.storage.mappers import from_row
from missing_coord.storage.tables.plumbing import audit_trail
from missing_coord.storage.unit_of_work import SqlUnitOfWork

OPENED = "opened"
LONGEST_PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilters:
    """Which rows are wanted, each filter only where it is given; `words` are part of a person or a reference."""

    words: str = ""
    actor: str = ""
    action: str = ""
    subject_type: str = ""
    subject_id: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """One row of the trail: who did what to which record, and references to what it was about."""

    seq: int
    at: datetime
    actor: str
    actor_role: str
    action: str
    subject_type: str
    subject_id: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainHead:
    """The newest row and its hash; kept elsewhere, it shows later whether rows were cut off the end."""

    seq: int
    row_hash: str


def opened(uow: SqlUnitOfWork, subject_type: str, subject_id: str, **references: Any) -> None:
    """Write in the audit trail of this transaction that its actor opened a record."""
    uow.audit(OPENED, subject_type=subject_type, subject_id=subject_id, **references)


async def audit_rows(
    uow: SqlUnitOfWork, filters: AuditFilters, *, before_seq: int | None = None, limit: int = 50
) -> list[AuditRow]:
    """Return rows, the newest first, older than row `before_seq` when it is given."""
    statement = select(audit_trail).where(*_conditions(filters)).order_by(audit_trail.c.seq.desc())
    if before_seq is not None:
        statement = statement.where(audit_trail.c.seq < before_seq)
    result = await uow.execute(_limited(statement, limit))
    return [from_row(AuditRow, dict(row)) for row in result.mappings()]


async def audit_actions(uow: SqlUnitOfWork) -> list[str]:
    """Return every action that stands in the trail, by name."""
    result = await uow.execute(select(audit_trail.c.action).distinct().order_by(audit_trail.c.action))
    return list(result.scalars())


async def chain_broken_at(uow: SqlUnitOfWork) -> int | None:
    """Return the number of the first row at which the chain does not hold, None when it is whole.

    Rows cut off the end leave a whole, shorter chain: compare `chain_head` with the one noted before.
    """
    number: int | None = (await uow.execute(text("select audit_broken_at()"))).scalar_one()
    return number


async def chain_head(uow: SqlUnitOfWork) -> ChainHead | None:
    """Return the newest row's number and hash, None when the trail is empty."""
    columns = audit_trail.c.seq, func.encode(audit_trail.c.row_hash, "hex").label("row_hash")
    result = await uow.execute(select(*columns).order_by(audit_trail.c.seq.desc()).limit(1))
    row = result.mappings().one_or_none()
    return None if row is None else from_row(ChainHead, dict(row))


def _limited(statement: Select[Any], limit: int) -> Select[Any]:
    return statement.limit(max(1, min(limit, LONGEST_PAGE)))


def _conditions(filters: AuditFilters) -> list[ColumnElement[bool]]:
    found = [
        audit_trail.c[name] == getattr(filters, name)
        for name in ("actor", "action", "subject_type", "subject_id")
        if getattr(filters, name)
    ]
    if filters.words.strip():
        words = filters.words.strip()
        found.append(
            or_(
                audit_trail.c.actor.icontains(words, autoescape=True),
                audit_trail.c.subject_id.icontains(words, autoescape=True),
            )
        )
    if filters.since is not None:
        found.append(audit_trail.c.at >= filters.since)
    if filters.until is not None:
        found.append(audit_trail.c.at < filters.until)
    return found
