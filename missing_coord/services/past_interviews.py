"""Gives past episodes the interview that the earlier records tell of, in its final state and on no ladder."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from missing_coord.domain.cases import Episode, Interview, InterviewEpisode, InterviewEvent
from missing_coord.domain.deadlines import ClockBasis, deadline, within_deadline
from missing_coord.domain.episodes import EpisodeStatus
from missing_coord.domain.interviews import ContactMethod, EventKind, InterviewState
from missing_coord.domain.past_episodes import FROM_HISTORY
from missing_coord.domain.past_records import EARLIER_RECORDS, PastInterview, unrecorded_interview_id
from missing_coord.services.interviews.words import DutyResult
from missing_coord.services.ports.work import UnitOfWork

NOT_ON_RECORD = "The earlier records say nothing of a return interview."
NO_REASON = "The earlier records give no reason."


@dataclass(slots=True, kw_only=True)
class _Settled:
    """One interview of the earlier records with the episodes that it is about."""

    said: PastInterview | None
    episodes: list[Episode] = field(default_factory=list)


async def settle_past(
    uow: UnitOfWork,
    child_ids: Sequence[str],
    episodes: Iterable[tuple[Episode, tuple[str, ...]]],
    past: Collection[str],
) -> None:
    """Bring the interviews of past episodes in line with the earlier records; `past` are the incidents of those.

    What people or live evidence made of an episode stands: only a duty that is still open gives way, and only to an
    outcome. An episode that nobody else knows of, and of whose interview nothing is on record, says so.
    """
    ended = [(e, [i for i in ids if i in past]) for e, ids in episodes if e.status == EpisodeStatus.ENDED]
    concerned = [(episode, ids) for episode, ids in ended if ids]
    if not concerned:
        return
    told = await uow.history.interviews_about([each for _, ids in concerned for each in ids])
    interviews = {each.interview_id: each for each in await uow.interviews.of_children(child_ids)}
    links = await uow.interviews.links_of(interviews, for_update=True)
    held = {link.episode_id: link for link in links}
    settled: dict[str, _Settled] = {}
    for episode, ids in concerned:
        said = _best([one for each in ids for one in told.get(each, ())])
        target = said.interview_id if said else unrecorded_interview_id(ids[0])
        link = held.get(episode.episode_id)
        if _gives_way(episode, said, target, interviews.get(link.interview_id) if link else None):
            settled.setdefault(target, _Settled(said=said)).episodes.append(episode)
    await _write(uow, settled, interviews, links)


def _best(told: Sequence[PastInterview]) -> PastInterview | None:
    """Return what counts where two rows tell of an episode's interview: one that was held, then one that ended."""
    order = {InterviewState.COMPLETED: 0, InterviewState.NOT_RECORDED: 2}
    return min(told, key=lambda each: (order.get(each.state, 1), each.entry_key), default=None)


def _gives_way(episode: Episode, said: PastInterview | None, target: str, holder: Interview | None) -> bool:
    alone = FROM_HISTORY in episode.flags
    if holder is None:
        return said is not None or alone
    if _ours(holder):
        return said is not None or alone
    if holder.closed_at is not None or holder.interview_id == target:
        return False
    return alone or (said is not None and said.state is not InterviewState.NOT_RECORDED)


def _ours(interview: Interview) -> bool:
    return interview.closed_at is not None and interview.changed_by == EARLIER_RECORDS


async def _write(
    uow: UnitOfWork,
    settled: Mapping[str, _Settled],
    interviews: Mapping[str, Interview],
    links: Sequence[InterviewEpisode],
) -> None:
    before = {link.episode_id: link for link in links}
    about = {target: _links(target, each) for target, each in settled.items()}
    after = [link for own in about.values() for link in own]
    moved = [
        (old.interview_id, old.episode_id)
        for link in after
        if (old := before.get(link.episode_id)) and old.interview_id != link.interview_id
    ]
    await uow.interviews.remove_links(moved)
    made = [_interview(each, about[target], interviews.get(target)) for target, each in settled.items()]
    changed = [each for each in made if each != interviews.get(each.interview_id)]
    await uow.interviews.save(changed)
    await uow.interviews.save_links([link for link in after if link != before.get(link.episode_id)])
    entries = [entry for each in changed for entry in _entries(each, settled[each.interview_id].said)]
    await uow.history.rewrite_entries([each.interview_id for each in changed], entries)
    left = {interview_id for interview_id, _ in moved if _ours(interviews[interview_id])}
    staying = {
        link.interview_id for link in (*links, *after) if (link.interview_id, link.episode_id) not in moved
    }
    await uow.history.forget(sorted(left - staying))


def _links(target: str, settled: _Settled) -> list[InterviewEpisode]:
    return [_link(target, episode, settled.said) for episode in settled.episodes]


def _link(target: str, episode: Episode, said: PastInterview | None) -> InterviewEpisode:
    if episode.ended_at is None:
        raise ValueError("an episode that is not over has no deadline")
    due = deadline(episode.ended_at, ClockBasis(episode.end_basis))
    return InterviewEpisode(
        interview_id=target,
        episode_id=episode.episode_id,
        clock_from=due.clock_from,
        basis=due.basis.value,
        due_at=due.due_at,
        provisional=due.provisional,
        first_offered_at=_first_offered(said, episode.started_at) if said else None,
        breached_at=None,
        resolved_at=_resolved_at(said, due.due_at),
        result=_result(said, due.due_at),
        next_step=0,
        next_step_at=None,
        ladder_version="",
    )


