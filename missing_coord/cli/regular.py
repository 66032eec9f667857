"""The application's regular work as the scheduler calls it, and as `sweep`, `plan` and `patterns` do by hand."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from missing_coord.bootstrap import Application
from missing_coord.contracts.envelopes import OutgoingEvent
from missing_coord.domain.access import system_actor
from missing_coord.notify.recorder import RecorderChannel
from missing_coord.services.assignment import Proposed, propose_all, propose_for
from missing_coord.services.escalation import Fired, dry_run, sweep_batches
from missing_coord.services.patterns import find_patterns
from missing_coord.services.returns import Reminded, remind
from missing_coord.storage.bank_holidays import bank_holidays
from missing_coord.storage.unit_of_work import SqlUnitOfWork

LATE_COMMITS = timedelta(hours=1)


@dataclass(slots=True)
class RegularWork:
    """Sweep, plan and patterns on one application; each call is safe to repeat."""

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
            lambda: self._unit("sweep"), write=self.channel.write, ladder=self.app.policy.ladder, as_of=as_of
        )
        async for batch in batches:
            fired.extend(batch.fired)
        return fired

    async def remind(self, as_of: datetime | None = None) -> list[Reminded]:
        """Tell people of presumed returns that nobody has answered, at a time, by default now."""
        async with self._unit("sweep") as uow:
            return await remind(
                uow, write=self.channel.write, ladder=self.app.policy.return_ladder, as_of=as_of
            )

    async def would_fire(self, as_of: datetime) -> list[Fired]:
        """Return what a sweep at that time would record."""
        async with self._unit("sweep") as uow:
            return await dry_run(uow, as_of, ladder=self.app.policy.ladder)

    async def propose(self) -> Proposed:
        """Propose a visit for every open interview without one."""
        async with self._unit("planning") as uow:
            return await propose_all(uow, policy=self.app.policy, bank_holidays=bank_holidays())

    async def propose_after(self, uow: Any, event: OutgoingEvent) -> None:
        """Propose anew for the interview of an event, in the transaction in which the event is taken."""
        await propose_for(
            uow,
            interview_ids=[event.body["interview_id"]],
            policy=self.app.policy,
            bank_holidays=bank_holidays(),
        )

    async def look_for_patterns(self, *, since: datetime | None = None) -> tuple[str, ...]:
        """Look for patterns in everything, or in what changed since then; return the ids of new proposals."""
        async with self._unit("patterns") as uow:
            return await find_patterns(uow, write=self.channel.write, since=since)

    async def sweep(self) -> str:
        """Record every escalation step that is due."""
        fired, reminded = await self.fire(), await self.remind()
        return f"{len(fired) + len(reminded)} step(s) fired"

    async def plan(self) -> str:
        """Propose a visit for every open interview."""
        made = await self.propose()
        return f"{made.with_worker} proposed, {made.without_worker} without a worker"

    async def find_patterns(self) -> str:
        """Look for patterns: in everything the first time, then in what changed since the last run."""
        began = self.app.clock.now()
        found = await self.look_for_patterns(since=self._patterns_since)
        self._patterns_since = began - LATE_COMMITS
        return f"{len(found)} new pattern(s)"
