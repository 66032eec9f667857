"""Decides whose incident it is, remembers what people decided, and opens provisional records for the rest."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from missing_coord.domain.cases import OPEN_MATCH_STATES, Incident, MatchState, MatchVerdict
from missing_coord.domain.events import MatchReviewRaised
from missing_coord.domain.records import ChildRecord, ChildStatus, PoliceNotice
from missing_coord.matching.decide import MatchDecision, MatchOutcome, MatchPolicy, decide
from missing_coord.matching.evidence import PersonEvidence
from missing_coord.matching.keys import lookup_keys
from missing_coord.matching.prepared import prepare_evidence
from missing_coord.matching.score import Scorer
from missing_coord.services.ports import UnitOfWork

_STATES = {
    MatchOutcome.MATCH: MatchState.AUTOMATIC,
    MatchOutcome.REVIEW: MatchState.REVIEW,
    MatchOutcome.NONE: MatchState.UNMATCHED,
}
SETTLED_BY_PERSON = frozenset({MatchState.CONFIRMED, MatchState.NOT_ON_REGISTER, MatchState.STATED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Unidentified:
    """An incident whose child is to be decided, with all that its notices say about the person."""

    incident: Incident
    evidence: PersonEvidence
    latest: PoliceNotice


async def identify(
    uow: UnitOfWork, waiting: Sequence[Unidentified], *, scorer: Scorer, policy: MatchPolicy | None = None
) -> list[Incident]:
    """Return the incidents with their child decided; the uncertain ones get a provisional record and wait for review.

    A person's decision about the same incident stands; one about the same person in the same words is followed.
    """
    verdicts = await uow.incidents.verdicts(
        [each.incident.signature for each in waiting if each.incident.signature]
    )
    prepared = [prepare_evidence(each.evidence) for each in waiting]
    candidates = await uow.children.candidates([lookup_keys(person) for person in prepared])
    decided: list[Incident] = []
    provisional: dict[str, tuple[str, ChildRecord]] = {}
    for each, person, found in zip(waiting, prepared, candidates, strict=True):
        said = [v for v in verdicts if _about(v, each.incident)]
        ruled_out = {v.child_id for v in said if v.verdict == "not_same"}
        decision = decide(person, found, scorer=scorer, policy=policy, excluded=ruled_out)
        incident = _followed(each.incident, said) or _decided(uow, each, decision)
        if incident.match_state is not MatchState.AUTOMATIC and incident.child_id.startswith(PROVISIONAL):
            told = each.latest.issued_at.isoformat() + each.latest.content_hash
            record = provisional_record(incident.child_id, each.latest)
            provisional[incident.child_id] = max(
                provisional.get(incident.child_id, ("", record)), (told, record), key=_mark
            )
        decided.append(incident)
    await uow.children.add_provisional(provisional)
    return decided


def _mark(marked: tuple[str, ChildRecord]) -> str:
    return marked[0]


def _about(verdict: MatchVerdict, incident: Incident) -> bool:
    return verdict.incident_id == incident.incident_id or (
        incident.signature != "" and verdict.signature == incident.signature
    )


def _followed(incident: Incident, told: Sequence[MatchVerdict]) -> Incident | None:
    """Return the incident as a person decided it, None when nobody has."""
    for verdict in reversed(told):
        if verdict.verdict == "same":
            own = verdict.incident_id == incident.incident_id
            return replace(
                incident,
                child_id=verdict.child_id,
                match_state=MatchState.CONFIRMED if own else MatchState.AUTOMATIC,
                probability=1.0,
                reasons=[f"{verdict.decided_by} said so of the same person"],
                decided_by=verdict.decided_by,
                decided_at=verdict.decided_at,
            )
        if verdict.verdict == "not_on_register" and verdict.incident_id == incident.incident_id:
            return replace(incident, match_state=MatchState.NOT_ON_REGISTER)
    return None


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
