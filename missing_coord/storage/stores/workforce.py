"""Interview workers and their absences in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from missing_coord.domain.records import AbsenceRecord, WorkerRecord
from missing_coord.services.ports.received import Received
from missing_coord.storage.postcodes import installed_postcodes
from missing_coord.storage.rows import insert_new, upsert
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
        """Keep absences; return for each whether it is new."""
        keyed = [(content_hash(record), record) for record, _ in received]
        keys = [key for key, _ in keyed]
        result = await self._connection.execute(
            select(absences.c.absence_key).where(absences.c.absence_key.in_(keys))
        )
        known = {row[0] for row in result}
        new = []
        for key in keys:
            new.append(key not in known)
            known.add(key)
        await insert_new(self._connection, absences, [_absence_row(key, record) for key, record in keyed])
        return new


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


def _absence_row(key: str, record: AbsenceRecord) -> dict[str, Any]:
    return {
        "absence_key": key,
        "worker_id": record.worker_id,
        "starts_at": record.starts_at,
        "ends_at": record.ends_at or FOR_EVER,
        "reason": record.reason or "",
    }
