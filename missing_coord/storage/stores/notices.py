"""Police notices in PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from missing_coord.domain.cases import StoredNotice
from missing_coord.domain.records import PoliceNotice, comparable, with_known_hash
from missing_coord.services.ports.received import Received
from missing_coord.storage.mappers import filled, from_json
from missing_coord.storage.rows import as_array, insert_all
from missing_coord.storage.tables.people import notices

_OF_REFERENCES = text(
    "select n.notice_id, n.incident_id, n.data, n.content_hash from notices n"
    " join unnest(cast(:forces as text[]), cast(:refs as text[])) as w(force_key, reference_key)"
    " using (force_key, reference_key)"
)


class SqlNotices:
    """Police notices as received; a notice that is here already is never written again."""

    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def add(self, arriving: Sequence[tuple[PoliceNotice, Received, str]]) -> None:
        """Keep notices that are not here yet, each with its incident; the caller holds their references."""
        await insert_all(self._connection, notices, [self._row(*each) for each in arriving])

    def _row(self, notice: PoliceNotice, how: Received, incident_id: str) -> dict[str, object]:
        return {
            "force_key": notice.force_key,
            "reference_key": comparable(notice.reference),
            "message": notice.message.value,
            "issued_at": notice.issued_at,
            "content_hash": notice.content_hash,
            "data": filled(notice),
            "raw": how.raw,
            "received_at": self._now,
            "batch_id": how.batch_id,
            "line": how.line,
            "incident_id": incident_id,
        }

    async def of_references(self, references: Iterable[tuple[str, str]]) -> list[StoredNotice]:
        """Return every notice of the (force, reference) pairs, both in their comparing form."""
        wanted = list(references)
        result = await self._connection.execute(
            _OF_REFERENCES,
            {"forces": as_array(force for force, _ in wanted), "refs": as_array(each for _, each in wanted)},
        )
        return [
            StoredNotice(
                notice_id=row[0],
                incident_id=_text(row[1]),
                notice=with_known_hash(from_json(PoliceNotice, row[2]), row[3]),
            )
            for row in result
        ]

    async def assign(self, incidents: Mapping[int, str]) -> None:
        """Count notices to incidents."""
        if not incidents:
            return
        await self._connection.execute(
            text(
                "update notices set incident_id = w.incident_id"
                " from unnest(cast(:numbers as bigint[]), cast(:incidents as uuid[])) as w(notice_id, incident_id)"
                " where notices.notice_id = w.notice_id"
            ),
            {"numbers": as_array(incidents), "incidents": as_array(incidents.values())},
        )


def _text(value: object) -> str | None:
    return None if value is None else str(value)
