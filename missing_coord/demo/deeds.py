"""Does through the real services what the interview side of a synthetic council did: offers, visits, outcomes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from sqlalchemy import RowMapping, text

from missing_coord.demo.outcomes import Outcome, Step
from missing_coord.demo.records import invent_record
from missing_coord.domain.access import Actor, Role
from missing_coord.domain.errors import DomainError
from missing_coord.domain.interviews import ContactMethod, ContactWith
from missing_coord.domain.records import comparable
from missing_coord.services import interviews
from missing_coord.services.accounts import DEMO_NAMES
from missing_coord.services.interviews import DeclinedBy, OfferAnswer
from missing_coord.services.ports.work import Policy
from missing_coord.storage.database import Database
from missing_coord.storage.unit_of_work import SqlUnitOfWork

COORDINATOR = Actor(role=Role.COORDINATOR, name=f"{DEMO_NAMES[Role.COORDINATOR]} (coordinator)")
COLLEAGUE = Actor(role=Role.COORDINATOR, name="Tom Ashworth (coordinator-2)")
MANAGER = Actor(role=Role.MANAGER, name=f"{DEMO_NAMES[Role.MANAGER]} (manager)")
_SAID = {
    "declined_by_child": (
        "Said there was nothing to talk about.",
        "Is tired of being asked the same questions.",
        "Had told the carer everything already.",
    ),
    "declined_by_parent": (
        "The family did not want anybody to come.",
        "The carer said it would upset the child.",
    ),
}
# The incident of this reference: of this child where several share it, of an unsettled record otherwise.
_INTERVIEW = text("""
    select i.interview_id::text, i.worker_id, i.closed_at, l.episode_id::text, l.resolved_at
    from incidents n join episode_incidents x using (incident_id)
    join interview_episodes l using (episode_id) join interviews i using (interview_id)
    where n.force_key = :force and n.reference_key = :reference and (n.child_id = :child or n.child_id like 'P-%')
    order by n.child_id = :child desc, n.incident_id limit 1
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One step about one incident; `number` counts the incident's steps, so that it is known when repeated."""

    outcome: Outcome
    number: int
    step: Step

    @property
    def key(self) -> str:
        """The key under which the step is submitted."""
        return f"demo:{self.outcome.force}:{self.outcome.reference}:{self.outcome.child_id}:{self.number}"


