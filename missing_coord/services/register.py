"""Takes in the council's own data: children, placements, workers, absences and its list of missing episodes."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC

from missing_coord.domain.cases import Incident, MatchState
from missing_coord.domain.deadlines import ClockBasis
from missing_coord.domain.events import VisitConditionsChanged
from missing_coord.domain.incidents import (
    LIST_TOLERANCE,
    POLICE_TOLERANCE,
    EpisodeKind,
    IncidentFacts,
    Source,
)
from missing_coord.domain.records import (
    AbsenceRecord,
    ChildRecord,
    MissingListEntry,
    MissingType,
    PlacementRecord,
    WorkerRecord,
)
from missing_coord.services.episodes import rederive
from missing_coord.services.intake import Engine, reconsider
from missing_coord.services.ports.lists import ListLine
from missing_coord.services.ports.received import Received
from missing_coord.services.ports.work import Policy, UnitOfWork

LIST_NAME = "council list"


async def receive_children(
    uow: UnitOfWork, rows: Sequence[tuple[ChildRecord, Received]], *, policy: Policy
) -> list[bool]:
    """Take in register rows; return for each whether it changed anything."""
    changed = await uow.children.save_records(rows)
    touched = [record.child_id for (record, _), new in zip(rows, changed, strict=True) if new]
    await rederive_known(uow, touched, policy=policy)
    return changed


async def receive_placements(
    uow: UnitOfWork, rows: Sequence[tuple[PlacementRecord, Received]], *, policy: Policy
) -> list[bool]:
    """Take in placements; return for each whether it changed anything."""
    changed = await uow.placements.save_records(rows)
    touched = [record.child_id for (record, _), new in zip(rows, changed, strict=True) if new]
    await rederive_known(uow, touched, policy=policy)
    uow.record(
        *(
            VisitConditionsChanged(child_id=each, interview_id="", cause="placement")
            for each in await uow.interviews.children_waiting(touched)
        )
    )
    return changed


async def receive_workers(uow: UnitOfWork, rows: Sequence[tuple[WorkerRecord, Received]]) -> list[bool]:
    """Take in interview workers; return for each whether it changed anything."""
    return await uow.workforce.save_workers(rows)


async def receive_absences(uow: UnitOfWork, rows: Sequence[tuple[AbsenceRecord, Received]]) -> list[bool]:
    """Take in absences; return for each whether it changed anything.

    What a later file says of an absence replaces what was said before. Visits that the absence touches, as it was or as
    it is now, are planned anew.
    """
    stated = [record for record, _ in rows]
    before = await uow.workforce.absences_before(stated)
    changed = await uow.workforce.save_absences(rows)
    now = [None if each.cancelled else each for each in stated]
    away = [
        each
        for both, new in zip(zip(before, now, strict=True), changed, strict=True)
        if new
        for each in both
        if each
    ]
    uow.record(
        *(
            VisitConditionsChanged(child_id=child_id, interview_id=interview_id, cause="absence")
            for child_id, interview_id in (await uow.planning.with_workers(away) if away else ())
        )
    )
    return changed


async def rederive_known(uow: UnitOfWork, child_ids: Sequence[str], *, policy: Policy) -> None:
    """Derive anew the episodes of those children about whom there is any incident."""
    concerned = await uow.incidents.children_concerned(child_ids)
    if concerned:
        await rederive(uow, concerned, policy=policy)


async def reexamine(uow: UnitOfWork, *, engine: Engine, limit: int = 500) -> int:
    """Look again at incidents of unsure identity after the register has changed; return how many were looked at.

    Those of whom a person said that the child is not on the register join a child who has come onto it since.
    """
    references = await uow.incidents.unsure_references(limit)
    waiting = await uow.incidents.not_on_register(limit)
    wanted = sorted({*references, *waiting.values()})
    if wanted:
        await reconsider(uow, wanted, engine=engine, unsure_too=True, again=waiting.keys())
    return len(wanted)


async def receive_missing_list(
    uow: UnitOfWork, rows: Sequence[tuple[MissingListEntry, Received]], *, policy: Policy
) -> list[bool]:
    """Take in lines of the council's own list; each is an incident of the child that it names, police or not."""
    lines = [(_line(entry), how) for entry, how in rows]
    changed = await uow.missing_list.save_entries(lines, source="missing_list")
    latest = {line.entry_key: line for (line, _), new in zip(lines, changed, strict=True) if new}
    again = await uow.missing_list.mark_listed([line.entry_key for line, _ in lines])
    child_ids = sorted({line.entry.child_id for line in latest.values()} | again)
    if child_ids:
        await uow.children.lock(child_ids)
        unknown = set(child_ids) - await uow.children.known(child_ids)
        await uow.children.add_provisional(
            {each: ("", ChildRecord(child_id=each)) for each in sorted(unknown)}
        )
        await uow.incidents.save([_incident(uow, line) for line in latest.values()])
        await rederive(uow, child_ids, policy=policy)
    return changed


def _line(entry: MissingListEntry) -> ListLine:
    key = f"{entry.child_id}|{entry.started_at.astimezone(UTC).isoformat()}"
    return ListLine(entry_key=key, entry=entry, incident_id=str(uuid.uuid5(_NAMESPACE, key)))


_NAMESPACE = uuid.UUID("0d6a9c5e-58a1-4f0e-8f5b-3a3c2f7d9b10")


def _incident(uow: UnitOfWork, line: ListLine) -> Incident:
    facts = list_facts(line.entry)
    return Incident(
        incident_id=line.incident_id,
        source=Source.COUNCIL_LIST.value,
        force_key=LIST_NAME,
        reference_key=line.entry_key,
        signature="",
        evidence={},
        facts=(facts,),
        facts_hash="",
        child_id=line.entry.child_id,
        match_state=MatchState.STATED,
        probability=None,
        candidates=[],
        reasons=["the council's own list names the child"],
        decided_by=LIST_NAME,
        decided_at=uow.now,
        created_at=uow.now,
    )


def list_facts(entry: MissingListEntry) -> IncidentFacts:
    """Return a list line as incident facts; an end by date alone is taken as that day's start, the safe side."""
    away = entry.type is MissingType.AWAY
    ended_at = max(entry.ended_at, entry.started_at) if entry.ended_at else None
    basis = (
        (ClockBasis.RETURNED if away and not entry.ended_date_only else ClockBasis.FOUND)
        if ended_at
        else None
    )
    return IncidentFacts(
        source=Source.COUNCIL_LIST,
        force=LIST_NAME,
        reference=f"{entry.child_id}/{entry.started_at.astimezone(UTC):%Y-%m-%dT%H:%M}",
        kind=EpisodeKind.AWAY if away else EpisodeKind.MISSING,
        started_at=entry.started_at,
        start_known=not entry.started_date_only,
        end_at=ended_at,
        end_basis=basis,
        last_seen_at=None,
        reported_at=None,
        found_at=ended_at if not away else None,
        returned_at=ended_at if away else None,
        safe_and_well_at=None,
        told_at=entry.started_at,
        told_ended_at=ended_at,
        last_issued_at=ended_at or entry.started_at,
        risk="",
        category="",
        returned_to="",
        cancelled=False,
        tolerance=LIST_TOLERANCE if entry.started_date_only else POLICE_TOLERANCE,
        notices=0,
    )
