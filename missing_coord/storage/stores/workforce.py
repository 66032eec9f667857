"""Interview workers and their absences in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from missing_coord.domain.records import AbsenceRecord, WorkerRecord
from missing_coord.services.ports.received import Received
from missing_coord.storage.postcodes import installed_postcodes
from missing_coord.storage.rows import upsert
from missing_coord.storage.stores.children import content_hash
from missing_coord.storage.tables.people import absences, workers
from missing_coord.storage.versions import changed_rows, keep_versions

FOR_EVER = datetime(9999, 1, 1, tzinfo=UTC)


class SqlWorkforce:
    """Interview workers and their absences."""

    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def save_workers(self, received: Sequence[tuple[WorkerRecord, Received]]) -> list[bool]:
        """Keep worker rows as versions; return for each whether anything changed."""
        keyed = [(record.worker_id, content_hash(record), record, how) for record, how in received]
        changed, latest = await changed_rows(self._connection, workers, "worker_id", keyed)
        rows = [_worker_row(record, digest) for _, digest, record, _ in latest]
        await upsert(self._connection, workers, rows, key=["worker_id"])
        await keep_versions(self._connection, "workers", latest, self._now)
        return changed

    async def save_absences(self, received: Sequence[tuple[AbsenceRecord, Received]]) -> list[bool]:
        """Keep absences as versions, the last statement in force; return for each whether anything changed."""
        keyed = [(_absence_key(record), content_hash(record), record, how) for record, how in received]
        changed, latest = await changed_rows(self._connection, absences, "absence_key", keyed)
        rows = [_absence_row(key, digest, record) for key, digest, record, _ in latest]
        await upsert(self._connection, absences, rows, key=["absence_key"])
        await keep_versions(self._connection, "absences", latest, self._now)
        return changed

    async def absences_before(self, stated: Sequence[AbsenceRecord]) -> list[AbsenceRecord | None]:
        """Return for each statement the absence in force that it is about, None where there is none."""
        keys = [_absence_key(each) for each in stated]
        statement = select(absences).where(absences.c.absence_key.in_(keys), lasting())
        found = await self._connection.execute(statement)
        kept = {row["absence_key"]: _absence_of(row) for row in found.mappings()}
        return [kept.get(key) for key in keys]


def lasting() -> ColumnElement[bool]:
    """Return the condition that an absence is in force: a cancelled one is kept and ends as it starts."""
    return absences.c.ends_at > absences.c.starts_at


def _absence_key(record: AbsenceRecord) -> str:
    which = record.absence_id or record.starts_at.astimezone(UTC).isoformat()
    return f"{record.worker_id}|{which}"


def _worker_row(record: WorkerRecord, digest: str) -> dict[str, Any]:
    place = installed_postcodes().lookup(record.base_postcode) if record.base_postcode else None
    hours = record.working_hours
    return {
        "worker_id": record.worker_id,
        "name": record.name,
        "email": record.email or "",
        "phone": record.phone or "",
        "team": record.team.value,
        "employer": record.employer or "",
        "fte": 1.0 if record.fte is None else record.fte,
        "weekly_target": 15 if record.weekly_target is None else record.weekly_target,
        "base_postcode": record.base_postcode or "",
        "easting": place.easting if place else None,
        "northing": place.northing if place else None,
        "working_days": [day.value for day in record.working_days],
        "working_hours": f"{hours.start:%H:%M}-{hours.end:%H:%M}" if hours else "",
        "languages": list(record.languages),
        "gender": record.gender or "",
        "skills": list(record.skills),
        "out_of_authority": bool(record.out_of_authority),
        "max_travel_miles": record.max_travel_miles,
        "content_hash": digest,
    }


def _absence_of(row: RowMapping) -> AbsenceRecord:
    return AbsenceRecord(worker_id=row["worker_id"], starts_at=row["starts_at"], ends_at=row["ends_at"])


def _absence_row(key: str, digest: str, record: AbsenceRecord) -> dict[str, Any]:
    return {
        "absence_key": key,
        "worker_id": record.worker_id,
        "starts_at": record.starts_at,
        "ends_at": record.starts_at if record.cancelled else record.ends_at or FOR_EVER,
        "reason": record.reason or "",
        "content_hash": digest,
    }
