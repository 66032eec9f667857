"""The shadow run: the last weeks' interviews through a changed ladder or rota, and who would have heard otherwise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from missing_coord.domain.access import Role
from missing_coord.domain.directory import Directory
from missing_coord.domain.escalation import DueStep, Ladder, step_at

WORKER = "the worker of the interview"
NOBODY = "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class PastDuty:
    """A duty of the past: known here from `known_at`, and done or looked at until `ended_at`."""

    interview_id: str
    episode_id: str
    due_at: datetime
    known_at: datetime
    ended_at: datetime
    ladder_version: str


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Hearing:
    """Somebody hears of a step at a time; `who` is a user name, the worker, or nobody."""

    at: datetime
    step: str
    who: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What one duty would have led to otherwise."""

    interview_id: str
    episode_id: str
    only_before: tuple[Hearing, ...]
    only_after: tuple[Hearing, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadow:
    """What a changed ladder or rota would have changed over past duties; counts are of hearings by who hears."""

    duties: int
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
    told_before: Counter[str] = Counter()
    told_after: Counter[str] = Counter()
    differences = []
    for duty in duties:
        ladder = before[duty.ladder_version]
        old, new = hearings(duty, ladder, directory), hearings(duty, after or ladder, changed)
        told_before.update(each.who for each in old)
        told_after.update(each.who for each in new)
        if set(old) != set(new):
            differences.append(_difference(duty, old, new))
    return Shadow(duties=len(duties), before=told_before, after=told_after, differences=tuple(differences))


def hearings(duty: PastDuty, ladder: Ladder, directory: Directory) -> list[Hearing]:
    """Return who hears of a duty when, step by step; steps that were passed when it became known are told as one."""
    found: list[Hearing] = []
    waiting: list[DueStep] = []
    number = 0
    while (step := step_at(ladder, number, duty.due_at)) is not None and step.at <= duty.ended_at:
        number += 1
        following = step_at(ladder, number, duty.due_at)
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


def _difference(duty: PastDuty, old: Sequence[Hearing], new: Sequence[Hearing]) -> Difference:
    return Difference(
        interview_id=duty.interview_id,
        episode_id=duty.episode_id,
        only_before=tuple(sorted(set(old) - set(new))),
        only_after=tuple(sorted(set(new) - set(old))),
    )
