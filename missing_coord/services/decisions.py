"""Whose incident it is: what a coordinator or manager decides, what follows from it, and how it is undone."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from missing_coord.domain.access import Role
from missing_coord.domain.cases import Incident, MatchState, MatchVerdict
from missing_coord.domain.errors import ConcurrencyConflict, DomainError, NotAllowed, NotFound
from missing_coord.domain.events import MatchDecided
from missing_coord.domain.incidents import Source
from missing_coord.domain.london import LONDON
from missing_coord.domain.records import ChildStatus
from missing_coord.services.decisions_moves import (
    Moves,
    as_it_stands,
    moves_to,
    part_again,
    settle_activity,
)
from missing_coord.services.identity import SETTLED_BY_PERSON, provisional_id
from missing_coord.services.intake import Engine, reconsider
from missing_coord.services.ports.reviews import KeptDecision, ReviewWork

OFFICE = frozenset({Role.COORDINATOR, Role.MANAGER})


class IncidentChangedMeanwhile(ConcurrencyConflict):
    """Somebody else, or a new notice, changed this incident since it was read; says who and when."""

    what = "This notice"

    def __init__(self, incident: Incident, *, now: datetime) -> None:
        self.changed_by = "the matching engine" if incident.decided_by == "engine" else incident.decided_by
        self.changed_at = incident.decided_at or now
        super().__init__(
            f"This notice was changed by {self.changed_by} at {self.changed_at.astimezone(LONDON):%H:%M}."
            " Nothing of yours was saved."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What a decision led to: whose incident it is now, how sure, and which other incidents moved with it."""

    incident_id: str
    child_id: str
    moved_from: str
    match_state: MatchState
    version: int
    followers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    incident: Incident
    alike: list[Incident]

    @property
    def again(self) -> set[str]:
        return {self.incident.incident_id, *(each.incident_id for each in self.alike)}

    def children(self, *more: str) -> set[str]:
        return {self.incident.child_id, *(each.child_id for each in self.alike), *more}


async def decide_same(
    uow: ReviewWork, *, incident_id: str, child_id: str, expected_version: int, reason: str, engine: Engine
) -> Decided:
    """Decide that an incident is about this child; waiting incidents in the same words follow.

    Raises DomainError when the child is not on the register or closed, IncidentChangedMeanwhile on a lost race.
    """
    case = await _undecided(uow, incident_id, expected_version)
    await _check_on_register(uow, child_id)
    return await _decide(uow, case, "same", child_id.strip(), reason, engine)


async def decide_not_same(
    uow: ReviewWork, *, incident_id: str, child_id: str, expected_version: int, reason: str, engine: Engine
) -> Decided:
    """Rule a child out for an incident and for the same words elsewhere; the engine looks again without the child."""
    case = await _undecided(uow, incident_id, expected_version)
    await _check_on_register(uow, child_id, closed_too=True)
    return await _decide(uow, case, "not_same", child_id.strip(), reason, engine)


async def decide_not_on_register(
    uow: ReviewWork, *, incident_id: str, expected_version: int, reason: str, engine: Engine
) -> Decided:
    """Decide that the child is not on the register; the incident stays on, or goes to, a provisional record."""
    if not reason.strip():
        raise DomainError(
            "reason_required", "reason: say how you know that the child is not on the register."
        )
    case = await _undecided(uow, incident_id, expected_version)
    return await _decide(uow, case, "not_on_register", provisional_id(case.incident), reason, engine)


async def undo(
    uow: ReviewWork, *, incident_id: str, expected_version: int, reason: str, engine: Engine
) -> Decided:
    """Undo the newest decision about an incident: episodes, interviews and their activity go back where they were."""
    case = await _taken(uow, incident_id, expected_version)
    last = await newest_decision(uow, incident_id)
    if last is None:
        raise DomainError("nothing_to_undo", "Nobody has decided anything about this notice itself.")
    children = case.children(last.verdict.child_id, last.verdict.moved_from)
    children |= {each["child_id"] for each in last.before.get("interviews", {}).values()}
    await uow.children.lock(children)
    await uow.reviews.undo(last.decision_id, by=uow.actor.name, reason=reason.strip())
    async with uow.as_system():
        await part_again(uow, last.before, children)
        decided = await _look_again(uow, case, engine)
        await settle_activity(uow, last.before, children | {decided.child_id}, exactly=True)
    _tell(uow, "match_decision_undone", decided, verdict=last.verdict.verdict)
    return decided


async def newest_decision(uow: ReviewWork, incident_id: str) -> KeptDecision | None:
    """Return the newest decision in force about an incident itself, which is the one that can be undone."""
    decisions = await uow.reviews.decisions(incident_id)
    return decisions[-1] if decisions else None


async def preview(uow: ReviewWork, *, incident_id: str, child_ids: Collection[str]) -> dict[str, Moves]:
    """Return for each child what would move to it if the incident were decided to be about it."""
    _check_role(uow)
    incident = await _seen(uow, incident_id)
    return await moves_to(uow, [incident, *await _alike(uow, incident)], child_ids)


