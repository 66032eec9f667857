"""What the interview side did about each incident, at the rates that national studies report."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from missing_coord.demo.council import Council
from missing_coord.demo.incidents import Incident
from missing_coord.domain.london import LONDON
from missing_coord.domain.population import Population

OFFERED: Final = 0.86
# Drawn share closed within 72 hours. Late ones are more often overtaken by a new episode, so that about 63 %
# of the interviews that are held are in time.
_CLOSED_IN_TIME: Final = 0.55
# Of the children who were offered an interview, before some went missing again.
_ANSWERS: Final = {"held": 62, "declined_by_child": 22, "declined_by_parent": 6, "unable_to_contact": 10}
_HOW: Final = ("phone", "in_person", "via_carer", "text", "letter")
_HOW_WEIGHTS: Final = (40, 25, 22, 8, 5)
_NOT_OFFERED: Final = (
    "the notice reached us late",
    "no worker was free",
    "the placement could not be reached",
    "the child had moved",
)
_ASKED_AGAIN: Final = timedelta(hours=2)
_NEVER_TOUCHED: Final = 0.2
_NOT_REQUIRED: Final = 0.12

Told = Mapping[tuple[str, str, str], datetime]
"""When the council was first told that a child is found or back, by force, reference and child."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that was done: `kind` names it, `at` is when; other fields are empty where they do not apply.

    Kinds: offered, attempted, booked, held, declined_once, declined_by_child, declined_by_parent, unable_to_contact,
    missing_again, not_offered, not_required, transferred.
    """

    kind: str
    at: datetime
    worker_id: str = ""
    how: str = ""
    to: str = ""
    answer: str = ""
    reason: str = ""
    planned_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Everything done for one incident so far; `covers` are earlier ones that the same interview covers."""

    force: str
    reference: str
    child_id: str
    ended_at: datetime
    steps: tuple[Step, ...]
    covers: tuple[tuple[str, str], ...] = ()

    @property
    def result(self) -> str:
        """The kind of the last step; `open` when nothing was done yet."""
        return self.steps[-1].kind if self.steps else "open"


def plan_outcomes(
    incidents: list[Incident], *, told: Told, council: Council, rng: random.Random, now: datetime
) -> list[Outcome]:
    """Return what was done by `now` for every incident whose end was told by then, cancelled ones left out."""
    known = {told_key(each): max(_ended_at(each), told.get(told_key(each), now)) for each in incidents}
    ended = [each for each in incidents if not each.cancelled and known[told_key(each)] < now]
    following = _following(incidents)
    outcomes: list[Outcome] = []
    waiting: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for incident in sorted(ended, key=_ended_at):
        steps = list(_steps(incident, told=known[told_key(incident)], council=council, rng=rng, now=now))
        again = following.get(id(incident))
        done = _before_missing_again(steps, again)
        earlier = waiting.pop(incident.child_id, []) if incident.child_id else []
        if incident.child_id and done and done[-1].kind == "missing_again":
            waiting[incident.child_id] = [*earlier, (incident.force, incident.reference)]
        outcomes.append(
            Outcome(
                force=incident.force,
                reference=incident.reference,
                child_id=incident.child_id,
                ended_at=_ended_at(incident),
                steps=tuple(step for step in done if step.at <= now),
                covers=tuple(earlier),
            )
        )
    return outcomes


def _ended_at(incident: Incident) -> datetime:
    return incident.returned_at if incident.return_told else incident.found_at


def told_key(incident: Incident) -> tuple[str, str, str]:
    """Return what tells the end of one child's incident from every other."""
    return incident.force, incident.reference, incident.child_id


def _following(incidents: list[Incident]) -> Mapping[int, datetime]:
    """Return when each child went missing next, by the identity of the incident before it."""
    by_child: dict[str, list[Incident]] = defaultdict(list)
    for incident in sorted(incidents, key=lambda each: each.last_seen_at):
        if incident.child_id and not incident.cancelled:
            by_child[incident.child_id].append(incident)
    following: dict[int, datetime] = {}
    for one_child in by_child.values():
        for before, after in pairwise(one_child):
            following[id(before)] = after.last_seen_at
    return following


def _before_missing_again(steps: list[Step], again: datetime | None) -> list[Step]:
    if again is None or not steps or steps[-1].kind != "held" or steps[-1].at < again:
        return steps
    done = [step for step in steps if step.at < again and step.kind != "held"]
    return [*done, Step(kind="missing_again", at=again)]


