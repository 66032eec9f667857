"""The escalation ladder: who is told what, how long before and after an interview's deadline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from missing_coord.domain.access import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderStep:
    """One rung: fires `offset` after the deadline (negative: before it) and tells the roles named."""

    name: str
    offset: timedelta
    recipients: tuple[Role, ...]
    breach: bool = False
    repeat_every: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """A versioned list of rungs in the order of their offsets."""

    version: str
    steps: tuple[LadderStep, ...]


DEFAULT_LADDER = Ladder(
    version="2026-1",
    steps=(
        LadderStep(name="24h_from_return", offset=timedelta(hours=-48), recipients=(Role.COORDINATOR,)),
        LadderStep(
            name="48h_from_return",
            offset=timedelta(hours=-24),
            recipients=(Role.COORDINATOR, Role.INTERVIEW_WORKER),
        ),
        LadderStep(
            name="60h_from_return",
            offset=timedelta(hours=-12),
            recipients=(Role.COORDINATOR, Role.INTERVIEW_WORKER, Role.MANAGER),
        ),
        LadderStep(
            name="breach",
            offset=timedelta(0),
            recipients=(Role.COORDINATOR, Role.INTERVIEW_WORKER, Role.MANAGER),
            breach=True,
        ),
        LadderStep(
            name="24h_over",
            offset=timedelta(hours=24),
            recipients=(Role.MANAGER,),
            repeat_every=timedelta(hours=24),
        ),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DueStep:
    """A rung that has its time: `number` counts from 0 and goes on through the repeats of the last rung."""

    number: int
    name: str
    at: datetime
    recipients: tuple[Role, ...]
    breach: bool


def step_at(ladder: Ladder, number: int, due_at: datetime) -> DueStep | None:
    """Return rung `number` for a deadline, or None when the ladder has ended; a repeating last rung never ends."""
    last = len(ladder.steps) - 1
    step = ladder.steps[min(number, last)]
    if number > last and step.repeat_every is None:
        return None
    repeats = max(0, number - last)
    at = due_at + step.offset + (step.repeat_every or timedelta(0)) * repeats
    name = step.name if repeats == 0 else f"{step.name}+{repeats}"
    return DueStep(number=number, name=name, at=at, recipients=step.recipients, breach=step.breach)


def steps_due(ladder: Ladder, *, first: int, due_at: datetime, now: datetime) -> Sequence[DueStep]:
    """Return every rung from `first` on whose time has come, in order.

    A repeat that was slept through is told once, not once for each period missed.
    """
    due: list[DueStep] = []
    number = first
    while (step := step_at(ladder, number, due_at)) is not None and step.at <= now:
        if due and number > len(ladder.steps) - 1 and due[-1].number >= len(ladder.steps):
            due.pop()
        due.append(step)
        number += 1
    return due


def next_step(ladder: Ladder, number: int, due_at: datetime) -> datetime | None:
    """Return when rung `number` fires for a deadline, None when there is none."""
    step = step_at(ladder, number, due_at)
    return step.at if step else None
