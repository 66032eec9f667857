"""Keeps every ended episode covered by exactly one return interview, with the right deadline."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from missing_coord.domain.cases import Interview, InterviewEpisode
from missing_coord.domain.deadlines import ClockBasis, deadline, within_deadline
from missing_coord.domain.escalation import Ladder, next_step
from missing_coord.domain.events import InterviewClosed, ReturnInterviewChanged, ReturnInterviewOpened
from missing_coord.domain.interviews import InterviewState
from missing_coord.domain.past_records import EARLIER_RECORDS
from missing_coord.services.ports.work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """What one episode asks for: an interview from `clock_from` on, or nothing while that is None."""

    episode_id: str
    population: str
    clock_from: datetime | None
    basis: str
    missing: bool


@dataclass(slots=True, kw_only=True)
class _Child:
    """One child's interviews while its duties are being settled."""

    child_id: str
    duties: list[Duty]
    open: Interview | None
    links: dict[str, InterviewEpisode]
    open_links: dict[str, InterviewEpisode]
    carried: Mapping[str, InterviewEpisode]
    held: Mapping[str, datetime | None]
    ladder: Ladder


async def settle_duties(
    uow: UnitOfWork,
    child_ids: Sequence[str],
    duties: Mapping[str, list[Duty]],
    *,
    retired: set[str],
    ladder: Ladder,
) -> None:
    """Give each ended episode its duty, on the child's one open interview unless an interview covers it already."""
    interviews = await uow.interviews.of_children(child_ids)
    ids = [each.interview_id for each in interviews]
    links = await uow.interviews.links_of(ids, for_update=True) if ids else []
    stale = _stale(links, interviews, duties, retired)
    kept = {link.episode_id: link for link in links if link not in stale}
    # What the earlier records tell of one child ends no clock of another.
    past = {each.interview_id for each in interviews if each.closed_by == EARLIER_RECORDS}
    carried = {link.episode_id: link for link in stale if link.interview_id not in past}
    open_now = {each.child_id: each for each in interviews if each.closed_at is None}
    held = {each.interview_id: each.held_at for each in interviews}
    changed, emptied, new_links = [], [], []
    for child_id in child_ids:
        own = duties.get(child_id, [])
        child = _child(child_id, own, open_now.get(child_id), kept, carried=carried, held=held, ladder=ladder)
        interview, links_of_child = _settle(uow, child)
        new_links.extend(links_of_child)
        if interview is None and child.open is not None:
            emptied.append(child.open)
        elif interview is not None and interview is not child.open:
            changed.append((child.open, interview))
    moved = _moves(emptied, stale, new_links)
    fresh = {after.interview_id for before, after in changed if before is None}
    homes = {target: source for target, source in moved.items() if target in fresh}
    changed = [_at_home(before, after, homes) for before, after in changed]
    new_links = [_link_at_home(link, homes) for link in new_links]
    staying = {(link.interview_id, link.episode_id) for link in new_links}
    gone = [(link.interview_id, link.episode_id) for link in stale]
    await uow.interviews.remove_links([each for each in gone if each not in staying])
    for before, after in changed:
        _tell(uow, before, after)
    await uow.interviews.save([_taking_over(after, moved) for _, after in changed])
    await uow.interviews.save(_closed_elsewhere(interviews, kept.values(), duties))
    await uow.interviews.save_links(new_links)
    left = [each for each in emptied if each not in homes.values()]
    await _close_emptied(uow, left, {source.interview_id: target for target, source in moved.items()})


def _at_home(
    before: Interview | None, after: Interview, homes: Mapping[str, Interview]
) -> tuple[Interview | None, Interview]:
    """An interview whose episodes all went to a record without one goes with them, with all that hangs on it."""
    source = homes.get(after.interview_id)
    if source is None:
        return before, after
    moved = _taking_over(after, homes)
    return source, replace(
        moved, interview_id=source.interview_id, opened_at=source.opened_at, version=source.version
    )


def _link_at_home(link: InterviewEpisode, homes: Mapping[str, Interview]) -> InterviewEpisode:
    source = homes.get(link.interview_id)
    return link if source is None else replace(link, interview_id=source.interview_id)


def _closed_elsewhere(
    interviews: Sequence[Interview],
    links: Collection[InterviewEpisode],
    duties: Mapping[str, list[Duty]],
) -> list[Interview]:
    """Return the closed interviews whose episodes all belong to one other record now, moved to that record."""
    closed = [each for each in interviews if each.closed_at is not None]
    owners = _owners(links, duties) if closed else {}
    found = []
    for interview in closed:
        now_of = owners.get(interview.interview_id, {interview.child_id})
        child_id = next(iter(now_of))
        if len(now_of) == 1 and child_id not in (None, interview.child_id):
            found.append(replace(interview, child_id=child_id or ""))
    return found


