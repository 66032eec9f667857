"""Takes in police notices: kept as received, counted to incidents, matched to children, turned into episodes."""

from __future__ import annotations

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from operator import attrgetter
from typing import Any

from missing_coord.domain.cases import OPEN_MATCH_STATES, Incident, MatchState, StoredNotice
from missing_coord.domain.incidents import IncidentFacts, Source, fold_notices
from missing_coord.domain.records import NoticeIdentity, PoliceNotice, comparable
from missing_coord.matching.decide import MatchPolicy
from missing_coord.matching.evidence import PersonEvidence, pool_evidence
from missing_coord.matching.reading import notice_evidence
from missing_coord.matching.score import Scorer
from missing_coord.services.episodes import rederive
from missing_coord.services.identity import SETTLED_BY_PERSON, Unidentified, identify
from missing_coord.services.persons import persons_of, said_once, signature_of
from missing_coord.services.ports.received import Received
from missing_coord.services.ports.work import Policy, UnitOfWork

Reference = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """What intake needs besides the transaction: the council's policy and the matching engine as it is now."""

    policy: Policy
    scorer: Scorer
    match_policy: MatchPolicy | None = None


async def receive_notices(
    uow: UnitOfWork, received: Sequence[tuple[PoliceNotice, Received]], *, engine: Engine
) -> list[bool]:
    """Take in police notices and everything that follows from them; return for each whether it is new.

    Repeats change nothing; any order, any split into batches and any number of repeats give the same episodes.
    """
    identities = [notice.identity for notice, _ in received]
    references = sorted({(each.force, each.reference) for each in identities})
    await uow.children.lock_references(references)
    kept = await uow.notices.of_references(references)
    arriving, new = _arriving(kept, received, identities)
    fresh = {reference_of(each.notice) for each in arriving}
    if fresh:
        of_fresh = [each for each in kept if reference_of(each.notice) in fresh]
        await _reconsider(uow, sorted(fresh), [*of_fresh, *arriving], engine=engine)
    return new


@dataclass(frozen=True, slots=True, kw_only=True)
class Arriving(StoredNotice):
    """A notice that is not kept yet, and how it came."""

    how: Received


def _arriving(
    kept: Sequence[StoredNotice],
    received: Sequence[tuple[PoliceNotice, Received]],
    identities: Sequence[NoticeIdentity],
) -> tuple[list[Arriving], list[bool]]:
    """Return the notices that are not kept yet, each once, and for each received whether it is one of them."""
    seen = {each.notice.identity for each in kept}
    arriving: list[Arriving] = []
    new: list[bool] = []
    for (notice, how), identity in zip(received, identities, strict=True):
        new.append(identity not in seen)
        if new[-1]:
            seen.add(identity)
            arriving.append(Arriving(notice_id=None, incident_id=None, notice=notice, how=how))
    return arriving, new


def reference_of(notice: PoliceNotice) -> Reference:
    """Return a notice's (force, reference) in their comparing form."""
    return notice.force_key, comparable(notice.reference)


async def reconsider(
    uow: UnitOfWork,
    references: Sequence[Reference],
    *,
    engine: Engine,
    unsure_too: bool = False,
    again: Collection[str] = (),
) -> None:
    """Work out anew the incidents of these references, whose they are, and the episodes that follow.

    Incidents whose notices say nothing new are left alone, save the unsure ones when the register has changed, and
    those whose ids are in `again`, about which a person has just decided something.
    """
    await uow.children.lock_references(references)
    notices = await uow.notices.of_references(references)
    await _reconsider(uow, references, notices, engine=engine, unsure_too=unsure_too, again=again)


async def _reconsider(
    uow: UnitOfWork,
    references: Sequence[Reference],
    notices: Sequence[StoredNotice],
    *,
    engine: Engine,
    unsure_too: bool = False,
    again: Collection[str] = (),
) -> None:
    """Do so with the references held, so that nobody else writes their incidents.

    Children are held as late as may be: two batches nearly always share one, and the later waits for the earlier's end.
    """
    before = {each.incident_id: each for each in await uow.incidents.of_references(references)}
    people = _people(notices, before, now=uow.now)
    changed = [
        each
        for each in people
        if _differs(each.incident, before.get(each.incident.incident_id))
        or (unsure_too and each.incident.match_state in OPEN_MATCH_STATES)
        or each.incident.incident_id in again
    ]
    waiting = [
        each
        for each in changed
        if each.incident.match_state not in SETTLED_BY_PERSON or each.incident.incident_id in again
    ]
    identified = {each.incident_id: each for each in await identify(uow, waiting, **_matching(engine))}
    after = [identified.get(each.incident.incident_id, each.incident) for each in changed]
    gone = [
        each for each in before.values() if each.incident_id not in {p.incident.incident_id for p in people}
    ]
    touched = {each.child_id for each in (*after, *gone)}
    touched |= {before[each.incident_id].child_id for each in after if each.incident_id in before}
    await uow.incidents.save(after)
    await _count(uow, people)
    await uow.children.lock(touched)
    await uow.incidents.remove([each.incident_id for each in gone])
    await rederive(uow, touched, policy=engine.policy, saved=after)


