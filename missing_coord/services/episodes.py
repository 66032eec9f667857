"""Derives the episodes and interview duties of children anew, and writes only what differs from what is kept."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter

from missing_coord.domain.cases import ChildFacts, Episode, Incident
from missing_coord.domain.episodes import EpisodeFacts, EpisodeStatus, IncidentOfChild
from missing_coord.domain.events import (
    ChildReturned,
    MissingEpisodeCancelled,
    MissingEpisodeChanged,
    MissingEpisodeOpened,
)
from missing_coord.domain.incidents import Source
from missing_coord.domain.london import london_day
from missing_coord.domain.past_episodes import FROM_HISTORY, derive_with_past
from missing_coord.domain.population import (
    PlacementSpan,
    Population,
    miles_between,
    placement_on,
    population_of,
)
from missing_coord.domain.return_signs import ConfirmedReturn
from missing_coord.services.duties import Duty, settle_duties
from missing_coord.services.past_interviews import settle_past
from missing_coord.services.ports.work import Policy, UnitOfWork
from missing_coord.services.returns import confirmed_returns, settle_signs

Kept = tuple[Episode, tuple[str, ...]]


async def rederive(
    uow: UnitOfWork, child_ids: Iterable[str], *, policy: Policy, saved: Sequence[Incident] = ()
) -> None:
    """Bring the episodes and duties of these children in line with all their incidents; safe to repeat.

    The caller names every child from whom or to whom an incident has moved. What it has just `saved` is not read again.
    """
    wanted = sorted(set(child_ids))
    await uow.children.lock(wanted)
    rounds = await uow.incidents.rounds_of_children(wanted, besides=[each.incident_id for each in saved])
    for each in saved:
        said = [IncidentOfChild(incident_id=each.incident_id, facts=facts) for facts in each.facts]
        rounds.setdefault(each.child_id, []).extend(said)
    facts = await uow.children.facts(wanted)
    spans = await uow.placements.of_children(wanted)
    kept = await uow.episodes.of_children(wanted)
    told = [each for own in rounds.values() for each in own]
    signs = await uow.returns.of_incidents({each.incident_id for each in told})
    known = _Known(
        facts=facts,
        spans=spans,
        returns=confirmed_returns(signs),
        pool=_Pool(kept),
        council=policy.council,
        now=uow.now,
    )
    derived = {child_id: _derive(known, child_id, rounds.get(child_id, [])) for child_id in wanted}
    gone = await _retire(uow, known.pool.left())
    episodes = [each for own in derived.values() for each in own]
    await _write(uow, episodes, {e.episode_id: (e, i) for e, i in kept})
    if past := {each.incident_id for each in told if each.facts.source is Source.HISTORY}:
        await settle_past(uow, wanted, episodes, past)
    await settle_duties(uow, wanted, _duties(derived), retired=gone, ladder=policy.ladder)
    await settle_signs(uow, episodes, spans=spans, kept=signs, ladder=policy.return_ladder)
    await uow.episodes.remove(sorted(gone - await uow.episodes.in_use(sorted(gone))))


class _Pool:
    """The kept episodes, each of which can be taken once by a derived one that shares an incident with it."""

    def __init__(self, kept: Sequence[Kept]) -> None:
        self._free = {episode.episode_id: (episode, incident_ids) for episode, incident_ids in kept}
        self._made_of: dict[str, list[str]] = defaultdict(list)
        for episode, incident_ids in kept:
            for incident_id in incident_ids:
                self._made_of[incident_id].append(episode.episode_id)

    def take(self, facts: EpisodeFacts) -> Episode | None:
        """Return the kept episode that this one goes on from, None when it is new."""
        ids = {each for incident_id in facts.incident_ids for each in self._made_of.get(incident_id, ())}
        sharing = [self._free[each][0] for each in ids & self._free.keys()]
        if not sharing:
            return None
        nearest = min(
            sharing, key=lambda e: (abs((e.started_at - facts.started_at).total_seconds()), e.episode_id)
        )
        del self._free[nearest.episode_id]
        return nearest

    def left(self) -> list[Kept]:
        """Return the kept episodes that no evidence gives any more."""
        rest = self._free.values()
        return [
            (episode, ()) for episode, incident_ids in rest if incident_ids or "joined" not in episode.flags
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What is known of all the children besides their incidents; each kept episode is taken from the pool once."""

    facts: Mapping[str, ChildFacts]
    spans: Mapping[str, Sequence[PlacementSpan]]
    returns: Sequence[ConfirmedReturn]
    pool: _Pool
    council: str
    now: datetime