@dataclass(slots=True, kw_only=True)
class Deeds:
    """Does deeds on a database; `workers`, id and name, may all go where the one meant is not independent.

    Interviews held after `records_since` get a record: a demonstration shows those, and more would take long.
    """

    database: Database
    policy: Policy
    workers: Mapping[str, str]
    records_since: datetime
    done: Counter[str] = field(default_factory=Counter)

    async def do(self, deeds: Sequence[Deed]) -> None:
        """Do one child's deeds in their order; one that the rules refuse, or without an interview, is left out."""
        for person, group in groupby(deeds, key=self._who):
            together = list(group)
            try:
                results = await self._together(person, together)
            except DomainError as error:
                if len(together) > 1:
                    for each in together:
                        await self.do([each])
                    continue
                results = [f"refused: {error.code}"]
            self.done.update(results)

    def _who(self, deed: Deed) -> Actor:
        """Return who did it: a manager decides, a coordinator offers, the worker says what came of it."""
        if deed.step.kind in ("not_required", "not_offered"):
            return MANAGER
        if deed.step.kind == "offered" or deed.step.worker_id not in self.workers:
            return COLLEAGUE if sum(deed.outcome.reference.encode()) % 3 == 0 else COORDINATOR
        return Actor(role=Role.COORDINATOR, name=self.workers[deed.step.worker_id])

    async def _together(self, person: Actor, deeds: Sequence[Deed]) -> list[str]:
        async with self.database.unit_of_work(person) as uow:
            return [await self._do(uow, deed) for deed in deeds]

    async def _do(self, uow: SqlUnitOfWork, deed: Deed) -> str:
        found = await self._interview(uow, deed.outcome)
        if found is None:
            return "no interview"
        interview_id = found["interview_id"]
        match deed.step.kind:
            case "offered":
                await self._offer(uow, deed, interview_id)
            case "attempted" | "booked" | "unable_to_contact":
                await _contact(uow, deed, interview_id)
            case "held":
                await self._hold(uow, deed, found)
            case "declined_once" | "declined_by_child" | "declined_by_parent":
                await _decline(uow, deed, interview_id)
            case "missing_again":
                pass  # the notices of the next episode say so themselves
            case _:
                await _decide(uow, deed, interview_id)
        return deed.step.kind

    async def _interview(self, uow: SqlUnitOfWork, outcome: Outcome) -> RowMapping | None:
        values = {
            "force": comparable(outcome.force),
            "reference": comparable(outcome.reference),
            "child": outcome.child_id,
        }
        return (await uow.execute(_INTERVIEW, values)).mappings().one_or_none()

    async def _assign(self, uow: SqlUnitOfWork, deed: Deed, interview_id: str) -> None:
        """Assign the worker meant, or else the first who is independent."""
        meant = deed.step.worker_id
        for worker_id in (meant, *(each for each in self.workers if each != meant)):
            try:
                await interviews.assign(
                    uow,
                    policy=self.policy,
                    interview_id=interview_id,
                    worker_id=worker_id,
                    submission_key=f"{deed.key}:assign",
                )
            except DomainError as error:
                if error.code != "not_independent":
                    raise
            else:
                return

    async def _offer(self, uow: SqlUnitOfWork, deed: Deed, interview_id: str) -> None:
        await self._assign(uow, deed, interview_id)
        await interviews.record_offer(
            uow,
            policy=self.policy,
            interview_id=interview_id,
            at=deed.step.at,
            method=ContactMethod(deed.step.how),
            contact_with=ContactWith(deed.step.to),
            answer=OfferAnswer.AWAITING,
            submission_key=deed.key,
        )

    async def _hold(self, uow: SqlUnitOfWork, deed: Deed, found: RowMapping) -> None:
        if not found["worker_id"]:
            await self._assign(uow, deed, found["interview_id"])
        starts = await uow.interviews.starts_of(found["interview_id"])
        links = await uow.interviews.links_of([found["interview_id"]])
        open_ids = {link.episode_id for link in links if link.resolved_at is None}
        covered = [each for each, start in starts.items() if start <= deed.step.at and each in open_ids]
        recorded = await interviews.complete(
            uow,
            interview_id=found["interview_id"],
            held_at=deed.step.at,
            episode_ids=covered,
            submission_key=deed.key,
        )
        if deed.step.at > self.records_since and not recorded.repeated:
            await self._record(uow, deed, recorded.interview_id, covered)

    async def _record(self, uow: SqlUnitOfWork, deed: Deed, interview_id: str, covered: list[str]) -> None:
        interview = await uow.interviews.get(interview_id)
        record, actions = invent_record(
            interview, held_at=deed.step.at, episode_ids=covered, by=uow.actor.name, key=deed.key
        )
        async with uow.as_system():  # the worker's own account is not among those of the demonstration
            await uow.records.add(record)
            await uow.actions.add(actions)


async def _contact(uow: SqlUnitOfWork, deed: Deed, interview_id: str) -> None:
    step = deed.step
    if step.kind == "unable_to_contact":
        await interviews.record_unable_to_contact(
            uow, interview_id=interview_id, at=step.at, submission_key=deed.key
        )
    elif step.kind == "attempted":
        await interviews.record_attempt(
            uow,
            interview_id=interview_id,
            at=step.at,
            method=ContactMethod(step.how),
            contact_with=ContactWith.CHILD,
            submission_key=deed.key,
        )
    else:
        await interviews.record_acceptance(
            uow,
            interview_id=interview_id,
            at=step.at,
            method=ContactMethod.PHONE,
            contact_with=ContactWith.CHILD,
            visit_starts_at=step.planned_at,
            submission_key=deed.key,
        )


async def _decline(uow: SqlUnitOfWork, deed: Deed, interview_id: str) -> None:
    who = deed.step.answer or deed.step.kind
    said = _SAID[who]
    twice = any(step.kind == "declined_once" for step in deed.outcome.steps)
    await interviews.record_decline(
        uow,
        interview_id=interview_id,
        by=DeclinedBy.CHILD if who == "declined_by_child" else DeclinedBy.PARENT,
        at=deed.step.at,
        reason=said[len(deed.outcome.reference + deed.outcome.child_id) % len(said)],
        method=ContactMethod(deed.step.how),
        no_second_approach="" if twice else "Made clear that nobody should ask again.",
        submission_key=deed.key,
    )


async def _decide(uow: SqlUnitOfWork, deed: Deed, interview_id: str) -> None:
    step = deed.step
    if step.kind == "transferred":
        await interviews.transfer_to_authority(
            uow,
            interview_id=interview_id,
            authority=step.to,
            reason="It is responsible for the child and holds the interview itself.",
            submission_key=deed.key,
        )
    elif step.kind == "not_required":
        await interviews.decide_not_required(
            uow, interview_id=interview_id, reason=f"{step.reason.capitalize()}.", submission_key=deed.key
        )
    else:
        await interviews.close_without_contact(
            uow, interview_id=interview_id, reason=f"Never offered: {step.reason}.", submission_key=deed.key
        )