def _owners(
    links: Collection[InterviewEpisode], duties: Mapping[str, list[Duty]]
) -> dict[str, set[str | None]]:
    """Return for each interview whose record its episodes are on now; None for an episode that is on none."""
    owner = {duty.episode_id: child_id for child_id, each in duties.items() for duty in each}
    found: dict[str, set[str | None]] = {}
    for link in links:
        found.setdefault(link.interview_id, set()).add(owner.get(link.episode_id))
    return found


def _stale(
    links: Sequence[InterviewEpisode],
    interviews: Sequence[Interview],
    duties: Mapping[str, list[Duty]],
    retired: set[str],
) -> list[InterviewEpisode]:
    """A duty of an open interview goes when its episode is no longer over, or belongs to another child now.

    One of a closed interview goes when its episode is gone, or went to another child without the interview's others.
    """
    if not links:
        return []
    wanted = {duty.episode_id: (child_id, duty) for child_id, each in duties.items() for duty in each}
    by_id = {each.interview_id: each for each in interviews}
    owners = _owners(links, duties)

    def is_stale(link: InterviewEpisode) -> bool:
        interview = by_id[link.interview_id]
        if interview.closed_at is not None:
            apart = len(owners[link.interview_id]) > 1 and link.episode_id in wanted
            return link.episode_id in retired or (apart and wanted[link.episode_id][0] != interview.child_id)
        child_id, duty = wanted.get(link.episode_id, ("", None))
        return duty is None or duty.clock_from is None or child_id != interview.child_id

    return [link for link in links if is_stale(link)]


def _moves(
    emptied: Sequence[Interview], stale: Sequence[InterviewEpisode], links: Sequence[InterviewEpisode]
) -> dict[str, Interview]:
    """Return for each interview that takes over all episodes of an emptied one, the emptied one."""
    now_at = {link.episode_id: link.interview_id for link in links}
    moves = {}
    for interview in emptied:
        targets = {
            now_at.get(link.episode_id) for link in stale if link.interview_id == interview.interview_id
        }
        if len(targets) == 1 and (target := targets.pop()) is not None:
            moves[target] = interview
    return moves


_AGREED = (
    "state",
    "worker_id",
    "visit_starts_at",
    "visit_ends_at",
    "first_offered_at",
    "independence_basis",
    "independence_note",
)


def _taking_over(interview: Interview, moved: Mapping[str, Interview]) -> Interview:
    """Keep the worker, visit and state that were agreed before the episodes moved to another record."""
    source = moved.get(interview.interview_id)
    if source is None or interview.worker_id or interview.state != InterviewState.NOT_OFFERED:
        return interview
    return replace(interview, **{name: getattr(source, name) for name in _AGREED})


def _child(
    child_id: str,
    duties: list[Duty],
    current: Interview | None,
    kept: Mapping[str, InterviewEpisode],
    *,
    carried: Mapping[str, InterviewEpisode],
    held: Mapping[str, datetime | None],
    ladder: Ladder,
) -> _Child:
    links = {duty.episode_id: kept[duty.episode_id] for duty in duties if duty.episode_id in kept}
    open_id = current.interview_id if current else ""
    return _Child(
        child_id=child_id,
        duties=duties,
        open=current,
        links=links,
        open_links={key: link for key, link in links.items() if link.interview_id == open_id},
        carried=carried,
        held=held,
        ladder=ladder,
    )


def _settle(uow: UnitOfWork, child: _Child) -> tuple[Interview | None, list[InterviewEpisode]]:
    """Return the child's open interview as it should be, None when there is nothing to ask about, and new links."""
    due = [duty for duty in child.duties if duty.clock_from is not None]
    changed = [link for duty in due if (link := _moved(child, duty)) is not None]
    uncovered = [duty for duty in due if duty.episode_id not in child.links]
    if not uncovered and not child.open_links:
        return None, changed
    interview_id = child.open.interview_id if child.open else str(uuid.uuid4())
    changed += [_new_link(child, interview_id, duty) for duty in uncovered]
    links = {
        **child.open_links,
        **{link.episode_id: link for link in changed if link.interview_id == interview_id},
    }
    return _interview(uow, child, list(links.values())), changed


def _new_link(child: _Child, interview_id: str, duty: Duty) -> InterviewEpisode:
    """Return a new duty; one that comes from another record keeps its offer and its place on the ladder."""
    fresh = _link(child.ladder, interview_id, duty)
    before = child.carried.get(duty.episode_id)
    if before is None:
        return fresh
    if before.due_at != fresh.due_at:
        return replace(fresh, first_offered_at=before.first_offered_at)
    return replace(before, interview_id=interview_id, basis=fresh.basis, provisional=fresh.provisional)