def _derive(known: _Known, child_id: str, rounds: Sequence[IncidentOfChild]) -> list[Kept]:
    """Return the episodes that the evidence gives for one child, matched with the rows that are kept already."""
    child = known.facts.get(child_id) or _unknown_child(child_id)
    found = derive_with_past(rounds, known.returns)
    live = [each for each in found if each.status is not EpisodeStatus.CANCELLED]
    rest = [each for each in found if each.status is EpisodeStatus.CANCELLED]
    return [(_episode(known, child, each), each.incident_ids) for each in (*live, *rest)]


def _unknown_child(child_id: str) -> ChildFacts:
    return ChildFacts(
        child_id=child_id, provisional=True, looked_after=False, responsible_authority="", home_grid=None
    )


def _episode(known: _Known, child: ChildFacts, facts: EpisodeFacts) -> Episode:
    """Return the episode as it is to be written down, should it differ from what is kept."""
    kept = known.pool.take(facts)
    spans = known.spans.get(child.child_id)
    span = placement_on(spans, london_day(facts.started_at)) if spans else None
    before = kept if kept and _is_frozen(kept, child, facts) else None
    authority = before.responsible_authority if before else child.responsible_authority
    population = _population(child, span, before, authority=authority, council=known.council)
    told = None if span and span.confidential else span
    return Episode(
        episode_id=kept.episode_id if kept else str(uuid.uuid4()),
        child_id=child.child_id,
        kind=facts.kind.value,
        status=facts.status.value,
        started_at=facts.started_at,
        start_known=facts.start_known,
        ended_at=facts.ended_at,
        end_basis=facts.end_basis.value if facts.end_basis else "",
        last_seen_at=facts.last_seen_at,
        reported_at=facts.reported_at,
        found_at=facts.found_at,
        returned_at=facts.returned_at,
        safe_and_well_at=facts.safe_and_well_at,
        told_at=facts.told_at,
        told_ended_at=facts.told_ended_at,
        risk=facts.risk,
        population=population.value,
        placement_id=span.placement_id if span else "",
        place_code=span.place_code if span else "",
        provider_code=span.provider_code if span else "",
        provider_name=told.provider_name if told else "",
        urn=told.urn if told else "",
        responsible_authority=authority or known.council,
        host_authority=told.authority if told else "",
        distance_miles=_distance(child, told, before),
        refs=list(facts.references),
        flags=list(facts.flags),
        created_at=kept.created_at if kept else known.now,
        updated_at=known.now,
        register_known=before is not None or _knows(child),
        version=kept.version + 1 if kept else 1,
    )


def _population(
    child: ChildFacts, span: PlacementSpan | None, before: Episode | None, *, authority: str, council: str
) -> Population:
    looked_after = before.population in _IN_OUR_CARE if before else child.looked_after
    return population_of(
        council=council,
        looked_after=looked_after or span is not None,
        responsible_authority=authority,
        placement_authority=span.authority if span else "",
    )


_IN_OUR_CARE = (Population.OWN_CARE_IN_AREA.value, Population.OWN_CARE_OUT_OF_AREA.value)


def _knows(child: ChildFacts) -> bool:
    return not child.provisional and child.responsible_authority != ""


def _is_frozen(kept: Episode, child: ChildFacts, facts: EpisodeFacts) -> bool:
    """Whether what the register said of the child when this episode was written down stands for it."""
    if not kept.register_known or kept.child_id != child.child_id:
        return False
    return kept.started_at == facts.started_at or london_day(kept.started_at) == london_day(facts.started_at)