def _first_offered(said: PastInterview, since: datetime) -> datetime | None:
    """Return when it was first offered about an episode; an answer proves an offer, a letter is none."""
    offer = None if said.offered_how == ContactMethod.LETTER else said.offered_at
    no = said.declined_at or (said.closed_at if said.state in _DECLINED else None)
    known = [at for at in (offer, said.accepted_at, no, said.held_at) if at is not None]
    return min((at for at in known if at >= since), default=None)


def _resolved_at(said: PastInterview | None, due_at: datetime) -> datetime:
    if said is None:
        return due_at
    known = [at for at in (said.held_at, said.declined_at, said.closed_at) if at is not None]
    return known[0] if known else max([due_at, *(at for at in (said.offered_at, said.accepted_at) if at)])


_DECLINED = (InterviewState.DECLINED_BY_CHILD, InterviewState.DECLINED_BY_PARENT)
_RESULTS = {
    InterviewState.DECLINED_BY_CHILD: DutyResult.DECLINED,
    InterviewState.DECLINED_BY_PARENT: DutyResult.DECLINED,
    InterviewState.CARER_INFO_ONLY: DutyResult.CARER_INFO_ONLY,
    InterviewState.NOT_REQUIRED: DutyResult.NOT_REQUIRED,
    InterviewState.CLOSED_NO_CONTACT: DutyResult.NO_CONTACT,
    InterviewState.TRANSFERRED: DutyResult.TRANSFERRED,
    InterviewState.NOT_RECORDED: DutyResult.NOT_RECORDED,
}


def _result(said: PastInterview | None, due_at: datetime) -> str:
    if said is not None and said.held_at is not None:
        return (DutyResult.IN_TIME if within_deadline(said.held_at, due_at) else DutyResult.LATE).value
    return _RESULTS[said.state if said else InterviewState.NOT_RECORDED].value


def _interview(settled: _Settled, links: Sequence[InterviewEpisode], before: Interview | None) -> Interview:
    said = settled.said
    first = min(links, key=lambda link: (link.due_at, link.episode_id))
    by_id = {each.episode_id: each for each in settled.episodes}
    state = said.state if said else InterviewState.NOT_RECORDED
    resolved = max(link.resolved_at for link in links if link.resolved_at is not None)
    return Interview(
        interview_id=first.interview_id,
        child_id=by_id[first.episode_id].child_id,
        population=by_id[first.episode_id].population,
        state=state.value,
        child_missing=False,
        returned_at=first.clock_from,
        due_at=first.due_at,
        provisional=first.provisional,
        worker_id="",
        visit_starts_at=None,
        visit_ends_at=None,
        first_offered_at=min(
            (each.first_offered_at for each in links if each.first_offered_at), default=None
        ),
        independence_basis="",
        independence_note="",
        held_at=said.held_at if said else None,
        closed_at=resolved,
        closed_by=EARLIER_RECORDS,
        reason=_reason(said, state),
        opened_at=first.clock_from,
        updated_at=before.updated_at if before else resolved,
        changed_by=EARLIER_RECORDS,
        version=before.version if before else 0,
    )


def _reason(said: PastInterview | None, state: InterviewState) -> str:
    if said is not None and said.reason:
        return said.reason
    if state is InterviewState.NOT_RECORDED:
        return NOT_ON_RECORD
    return "" if state is InterviewState.COMPLETED else NO_REASON


_FINAL = {
    InterviewState.COMPLETED: EventKind.COMPLETED,
    InterviewState.DECLINED_BY_CHILD: EventKind.DECLINED,
    InterviewState.DECLINED_BY_PARENT: EventKind.DECLINED,
    InterviewState.CARER_INFO_ONLY: EventKind.CARER_INFO,
    InterviewState.NOT_REQUIRED: EventKind.DECIDED,
    InterviewState.CLOSED_NO_CONTACT: EventKind.DECIDED,
    InterviewState.TRANSFERRED: EventKind.TRANSFERRED,
}


def _entries(interview: Interview, said: PastInterview | None) -> list[InterviewEvent]:
    """Return the timeline, each entry as written down when it happened, with the worker's name as it came."""
    if said is None or interview.closed_at is None:
        return []
    letter = said.offered_how == ContactMethod.LETTER
    happened = [
        (EventKind.ATTEMPT if letter else EventKind.OFFER, said.offered_at, ""),
        (EventKind.ACCEPTED, said.accepted_at, ""),
    ]
    if said.state in _FINAL:
        happened.append((_FINAL[said.state], interview.closed_at, said.state.value))
    blank = InterviewEvent(
        interview_id=interview.interview_id,
        kind="",
        at=interview.closed_at,
        recorded_at=interview.closed_at,
        recorded_by=EARLIER_RECORDS,
        note=f"Worker: {said.worker_name}" if said.worker_name else "",
    )
    return [
        replace(
            blank,
            kind=kind.value,
            at=at,
            recorded_at=at,
            method=said.offered_how if kind in (EventKind.OFFER, EventKind.ATTEMPT) else "",
            answer=answer,
            reason=said.reason if answer else "",
        )
        for kind, at, answer in happened
        if at is not None
    ]
