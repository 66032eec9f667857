"""One transaction: its stores, the events it adds to the outbox, and the audit rows it leaves."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, Executable, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from missing_coord.contracts.events import to_wire
from missing_coord.domain.access import Actor
from missing_coord.domain.events import Event
from missing_coord.storage.mappers import plain
from missing_coord.storage.store_cases import SqlEpisodes, SqlIncidents
from missing_coord.storage.store_children import SqlChildren, SqlPlacements
from missing_coord.storage.store_intake import SqlIntake, SqlMissingList
from missing_coord.storage.store_escalations import SqlEscalations, SqlMessages
from missing_coord.storage.store_interviews import SqlInterviews
from missing_coord.storage.store_notices import SqlNotices
from missing_coord.storage.store_planning import SqlPlanning
from missing_coord.storage.store_workforce import SqlWorkforce
from missing_coord.storage.tables_plumbing import audit_trail, outbox


class SqlUnitOfWork:
    """A transaction on PostgreSQL on behalf of one actor; `now` is the injected clock's time at its start."""

    def __init__(self, *, connection: AsyncConnection, actor: Actor, now: datetime) -> None:
        self.connection = connection
        self.actor = actor
        self.now = now
        self.notices = SqlNotices(connection, now)
        self.incidents = SqlIncidents(connection)
        self.children = SqlChildren(connection, now)
        self.placements = SqlPlacements(connection, now)
        self.workforce = SqlWorkforce(connection, now)
        self.missing_list = SqlMissingList(connection, now)
        self.intake = SqlIntake(connection, now, actor.name)
        self.episodes = SqlEpisodes(connection)
        self.interviews = SqlInterviews(connection, now)
        self.planning = SqlPlanning(connection, now)
        self.escalations = SqlEscalations(connection)
        self.messages = SqlMessages(connection)
        self._events: list[Event] = []
        self._audit: list[dict[str, Any]] = []

    async def execute(
        self, statement: Executable, parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
    ) -> CursorResult[Any]:
        """Run one statement in this transaction."""
        return await self.connection.execute(statement, parameters)

    def record(self, *events: Event) -> None:
        """Add events to the outbox of this transaction."""
        self._events.extend(events)

    def audit(self, action: str, *, subject_type: str, subject_id: str, **detail: Any) -> None:
        """Add a row to the audit trail of this transaction; `detail` holds references only."""
        self._audit.append(
            {
                "at": self.now,
                "actor": self.actor.name,
                "actor_role": self.actor.role.value,
                "action": action,
                "subject_type": subject_type,
                "subject_id": subject_id,
                "detail": plain(detail),
            }
        )

    async def flush(self) -> None:
        """Write events and audit rows; the audit trail comes last, as it makes others wait until the commit."""
        if self._events:
            await self.connection.execute(insert(outbox), [self._outbox_row(event) for event in self._events])
            self._events = []
        if self._audit:
            await self.connection.execute(insert(audit_trail).inline(), self._audit)
            self._audit = []

    def _outbox_row(self, event: Event) -> dict[str, Any]:
        wire = to_wire(event)
        return {
            "event_id": str(uuid.uuid4()),
            "type": wire.type,
            "topic": wire.topic,
            "key": wire.key,
            "body": wire.body,
            "occurred_at": self.now,
        }