def _steps(
    incident: Incident, *, told: datetime, council: Council, rng: random.Random, now: datetime
) -> Iterator[Step]:
    if incident.population is Population.OTHER_AUTHORITY:
        yield Step(
            kind="transferred",
            at=told + timedelta(hours=rng.uniform(1, 30)),
            to=council.residents[incident.child_id].child["responsible_authority"],
        )
    elif rng.random() < OFFERED:
        yield from _offered(incident, told=told, council=council, rng=rng)
    else:
        yield from _left_out(told, rng=rng, now=now)


def _left_out(told: datetime, *, rng: random.Random, now: datetime) -> Iterator[Step]:
    decided = _office_hours(told + timedelta(days=rng.uniform(3.2, 8)))
    if rng.random() < _NEVER_TOUCHED and told > now - timedelta(days=21):
        return
    if rng.random() < _NOT_REQUIRED:
        yield Step(
            kind="not_required", at=decided, reason="seen by the same worker about this the day before"
        )
    else:
        yield Step(kind="not_offered", at=decided, reason=rng.choice(_NOT_OFFERED))


def _offered(incident: Incident, *, told: datetime, council: Council, rng: random.Random) -> Iterator[Step]:
    answer = rng.choices(list(_ANSWERS), list(_ANSWERS.values()))[0]
    closed = _close_at(_ended_at(incident), told=told, rng=rng)
    offered = told + (closed - told) * rng.uniform(0.15, 0.6)
    to = rng.choices(("child", "carer"), (65, 35))[0]
    how = rng.choices(_HOW, _HOW_WEIGHTS)[0]
    accepted = answer == "held"
    worker = _worker(incident, council=council, at=closed, rng=rng)
    yield Step(
        kind="offered",
        at=offered,
        worker_id=worker,
        how=how,
        to=to,
        answer="accepted" if accepted else "none",
    )
    if accepted:
        booked = offered + (closed - offered) * 0.2
        yield Step(kind="booked", at=booked, worker_id=worker, planned_at=closed)
    if answer == "unable_to_contact":
        for part in (0.3, 0.6, 0.9):
            yield Step(
                kind="attempted", at=offered + (closed - offered) * part, worker_id=worker, how="phone"
            )
    if answer.startswith("declined") and closed - offered >= 2 * _ASKED_AGAIN:
        first = offered + (closed - offered) * 0.4
        yield Step(kind="declined_once", at=first, worker_id=worker, how=how, answer=answer)
    yield Step(kind=answer, at=closed, worker_id=worker, how="in_person" if accepted else how)


def _close_at(ended: datetime, *, told: datetime, rng: random.Random) -> datetime:
    """When the matter was closed: within 72 hours of the return where police told in time, or days later."""
    last = ended + timedelta(hours=71)
    if rng.random() < _CLOSED_IN_TIME and last > told + timedelta(hours=6):
        drawn = told + timedelta(hours=5) + (last - told - timedelta(hours=5)) * rng.random()
        moved = _office_hours(drawn)
        return moved if told + timedelta(hours=1) < moved <= last else drawn
    return _office_hours(max(told, ended) + timedelta(hours=rng.uniform(84, 250)))


def _office_hours(instant: datetime) -> datetime:
    """Move to the nearest moment between 9 and 19 of the same London day."""
    local = instant.astimezone(LONDON).replace(second=0, microsecond=0)
    if local.hour < 9:
        local = local.replace(hour=9, minute=local.minute // 15 * 15)
    elif local.hour >= 19:
        local = local.replace(hour=18, minute=local.minute // 15 * 15)
    return local.astimezone(instant.tzinfo)


def _worker(incident: Incident, *, council: Council, at: datetime, rng: random.Random) -> str:
    far = incident.population is Population.OWN_CARE_OUT_OF_AREA
    present = [row for row in council.workers if not _absent(row["worker_id"], council=council, at=at)]
    fitting = (
        [row for row in present if (row["out_of_authority"] == "yes") == far]
        or present
        or list(council.workers)
    )
    return rng.choice(fitting)["worker_id"]


def _absent(worker_id: str, *, council: Council, at: datetime) -> bool:
    """Whether the worker is away; the texts are compared as instants."""
    spans = [row for row in council.absences if row["worker_id"] == worker_id]
    return any(
        datetime.fromisoformat(row["starts_at"]) <= at < datetime.fromisoformat(row["ends_at"])
        for row in spans
    )
