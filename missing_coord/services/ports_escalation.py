"""What escalating needs: due duties, rungs on record, places on the ladder, and messages to people."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from missing_coord.domain.events import Event
from missing_coord.domain.messages import ChannelName, Message, Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDuty:
    """A duty whose next step is due, with what the sweep must know of its interview; `users` are its worker's.

    While somebody's promise about it runs, `promised_until`, warnings are on record but tell nobody.
    """

    interview_id: str
    episode_id: str
    child_id: str
    users: tuple[str, ...]
    due_at: datetime
    next_step: int
    next_step_at: datetime
    ladder_version: str
    resolved: bool
    promised_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fired:
    """One rung recorded for one duty; `recipients` are those told, none when a later rung was due too.

    `rung` is the number of the ladder's step, from 0; repeats of the last one go on counting.
    """

    interview_id: str
    episode_id: str
    step: str
    breach: bool
    recipients: tuple[str, ...]
    due_at: datetime
    planned_at: datetime
    fired_at: datetime
    ladder_version: str
    channels: tuple[ChannelName, ...] = ()
    rung: int = 0

    @property
    def key(self) -> tuple[str, str, str, datetime]:
        """What makes this rung the same rung, however often the sweep comes by."""
        return self.interview_id, self.episode_id, self.step, self.due_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Advance:
    """Where a duty stands on its ladder after the sweep; `next_step_at` None: nothing is left to fire."""

    interview_id: str
    episode_id: str
    next_step: int
    next_step_at: datetime | None
    breached_at: datetime | None
    ladder_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepResult:
    """What one batch recorded, and whether more may be due."""

    fired: list[Fired]
    more: bool


class EscalationStore(Protocol):
    """Escalations and the duties' places on the ladder."""

    async def take_due(self, at: datetime, *, limit: int) -> list[DueDuty]:
        """Hold and return duties whose next step is due, the longest due first, passing over those held by others."""
        ...

    async def due(self, at: datetime) -> list[DueDuty]:
        """Return every duty whose next step is due, holding none."""
        ...

    async def recorded(self, duties: Collection[DueDuty]) -> set[tuple[str, str, str, datetime]]:
        """Return the keys of the rungs in force that are recorded for these duties."""
        ...

    async def record(self, fired: Sequence[Fired]) -> None:
        """Keep rungs; one that was withdrawn is in force again."""
        ...

    async def advance(self, advances: Sequence[Advance]) -> None:
        """Move duties to their next step."""
        ...


class MessageStore(Protocol):
    """Messages to people."""

    async def users_of_worker(self, worker_id: str) -> list[str]:
        """Return the ids of the users who sign in as a worker and may still do so."""
        ...

    async def add(self, messages: Sequence[Message]) -> None:
        """Keep messages; one that is there already is not written, and so not sent, again."""
        ...


class SweepUnit(Protocol):
    """What the sweep needs of a unit of work."""

    @property
    def now(self) -> datetime:
        """The instant at which this transaction began."""
        ...

    @property
    def escalations(self) -> EscalationStore:
        """Escalations and places on the ladder."""
        ...

    @property
    def messages(self) -> MessageStore:
        """Messages to people."""
        ...

    def record(self, *events: Event) -> None:
        """Add events to the outbox of this transaction."""
        ...


Write = Callable[[Notice, datetime], Message]
"""Puts a notice into the words and the form of a channel; the instant is that of planning."""
OpenUnit = Callable[[], AbstractAsyncContextManager[SweepUnit]]
