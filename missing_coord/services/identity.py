"""Decides whose incident it is, remembers what people decided, and opens provisional records for the rest."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from missing_coord.domain.cases import OPEN_MATCH_STATES, Incident, MatchState, MatchVerdict
from missing_coord.domain.events import MatchReviewRaised
from missing_coord.domain.records import ChildRecord, ChildStatus, PoliceNotice
from missing_coord.matching.candidates import MAX_CANDIDATES, select_candidates
from missing_coord.matching.decide import MatchDecision, MatchOutcome, MatchPolicy, decide
from missing_coord.matching.evidence import PersonEvidence
from missing_coord.matching.keys import distinct_lookups
from missing_coord.matching.prepared import PreparedEvidence, prepare_evidence
from missing_coord.matching.score import Scorer
from missing_coord.services.persons import pooled
from missing_coord.services.ports.work import UnitOfWork

_STATES = {
    MatchOutcome.MATCH: MatchState.AUTOMATIC,
    MatchOutcome.REVIEW: MatchState.REVIEW,
    MatchOutcome.NONE: MatchState.UNMATCHED,
}
SETTLED_BY_PERSON = frozenset({MatchState.CONFIRMED, MatchState.NOT_ON_REGISTER, MatchState.STATED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Unidentified:
    """An incident whose child is to be decided, with its notices, oldest first, and what they say about the person."""

    incident: Incident
    evidence: PersonEvidence
    notices: Sequence[PoliceNotice]


async def identify(
    uow: UnitOfWork, waiting: Sequence[Unidentified], *, scorer: Scorer, policy: MatchPolicy | None = None
) -> list[Incident]:
    """Return the incidents with their child decided; the uncertain ones get a provisional record and wait for review.

    A person's decision about the same incident stands; one about the same person in the same words is followed.
    """
    signatures = [each.incident.signature for each in waiting if each.incident.signature]
    incident_ids = [each.incident.incident_id for each in waiting]
    verdicts = await uow.incidents.verdicts(signatures, incident_ids=incident_ids)
    said = _by_subject(verdicts)
    told = [
        _since_then(each.incident, in_force(each.incident.incident_id, _about(each.incident, said)))
        for each in waiting
    ]
    people = [prepare_evidence(each.evidence) for each in waiting]
    decisions = await _decide_all(uow, people, [out for _, out in told], scorer=scorer, policy=policy)
    decided: list[Incident] = []
    provisional: dict[str, tuple[str, ChildRecord]] = {}
    for each, (verdict, _), decision in zip(waiting, told, decisions, strict=True):
        came_later = (
            verdict is not None
            and verdict.verdict == "not_on_register"
            and decision.decision is MatchOutcome.MATCH
        )
        stands = verdict is not None and not came_later
        incident = _followed(each.incident, verdict) if verdict and stands else _decided(uow, each, decision)
        if incident.match_state is not MatchState.AUTOMATIC and incident.child_id.startswith(PROVISIONAL):
            latest = pooled(each.notices)
            mark = latest.issued_at.isoformat() + latest.content_hash
            marked = mark, provisional_record(incident.child_id, latest)
            provisional[incident.child_id] = max(
                provisional.get(incident.child_id, marked), marked, key=_mark
            )
        decided.append(incident)
    await uow.children.add_provisional(provisional)
    return decided


def _since_then(
    incident: Incident, said: tuple[MatchVerdict | None, set[str]]
) -> tuple[MatchVerdict | None, set[str]]:
    """Rule out whom the person saw who said that the child is not on the register; who came later may be the child."""
    verdict, ruled_out = said
    if verdict is None or verdict.verdict != "not_on_register":
        return said
    seen = {verdict.moved_from, *(str(each["child_id"]) for each in incident.candidates)}
    joined = incident.match_state is MatchState.AUTOMATIC and incident.child_id != verdict.moved_from
    return verdict, ruled_out | (seen - {incident.child_id} if joined else seen)


FIRST_LOOK = 16


async def _decide_all(
    uow: UnitOfWork,
    people: Sequence[PreparedEvidence],
    ruled_out: Sequence[Collection[str]],
    *,
    scorer: Scorer,
    policy: MatchPolicy | None,
) -> list[MatchDecision]:
    """Decide on the likeliest few candidates; who is not matched by them is compared with all of them."""
    keys = [distinct_lookups(person) for person in people]
    filed = await uow.children.filed({key for each in keys for key in each})
    decisions: dict[int, MatchDecision] = {}
    compared: dict[int, list[str]] = {}
    left = list(range(len(people)))
    for limit in (FIRST_LOOK, MAX_CANDIDATES):
        nearest = {
            number: select_candidates({key: filed[key] for key in keys[number] if key in filed}, limit=limit)
            for number in left
        }
        more = {number: ids for number, ids in nearest.items() if ids != compared.get(number)}
        children = await uow.children.prepared({child_id for ids in more.values() for child_id in ids})
        for number, ids in more.items():
            known = [children[child_id] for child_id in ids if child_id in children]
            decisions[number] = decide(
                people[number], known, scorer=scorer, policy=policy, excluded=ruled_out[number]
            )
        left = [number for number in more if decisions[number].decision is not MatchOutcome.MATCH]
        compared = more
    return [decisions[number] for number in range(len(people))]


def _mark(marked: tuple[str, ChildRecord]) -> str:
    return marked[0]


def _by_subject(verdicts: Sequence[MatchVerdict]) -> dict[str, list[MatchVerdict]]:
    """Return the verdicts by the incident that they are about, and by the words about a person."""
    said: dict[str, list[MatchVerdict]] = defaultdict(list)
    for verdict in verdicts:
        for subject in {verdict.incident_id, verdict.signature} - {""}:
            said[subject].append(verdict)
    return said


def _about(incident: Incident, said: Mapping[str, list[MatchVerdict]]) -> list[MatchVerdict]:
    own = said.get(incident.incident_id, [])
    alike = said.get(incident.signature, [])
    return [*(each for each in alike if each.incident_id != incident.incident_id), *own]


def in_force(incident_id: str, said: Sequence[MatchVerdict]) -> tuple[MatchVerdict | None, set[str]]:
    """Return the decision that settles an incident, if any, and the children who are ruled out for it.

    Later decisions go before earlier ones, and those about the incident itself before those about the same words.
    """
    settled: MatchVerdict | None = None
    ruled_out: set[str] = set()
    for verdict in sorted(said, key=lambda each: each.incident_id == incident_id):
        if verdict.verdict == "not_same":
            ruled_out.add(verdict.child_id)
            settled = None if settled and settled.child_id == verdict.child_id else settled
        elif verdict.verdict == "same":
            ruled_out.discard(verdict.child_id)
            settled = verdict
        elif verdict.incident_id == incident_id:
            settled = verdict
    return settled, ruled_out


def _followed(incident: Incident, verdict: MatchVerdict) -> Incident:
    """Return the incident as a person decided it."""
    own = verdict.incident_id == incident.incident_id
    elsewhere = verdict.verdict == "not_on_register"
    state = MatchState.CONFIRMED if own else MatchState.AUTOMATIC
    told = "this child is not on the register" if elsewhere else "so of the same person"
    return replace(
        incident,
        child_id=provisional_id(incident) if elsewhere else verdict.child_id,
        match_state=MatchState.NOT_ON_REGISTER if elsewhere else state,
        probability=None if elsewhere else 1.0,
        reasons=[f"{verdict.decided_by} said {told}"],
        decided_by=verdict.decided_by,
        decided_at=verdict.decided_at,
    )


def _decided(uow: UnitOfWork, each: Unidentified, decision: MatchDecision) -> Incident:
    incident = each.incident
    state = _STATES[decision.decision]
    matched = decision.decision is MatchOutcome.MATCH and decision.child_id is not None
    child_id = decision.child_id if matched and decision.child_id else provisional_id(incident)
    if state in OPEN_MATCH_STATES and (incident.match_state != state or incident.child_id != child_id):
        uow.record(MatchReviewRaised(child_id=child_id, incident_id=incident.incident_id))
    return replace(
        incident,
        child_id=child_id,
        match_state=state,
        probability=decision.probability,
        candidates=[_candidate(ranked) for ranked in decision.ranked],
        reasons=list(decision.reasons),
        weights_version=decision.weights_version,
        decided_by="engine",
        decided_at=uow.now,
    )


def _candidate(ranked: object) -> dict[str, object]:
    return {
        name: list(value) if isinstance(value := getattr(ranked, name), tuple) else value
        for name in ("child_id", "probability", "reasons")
    }


PROVISIONAL = "P-"


def provisional_id(incident: Incident) -> str:
    """Return the id of the provisional record: one for the same words about a person, else one for each incident."""
    source = incident.signature or incident.incident_id
    return PROVISIONAL + hashlib.sha256(source.encode()).hexdigest()[:12].upper()


def provisional_record(child_id: str, notice: PoliceNotice) -> ChildRecord:
    """Return the record of a child who is not known to be on the register, from what a notice says."""
    return ChildRecord(
        child_id=child_id,
        forename=notice.forename,
        surname=notice.surname,
        aliases=notice.aliases,
        date_of_birth=notice.date_of_birth,
        sex=notice.sex,
        ethnicity=notice.ethnicity,
        home_address=notice.home_address,
        home_postcode=notice.home_postcode,
        phone=notice.phone,
        status=ChildStatus.LOOKED_AFTER if notice.looked_after else None,
        responsible_authority=notice.responsible_authority,
    )
