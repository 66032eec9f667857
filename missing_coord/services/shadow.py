"""The shadow run: the last weeks through a changed ladder, rota or policy, and who would have heard otherwise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from missing_coord.domain.access import Role
from missing_coord.domain.directory import Directory
from missing_coord.domain.escalation import ClockKind, DueStep, Ladder, step_at

WORKER = "the worker of the interview"
NOBODY = "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class PastDuty:
    """A clock of the past: it ran from `clock_from`, was known here from `known_at`, and ended at `ended_at`.

    `due_at` is the statutory deadline, as an episode has one; the other clocks are due when their ladder says.
    """

    interview_id: str
    clock_from: datetime
    due_at: datetime | None
    known_at: datetime
    ended_at: datetime
    ladder_version: str

    def due_by(self, ladder: Ladder) -> datetime:
        """Return when it is due by a ladder."""
        if ladder.clock is ClockKind.INTERVIEW and self.due_at is not None:
            return self.due_at
        return self.clock_from + ladder.due_after


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Hearing:
    """Somebody hears of a step at a time; `who` is a user name, the worker, or nobody."""

    at: datetime
    step: str
    who: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Who heard of one interview or notice, and who would have heard of it otherwise."""

    subject_type: str
    subject_id: str
    before: tuple[Hearing, ...]
    after: tuple[Hearing, ...]

    @property
    def only_before(self) -> tuple[Hearing, ...]:
        """What would not be heard any more."""
        return tuple(sorted(set(self.before) - set(self.after)))

    @property
    def only_after(self) -> tuple[Hearing, ...]:
        """What would be heard as well."""
        return tuple(sorted(set(self.after) - set(self.before)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadow:
    """What a change would have changed over past interviews or notices; counts are of hearings by who hears."""

    tried: int
    before: Mapping[str, int]
    after: Mapping[str, int]
    differences: tuple[Difference, ...]


def shadow(
    duties: Sequence[PastDuty],
    *,
    before: Mapping[str, Ladder],
    after: Ladder | None,
    directory: Directory,
    changed: Directory,
) -> Shadow:
    """Compare what each duty led to by the ladder of its version with what `after`, or changed rotas, would lead to.

    `before` are the ladders by version; `after` None: the same ladders. Promises and failed deliveries are left out.
    """
    return compared(
        Difference(
            subject_type="interview",
            subject_id=duty.interview_id,
            before=tuple(hearings(duty, before[duty.ladder_version], directory)),
            after=tuple(hearings(duty, after or before[duty.ladder_version], changed)),
        )
        for duty in duties
    )


def compared(each_way: Iterable[Difference]) -> Shadow:
    """Count who hears how often each way, and keep those in which the two differ."""
    told_before: Counter[str] = Counter()
    told_after: Counter[str] = Counter()
    differences = []
    tried = 0
    for each in each_way:
        tried += 1
        told_before.update(heard.who for heard in each.before)
        told_after.update(heard.who for heard in each.after)
        if set(each.before) != set(each.after):
            differences.append(each)
    return Shadow(tried=tried, before=told_before, after=told_after, differences=tuple(differences))


def hearings(duty: PastDuty, ladder: Ladder, directory: Directory) -> list[Hearing]:
    """Return who hears of a duty when, step by step; steps that were passed when it became known are told as one."""
    if duty.known_at > duty.ended_at:
        return []
    found: list[Hearing] = []
    waiting: list[DueStep] = []
    number, due_at = 0, duty.due_by(ladder)
    while (step := step_at(ladder, number, due_at)) is not None and step.at <= duty.ended_at:
        number += 1
        following = step_at(ladder, number, due_at)
        waiting.append(step)
        if following is not None and following.at <= duty.known_at:
            continue
        told = [each for each in waiting if each.breach or each is waiting[-1]]
        found.extend(hearing for each in told for hearing in _heard(duty, each, ladder, directory))
        waiting = []
    return found


def _heard(duty: PastDuty, step: DueStep, ladder: Ladder, directory: Directory) -> list[Hearing]:
    """A step that reaches nobody passes to the next people on the ladder at once."""
    at = max(step.at, duty.known_at)
    steps = [step.recipients, *(each.recipients for each in ladder.steps[step.number + 1 :])]
    by = ", ".join(step.channels) or "product"
    for recipients in steps:
        people = _people(recipients, directory, at)
        if people:
            return [Hearing(at=at, step=step.name, who=each, by=by) for each in people]
    return [Hearing(at=at, step=step.name, who=NOBODY, by=by)]


def _people(recipients: Collection[str], directory: Directory, at: datetime) -> list[str]:
    names = [
        name
        for each in recipients
        for name in (
            [WORKER]
            if each == Role.INTERVIEW_WORKER
            else [person.username for person in directory.meant_by(each, at)]
        )
    ]
    return list(dict.fromkeys(names))
