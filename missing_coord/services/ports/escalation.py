"""What escalating needs: due duties, rungs on record, places on the ladder, and messages to people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from missing_coord.domain.escalation import LadderStep
from missing_coord.domain.messages import ChannelName, Message, Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDuty:
    """A duty with what must be known of its interview to tell of it; `users` are its worker's."""

    interview_id: str
    episode_id: str
    child_id: str
    users: tuple[str, ...]
    due_at: datetime
    next_step: int
    ladder_version: str
    resolved: bool


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
class Rung:
    """One step of one version of the statutory ladder, as the sweep takes it: `after` counts from the deadline.

    `words` is what is told, with places for `{reference}`, `{subject_id}`, `{due}` and `{again}`.
    """

    version: str
    number: int
    step: str
    after: timedelta
    breach: bool
    recipients: tuple[str, ...]
    channels: tuple[ChannelName, ...]
    words: str
    repeat_every: timedelta | None
    last: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepResult:
    """What one batch recorded, and whether more may be due."""

    fired: list[Fired]
    more: bool


class SweepStore(Protocol):
    """Duties whose next step is due."""

    async def fire(self, rungs: Sequence[Rung], *, fallback: str, at: datetime, limit: int) -> SweepResult:
        """Fire what is due for up to `limit` duties, the longest due first, passing over those held by others."""
        ...

    async def would_fire(self, rungs: Sequence[Rung], *, fallback: str, at: datetime) -> list[Fired]:
        """Return what firing everything at a time would record, holding and writing nothing."""
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
    def sweeping(self) -> SweepStore:
        """Duties whose next step is due."""
        ...


Write = Callable[[Notice, datetime], Message]
"""Puts a notice into the words and the form of a channel; the instant is that of planning."""
Words = Callable[[LadderStep], str]
"""The words in which a step of the statutory ladder is told, with places for what differs from duty to duty."""
OpenUnit = Callable[[], AbstractAsyncContextManager[SweepUnit]]
