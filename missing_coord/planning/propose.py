"""Proposals one after the other, by earliest deadline, each to the best independent worker, and why in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from missing_coord.planning.desk import Asked, Desk, Option, asked_for, late_count, suffers, wall_in_time
from missing_coord.planning.diary import instant
from missing_coord.planning.eligibility import Refusal
from missing_coord.planning.propose_words import (
    alternative_reason,
    binding_reason,
    chosen_reasons,
    why_behind,
)
from missing_coord.planning.situation import Alternative, OpenInterview, PassedOver, Proposal

MOST_ALTERNATIVES = 2
LONGEST_LAST = timedelta(days=4)
"""A child whose deadline passed longer ago than this is never asked after others."""


def by_deadline(interviews: Sequence[OpenInterview], now: datetime) -> list[Asked]:
    """Return the interviews to ask for, the earliest deadline first."""
    ordered = sorted(interviews, key=lambda each: (each.due_at, each.earliest_at, each.interview_id))
    return [asked_for(each, now) for each in ordered]


def just_missed(asked: Asked) -> bool:
    """Say whether the deadline cannot be met any more but passed lately; who waits longer comes first again."""
    interview = asked.interview
    end = max(asked.now, interview.earliest_at) + timedelta(minutes=interview.minutes)
    return interview.due_at < end and interview.due_at > asked.now - LONGEST_LAST


def place_in_order(desk: Desk, asked: Sequence[Asked]) -> None:
    """Give each interview the best place that is left; where that saves more deadlines, the just missed come last."""
    for each in asked:
        desk.place(each, next(iter(desk.options(each)), None))
    by_hope, late = sorted(asked, key=just_missed), late_count(desk, asked)
    if by_hope == list(asked) or not any(suffers(a, desk.taken(a)) and not just_missed(a) for a in asked):
        return
    first = [(each, desk.take_out(each)) for each in reversed(asked)]
    for each in by_hope:
        desk.place(each, next(iter(desk.options(each)), None))
    if late_count(desk, asked) >= late:
        for each in reversed(by_hope):
            desk.take_out(each)
        for each, option in reversed(first):
            desk.place(each, option)


def told(desk: Desk, asked: Asked, taken: Option | None) -> Proposal:
    """Return the proposal of an option in words; the interview must be out of the diaries."""
    options, refused = desk.options(asked), desk.refused(asked)
    others = [each for each in options if taken is None or each.diary is not taken.diary]
    late = taken is None or taken.key.late
    passed_over = tuple(_passed_over(asked, others, refused, taken))
    walls = [wall for _, wall in refused]
    walls += [wall_in_time(asked, option.diary) for option in options if late]
    first = min((option.slot.start for option in options), default=None)
    proposal = Proposal(
        interview_id=asked.interview.interview_id,
        worker_id=taken.key.worker_id if taken else None,
        starts_at=instant(taken.slot.start) if taken else None,
        ends_at=instant(taken.slot.end) if taken else None,
        late=late,
        basis=taken.basis if taken else None,
        reasons=_reasons(asked, taken, options) if taken else (),
        passed_over=passed_over,
        alternatives=tuple(_alternatives(asked, others)),
        earliest_possible=None if first is None else instant(first),
        binding_reason=binding_reason(asked.interview, walls, asked.now) if late else None,
    )
    return replace(proposal, instead=_instead(asked, proposal))


def _instead(asked: Asked, proposal: Proposal) -> str:
    """Return why somebody else than the worker who is assigned is proposed, if that is so."""
    assigned = asked.interview.assigned_worker_id
    if proposal.worker_id is None or assigned in (None, proposal.worker_id):
        return ""
    why = {each.worker_id: each.reason for each in proposal.passed_over}
    return why.get(assigned or "", "is not among the interview workers any more")


def _reasons(asked: Asked, taken: Option, options: Sequence[Option]) -> tuple[str, ...]:
    in_time = sum(not option.key.late for option in options)
    speaks = taken.diary.worker.languages
    return chosen_reasons(
        asked.interview, taken.key, taken.basis, slot=taken.slot, in_time=in_time, speaks=speaks
    )


def _passed_over(
    asked: Asked,
    others: Sequence[Option],
    refused: Sequence[tuple[str, Refusal]],
    taken: Option | None,
) -> Iterator[PassedOver]:
    for option in others:
        if taken is not None:
            yield PassedOver(worker_id=option.key.worker_id, reason=_why(asked, option, taken))
    for who, wall in refused:
        yield PassedOver(worker_id=who, reason=wall.reason)


def _why(asked: Asked, option: Option, taken: Option) -> str:
    if option.key.late and not taken.key.late:
        return wall_in_time(asked, option.diary).reason
    return why_behind(option.key, taken.key, slot=option.slot, best_slot=taken.slot)


def _alternatives(asked: Asked, others: Sequence[Option]) -> Iterator[Alternative]:
    for option in others[:MOST_ALTERNATIVES]:
        yield Alternative(
            worker_id=option.key.worker_id,
            starts_at=instant(option.slot.start),
            ends_at=instant(option.slot.end),
            late=option.key.late,
            reason=alternative_reason(asked.interview, option.slot),
        )
