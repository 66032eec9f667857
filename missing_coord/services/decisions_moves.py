"""What hangs on which record before a decision, where it goes, and how it comes back: activity follows its episodes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from missing_coord.domain.cases import Episode, Incident, Interview
from missing_coord.domain.episodes import EpisodeStatus, IncidentOfChild
from missing_coord.domain.interviews import InterviewState
from missing_coord.domain.past_episodes import derive_with_past
from missing_coord.domain.plurals import plural
from missing_coord.services.ports.reviews import ReviewWork

_AGREED = ("state", "worker_id", "independence_basis", "independence_note")
_AGREED_TIMES = ("visit_starts_at", "visit_ends_at", "first_offered_at")
Covered = tuple[frozenset[str], str]
_CONTACTS = frozenset({"attempt", "offer", "did_not_attend"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """What a decision would move from one record to another."""

    episodes: int = 0
    interviews: int = 0
    contacts: int = 0
    joins: int = 0
    followers: int = 0

    @property
    def words(self) -> str:
        """The move in a sentence for the person who decides."""
        if not self.episodes:
            return "No episode moves."
        parts = [plural(self.episodes, "episode"), plural(self.interviews, "return interview")]
        parts.append(plural(self.contacts, "offer or attempt", "offers or attempts"))
        said = f"{', '.join(parts[:2])} and {parts[2]} would move to this child"
        if self.joins:
            said += f"; {plural(self.joins, 'episode')} would join with one that is there already"
        if self.followers:
            said += f"; {plural(self.followers, 'other notice')} in the same words would follow"
        return f"{said}."


async def moves_to(
    uow: ReviewWork, moving: Sequence[Incident], child_ids: Collection[str]
) -> dict[str, Moves]:
    """Return for each child what would move to it with these incidents, the first of which is being decided."""
    sources = {each.child_id for each in moving}
    kept = await uow.episodes.of_children(sources)
    incidents = await uow.incidents.of_children(set(child_ids))
    interviews = await uow.interviews.of_children(sources)
    links = await uow.interviews.links_of([each.interview_id for each in interviews])
    entries = await uow.reviews.entries({link.interview_id for link in links})
    found = {}
    for child_id in child_ids:
        going = {each.incident_id for each in moving if each.child_id != child_id}
        episode_ids = {episode.episode_id for episode, ids in kept if going & set(ids)}
        interview_ids = {link.interview_id for link in links if link.episode_id in episode_ids}
        said = [each.kind for each in entries if each.interview_id in interview_ids]
        found[child_id] = Moves(
            episodes=len(episode_ids),
            interviews=len(interview_ids),
            contacts=sum(kind in _CONTACTS for kind in said),
            joins=_joins(moving, [i for i in incidents if i.child_id == child_id]),
            followers=len(going - {moving[0].incident_id}),
        )
    return found


def _joins(moving: Sequence[Incident], there: Sequence[Incident]) -> int:
    new = {each.incident_id for each in moving} - {each.incident_id for each in there}
    together = [*there, *(each for each in moving if each.incident_id in new)]
    rounds = [IncidentOfChild(incident_id=i.incident_id, facts=facts) for i in together for facts in i.facts]
    live = [each for each in derive_with_past(rounds) if each.status is not EpisodeStatus.CANCELLED]
    return sum(bool(new & set(each.incident_ids)) and not new >= set(each.incident_ids) for each in live)


async def as_it_stands(uow: ReviewWork, child_ids: Collection[str]) -> dict[str, Any]:
    """Return what hangs where before a decision: the open interviews with their entries, and what episodes are of."""
    interviews = [i for i in await uow.interviews.of_children(child_ids) if i.closed_at is None]
    ids = [each.interview_id for each in interviews]
    links = await uow.interviews.links_of(ids)
    entries = await uow.reviews.entries(ids)
    episodes = {e.episode_id: list(of) for e, of in await uow.episodes.of_children(child_ids) if of}
    return {
        "interviews": {
            each.interview_id: {
                "child_id": each.child_id,
                "incidents": sorted(
                    {
                        incident_id
                        for link in links
                        if link.interview_id == each.interview_id
                        for incident_id in episodes.get(link.episode_id, ())
                    }
                ),
                "entries": [e.event_no for e in entries if e.interview_id == each.interview_id],
                "agreed": {name: getattr(each, name) for name in (*_AGREED, *_AGREED_TIMES)},
            }
            for each in interviews
        },
        "episodes": episodes,
    }


async def part_again(uow: ReviewWork, before: Mapping[str, Any], child_ids: Collection[str]) -> None:
    """Before the incidents go back: take joined episodes apart, and open the interviews that the decision emptied."""
    kept = await uow.episodes.of_children(child_ids)
    was = {key: set(ids) for key, ids in before.get("episodes", {}).items()}
    known = {each.incident_id for each in await uow.incidents.of_children(child_ids)}
    restored = [(episode, _apart(episode, set(ids), was) & known) for episode, ids in kept]
    changed = [
        (episode, tuple(sorted(ids)))
        for (episode, ids), (_, had) in zip(restored, kept, strict=True)
        if ids != set(had)
    ]
    await uow.episodes.save(changed)
    interviews = await uow.interviews.of_children(child_ids)
    busy = {each.child_id for each in interviews if each.closed_at is None}
    await uow.interviews.save(
        [
            _open_again(each, was_there)
            for each in interviews
            if (was_there := before.get("interviews", {}).get(each.interview_id)) is not None
            and each.state == InterviewState.RECORDED_IN_ERROR
            and was_there["child_id"] not in busy
        ]
    )


def _apart(episode: Episode, now_of: set[str], was: Mapping[str, set[str]]) -> set[str]:
    newer = now_of - set().union(*was.values())
    return newer | was.get(episode.episode_id, set())


def _open_again(interview: Interview, was: Mapping[str, Any]) -> Interview:
    return replace(
        _with_agreed(interview, was["agreed"]),
        child_id=was["child_id"],
        closed_at=None,
        closed_by="",
        reason="",
    )


def _with_agreed(interview: Interview, agreed: Mapping[str, Any]) -> Interview:
    """Return the interview with the worker, visit and state that were agreed."""
    said: dict[str, Any] = {name: agreed[name] for name in _AGREED}
    return replace(interview, **said, **{name: _instant(agreed[name]) for name in _AGREED_TIMES})


def _instant(value: Any) -> Any:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


async def settle_activity(
    uow: ReviewWork, before: Mapping[str, Any], child_ids: Collection[str], *, exactly: bool
) -> None:
    """Bring each timeline entry, and what was agreed, to the open interview that is about its notices now.

    An entry about notices of several interviews stays where it hangs. `exactly`: what was agreed is put back as it
    was wherever nobody has recorded anything since, and nothing empty is left behind.
    """
    was = before.get("interviews", {})
    interviews = {i.interview_id: i for i in await uow.interviews.of_children(child_ids)}
    covered = await _covered(uow, interviews, child_ids)
    await _bring_entries_home(uow, interviews, covered)
    targets = {
        source: home for source, each in was.items() if (home := _only_home(covered, each["incidents"]))
    }
    entries = await uow.reviews.entries(targets.values())
    changed: dict[str, Interview] = {}
    for source, target in sorted(targets.items(), key=lambda pair: pair[0] != pair[1]):
        kept = changed.get(target, interviews[target])
        there = {each.event_no for each in entries if each.interview_id == target}
        nothing_new = there <= set(was[source]["entries"])
        free = not kept.worker_id and kept.state == InterviewState.NOT_OFFERED
        if free or (exactly and nothing_new):
            changed[target] = _with_agreed(kept, was[source]["agreed"])
    await uow.interviews.save([each for key, each in changed.items() if each != interviews[key]])
    if exactly:
        await _remove_husks(uow, interviews.values())


async def _remove_husks(uow: ReviewWork, interviews: Iterable[Interview]) -> None:
    """Remove interviews that an undone decision had emptied, once what was on their timelines has gone home."""
    emptied = [i.interview_id for i in interviews if _is_husk(i)]
    touched = await uow.interviews.touched(emptied)
    linked = {link.interview_id for link in await uow.interviews.links_of(emptied)}
    await uow.interviews.remove([each for each in emptied if each not in touched | linked])


async def _bring_entries_home(
    uow: ReviewWork, interviews: Mapping[str, Interview], covered: Sequence[Covered]
) -> None:
    loose = [i for i, each in interviews.items() if each.closed_at is None or _is_husk(each)]
    going: dict[str, list[int]] = {}
    for entry in await uow.reviews.entries(loose):
        home = _only_home(covered, entry.about)
        if home not in (None, entry.interview_id):
            going.setdefault(home, []).append(entry.event_no)
    for home, numbers in going.items():
        await uow.reviews.move_entries(numbers, target=home)


async def _covered(
    uow: ReviewWork, interviews: Mapping[str, Interview], child_ids: Collection[str]
) -> list[Covered]:
    """Return the incidents of each episode that an open interview is about, with that interview."""
    links = await uow.interviews.links_of([i for i, each in interviews.items() if each.closed_at is None])
    about = {link.episode_id: link.interview_id for link in links}
    return [
        (frozenset(ids), about[episode.episode_id])
        for episode, ids in await uow.episodes.of_children(child_ids)
        if episode.episode_id in about
    ]


def _only_home(covered: Sequence[Covered], incidents: Collection[str]) -> str | None:
    """Return the one open interview that is about some of the incidents, None when there are none or several."""
    homes = {interview_id for ids, interview_id in covered if ids & set(incidents)}
    return homes.pop() if len(homes) == 1 else None


def _is_husk(interview: Interview) -> bool:
    return interview.state == InterviewState.RECORDED_IN_ERROR
