"""A child's missing episodes, derived from every incident about the child: same evidence, same episodes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from missing_coord.domain.deadlines import ClockBasis, Deadline, deadline
from missing_coord.domain.incidents import EpisodeKind, IncidentFacts, Source
from missing_coord.domain.quick import quick
from missing_coord.domain.return_signs import ConfirmedReturn


class EpisodeStatus(StrEnum):
    """Where a missing episode stands."""

    OPEN = "open"
    ENDED = "ended"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentOfChild:
    """One set of incident facts with the identity of the incident that it came from."""

    incident_id: str
    facts: IncidentFacts


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeFacts:
    """One missing episode as the evidence has it: [started_at, ended_at) in UTC, `ended_at` None while missing."""

    incident_ids: tuple[str, ...]
    references: tuple[str, ...]
    kind: EpisodeKind
    started_at: datetime
    start_known: bool
    ended_at: datetime | None
    end_basis: ClockBasis | None
    last_seen_at: datetime | None
    reported_at: datetime | None
    found_at: datetime | None
    returned_at: datetime | None
    safe_and_well_at: datetime | None
    told_at: datetime
    told_ended_at: datetime | None
    risk: str
    status: EpisodeStatus
    flags: tuple[str, ...] = ()

    @property
    def deadline(self) -> Deadline | None:
        """The deadline of the return interview, or None while the child is missing."""
        if self.ended_at is None or self.end_basis is None or self.status is EpisodeStatus.CANCELLED:
            return None
        return deadline(self.ended_at, self.end_basis)


def derive_episodes(
    incidents: Iterable[IncidentOfChild], returns: Sequence[ConfirmedReturn] = ()
) -> tuple[EpisodeFacts, ...]:
    """Return the child's episodes, oldest first, none overlapping another; cancelled incidents come as cancelled ones.

    Two references that start within the wider of their tolerances are one episode. A report that the child was last
    seen after an episode which nobody closed presumes a return at that time, so that its interview is not forgotten.
    What the council's list says of the end of an episode that police have open is a sign, and ends nothing by itself;
    a return that a person confirmed (`returns`) ends the episode of its incident until police tell better.
    """
    ordered = sorted(incidents, key=_incident_order)
    cancelled = [_as_cancelled(each) for each in ordered if each.facts.cancelled]
    live = [each for each in ordered if not each.facts.cancelled]
    return (*_sweep(live, returns), *cancelled)


def _incident_order(incident: IncidentOfChild) -> tuple[datetime, int, str, str]:
    facts = incident.facts
    return facts.started_at, 0 if facts.source is Source.POLICE else 1, facts.reference, incident.incident_id


def _sweep(ordered: Sequence[IncidentOfChild], returns: Sequence[ConfirmedReturn]) -> list[EpisodeFacts]:
    groups: list[list[IncidentOfChild]] = []
    episodes: list[EpisodeFacts] = []
    for incident in ordered:
        if episodes and _is_same(episodes[-1], groups[-1], incident.facts):
            groups[-1].append(incident)
            episodes.pop()
        else:
            if episodes and episodes[-1].ended_at is None:
                episodes[-1] = _presume_return(episodes[-1], incident.facts.started_at)
            groups.append([incident])
        episodes.append(_after(episodes[-1] if episodes else None, _told(groups[-1], returns)))
    return episodes


def _told(group: Sequence[IncidentOfChild], returns: Sequence[ConfirmedReturn]) -> EpisodeFacts:
    """Put incidents together; where none of them tells of the end, a return that a person confirmed does."""
    episode = merged(group)
    ours = [
        each
        for each in returns
        if each.incident_id in episode.incident_ids and each.returned_at >= episode.started_at
    ]
    if episode.ended_at is not None or not ours:
        return episode
    first = min(ours, key=lambda each: (each.returned_at, each.incident_id))
    return replace(
        episode,
        ended_at=first.returned_at,
        end_basis=first.basis,
        returned_at=first.returned_at if first.basis is ClockBasis.RETURNED else None,
        told_ended_at=first.confirmed_at,
        status=EpisodeStatus.ENDED,
        flags=(*episode.flags, "return_confirmed"),
    )


def _after(before: EpisodeFacts | None, episode: EpisodeFacts) -> EpisodeFacts:
    """Let an episode begin no earlier than the one before it ended, whatever its incidents say."""
    start = before.ended_at if before else None
    if start is None or start <= episode.started_at:
        return episode
    ended_at = max(start, episode.ended_at) if episode.ended_at else None
    return replace(episode, started_at=start, ended_at=ended_at, flags=(*episode.flags, "start_adjusted"))


def _is_same(episode: EpisodeFacts, group: Sequence[IncidentOfChild], facts: IncidentFacts) -> bool:
    returned = facts.source is Source.POLICE and not facts.start_known and facts.end_at is not None
    if episode.ended_at is None and returned:
        return True  # a return whose beginning nobody told us ends the episode that is open
    tolerance = max(facts.tolerance, *(each.facts.tolerance for each in group))
    if facts.started_at - group[0].facts.started_at <= tolerance and not _missing_again(episode, facts):
        return True
    if episode.ended_at is None or facts.started_at >= episode.ended_at:
        return False
    return facts.end_at is not None and facts.end_at <= episode.ended_at


def _missing_again(episode: EpisodeFacts, facts: IncidentFacts) -> bool:
    """A police report that starts after a known end is a new episode, and so is any line that is still open then."""
    return (
        ((facts.source is Source.POLICE and facts.start_known) or facts.end_at is None)
        and episode.ended_at is not None
        and facts.started_at >= episode.ended_at
    )


def _presume_return(episode: EpisodeFacts, seen_at: datetime) -> EpisodeFacts:
    return replace(
        episode,
        ended_at=max(seen_at, episode.started_at),
        end_basis=ClockBasis.PRESUMED,
        status=EpisodeStatus.ENDED,
        flags=(*episode.flags, "return_presumed"),
    )


_BASIS_RANK = {
    ClockBasis.RETURNED: 0,
    ClockBasis.FOUND: 1,
    ClockBasis.SAFE_AND_WELL: 2,
    ClockBasis.NOTICE: 3,
    ClockBasis.PRESUMED: 4,
}


def merged(group: Sequence[IncidentOfChild]) -> EpisodeFacts:
    """Return the incidents of one episode put together: police before the list, then the best known end."""
    facts = [each.facts for each in group]
    police = [f for f in facts if f.source is Source.POLICE] or facts
    starts = [f for f in police if f.start_known] or police
    first = min(starts, key=lambda f: (f.started_at, f.reference))
    ended = [f for f in police if f.end_at is not None]
    end = min(ended, key=_end_order) if ended else None
    started_at = first.started_at
    if end is not None and end.end_at is not None:
        started_at = min(started_at, end.end_at)
    latest = max(police, key=lambda f: (f.last_issued_at, f.reference))
    told_ended = [f.told_ended_at for f in facts if f.told_ended_at is not None and ended]
    return EpisodeFacts(
        incident_ids=tuple(dict.fromkeys(each.incident_id for each in group)),
        references=tuple(dict.fromkeys(f"{f.force}/{f.reference}" for f in facts)),
        kind=EpisodeKind.MISSING if any(f.kind is EpisodeKind.MISSING for f in police) else EpisodeKind.AWAY,
        started_at=started_at,
        start_known=first.start_known,
        ended_at=end.end_at if end else None,
        end_basis=end.end_basis if end else None,
        last_seen_at=_first(police, "last_seen_at"),
        reported_at=_first(police, "reported_at"),
        found_at=end.found_at if end else None,
        returned_at=end.returned_at if end else None,
        safe_and_well_at=_first(police, "safe_and_well_at"),
        told_at=min(f.told_at for f in facts),
        told_ended_at=min(told_ended) if told_ended else None,
        risk=latest.risk,
        status=EpisodeStatus.ENDED if end else EpisodeStatus.OPEN,
        flags=_flags(facts),
    )


def _end_order(facts: IncidentFacts) -> tuple[int, float, str]:
    if facts.end_at is None or facts.end_basis is None:
        raise ValueError("only incidents that have ended are put in order of their end")
    return _BASIS_RANK[facts.end_basis], -facts.end_at.timestamp(), facts.reference


def _first(facts: Sequence[IncidentFacts], field: str) -> datetime | None:
    values: list[datetime] = [value for f in facts if (value := getattr(f, field)) is not None]
    return min(values) if values else None


def _flags(facts: Sequence[IncidentFacts]) -> tuple[str, ...]:
    flags = []
    if any(f.end_at is None for f in facts) and any(f.end_at is not None for f in facts):
        flags.append("references_disagree_on_end")
    if {f.source for f in facts} == {Source.COUNCIL_LIST}:
        flags.append("council_list_only")
    if not any(f.start_known for f in facts):
        flags.append("start_not_known")
    return tuple(flags)


def _as_cancelled(incident: IncidentOfChild) -> EpisodeFacts:
    return replace(merged([incident]), status=EpisodeStatus.CANCELLED)
