"""One transaction: its stores, the events it adds to the outbox, and the audit rows it leaves."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, Executable, insert, text
from sqlalchemy.exc import DBAPIError, PendingRollbackError
from sqlalchemy.ext.asyncio import AsyncConnection

from missing_coord.contracts.events import to_wire
from missing_coord.domain.access import Actor, Role
from missing_coord.domain.events import Event
from missing_coord.storage.accounts import SqlAccounts
from missing_coord.storage.api_keys import SqlApiKeys
from missing_coord.storage.mappers import plain
from missing_coord.storage.rows import insert_all
from missing_coord.storage.stores.alerts import SqlAlerts, SqlPromises
from missing_coord.storage.stores.calendars import SqlCalendars
from missing_coord.storage.stores.cases import SqlEpisodes, SqlIncidents
from missing_coord.storage.stores.children import SqlChildren, SqlPlacements
from missing_coord.storage.stores.deliveries import SqlDeliveries, SqlRouting
from missing_coord.storage.stores.escalations import SqlEscalations, SqlMessages
from missing_coord.storage.stores.history import SqlHistory
from missing_coord.storage.stores.intake import SqlIntake, SqlMissingList
from missing_coord.storage.stores.interviews import SqlInterviews
from missing_coord.storage.stores.ladders import SqlLadders, SqlRotas
from missing_coord.storage.stores.left_drafts import SqlLeftDrafts
from missing_coord.storage.stores.notices import SqlNotices
from missing_coord.storage.stores.patterns import SqlPatterns
from missing_coord.storage.stores.planning import SqlPlanning
from missing_coord.storage.stores.professionals import SqlProfessionals
from missing_coord.storage.stores.proofs import SqlLife, SqlProofs
from missing_coord.storage.stores.quality import SqlAuditSchemes, SqlQuality
from missing_coord.storage.stores.quarantine import SqlQuarantine
from missing_coord.storage.stores.records import SqlActions, SqlRecords
from missing_coord.storage.stores.report_readers import SqlReportReaders
from missing_coord.storage.stores.requests import SqlRequests
from missing_coord.storage.stores.returns import SqlReturns
from missing_coord.storage.stores.reviews import SqlReviews
from missing_coord.storage.stores.sharing import SqlSharing
from missing_coord.storage.stores.ssda903 import SqlSsda903
from missing_coord.storage.stores.sweep import SqlSweep
from missing_coord.storage.stores.wishes import SqlVisitWatch, SqlWishes
from missing_coord.storage.stores.workforce import SqlWorkforce
from missing_coord.storage.tables.plumbing import audit_trail, outbox
from missing_coord.storage.views.verify import SqlChecks
from missing_coord.tracing import traceparent


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
        self.history = SqlHistory(connection, now)
        self.planning = SqlPlanning(connection, now)
        self.wishes = SqlWishes(connection, now, actor.name)
        self.visits = SqlVisitWatch(connection, now)
        self.escalations = SqlEscalations(connection)
        self.sweeping = SqlSweep(connection, now)
        self.messages = SqlMessages(connection)
        self.routing = SqlRouting(connection)
        self.deliveries = SqlDeliveries(connection)
        self.ladders = SqlLadders(connection, now, actor.name)
        self.rotas = SqlRotas(connection, now, actor.name)
        self.alerts = SqlAlerts(connection, now)
        self.promises = SqlPromises(connection, now)
        self.professionals = SqlProfessionals(connection)
        self.proofs = SqlProofs(connection)
        self.life = SqlLife(connection)
        self.accounts = SqlAccounts(connection)
        self.keys = SqlApiKeys(connection)
        self.patterns = SqlPatterns(connection, now)
        self.checks = SqlChecks(connection)
        self.reviews = SqlReviews(connection, now)
        self.returns = SqlReturns(connection)
        self.ssda903 = SqlSsda903(connection, now)
        self.quarantined = SqlQuarantine(connection, now)
        self.quality = SqlQuality(connection)
        self.audit_schemes = SqlAuditSchemes(connection, now, actor.name)
        self.records = SqlRecords(connection)
        self.left_drafts = SqlLeftDrafts(connection, now)
        self.actions = SqlActions(connection)
        self.sharing = SqlSharing(connection)
        self.requests = SqlRequests(connection)
        self.calendars = SqlCalendars(connection, now)
        self.readers = SqlReportReaders(connection)
        self._events: list[Event] = []
        self._audit: list[dict[str, Any]] = []

    async def execute(
        self, statement: Executable, parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
    ) -> CursorResult[Any]:
        """Run one statement in this transaction."""
        return await self.connection.execute(statement, parameters)

    @asynccontextmanager
    async def as_system(self) -> AsyncIterator[None]:
        """Write what only the system may write, as the consequence of what the person decided.

        Events and audit rows still name the person; their own role is back when the block is left, by an error too.
        """
        await self._set_role(Role.SYSTEM)
        try:
            yield
        except BaseException:
            # A transaction that failed takes no statement, and no longer matters.
            with suppress(DBAPIError, PendingRollbackError):
                await self._set_role(self.actor.role)
            raise
        await self._set_role(self.actor.role)

    async def _set_role(self, role: Role) -> None:
        await self.connection.execute(text("select set_config('role', :role, true)"), {"role": f"mc_{role}"})

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
            await insert_all(self.connection, outbox, [self._outbox_row(event) for event in self._events])
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
            "correlation_id": traceparent(),
        }
