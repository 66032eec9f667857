"""Quality audits in PostgreSQL, and the versions of their criteria."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from missing_coord.contracts.audit_schemes import scheme_of, write_audit_scheme
from missing_coord.domain.audit_schemes import AuditScheme, SchemeBook
from missing_coord.domain.errors import DomainError
from missing_coord.services.ports.quality import Grading, QualityAudit
from missing_coord.storage.mappers import from_json
from missing_coord.storage.tables.quality import audit_grades, audit_readings, quality_audits

_AUTHORS = text("select distinct recorded_by from interview_events where interview_id = cast(:id as uuid)")
_OF_INTERVIEW = text("""
    select a.audit_id, a.interview_id::text, a.closed_at, a.record_number, a.kind, a.scheme, a.returned, a.sampled,
        a.audited_by, a.audited_at, r.read_at, jsonb_strip_nulls(to_jsonb(one)) as first,
        jsonb_strip_nulls(to_jsonb(two)) as second
    from quality_audits a
    left join audit_grades one on one.audit_id = a.audit_id and one.place = 1
    left join audit_grades two on two.audit_id = a.audit_id and two.place = 2
    left join audit_readings r on r.audit_id = a.audit_id
    where a.interview_id = cast(:id as uuid) order by a.audit_id desc
""")
_ADD_SCHEME = text("""
    insert into audit_schemes (version, body, effective_at, saved_by, saved_at)
    values (:version, cast(:body as jsonb), :effective_at, :by, :at)
""")


class SqlQuality:
    """Quality audits; the database lets nobody audit what they recorded on, or grade the same twice."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, audit: QualityAudit, first: Grading) -> bool:
        """Keep an audit with its grade; False when this version of this closing was audited before."""
        values = {name: value for name, value in asdict(audit).items() if name in quality_audits.c}
        del values["audit_id"]
        statement = insert(quality_audits).values(**values)
        result = await self._connection.execute(
            statement.on_conflict_do_nothing(constraint="uq_quality_audits_once").returning(
                quality_audits.c.audit_id
            )
        )
        audit_id = result.scalar_one_or_none()
        return audit_id is not None and await self._add_grading(audit_id, first, place=1)

    async def add_second(self, audit_id: int, second: Grading) -> bool:
        """Keep the grade of a second auditor; False when somebody else was faster."""
        return await self._add_grading(audit_id, second, place=2)

    async def _add_grading(self, audit_id: int, grading: Grading, *, place: int) -> bool:
        values = {**asdict(grading), "audit_id": audit_id, "place": place, "graded_by_user": func.app_user()}
        statement = insert(audit_grades).values(**values).inline().on_conflict_do_nothing()
        # Without this SQLAlchemy forgets how many rows an insert has written.
        result = await self._connection.execute(statement.execution_options(preserve_rowcount=True))
        return result.rowcount == 1

    async def of_interview(self, interview_id: str) -> list[QualityAudit]:
        """Return the audits of an interview, the newest first, with the grades that the actor may see."""
        result = await self._connection.execute(_OF_INTERVIEW, {"id": interview_id})
        return [
            QualityAudit(**{**row, **{place: _grading(row[place]) for place in ("first", "second")}})
            for row in result.mappings()
        ]

    async def authors(self, interview_id: str) -> set[str]:
        """Return who has recorded anything on the interview."""
        return set((await self._connection.execute(_AUTHORS, {"id": interview_id})).scalars())

    async def mark_read(self, audit_id: int, *, by: str, at: datetime) -> bool:
        """Keep that the author has read an audit; False when there is none such of theirs."""
        known = text("select exists (select from quality_audits where audit_id = :id)")
        if not (await self._connection.execute(known, {"id": audit_id})).scalar_one():
            return False
        statement = insert(audit_readings).values(audit_id=audit_id, read_by=by, read_at=at)
        await self._connection.execute(statement.on_conflict_do_nothing())
        return True


def _grading(found: Mapping[str, Any] | None) -> Grading | None:
    return None if found is None else from_json(Grading, found)


class SqlAuditSchemes:
    """Versions of criteria and scale; one that is kept is never changed, as audits hold on to it."""

    def __init__(self, connection: AsyncConnection, now: datetime, by: str) -> None:
        self._connection = connection
        self._now = now
        self._by = by

    async def book(self) -> SchemeBook:
        """Return every version, the shipped one included."""
        result = await self._connection.execute(text("select body, effective_at from audit_schemes"))
        return SchemeBook.holding(
            replace(scheme_of(row.body), effective_at=row.effective_at) for row in result
        )

    async def add(self, scheme: AuditScheme) -> None:
        """Keep a version; the same again changes nothing, another under a name in use raises DomainError."""
        known = (await self.book()).schemes.get(scheme.version)
        if known is not None and replace(known, effective_at=scheme.effective_at) == scheme:
            return
        if known is not None:
            raise DomainError(
                "version_in_use",
                f"version: {scheme.version} is in use with other criteria; give this one a name of its own.",
            )
        values = {
            "version": scheme.version,
            "body": json.dumps(write_audit_scheme(scheme)),
            "effective_at": scheme.effective_at,
            "by": self._by,
            "at": self._now,
        }
        await self._connection.execute(_ADD_SCHEME, values)
