"""What a sweep must do, said once more in plain Python: the judge of the statement that does it in the database."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from missing_coord.contracts.events import to_wire
from missing_coord.domain.access import Role
from missing_coord.domain.escalation import ClockKind, DueStep, Ladder, next_step, step_at, steps_due
from missing_coord.domain.events import DeadlineBreached, DeadlineWarned
from missing_coord.domain.ladders import LadderBook
from missing_coord.domain.messages import Message
from missing_coord.notify.recorder import RecorderChannel
from missing_coord.services.ports.escalation import Fired
from missing_coord.services.telling.escalation import notices_of

Key = tuple[str, str, str, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A duty as it stands before a sweep."""

    interview_id: str
    episode_id: str
    child_id: str
    users: tuple[str, ...]
    due_at: datetime
    next_step: int
    next_step_at: datetime
    ladder_version: str
    resolved: bool
    held: bool
    breached_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a sweep does about one duty."""

    fired: list[Fired]
    next_step: int
    next_step_at: datetime | None
    breached_at: datetime | None
    ladder_version: str


def expected(duty: Standing, *, book: LadderBook, now: datetime, known: Collection[Key]) -> Expected:
    """Return what a sweep at `now` does about a duty; `known` are the keys of rungs in force on record."""
    ladder = book.kept(ClockKind.INTERVIEW, duty.ladder_version, now)
    first = _first(duty, ladder)
    due = [] if duty.resolved else steps_due(ladder, first=first, due_at=duty.due_at, now=now)
    fresh = [
        each for each in due if (duty.interview_id, duty.episode_id, each.name, duty.due_at) not in known
    ]
    number = due[-1].number + 1 if due else first
    return Expected(
        fired=[
            _fired(duty, step, ladder, now, told=step.breach or (step is fresh[-1] and not duty.held))
            for step in fresh
        ],
        next_step=number,
        next_step_at=None if duty.resolved else next_step(ladder, number, duty.due_at),
        breached_at=duty.breached_at or next((step.at for step in due if step.breach), None),
        ladder_version=ladder.version,
    )


def _first(duty: Standing, ladder: Ladder) -> int:
    """Return the rung at which a duty goes on; one armed with a lost ladder goes on where that one had come to."""
    if duty.ladder_version == ladder.version:
        return duty.next_step
    number = 0
    while (step := step_at(ladder, number, duty.due_at)) is not None and step.at < duty.next_step_at:
        number += 1
    return number


def _fired(duty: Standing, step: DueStep, ladder: Ladder, now: datetime, *, told: bool) -> Fired:
    reached = [str(each) for each in step.recipients if each != Role.INTERVIEW_WORKER or duty.users]
    return Fired(
        interview_id=duty.interview_id,
        episode_id=duty.episode_id,
        step=step.name,
        breach=step.breach,
        recipients=tuple(reached) if told else (),
        due_at=duty.due_at,
        planned_at=step.at,
        fired_at=now,
        ladder_version=ladder.version,
        channels=step.channels,
        rung=step.number,
    )


def messages_of(fired: Sequence[Fired], users: Sequence[str], channel: RecorderChannel) -> list[Message]:
    """Return the messages of rungs about one duty."""
    return [channel.write(notice, rung.fired_at) for rung in fired for notice in notices_of(rung, users)]


def events_of(fired: Sequence[Fired], child_id: str) -> list[tuple[str, str, str, dict[str, object]]]:
    """Return (type, topic, key, body) of the events of rungs about one duty."""
    wires = [
        to_wire(
            (DeadlineBreached if rung.breach else DeadlineWarned)(
                child_id=child_id,
                interview_id=rung.interview_id,
                episode_id=rung.episode_id,
                step=rung.step,
                due_at=rung.due_at,
            )
        )
        for rung in fired
    ]
    return [(each.type, each.topic, each.key, each.body) for each in wires]
