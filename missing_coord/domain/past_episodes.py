"""Lays past episodes over those that live evidence gives: what is known stays as it is, and none is doubled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

from missing_coord.domain.episodes import (
    EpisodeFacts,
    EpisodeStatus,
    IncidentOfChild,
    derive_episodes,
    merged,
)
from missing_coord.domain.incidents import POLICE_TOLERANCE, IncidentFacts, Source
from missing_coord.domain.return_signs import ConfirmedReturn

FROM_HISTORY = "from_history"
"""The flag of an episode that the council's earlier records alone tell of."""
ONE_DAY = timedelta(days=1)


def derive_with_past(
    incidents: Sequence[IncidentOfChild], returns: Sequence[ConfirmedReturn] = ()
) -> tuple[EpisodeFacts, ...]:
    """Return the child's episodes as `derive_episodes` does, with those of the earlier records laid over them.

    Live evidence gives the same episodes with and without a past. A past episode that overlaps one of them, or began
    within 6 hours of one that no other overlaps, is counted to it; past episodes that overlap each other are one.
    """
    past = sorted((each for each in incidents if each.facts.source is Source.HISTORY), key=_order)
    known = derive_episodes([each for each in incidents if each.facts.source is not Source.HISTORY], returns)
    if not past:
        return known
    live = [each for each in known if each.status is not EpisodeStatus.CANCELLED]
    joined = _joined(live, past)
    of_past = {each.incident_id for each in joined}
    own = _own([each for each in past if each.incident_id not in of_past])
    together = [_with(episode, [j for j in joined if j.episode == n]) for n, episode in enumerate(live)]
    cancelled = [each for each in known if each.status is EpisodeStatus.CANCELLED]
    return (*sorted([*together, *own], key=lambda each: each.started_at), *cancelled)


class _Joined(NamedTuple):
    """A past episode, and the number of the live one that it is."""

    incident_id: str
    episode: int


def _order(incident: IncidentOfChild) -> tuple[object, ...]:
    return incident.facts.started_at, incident.facts.end_at, incident.facts.reference, incident.incident_id


def _joined(live: Sequence[EpisodeFacts], past: Sequence[IncidentOfChild]) -> list[_Joined]:
    found = []
    apart = []
    for each in past:
        number = next((n for n, episode in enumerate(live) if _overlap(episode, each.facts)), None)
        if number is None:
            apart.append(each)
        else:
            found.append(_Joined(each.incident_id, number))
    free = set(range(len(live))) - {each.episode for each in found}
    for each in apart:
        near = [n for n in free if _began_together(live[n], each.facts)]
        if near:
            number = min(near, key=lambda n: abs(live[n].started_at - each.facts.started_at))
            free.remove(number)
            found.append(_Joined(each.incident_id, number))
    return found


def _overlap(episode: EpisodeFacts, facts: IncidentFacts) -> bool:
    """Say whether a past episode shares any time with one that is known; one that is given in days has those days."""
    end = facts.end_at or facts.started_at
    until = end if facts.start_known else end + ONE_DAY
    begun = facts.started_at < episode.ended_at if episode.ended_at else True
    return (begun and episode.started_at < until) or facts.started_at == episode.started_at


def _began_together(episode: EpisodeFacts, facts: IncidentFacts) -> bool:
    return abs(episode.started_at - facts.started_at) <= POLICE_TOLERANCE


def _own(past: Sequence[IncidentOfChild]) -> list[EpisodeFacts]:
    """Return the episodes of which nobody else told; rows that overlap each other are one."""
    groups: list[list[IncidentOfChild]] = []
    for each in past:
        if groups and _same(groups[-1], each.facts):
            groups[-1].append(each)
        else:
            groups.append([each])
    return [_from_history(group) for group in groups]


def _same(group: Sequence[IncidentOfChild], facts: IncidentFacts) -> bool:
    latest = max(each.facts.end_at or each.facts.started_at for each in group)
    return facts.started_at < latest


def _from_history(group: Sequence[IncidentOfChild]) -> EpisodeFacts:
    episode = merged(group)
    flags = () if episode.start_known else ("given_in_days",)
    return replace(episode, flags=(FROM_HISTORY, *flags))


def _with(episode: EpisodeFacts, joined: Sequence[_Joined]) -> EpisodeFacts:
    ids = (*episode.incident_ids, *(each.incident_id for each in joined))
    return replace(episode, incident_ids=ids) if joined else episode
