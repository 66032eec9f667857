"""The watchdog: looks from outside of the scheduler whether ticks, relay, messages and the proof have gone quiet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from missing_coord.domain.access import Role
from missing_coord.domain.messages import ChannelName, MessageKind, Notice
from missing_coord.services.ports.escalation import Write

MISSED_TICKS = 4
AT_LEAST = timedelta(minutes=2)
LONGEST_WAIT = timedelta(minutes=5)
CONSUMER = "consumer "
"""How the sign of life of a consumer of Kafka begins, in the ledger of ticks."""
CONSUMER_SIGNS = 60
"""Every so many seconds a consumer keeps one."""
TOLD = (Role.MANAGER, Role.COORDINATOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """A part that has shown no sign of life for too long; `last_at` None: never."""

    part: str
    last_at: datetime | None
    allowed: timedelta


class LifeStore(Protocol):
    """Signs of life in the database."""

    async def ticks(self) -> Mapping[str, datetime]:
        """Return when each job was last finished."""
        ...

    async def first_tick(self) -> datetime | None:
        """Return when any job was first begun."""
        ...

    async def oldest_waiting(self) -> Mapping[str, datetime | None]:
        """Return since when the oldest event (`relay`) and the oldest message (`messages`) wait."""
        ...


async def look(
    life: LifeStore, jobs: Mapping[str, int], now: datetime, *, since: datetime | None = None
) -> list[Quiet]:
    """Return what has gone quiet; `jobs` are the seconds between ticks of each job.

    A job that never ticked counts as alive from the first tick of any, and every job from `since` on, when whoever
    looks was started.
    """
    ticks, begun = await life.ticks(), await life.first_tick()
    quiet = [
        Quiet(part=f"tick {name}", last_at=ticks.get(name), allowed=allowed)
        for name, every in jobs.items()
        if _late(
            _latest(ticks.get(name, begun), since),
            now,
            allowed := max(AT_LEAST, timedelta(seconds=every * MISSED_TICKS)),
        )
    ]
    waiting = await life.oldest_waiting()
    return quiet + [
        Quiet(part=part, last_at=since, allowed=LONGEST_WAIT)
        for part, since in waiting.items()
        if since is not None and since < now - LONGEST_WAIT
    ]


def _latest(last_at: datetime | None, since: datetime | None) -> datetime | None:
    return max((each for each in (last_at, since) if each is not None), default=None)


def _late(last_at: datetime | None, now: datetime, allowed: timedelta) -> bool:
    return last_at is None or last_at < now - allowed


async def consumers_seen(life: LifeStore) -> dict[str, int]:
    """Return the consumers that have ever read, with the seconds between their signs of life."""
    return {job: CONSUMER_SIGNS for job in await life.ticks() if job.startswith(CONSUMER)}


async def tell_quiet(uow: Any, quiet: list[Quiet], *, write: Write) -> None:
    """Plan a message about each part to managers and coordinators, once for each silence."""
    notices = [
        Notice(
            key=f"quiet:{each.part}:{each.last_at.isoformat() if each.last_at else 'never'}:{role}",
            kind=MessageKind.ALERT,
            role=role,
            subject_type="part",
            subject_id=each.part,
            step="quiet",
            due_at=(each.last_at or uow.now) + each.allowed,
            channels=(ChannelName.SMS, ChannelName.EMAIL),
        )
        for each in quiet
        for role in TOLD
    ]
    await uow.messages.add([write(notice, uow.now) for notice in notices])
