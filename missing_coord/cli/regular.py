"""The application's regular work as the scheduler calls it, and as `sweep`, `plan` and `patterns` do by hand."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from missing_coord.bootstrap import Application
from missing_coord.cli.regular_reports import keep_and_tell
from missing_coord.contracts.envelopes import OutgoingEvent
from missing_coord.domain.access import system_actor
from missing_coord.domain.ladders import LadderBook
from missing_coord.domain.plurals import plural
from missing_coord.notify.recorder import RecorderChannel
from missing_coord.services.interviews.left_drafts import look_after
from missing_coord.services.ports.escalation import Fired
from missing_coord.services.proof import prove
from missing_coord.services.proposals import SECONDS, Proposed, propose_after, propose_all
from missing_coord.services.returns import Reminded, remind
from missing_coord.services.telling.alerts import BATCH, sweep_alerts, watch
from missing_coord.services.telling.escalation import dry_run, sweep_batches
from missing_coord.services.telling.professionals import tell_professionals
from missing_coord.services.telling.promises import lapse_promises
from missing_coord.services.telling.routing import route
from missing_coord.services.telling.sending import Sent, send_due
from missing_coord.services.watchdog import Quiet, consumers_seen, look, tell_quiet
from missing_coord.storage.bank_holidays import bank_holidays
from missing_coord.storage.unit_of_work import SqlUnitOfWork
from schedulers.jobs import JOBS

LATE_COMMITS = timedelta(hours=1)


@dataclass(slots=True)
class RegularWork:
    """Everything that is done regularly, on one application; each call is safe to repeat."""

    app: Application
    _patterns_since: datetime | None = field(default=None)

    @property
    def channel(self) -> RecorderChannel:
        """The channel by which people are told."""
        return RecorderChannel(self.app.settings.address)

    def _unit(self, name: str) -> AbstractAsyncContextManager[SqlUnitOfWork]:
        return self.app.database.unit_of_work(system_actor(name))

    async def fire(self, as_of: datetime | None = None) -> list[Fired]:
        """Record every escalation step that is due at a time, by default now."""
        fired: list[Fired] = []
        batches = sweep_batches(
            lambda: self._unit("sweep"), words=self.channel.words, book=await self._book(), as_of=as_of
        )
        async for batch in batches:
            fired.extend(batch.fired)
        await self.route()
        return fired

    async def prove(self) -> str:
        """Keep tonight's proof, and beat the heart outside when it balances, and only then."""
        async with self._unit("proof") as uow:
            number, proof = await prove(uow)
        url = self.app.settings.heartbeat_url
        if url and proof.balanced:
            from missing_coord.notify.heartbeat import beat

            outcome = await beat(url)
            async with self._unit("proof") as uow:
                await uow.proofs.beaten(number, outcome)
        return proof.line

    async def quiet(self, *, since: datetime | None = None) -> list[Quiet]:
        """Return what has gone quiet, and tell people by this process's own hands, once for each silence."""
        jobs = {each.name: each.every for each in JOBS}
        async with self._unit("watchdog") as uow:
            if self.app.settings.kafka:
                jobs |= await consumers_seen(uow.life)
            found = await look(uow.life, jobs, uow.now, since=since)
            await tell_quiet(uow, found, write=self.channel.write)
        if found:
            await self.tell()
        return found

    async def remind(self, as_of: datetime | None = None) -> list[Reminded]:
        """Tell people of presumed returns that nobody has answered, at a time, by default now."""
        async with self._unit("sweep") as uow:
            return await remind(uow, write=self.channel.write, book=await uow.ladders.book(), as_of=as_of)

    async def would_fire(self, as_of: datetime) -> list[Fired]:
        """Return what a sweep at that time would record."""
        async with self._unit("sweep") as uow:
            return await dry_run(uow, as_of, book=await uow.ladders.book())

    async def _book(self) -> LadderBook:
        async with self._unit("sweep") as uow:
            return await uow.ladders.book()

    async def route(self) -> None:
        """Route every message that is new; what reaches nobody is passed on and routed in turn."""
        book, usable, routed = await self._book(), self.app.channels.keys(), 1
        while routed:
            async with self._unit("messages") as uow:
                routed = await route(uow, usable=usable, write=self.channel.write, book=book)

    async def tell(self) -> Sent:
        """Route every message that is new, and send every delivery that is due, as far as channels are set up."""
        await self.route()
        book, write, channels = await self._book(), self.channel.write, self.app.channels
        sent = Sent(more=True)
        while sent.more:
            done = await send_due(lambda: self._unit("messages"), channels, write=write, book=book)
            sent = replace(
                done, sent=sent.sent + done.sent, failed=sent.failed + done.failed, held=sent.held + done.held
            )
        return sent

    async def messages(self) -> str:
        """Route and send what is to be told."""
        done = await self.tell()
        return f"{done.sent} sent, {done.failed} failed, {done.held} held"

    async def watch(self) -> str:
        """Open, tell and close alerts, and end promises whose time has come."""
        book, write = await self._book(), self.channel.write
        async with self._unit("watch") as uow:
            await tell_professionals(uow, write=write)
            opened, closed = await watch(uow, book=book)
        more = BATCH
        while more == BATCH:
            async with self._unit("watch") as uow:
                more = await sweep_alerts(uow, write=write, book=book)
        async with self._unit("watch") as uow:
            lapsed = await lapse_promises(uow, write=write, book=book)
        async with self._unit("watch") as uow:
            left, ended = await look_after(
                uow, keep=timedelta(days=self.app.settings.draft_days), write=write
            )
        drafts = f", {plural(left, 'draft')} left behind, {ended} ended" if left or ended else ""
        return (
            f"{plural(opened, 'alert')} opened, {closed} closed, {plural(lapsed, 'promise')} lapsed{drafts}"
        )

    async def propose(self, *, afresh: bool = False, seconds: float = SECONDS) -> Proposed:
        """Propose a visit for every open interview without one, and tell whom a change of a booked visit concerns."""
        async with self._unit("planning") as uow:
            return await propose_all(
                uow,
                policy=self.app.policy,
                bank_holidays=bank_holidays(),
                write=self.channel.write,
                afresh=afresh,
                seconds=seconds,
            )

    async def propose_after(self, uow: Any, event: OutgoingEvent) -> None:
        """Propose anew for the child of an event, in the transaction in which the event is taken."""
        await propose_after(
            uow,
            child_id=event.key,
            interview_id=event.body["interview_id"],
            policy=self.app.policy,
            bank_holidays=bank_holidays(),
            write=self.channel.write,
        )

    async def look_for_patterns(self, *, since: datetime | None = None) -> tuple[str, ...]:
        """Look for patterns in everything, or in what changed since then; return the ids of new proposals."""
        from missing_coord.services.patterns import find_patterns

        async with self._unit("patterns") as uow:
            return await find_patterns(uow, write=self.channel.write, since=since)

    async def sweep(self) -> str:
        """Record every escalation step that is due."""
        fired, reminded = await self.fire(), await self.remind()
        return f"{plural(len(fired) + len(reminded), 'step')} fired"

    async def reports(self) -> str:
        """Keep the reports of the last whole month and week where somebody waits for them, and tell those people."""
        told = await keep_and_tell(self.app, write=self.channel.write)
        return f"{plural(told, 'reader')} told or told before"

    async def plan(self) -> str:
        """Propose a visit for every open interview."""
        made = await self.propose()
        return f"{made.with_worker} proposed, {made.without_worker} without a worker"

    async def find_patterns(self) -> str:
        """Look for patterns: in everything the first time, then in what changed since the last run."""
        began = self.app.clock.now()
        found = await self.look_for_patterns(since=self._patterns_since)
        self._patterns_since = began - LATE_COMMITS
        return plural(len(found), "new pattern")
