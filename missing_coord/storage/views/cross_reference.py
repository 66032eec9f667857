"""The rows of the cross-reference: what police told and what the council's own list holds, of the same children."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from missing_coord.domain.cases import OPEN_MATCH_STATES, Episode, Incident
from missing_coord.domain.cross_reference import Absence, Compared, Period, cross_reference
from missing_coord.domain.deadlines import ClockBasis
from missing_coord.domain.episodes import EpisodeFacts, EpisodeStatus, IncidentOfChild, derive_episodes
from missing_coord.domain.incidents import EpisodeKind, Source
from missing_coord.domain.population import Population
from missing_coord.storage.child_names import shown_name
from missing_coord.storage.unit_of_work import SqlUnitOfWork

ASIDE = timedelta(days=3)
"""How far beside the period the other half of an absence is looked for."""

_CHILDREN = text("""
    select e.child_id from episodes e join episode_incidents ei using (episode_id)
        join incidents i using (incident_id)
    where i.source = 'police' and e.started_at < :after and coalesce(e.ended_at, 'infinity') >= :first
    union
    select m.child_id from missing_list_entries m
    where m.source = 'missing_list' and m.started_at < :after
        and coalesce(m.ended_at, m.left_list_at, 'infinity') >= :first
""")
_LINES = text("""
    select m.entry_key, m.child_id, m.kind, m.started_at, m.ended_at, m.date_only, m.ended_date_only,
        m.listed_at, m.left_list_at, m.incident_id::text as incident_id
    from missing_list_entries m where m.source = 'missing_list' and m.child_id = any(:ids)
""")
_WHO = text("select child_id, forename, surname, provisional from children where child_id = any(:ids)")


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossReference:
    """The cross-reference of a period as it was known at an instant; `names` are for the page alone."""

    period: Period
    known_at: datetime
    compared: Compared
    names: Mapping[str, str]


async def cross_reference_of(uow: SqlUnitOfWork, period: Period) -> CrossReference:
    """Return the cross-reference of a period from everything that is known now."""
    asked = {"first": period.starts_at - ASIDE, "after": period.ends_at + ASIDE}
    child_ids = sorted(row[0] for row in await uow.execute(_CHILDREN, asked))
    who = {row["child_id"]: row for row in (await uow.execute(_WHO, {"ids": child_ids})).mappings()}
    kept = _Kept(await uow.episodes.of_children(child_ids))
    incidents = [i for i in await uow.incidents.of_children(child_ids) if i.source == Source.POLICE.value]
    lines = (await uow.execute(_LINES, {"ids": child_ids})).mappings().all()
    police = _police(incidents, kept, who)
    council = [_listed(row, kept, who) for row in lines]
    return CrossReference(
        period=period,
        known_at=uow.now,
        compared=cross_reference(police, council, period=period),
        names={child_id: shown_name(row["forename"], row["surname"]) for child_id, row in who.items()},
    )


class _Kept:
    """The kept episodes by the incidents that they are made of."""

    def __init__(self, kept: Iterable[tuple[Episode, tuple[str, ...]]]) -> None:
        self._of: dict[str, list[Episode]] = {}
        for episode, incident_ids in kept:
            for incident_id in incident_ids:
                self._of.setdefault(incident_id, []).append(episode)

    def about(self, absence: Absence, incident_ids: Sequence[str]) -> Absence:
        """Return the absence with the place, authority and id of the episode that it went into."""
        found = [episode for each in incident_ids for episode in self._of.get(each, ())]
        if not found:
            return absence
        nearest = min(
            found,
            key=lambda e: (abs((e.started_at - absence.started_at).total_seconds()), e.episode_id),
        )
        return replace(
            absence,
            population=Population(nearest.population),
            authority=nearest.responsible_authority,
            episode_id=nearest.episode_id,
        )


def _police(
    incidents: Sequence[Incident], kept: _Kept, who: Mapping[str, Mapping[Any, Any]]
) -> list[Absence]:
    by_child: dict[str, list[Incident]] = {}
    for each in incidents:
        by_child.setdefault(each.child_id, []).append(each)
    return [
        kept.about(_told(child_id, facts, own, who), facts.incident_ids)
        for child_id, own in by_child.items()
        for facts in derive_episodes(
            IncidentOfChild(incident_id=i.incident_id, facts=each) for i in own for each in i.facts
        )
    ]


def _told(
    child_id: str, facts: EpisodeFacts, incidents: Sequence[Incident], who: Mapping[str, Mapping[Any, Any]]
) -> Absence:
    """Return an absence as police tell it; a return that they never told is none."""
    told = None if facts.end_basis is ClockBasis.PRESUMED else facts.ended_at
    known = (facts.found_at, facts.returned_at, facts.safe_and_well_at)
    unsure = {i.incident_id for i in incidents if i.match_state in OPEN_MATCH_STATES}
    return Absence(
        key=f"{facts.started_at.isoformat()} {facts.incident_ids[0]}",
        child_id=child_id,
        reference=", ".join(facts.references),
        kind=facts.kind,
        started_at=facts.started_at,
        start_known=facts.start_known,
        ended_at=told,
        ends=tuple(each for each in known if each is not None) if told else (),
        cancelled=facts.status is EpisodeStatus.CANCELLED,
        unsure=bool(unsure & set(facts.incident_ids)),
        on_register=not who[child_id]["provisional"],
    )


def _listed(row: Mapping[Any, Any], kept: _Kept, who: Mapping[str, Mapping[Any, Any]]) -> Absence:
    """Return a line as an absence; one that has left the list ended on a day between the two deliveries."""
    known = who.get(row["child_id"])
    left = row["ended_at"] is None and row["left_list_at"] is not None
    line = Absence(
        key=row["entry_key"],
        child_id=row["child_id"],
        reference="",
        kind=EpisodeKind(row["kind"]),
        started_at=row["started_at"],
        start_by_day=row["date_only"],
        ended_at=row["left_list_at"] if left else row["ended_at"],
        end_by_day=left or row["ended_date_only"],
        ends=(row["listed_at"],) if left else (),
        on_register=known is not None and not known["provisional"],
    )
    return kept.about(line, [row["incident_id"]] if row["incident_id"] else [])
