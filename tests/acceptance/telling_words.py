"""What the specifications of telling share: the words people hear, ladders of their own, and an office of two."""

from __future__ import annotations

from datetime import timedelta

from missing_coord.domain.access import Role
from missing_coord.domain.escalation import Ladder, LadderStep
from missing_coord.domain.messages import ChannelName
from tests.acceptance.telling_scene import Telling
from tests.builders.cases import RETURNED

ALL_WEEK = tuple(range(7))
WARNED_24 = "24 hours from the return, still not done"
WARNED_48 = "48 hours from the return, still not done"
WARNED_60 = "60 hours from the return, still not done"
BREACH = "72 hours have passed"
PASSED = "passed on at once, as the step before had nobody to tell"
UNDELIVERED = "passed on, as nothing was delivered to those before"


def step(name: str, hours: float, *who: str, channels: str = "email", repeat: float = 0) -> LadderStep:
    return LadderStep(
        name=name,
        offset=timedelta(hours=hours),
        recipients=who,
        breach=name == "breach",
        repeat_every=timedelta(hours=repeat) if repeat else None,
        channels=tuple(ChannelName(each) for each in channels.split()),
    )


def ladder(*steps: LadderStep, version: str = "t-1") -> Ladder:
    return Ladder(version=version, steps=steps, effective_at=RETURNED - timedelta(days=400))


async def office(council: Telling) -> None:
    await council.person("cora", Role.COORDINATOR)
    await council.person("max", Role.MANAGER, sms=True)
