"""Takes in a council's earlier records: evidence of what is over, which starts no clock, alert or message."""

from __future__ import annotations

from collections.abc import Sequence

from missing_coord.domain.cases import Incident, MatchState
from missing_coord.domain.deadlines import ClockBasis
from missing_coord.domain.incidents import (
    LIST_TOLERANCE,
    POLICE_TOLERANCE,
    EpisodeKind,
    IncidentFacts,
    Source,
)
from missing_coord.domain.past_records import (
    EARLIER_RECORDS,
    PastEpisode,
    PastRecord,
    past_episode,
    past_interview,
)
from missing_coord.domain.records import ChildRecord, MissingType
from missing_coord.services.episodes import rederive
from missing_coord.services.ports.received import Received
from missing_coord.services.ports.work import Policy, UnitOfWork


async def receive_history(
    uow: UnitOfWork, rows: Sequence[tuple[PastRecord, Received]], *, policy: Policy
) -> list[bool]:
    """Take in rows of the earlier records, in any order; return for each whether it changed anything."""
    read = [(past_episode(record), past_interview(record), how) for record, how in rows]
    episodes = [(episode, how) for episode, _, how in read if episode]
    interviews = [(interview, how) for _, interview, how in read if interview]
    new_episodes = iter(await uow.history.save_episodes(episodes))
    new_interviews = iter(await uow.history.save_interviews(interviews))
    changed: list[bool] = []
    fresh: dict[str, PastEpisode] = {}
    for episode, interview, _ in read:
        one, other = bool(episode and next(new_episodes)), bool(interview and next(new_interviews))
        changed.append(one or other)
        if episode and one:
            fresh[episode.entry_key] = episode
    child_ids = sorted({record.child_id for (record, _), new in zip(rows, changed, strict=True) if new})
    if child_ids:
        await _derive(uow, child_ids, list(fresh.values()), policy)
    return changed


async def _derive(
    uow: UnitOfWork, child_ids: Sequence[str], fresh: Sequence[PastEpisode], policy: Policy
) -> None:
    await uow.children.lock(child_ids)
    unknown = set(child_ids) - await uow.children.known(child_ids)
    await uow.children.add_provisional({each: ("", ChildRecord(child_id=each)) for each in sorted(unknown)})
    await uow.incidents.save([_incident(uow, each) for each in fresh])
    await rederive(uow, child_ids, policy=policy)


def _incident(uow: UnitOfWork, past: PastEpisode) -> Incident:
    return Incident(
        incident_id=past.incident_id,
        source=Source.HISTORY.value,
        force_key=EARLIER_RECORDS,
        reference_key=past.entry_key,
        signature="",
        evidence={},
        facts=(past_facts(past),),
        facts_hash="",
        child_id=past.child_id,
        match_state=MatchState.STATED,
        probability=None,
        candidates=[],
        reasons=["the council's earlier records name the child"],
        decided_by=EARLIER_RECORDS,
        decided_at=uow.now,
        created_at=uow.now,
    )


def past_facts(past: PastEpisode) -> IncidentFacts:
    """Return a past episode as incident facts: it was told of when it happened, as far as anybody knows now."""
    away = past.kind is MissingType.AWAY
    return IncidentFacts(
        source=Source.HISTORY,
        force=EARLIER_RECORDS,
        reference=past.number or f"{past.child_id}/{past.started_at:%Y-%m-%dT%H:%M}",
        kind=EpisodeKind.AWAY if away else EpisodeKind.MISSING,
        started_at=past.started_at,
        start_known=not past.started_date_only,
        end_at=past.ended_at,
        end_basis=ClockBasis.RETURNED,
        last_seen_at=None,
        reported_at=None,
        found_at=None,
        returned_at=past.ended_at,
        safe_and_well_at=None,
        told_at=past.started_at,
        told_ended_at=past.ended_at,
        last_issued_at=past.ended_at,
        risk="",
        category="",
        returned_to="",
        cancelled=False,
        tolerance=LIST_TOLERANCE if past.started_date_only else POLICE_TOLERANCE,
        notices=0,
    )
