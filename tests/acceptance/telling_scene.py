"""A council whose people have contacts, channels that note who hears what when, and a clock moved by hand.

`tick` does what the scheduler does: sweep, watch, route, send. Whatever is heard must be expected: leaving a scene with
something heard that no `heard` call took, or with an error in the log, fails the test.
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import psycopg
import structlog

from missing_coord.domain.access import Role, system_actor
from missing_coord.domain.clock import FixedClock
from missing_coord.domain.escalation import ClockKind, Ladder
from missing_coord.domain.ladders import LadderBook
from missing_coord.domain.messages import ChannelName, MessageState
from missing_coord.domain.rotas import Rota
from missing_coord.notify.recorder import RecorderChannel
from missing_coord.services.ports.messages import Outgoing
from missing_coord.services.telling.alerts import sweep_alerts, watch
from missing_coord.services.telling.escalation import sweep_batches
from missing_coord.services.telling.professionals import tell_professionals
from missing_coord.services.telling.promises import lapse_promises, make_promise
from missing_coord.services.telling.rerouting import receive_receipt
from missing_coord.services.telling.routing import route
from missing_coord.services.telling.sending import Sent, send_due
from missing_coord.storage.database import Database
from tests.builders.cases import RETURNED, Case, keep, keep_user, resolve, rows
from tests.databases import Database as TestDatabase
from tests.databases import plain

WORK = system_actor("tick")
CHANNEL = RecorderChannel("https://missing.example")
WRITE = CHANNEL.write
EMPTIED = (
    "children, notices, incidents, intake_batches, users, ladders, rotas, outbox, quarantine, messages, alerts,"
    " promises, proofs, tick_ledger, professional_alerts, professional_contacts, audit_trail"
)


@dataclass(slots=True, kw_only=True)
class FakeChannel:
    """A channel in memory: `fault` says what happens to an address, by default nothing bad."""

    name: ChannelName
    receipts: bool = False
    clock: FixedClock
    log: list[tuple[datetime, ChannelName, str, tuple[str, ...]]]
    faults: dict[str, Exception] = field(default_factory=dict)
    references: list[str] = field(default_factory=list)

    async def send(self, outgoing: Outgoing) -> str:
        """Note what is sent, or fail as told."""
        fault = self.faults.get(outgoing.address) or self.faults.get("*")
        if fault is not None:
            raise fault
        self.references.append(outgoing.reference)
        self.log.append((self.clock.instant, self.name, outgoing.address, outgoing.texts))
        return f"id-{len(self.references)}"

    async def taken_before(self, reference: str) -> str | None:
        """Say whether this sending was taken already."""
        return "id" if reference in self.references else None


@dataclass(slots=True, kw_only=True)
class Telling:
    """Everything that a specification acts on."""

    database: Database
    clock: FixedClock
    ladders: list[Ladder] = field(default_factory=list)
    channels: dict[ChannelName, FakeChannel] = field(default_factory=dict)
    log: list[tuple[datetime, ChannelName, str, tuple[str, ...]]] = field(default_factory=list)
    watching: bool = False
    telling_outside: bool = False
    _users: dict[str, str] = field(default_factory=dict)

    @property
    def book(self) -> LadderBook:
        """The ladders that are known."""
        return LadderBook.holding(self.ladders)

    async def person(
        self, name: str, role: Role, *, email: bool = True, sms: bool = False, worker_id: str = ""
    ) -> str:
        """Let somebody sign in under a name, with an e-mail address and a telephone as said."""
        user_id = await keep_user(self.database, role=role.value, worker_id=worker_id)
        self._users[name] = user_id
        async with self.database.unit_of_work(WORK) as uow:
            await uow.execute(_sql("update users set username = :name where user_id::text = :id"),
                              {"name": name, "id": user_id})  # fmt: skip
        for channel, there in ((ChannelName.EMAIL, email), (ChannelName.SMS, sms)):
            if there:
                await self.contact(name, channel)
        return user_id

    async def contact(self, name: str, channel: ChannelName) -> None:
        """Give somebody a working contact."""
        async with self.database.unit_of_work(WORK) as uow:
            await uow.execute(
                _sql(
                    "insert into contacts (user_id, channel, address, saved_at) values (:id, :channel, :address, now())"
                ),
                {"id": self._users[name], "channel": channel.value, "address": f"{name}@{channel.value}"},
            )

    async def team(self, name: str, *people: str) -> None:
        """Put people into a team."""
        async with self.database.unit_of_work(WORK) as uow:
            for each in people:
                await uow.execute(_sql("insert into team_members values (:team, :id)"),
                                  {"team": name, "id": self._users[each]})  # fmt: skip

    async def rota(self, rota: Rota) -> None:
        """Keep a rota."""
        async with self.database.unit_of_work(WORK) as uow:
            _, version = await uow.rotas.get(rota.name)
            await uow.rotas.save(rota, expected_version=version)

    async def returned(self, at: datetime = RETURNED, **facts: Any) -> Case:
        """Bring a child back at an instant, so that an interview is due."""
        case = Case(returned_at=at, ladder=self.book.in_force(ClockKind.INTERVIEW, at), **facts)
        await keep(self.database, case)
        return case

    async def done(self, case: Case) -> None:
        """Hold the interview now."""
        await resolve(self.database, case, at=self.clock.instant)
        await self.change("interviews", case, "closed_at = :now, state = 'completed'")

    async def change(self, table: str, case: Case, changes: str, **values: Any) -> None:
        """Change a case by hand, as what people record would."""
        async with self.database.unit_of_work(WORK) as uow:
            await uow.execute(
                _sql(f"update {table} set {changes} where interview_id = cast(:id as uuid) or :now is null"),
                {"id": case.interview_id, "now": self.clock.instant, **values},
            )

    async def promise(self, case: Case, *, hours: float, reason: str = "I will ring the carer") -> None:
        """Let somebody take an interview on for so long."""
        until_at = self.clock.instant + timedelta(hours=hours)
        async with self.database.unit_of_work(system_actor("somebody")) as uow:
            await make_promise(
                uow, subject_type="interview", subject_id=case.interview_id, reason=reason, until_at=until_at
            )

    async def promise_alert(self, alert_id: str, *, hours: float) -> None:
        """Let somebody take an alert on for so long."""
        async with self.database.unit_of_work(system_actor("somebody")) as uow:
            await make_promise(uow, subject_type="alert", subject_id=alert_id, reason="On it",
                               until_at=self.clock.instant + timedelta(hours=hours))  # fmt: skip

    def unit(self) -> Any:
        """Open a transaction."""
        return self.database.unit_of_work(WORK)

    async def tick(self) -> Sent:
        """Do now what the scheduler does."""
        async for _ in sweep_batches(self.unit, words=CHANNEL.words, book=self.book):
            pass
        async with self.unit() as uow:
            if self.telling_outside:
                await tell_professionals(uow, write=WRITE)
            if self.watching:
                await watch(uow, book=self.book)
                await sweep_alerts(uow, write=WRITE, book=self.book)
            await lapse_promises(uow, write=WRITE, book=self.book)
        return await self.send()

    async def send(self) -> Sent:
        """Route and send, until what was passed on is out as well."""
        sent = Sent()
        for _ in range(6):
            async with self.unit() as uow:
                routed = await route(uow, usable=self.channels.keys(), write=WRITE, book=self.book)
            sent = await send_due(self.unit, self.channels, write=WRITE, book=self.book, seconds=0.2)
            if not routed and not sent.sent and not sent.failed:
                break
        return sent

    async def at(self, instant: datetime) -> list[str]:
        """Move the clock to an instant, tick, and return what is heard."""
        self.clock.instant = instant
        await self.tick()
        return self.heard()

    async def after(self, case: Case, **elapsed: float) -> list[str]:
        """Move the clock so long past the return, tick, and return what is heard."""
        return await self.at(case.returned_at + timedelta(**elapsed))

    def heard(self) -> list[str]:
        """Take and return what was heard since the last time: `who channel: words`, each matter of its own."""
        found = [
            f"{address.split('@')[0] or 'room'} {channel.value}: {_gist(each)}"
            for _, channel, address, texts in self.log
            for each in texts
        ]
        self.log.clear()
        return sorted(found)

    async def receipts(self, told: MessageState, *, refused: bool = False, channel: str = "sms") -> None:
        """Let the provider send a receipt for each of its sendings."""
        for reference in self.channels[ChannelName(channel)].references:
            async with self.unit() as uow:
                await receive_receipt(uow, reference=reference, told=told, refused=refused, why="said so",
                                      write=WRITE, book=self.book)  # fmt: skip

    async def rows(self, query: str, **values: object) -> Sequence[tuple[object, ...]]:
        """Return the rows of a query."""
        return await rows(self.database, query, **values)

    async def steps(self) -> list[object]:
        """Return the names of the rungs on record, in order."""
        return [row[0] for row in await self.rows("select step from escalations order by escalation_id")]


def _gist(text: str) -> str:
    """Return a message's words without its reference, its due time and its link."""
    words = text.split(": ", 1)[1].rsplit(" https://", 1)[0]
    return words.split(". Due ")[0].split(" (at ")[0].rstrip(".")


def _sql(statement: str) -> Any:
    from sqlalchemy import text

    return text(statement)


def empty(database: TestDatabase) -> None:
    """Take everything out of a database that several specifications share."""
    with psycopg.connect(plain(database.admin_url), autocommit=True) as admin:
        admin.execute("set session_replication_role = replica")  # the audit trail lets nobody else empty it
        admin.execute(f"truncate {EMPTIED} cascade")


@asynccontextmanager
async def telling(database: TestDatabase, *names: ChannelName) -> AsyncIterator[Telling]:
    """Open a scene at the moment of the usual return, with these channels set up."""
    empty(database)
    clock = FixedClock(RETURNED)
    opened = Database.open(database.app_url, clock=clock, pool_size=3)
    scene = Telling(database=opened, clock=clock)
    for name in names or (ChannelName.EMAIL, ChannelName.SMS):
        scene.channels[name] = FakeChannel(name=name, clock=clock, log=scene.log)
    try:
        with structlog.testing.capture_logs() as logged:
            yield scene
        assert [each for each in logged if each["log_level"] in ("error", "critical")] == []
        assert scene.heard() == [], "heard and not expected"
    finally:
        await opened.close()


def new_id() -> str:
    """Return a fresh reference."""
    return str(uuid.uuid4())