def _matching(engine: Engine) -> dict[str, Any]:
    return {"scorer": engine.scorer, "policy": engine.match_policy}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Person(Unidentified):
    counted: Sequence[StoredNotice]


def _people(notices: Sequence[StoredNotice], before: dict[str, Incident], *, now: datetime) -> list[_Person]:
    grouped: dict[Reference, list[StoredNotice]] = defaultdict(list)
    for each in notices:
        grouped[reference_of(each.notice)].append(each)
    people = []
    taken: set[str] = set()
    for reference in sorted(grouped):
        for group in persons_of(grouped[reference]):
            person = _person(reference, group, _kept(group, before, taken), now=now)
            taken.add(person.incident.incident_id)
            people.append(person)
    return people


def _person(
    reference: Reference, group: list[StoredNotice], kept: Incident | None, *, now: datetime
) -> _Person:
    """Return the person of these notices, oldest first, as the next version of the incident that is kept, if any."""
    notices = [each.notice for each in group]
    said = said_once(notices)
    evidence = pool_evidence([notice_evidence(notice) for notice in said])
    facts = fold_notices(notices)
    content = _evidence(evidence)
    incident = Incident(
        incident_id=kept.incident_id if kept else _incident_id(reference, notices[0]),
        source=Source.POLICE.value,
        force_key=reference[0],
        reference_key=reference[1],
        signature=signature_of(said),
        evidence=content,
        facts=facts,
        facts_hash=_digest(facts, content),
        child_id=kept.child_id if kept else "",
        match_state=kept.match_state if kept else MatchState.UNMATCHED,
        probability=kept.probability if kept else None,
        candidates=kept.candidates if kept else [],
        reasons=kept.reasons if kept else [],
        decided_by=kept.decided_by if kept else "",
        decided_at=kept.decided_at if kept else None,
        created_at=kept.created_at if kept else now,
        weights_version=kept.weights_version if kept else "",
        version=kept.version + 1 if kept else 1,
    )
    return _Person(incident=incident, evidence=evidence, notices=notices, counted=group)


def _kept(group: Sequence[StoredNotice], before: dict[str, Incident], taken: set[str]) -> Incident | None:
    """Return the incident that this person's notices were counted to already, the oldest of several."""
    ids = {each.incident_id for each in group if each.incident_id in before} - taken
    known = [before[incident_id] for incident_id in ids if incident_id is not None]
    return min(known, key=lambda each: (each.created_at, each.incident_id)) if known else None


def _incident_id(reference: Reference, first: PoliceNotice) -> str:
    return str(uuid.uuid5(_NAMESPACE, "\x1f".join((*reference, first.content_hash))))


_NAMESPACE = uuid.UUID("6f2d1c1e-7f0b-4a53-9f61-8a3f4b1d2c77")


def _evidence(evidence: PersonEvidence) -> dict[str, Any]:
    found = {}
    for name in PersonEvidence.__dataclass_fields__:
        value = getattr(evidence, name)
        if value not in (None, "", ()):
            found[name] = list(value) if isinstance(value, tuple) else _plain(value)
    return found


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _digest(facts: tuple[IncidentFacts, ...], evidence: dict[str, Any]) -> str:
    values = chain.from_iterable(map(_VALUES, facts))
    said = "\x1f".join([*map(str, values), str(sorted(evidence.items()))])
    return hashlib.sha256(said.encode()).hexdigest()


_VALUES = attrgetter(*IncidentFacts.__dataclass_fields__)


def _differs(incident: Incident, before: Incident | None) -> bool:
    return before is None or before.facts_hash != incident.facts_hash


async def _count(uow: UnitOfWork, people: Sequence[_Person]) -> None:
    """Count each person's notices to the person's incident; those that arrive are kept with it."""
    counted = [
        (each, person.incident.incident_id)
        for person in people
        for each in person.counted
        if each.incident_id != person.incident.incident_id
    ]
    await uow.notices.add([(n.notice, n.how, number) for n, number in counted if isinstance(n, Arriving)])
    await uow.notices.assign({n.notice_id: number for n, number in counted if n.notice_id is not None})
