"""The escalation ladder: who is told what by which channel, how long before and after a deadline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from missing_coord.domain.access import PEOPLE_ROLES, Role
from missing_coord.domain.messages import ChannelName

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class ClockKind(StrEnum):
    """What a ladder counts from; only the first is statutory."""

    INTERVIEW = "interview"
    OFFER = "offer"
    UNALLOCATED = "unallocated"
    UNMATCHED = "unmatched"
    UNACKNOWLEDGED = "unacknowledged"
    QUIET_FEED = "quiet_feed"
    ROTA_GAP = "rota_gap"
    AUDIT = "audit"
    ACTION = "action"
    PROFESSIONAL = "professional"
    TOLD_HARM = "told_harm"
    DISPUTE = "dispute"
    PRESUMED_RETURN = "presumed_return"


class TargetKind(StrEnum):
    """What a recipient of a step names."""

    ROLE = "role"
    TEAM = "team"
    PERSON = "person"
    ROTA = "rota"
    PROFESSIONAL = "professional"
    HOLDER = "holder"


HOLDER = TargetKind.HOLDER.value
"""Names whoever holds the stage of the dispute that an alert is about; nobody kept on the stage means the office."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderStep:
    """One rung: fires `offset` after the deadline (negative: before it) and tells the recipients.

    A recipient is a role (`manager`), `team:NAME`, `person:USERNAME`, `rota:NAME` or `holder`. Everything told is shown
    in the product; `channels` are tried besides, in this order, the next one only when the one before did not deliver.
    """

    name: str
    offset: timedelta
    recipients: tuple[str, ...]
    breach: bool = False
    repeat_every: timedelta | None = None
    channels: tuple[ChannelName, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """A versioned list of rungs in the order of their offsets, in force for clocks that start from `effective_at` on.

    `due_after` is how long after its start a clock of this kind is due; the 72 hours are not the council's to change.
    """

    version: str
    steps: tuple[LadderStep, ...]
    clock: ClockKind = ClockKind.INTERVIEW
    due_after: timedelta = timedelta(hours=72)
    effective_at: datetime = LONG_AGO


def target_of(recipient: str) -> tuple[TargetKind, str]:
    """Return what a recipient names; raises ValueError when it is none of a role, team, person, rota or holder."""
    kind, mark, name = recipient.partition(":")
    if recipient == HOLDER:
        return TargetKind.HOLDER, ""
    if not mark:
        return TargetKind.ROLE, Role(recipient).value
    if not name or kind == TargetKind.ROLE:
        raise ValueError(recipient)
    return TargetKind(kind), name


def about(recipient: str, subject_id: str) -> str:
    """Return the recipient of a message about a subject: of the holder, which subject's."""
    return f"{HOLDER}:{subject_id}" if recipient == HOLDER else recipient


TELLABLE = tuple(role for role in PEOPLE_ROLES if role is not Role.ADMINISTRATOR)
"""The roles to whom messages can be addressed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueStep:
    """A rung that has its time: `number` counts from 0 and goes on through the repeats of the last rung."""

    number: int
    name: str
    at: datetime
    recipients: tuple[str, ...]
    breach: bool
    channels: tuple[ChannelName, ...] = ()


def step_at(ladder: Ladder, number: int, due_at: datetime) -> DueStep | None:
    """Return rung `number` for a deadline, or None when the ladder has ended; a repeating last rung never ends."""
    at = next_step(ladder, number, due_at)
    if at is None:
        return None
    last = len(ladder.steps) - 1
    step = ladder.steps[min(number, last)]
    return DueStep(
        number=number,
        name=step.name if number <= last else f"{step.name}+{number - last}",
        at=at,
        recipients=step.recipients,
        breach=step.breach,
        channels=step.channels,
    )


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
    last = len(ladder.steps) - 1
    if number <= last:
        return due_at + ladder.steps[number].offset
    step = ladder.steps[last]
    return None if step.repeat_every is None else due_at + step.offset + step.repeat_every * (number - last)


def onwards(ladder: Ladder, rung: int, told: Sequence[str]) -> tuple[int, LadderStep] | None:
    """Return the next rung above `rung` that names somebody not yet told, with its number; None at the top."""
    for number in range(rung + 1, len(ladder.steps)):
        if any(each not in told for each in ladder.steps[number].recipients):
            return number, ladder.steps[number]
    return None