async def _decide(
    uow: ReviewWork, case: _Case, verdict: str, child_id: str, reason: str, engine: Engine
) -> Decided:
    children = case.children(child_id)
    await uow.children.lock(children)
    before = await as_it_stands(uow, children)
    said = MatchVerdict(
        incident_id=case.incident.incident_id,
        signature=case.incident.signature,
        child_id=child_id,
        verdict=verdict,
        reason=reason.strip(),
        moved_from=case.incident.child_id,
        decided_by=uow.actor.name,
        decided_at=uow.now,
    )
    await uow.reviews.remember(said, before)
    async with uow.as_system():
        decided = await _look_again(uow, case, engine)
        await settle_activity(uow, before, children | {decided.child_id}, exactly=False)
    _tell(uow, "match_decided", decided, verdict=verdict, about=child_id)
    return decided


async def _look_again(uow: ReviewWork, case: _Case, engine: Engine) -> Decided:
    """Let identity follow from the evidence and the decisions now in force, and episodes and duties from that."""
    before = {each.incident_id: each.child_id for each in (case.incident, *case.alike)}
    references = sorted({(each.force_key, each.reference_key) for each in (case.incident, *case.alike)})
    await reconsider(uow, references, engine=engine, again=case.again)
    after = {each.incident_id: each for each in await uow.incidents.of_references(references)}
    incident = after[case.incident.incident_id]
    others = [after[each.incident_id] for each in case.alike if each.incident_id in after]
    return Decided(
        incident_id=incident.incident_id,
        child_id=incident.child_id,
        moved_from=case.incident.child_id,
        match_state=incident.match_state,
        version=incident.version,
        followers=tuple(o.incident_id for o in others if o.child_id != before[o.incident_id]),
    )


def _tell(uow: ReviewWork, action: str, decided: Decided, **detail: Any) -> None:
    uow.record(
        MatchDecided(
            child_id=decided.child_id, incident_id=decided.incident_id, moved_from=decided.moved_from
        )
    )
    uow.audit(
        action,
        subject_type="incident",
        subject_id=decided.incident_id,
        child_id=decided.child_id,
        moved_from=decided.moved_from,
        followers=list(decided.followers),
        **detail,
    )


async def _undecided(uow: ReviewWork, incident_id: str, expected_version: int) -> _Case:
    """Take an incident that no person has decided; raises DomainError when one has."""
    case = await _taken(uow, incident_id, expected_version)
    if case.incident.match_state in SETTLED_BY_PERSON:
        raise DomainError(
            "decided_already",
            f"{case.incident.decided_by} has decided whose notice this is. Undo that first if it is wrong.",
        )
    return case


async def _taken(uow: ReviewWork, incident_id: str, expected_version: int) -> _Case:
    """Hold the references of an incident and of those in the same words, and check that it is as it was read."""
    _check_role(uow)
    seen = await _seen(uow, incident_id)
    together = [seen, *await _alike(uow, seen)]
    await uow.children.lock_references(sorted({(each.force_key, each.reference_key) for each in together}))
    incident = await _seen(uow, incident_id)
    if incident.version != expected_version:
        raise IncidentChangedMeanwhile(incident, now=uow.now)
    return _Case(incident=incident, alike=await _alike(uow, incident))


async def _seen(uow: ReviewWork, incident_id: str) -> Incident:
    try:
        uuid.UUID(incident_id)
    except ValueError:
        raise NotFound(f"There is no notice {incident_id[:60]} that you may see.") from None
    incident = await uow.incidents.get(incident_id)
    if incident.source != Source.POLICE.value:
        raise DomainError("stated", "The council's own list names this child; correct it in the case system.")
    return incident


async def _alike(uow: ReviewWork, incident: Incident) -> list[Incident]:
    """Return the other incidents in the same words that no person has decided."""
    if not incident.signature:
        return []
    found: Sequence[Incident] = await uow.incidents.with_signature(incident.signature)
    return sorted(
        (
            each
            for each in found
            if each.incident_id != incident.incident_id
            and each.source == Source.POLICE.value
            and each.match_state not in SETTLED_BY_PERSON
        ),
        key=lambda each: each.incident_id,
    )


async def _check_on_register(uow: ReviewWork, child_id: str, *, closed_too: bool = False) -> None:
    wanted = child_id.strip()
    standing = await uow.reviews.standing([wanted] if wanted else [])
    if wanted not in standing:
        raise DomainError(
            "not_on_register",
            f"child_id: there is no child {wanted[:60] or '(empty)'} on the register. Check the number in the case"
            " system.",
        )
    if standing[wanted] == ChildStatus.CLOSED and not closed_too:
        raise DomainError(
            "child_closed",
            f"child_id: the record of {wanted} is closed. Have it opened in the case system, then decide here.",
        )


def _check_role(uow: ReviewWork) -> None:
    if uow.actor.role not in OFFICE:
        raise NotAllowed("Only coordinators and managers decide whose notice it is.")