def _link(ladder: Ladder, interview_id: str, duty: Duty) -> InterviewEpisode:
    if duty.clock_from is None:
        raise ValueError("an episode that is not over has no deadline")
    due = deadline(duty.clock_from, ClockBasis(duty.basis))
    return InterviewEpisode(
        interview_id=interview_id,
        episode_id=duty.episode_id,
        clock_from=due.clock_from,
        basis=due.basis.value,
        due_at=due.due_at,
        provisional=due.provisional,
        first_offered_at=None,
        breached_at=None,
        resolved_at=None,
        result="",
        next_step=0,
        next_step_at=next_step(ladder, 0, due.due_at),
        ladder_version=ladder.version,
    )


def _moved(child: _Child, duty: Duty) -> InterviewEpisode | None:
    """Return the link with the new deadline when the clock's start has changed, None when it has not.

    A new deadline is a new clock: the ladder starts over, and rungs of the old deadline stay on record as they were.
    """
    link = child.links.get(duty.episode_id)
    if link is None or (link.clock_from, link.basis) == (duty.clock_from, duty.basis):
        return None
    fresh = _link(child.ladder, link.interview_id, duty)
    if link.due_at == fresh.due_at:
        return replace(link, basis=fresh.basis, provisional=fresh.provisional)
    if link.resolved_at is None:
        return replace(fresh, first_offered_at=link.first_offered_at)
    held_at = child.held.get(link.interview_id)
    return replace(
        link,
        clock_from=fresh.clock_from,
        basis=fresh.basis,
        due_at=fresh.due_at,
        provisional=fresh.provisional,
        result=_result(link.result, held_at, fresh.due_at),
    )


def _result(result: str, held_at: datetime | None, due_at: datetime) -> str:
    if result not in ("in_time", "late") or held_at is None:
        return result
    return "in_time" if within_deadline(held_at, due_at) else "late"


def _interview(uow: UnitOfWork, child: _Child, links: Sequence[InterviewEpisode]) -> Interview:
    """Return the interview about these links: a new one, or the open one, itself where nothing has changed."""
    first = min(links, key=lambda link: (link.due_at, link.episode_id))
    said: dict[str, Any] = {
        "population": next(d.population for d in child.duties if d.episode_id == first.episode_id),
        "child_missing": any(duty.missing for duty in child.duties),
        "returned_at": first.clock_from,
        "due_at": first.due_at,
        "provisional": first.provisional,
    }
    if child.open is None:
        return _fresh(uow, child.child_id, first.interview_id, said)
    same = all(getattr(child.open, name) == value for name, value in said.items())
    return child.open if same else replace(child.open, **said)


def _fresh(uow: UnitOfWork, child_id: str, interview_id: str, said: Mapping[str, Any]) -> Interview:
    return Interview(
        interview_id=interview_id,
        child_id=child_id,
        **said,
        state=InterviewState.NOT_OFFERED.value,
        worker_id="",
        visit_starts_at=None,
        visit_ends_at=None,
        first_offered_at=None,
        independence_basis="",
        independence_note="",
        held_at=None,
        closed_at=None,
        closed_by="",
        reason="",
        opened_at=uow.now,
        updated_at=uow.now,
        changed_by=uow.actor.name,
        version=0,
    )


def _tell(uow: UnitOfWork, before: Interview | None, after: Interview) -> None:
    if before is None and after.due_at is not None:
        uow.record(
            ReturnInterviewOpened(
                child_id=after.child_id,
                interview_id=after.interview_id,
                due_at=after.due_at,
                provisional=after.provisional,
            )
        )
    else:
        uow.record(
            ReturnInterviewChanged(
                child_id=after.child_id,
                interview_id=after.interview_id,
                due_at=after.due_at,
                provisional=after.provisional,
            )
        )


async def _close_emptied(uow: UnitOfWork, emptied: Sequence[Interview], targets: Mapping[str, str]) -> None:
    """Close interviews about which nothing is left to ask; those that nobody touched leave no trace."""
    touched = await uow.interviews.touched([each.interview_id for each in emptied])
    await uow.interviews.remove([each.interview_id for each in emptied if each.interview_id not in touched])
    closing = [each for each in emptied if each.interview_id in touched]
    for interview in closing:
        if interview.interview_id in targets:
            await uow.interviews.move(source=interview.interview_id, target=targets[interview.interview_id])
        uow.record(
            InterviewClosed(
                child_id=interview.child_id,
                interview_id=interview.interview_id,
                outcome=InterviewState.RECORDED_IN_ERROR.value,
            )
        )
    await uow.interviews.save([_closed_in_error(uow, each) for each in closing])


def _closed_in_error(uow: UnitOfWork, interview: Interview) -> Interview:
    return replace(
        interview,
        state=InterviewState.RECORDED_IN_ERROR.value,
        closed_at=uow.now,
        closed_by=uow.actor.name,
        reason="The episodes that it was about were cancelled or belong to another record.",
    )
