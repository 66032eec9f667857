"""Telling those on the list that a report is ready: a link, once for each period, never a figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from missing_coord.domain.access import Actor, Role
from missing_coord.domain.errors import DomainError, NotAllowed
from missing_coord.domain.messages import ChannelName, MessageKind, Notice
from missing_coord.services.ports.escalation import MessageStore, Write

MAY_READ = (Role.COORDINATOR, Role.MANAGER)
"""Those who may open a report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Somebody who may open reports, and of which they are told."""

    user_id: str
    name: str
    role: Role
    monthly: bool
    weekly: bool


class ReaderStore(Protocol):
    """Who is told of reports."""

    async def all(self) -> Sequence[Reader]:
        """Return everybody who may open reports, by name."""
        ...

    async def save(self, user_id: str, *, monthly: bool, weekly: bool, by: str, at: datetime) -> None:
        """Keep what somebody is told of."""
        ...


class ReaderWork(Protocol):
    """A transaction that tells of reports."""

    @property
    def actor(self) -> Actor:
        """Who acts."""
        ...

    @property
    def now(self) -> datetime:
        """The instant at which this transaction began."""
        ...

    @property
    def readers(self) -> ReaderStore:
        """Who is told of reports."""
        ...

    @property
    def messages(self) -> MessageStore:
        """Messages to people."""
        ...

    def audit(self, action: str, *, subject_type: str, subject_id: str, **detail: Any) -> None:
        """Add a row to the audit trail of this transaction."""
        ...


async def set_reader(uow: ReaderWork, *, user_id: str, monthly: bool, weekly: bool) -> None:
    """Keep of which reports somebody is told; a manager for anybody, others for themselves (NotAllowed)."""
    if user_id not in {each.user_id for each in await uow.readers.all()}:
        raise DomainError("reader_unknown", "user_id: choose somebody who may open reports.")
    if uow.actor.role is not Role.MANAGER and uow.actor.user_id != user_id:
        raise NotAllowed("A manager keeps the list; others keep their own line.")
    await uow.readers.save(user_id, monthly=monthly, weekly=weekly, by=uow.actor.name, at=uow.now)
    uow.audit("report_reader_set", subject_type="user", subject_id=user_id, monthly=monthly, weekly=weekly)


async def tell_readers(uow: ReaderWork, *, period: str, weekly: bool, write: Write) -> int:
    """Tell everybody on the list that a period's report is ready, each once, and return how many are on it."""
    readers = [each for each in await uow.readers.all() if (each.weekly if weekly else each.monthly)]
    await uow.messages.add([write(_notice(each, period), uow.now) for each in readers])
    return len(readers)


def _notice(reader: Reader, period: str) -> Notice:
    return Notice(
        key=f"report:{period}:{reader.user_id}",
        kind=MessageKind.REPORT,
        role=reader.role,
        user_id=reader.user_id,
        subject_type="report",
        subject_id=period,
        channels=(ChannelName.EMAIL,),
    )