def _distance(child: ChildFacts, span: PlacementSpan | None, before: Episode | None) -> float | None:
    """Return the miles from home, as they were written down unless the placement has been corrected since."""
    if span is None:
        return None
    same = before and (before.placement_id, before.host_authority) == (span.placement_id, span.authority)
    if before and same and before.distance_miles is not None:
        return before.distance_miles
    if child.home_grid is None or span.easting is None or span.northing is None:
        return None
    return miles_between(child.home_grid, (span.easting, span.northing))


async def _write(uow: UnitOfWork, derived: Sequence[Kept], kept: dict[str, Kept]) -> None:
    changed = []
    for episode, incident_ids in derived:
        before = kept.get(episode.episode_id)
        if before and _CONTENT(before[0]) == _CONTENT(episode) and set(before[1]) == set(incident_ids):
            continue
        changed.append((episode, incident_ids))
        _tell(uow, before[0] if before else None, episode)
    await uow.episodes.save(changed)


def _tell(uow: UnitOfWork, before: Episode | None, after: Episode) -> None:
    child_id, episode_id = after.child_id, after.episode_id
    if FROM_HISTORY in after.flags:
        return  # what is over and brought over is news to nobody
    if before is not None and FROM_HISTORY in before.flags:
        before = None
    if after.status == EpisodeStatus.CANCELLED:
        if before is None or before.status != after.status:
            uow.record(MissingEpisodeCancelled(child_id=child_id, episode_id=episode_id))
        return
    if before is None:
        uow.record(
            MissingEpisodeOpened(
                child_id=child_id,
                episode_id=episode_id,
                kind=after.kind,
                started_at=after.started_at,
                population=after.population,
            )
        )
    elif fields := _changed_fields(before, after):
        uow.record(MissingEpisodeChanged(child_id=child_id, episode_id=episode_id, changed=fields))
    if after.ended_at is not None and (before is None or before.ended_at != after.ended_at):
        uow.record(
            ChildReturned(
                child_id=child_id, episode_id=episode_id, ended_at=after.ended_at, basis=after.end_basis
            )
        )


_NAMES = [
    name for name in Episode.__dataclass_fields__ if name not in ("created_at", "updated_at", "version")
]
_CONTENT = attrgetter(*_NAMES)


def _changed_fields(before: Episode, after: Episode) -> tuple[str, ...]:
    """Return the names of what has changed; an end has an event of its own."""
    values = zip(_NAMES, _CONTENT(before), _CONTENT(after), strict=True)
    return tuple(name for name, old, new in values if old != new and name != "ended_at")


async def _retire(uow: UnitOfWork, left: Sequence[Kept]) -> set[str]:
    """Cancel episodes that no evidence gives any more; those on which nothing hangs are removed later."""
    cancelled: list[Kept] = []
    for episode, _ in left:
        if episode.status != EpisodeStatus.CANCELLED:
            uow.record(MissingEpisodeCancelled(child_id=episode.child_id, episode_id=episode.episode_id))
        flags = [*episode.flags, *(() if "joined" in episode.flags else ("joined",))]
        cancelled.append(
            (
                replace(
                    episode,
                    status=EpisodeStatus.CANCELLED.value,
                    flags=flags,
                    version=episode.version + 1,
                    updated_at=uow.now,
                ),
                (),
            )
        )
    await uow.episodes.save(cancelled)
    return {episode.episode_id for episode, _ in left}


def _duties(derived: Mapping[str, Sequence[Kept]]) -> dict[str, list[Duty]]:
    return {child_id: [_duty(episode) for episode, _ in own] for child_id, own in derived.items()}


def _duty(episode: Episode) -> Duty:
    due = episode.ended_at is not None and episode.status == EpisodeStatus.ENDED
    return Duty(
        episode_id=episode.episode_id,
        population=episode.population,
        clock_from=episode.ended_at if due else None,
        basis=episode.end_basis if due else "",
        missing=episode.status == EpisodeStatus.OPEN,
    )
